//! What an operator can set, as each room below wants it. It stands here so that the configuration itself knows none of
//! them.

use std::time::Duration;

use crate::config::{Config, Network, PersistedAt};
use crate::error::{Error, Result};
use crate::http::Persisted;
use crate::realtime::hints::{BadNatsAddress, Hints};
use crate::store::pool::PoolOptions;
use crate::{graphql, http, service};

impl Config {
    /// The pool's part.
    #[must_use]
    pub const fn pool(&self) -> PoolOptions {
        PoolOptions {
            name: "requests",
            size: self.pool_size,
            wait: Duration::from_secs(self.pool_wait_seconds),
            statement_timeout: Duration::from_secs(self.statement_timeout_seconds),
        }
    }

    /// What tokens are looked up with. Of its own: behind a thousand requests that wait for a connection, finding out who
    /// asks would take as long as the answer, and who is let in meanwhile would wait for that too.
    #[must_use]
    pub const fn tokens(&self) -> PoolOptions {
        PoolOptions {
            name: "tokens",
            size: 2,
            ..self.pool()
        }
    }

    /// The transports' part.
    #[must_use]
    pub fn http(&self) -> http::Limits {
        http::Limits {
            body_bytes: self.body_bytes,
            init_timeout: Duration::from_secs(self.init_timeout_seconds),
            drain: Duration::from_secs(self.shutdown_seconds),
            batch: self.batch,
            request_timeout: Duration::from_secs(self.request_seconds),
            requests_at_once: self.requests_at_once,
            rate_per_token: self.rate_per_token,
            rate_per_address: self.rate_per_address,
            trusted_proxies: self.trusted_proxies.iter().map(network).collect(),
            origins: self.origins.iter().map(|origin| origin.0.clone()).collect(),
            persisted: match self.persisted {
                PersistedAt::Off => Persisted::Off,
                PersistedAt::Automatic => Persisted::Automatic,
                PersistedAt::Only => Persisted::Only,
            },
            ..http::Limits::default()
        }
    }

    /// The schema's part.
    #[must_use]
    pub fn graphql(&self) -> graphql::Limits {
        graphql::Limits {
            depth: self.query_depth,
            root_fields: self.root_fields,
            fields: self.query_fields,
            cost: self.query_cost,
            aliases: self.query_aliases,
            directives: self.query_directives,
            list_items: self.list_items,
            introspection: self.introspection,
            ids: self.node_ids,
            filter_conditions: self.filter_conditions,
            filter_depth: self.filter_depth,
            count_filters: self.count_filters,
            ..graphql::Limits::default()
        }
    }

    /// The commands' part.
    #[must_use]
    pub fn service(&self) -> service::Settings {
        service::Settings {
            retention: chrono::TimeDelta::days(self.trash_days.into()),
            message_chars: self.message_chars,
            name_chars: self.name_chars,
            session: chrono::TimeDelta::days(self.session_days.into()),
            session_idle: chrono::TimeDelta::minutes(self.session_idle_minutes.into()),
            invitation: chrono::TimeDelta::hours(self.invitation_hours.into()),
        }
    }

    /// The way that hints go.
    ///
    /// # Errors
    /// When it is no address.
    pub fn hints(&self) -> Result<Hints> {
        if self.hints.is_empty() {
            return Ok(Hints::Postgres);
        }
        let bad = |error: BadNatsAddress| {
            Error::request("BAD_CONFIG", format!("the setting `hints`: {error}"))
        };
        self.hints.parse().map(Hints::Nats).map_err(bad)
    }
}

fn network(network: &Network) -> http::Network {
    http::Network {
        address: network.address,
        bits: network.bits,
    }
}
