//! What an operator can set, as each room below wants it. It stands here so that the configuration itself knows none of
//! them.

use std::time::Duration;

use crate::config::Config;
use crate::store::pool::PoolOptions;
use crate::{graphql, http, service};

impl Config {
    /// The pool's part.
    #[must_use]
    pub const fn pool(&self) -> PoolOptions {
        PoolOptions {
            size: self.pool_size,
            wait: Duration::from_secs(self.pool_wait_seconds),
            statement_timeout: Duration::from_secs(self.statement_timeout_seconds),
        }
    }

    /// The transports' part.
    #[must_use]
    pub fn http(&self) -> http::Limits {
        http::Limits {
            body_bytes: self.body_bytes,
            init_timeout: Duration::from_secs(self.init_timeout_seconds),
            drain: Duration::from_secs(self.shutdown_seconds),
            ..http::Limits::default()
        }
    }

    /// The schema's part.
    #[must_use]
    pub fn graphql(&self) -> graphql::Limits {
        graphql::Limits {
            depth: self.query_depth,
            root_fields: self.root_fields,
            ids: self.node_ids,
            filter_conditions: self.filter_conditions,
            filter_depth: self.filter_depth,
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
}
