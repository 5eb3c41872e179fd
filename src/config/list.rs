//! The list of all settings.

use super::value::{Given, Settable, within};
use super::words::{MetricsAt, Network, Origin, PersistedAt};
use super::{ConfigError, Setting};
use crate::domain::text;

/// Declares the settings: `/// about`, then `key: type = default, allowed range;`, the range for numbers that need one.
macro_rules! settings {
    ($($(#[doc = $about:literal])+ $key:ident: $kind:ty = $default:expr $(, $allowed:expr)?;)+) => {
        /// All settings of a server.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Config {
            $($(#[doc = $about])+ pub $key: $kind,)+
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($key: $default,)+ }
            }
        }

        /// All settings, in the order of `docs/settings.md`.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            key: stringify!($key),
            about: concat!($($about),+),
            kind: <$kind as Settable>::KIND,
        }),+];

        impl Config {
            /// Sets one; `origin` says in messages where the value was found.
            ///
            /// # Errors
            /// When there is no such setting, or it takes no such value.
            pub fn set(&mut self, key: &str, given: &Given<'_>, origin: &str) -> Result<(), ConfigError> {
                let refuse = |why: String| ConfigError::Value {
                    origin: origin.to_owned(),
                    key: key.to_owned(),
                    why,
                };
                match key {
                    $(stringify!($key) => {
                        let value = <$kind as Settable>::take(given).map_err(refuse)?;
                        $(within(value, $allowed).map_err(refuse)?;)?
                        self.$key = value;
                    })+
                    _ => {
                        return Err(ConfigError::Unknown {
                            origin: origin.to_owned(),
                            key: key.to_owned(),
                        });
                    }
                }
                Ok(())
            }

            /// Every key with its value as a file would give it.
            #[must_use]
            pub fn values(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($key), self.$key.shown())),+]
            }
        }
    };
}

settings! {
    /// Where to listen; port 0 takes any free one.
    listen: std::net::SocketAddr = std::net::SocketAddr::from(([127, 0, 0, 1], 4000));
    /// Where `/metrics` is, for Prometheus: `main` beside everything else, an address for a listener of its own, or `off`.
    metrics: MetricsAt = MetricsAt::Main;
    /// Where traces go: the address of an OpenTelemetry collector (`http://127.0.0.1:4318/v1/traces`); empty for nowhere.
    traces: String = String::new();
    /// Of a hundred requests so many are traced.
    traces_percent: u32 = 100, 0..=100;
    /// The most connections to the database for requests; up to seven more are for the live part and for finding out who asks.
    pool_size: usize = 16, 1..=10_000;
    /// How long a request waits for a connection to the database.
    pool_wait_seconds: u64 = 5, 1..=600;
    /// How long one SQL statement may run.
    statement_timeout_seconds: u64 = 10, 1..=3_600;
    /// How long the trash keeps things (rule 18).
    trash_days: u32 = 30, 0..=36_500;
    /// Between looks for what the trash has kept long enough.
    purge_interval_seconds: u64 = 60, 1..=86_400;
    /// How far a subscription's cursor reaches back.
    replay_days: u32 = 7, 0..=36_500;
    /// How long the log is kept, by whole months: audit trail, timelines, and what undo reads. Never less than a month more than `replay_days`.
    log_days: u32 = 400, 31..=36_500;
    /// A NATS server (`nats://host:4222`) by which servers tell each other that something happened; empty: they do so through the database.
    hints: String = String::new();
    /// Days that a session lasts, however much it is used.
    session_days: u32 = 14, 1..=3_650;
    /// Minutes that a session lasts without being used; a socket that stands open is use.
    session_idle_minutes: u32 = 720, 5..=5_256_000;
    /// Hours that an invitation is good for.
    invitation_hours: u32 = 72, 1..=8_760;
    /// What an identity provider's tokens say in `iss`, exactly; empty: there is none (see Access in the README).
    identity_issuer: String = String::new();
    /// What they must have in `aud`.
    identity_audience: String = String::new();
    /// The provider's key set (JWKS): an https address, or a file.
    identity_keys: String = String::new();
    /// The id of the account that all its users are of; or else `identity_account_claim`.
    identity_account: String = String::new();
    /// The claim with the id of the account.
    identity_account_claim: String = String::new();
    /// The claim that says who it is; any other than `email`, such as `sub`, is compared with users' `externalId`.
    identity_user_claim: String = "email".to_owned();
    /// Seconds by which the provider's clock may be wrong.
    identity_leeway_seconds: u64 = 60, 0..=300;
    /// Of a request's body, in bytes.
    body_bytes: usize = 2 * 1024 * 1024, 1_024..=1_073_741_824;
    /// What a WebSocket has for its `connection_init`.
    init_timeout_seconds: u64 = 3, 1..=600;
    /// How long a shutdown waits for what is under way.
    shutdown_seconds: u64 = 10, 0..=3_600;
    /// Of a message's text, in characters.
    message_chars: usize = text::MESSAGE_CHARS, 1..=100_000_000;
    /// Of a subject or name, in characters.
    name_chars: usize = text::NAME_CHARS, 1..=100_000;
    /// Levels of a query's selections.
    query_depth: usize = 15, 1..=100;
    /// What an operation may cost: the fields that its answer can have, as often as the pages it asks for have rows. The cost of each answer is in its `extensions`.
    query_cost: u64 = 1_000_000, 1..=1_000_000_000_000;
    /// Fields of an operation, those of its fragments counted at every place.
    query_fields: usize = 5_000, 1..=1_000_000;
    /// Aliases of an operation.
    query_aliases: usize = 500, 0..=1_000_000;
    /// Directives of an operation.
    query_directives: usize = 100, 0..=1_000_000;
    /// Items in all lists of an operation's arguments and variables together.
    list_items: usize = 10_000, 1..=1_000_000;
    /// Operations in one HTTP batch; 1 is none.
    batch: usize = 10, 1..=1_000;
    /// Whether the schema may be asked about itself, which GraphiQL does.
    introspection: bool = true;
    /// How long a query may run, and how long the answer of a mutation is waited for.
    request_seconds: u64 = 30, 1..=3_600;
    /// Queries and mutations that run at once; who comes then is told to come again (503).
    requests_at_once: usize = 256, 1..=1_000_000;
    /// Operations of one token in a minute, evenly or all at once; beyond it, 429. 0 is any number.
    rate_per_token: u32 = 120_000, 0..=100_000_000;
    /// Requests from one address in a minute; beyond it, 429. 0 is any number.
    rate_per_address: u32 = 600_000, 0..=100_000_000;
    /// Addresses or networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed.
    trusted_proxies: Vec<Network> = Vec::new();
    /// Origins (`https://desk.example.com`) of other sites whose pages may use the API and open WebSockets.
    origins: Vec<Origin> = Vec::new();
    /// Documents named by their hash: `off`, `automatic` (those of the list, and those that clients sent before) or `only` those of the list.
    persisted: PersistedAt = PersistedAt::Automatic;
    /// The list: a JSON file, as Apollo's or Relay's tools write it; empty for none.
    persisted_list: String = String::new();
    /// Fields at a query's root, aliases included.
    root_fields: usize = 30, 1..=10_000;
    /// Ids in one `nodes`.
    node_ids: usize = 100, 1..=10_000;
    /// Conditions in one filter.
    filter_conditions: usize = 50, 1..=1_000;
    /// Levels of `and`, `or` and `not` in one filter.
    filter_depth: usize = 5, 1..=50;
    /// Filters in one `counts`.
    count_filters: usize = 20, 1..=1_000;
}
