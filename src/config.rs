//! What an operator can set: typed, with defaults, unknown keys refused.

use std::path::Path;

use serde::Deserialize;

use crate::domain::text;

/// All settings of a server. A file (`--config`, TOML) may give any of them; the command line wins over it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The most connections to the database; 16.
    pub pool_size: usize,
    /// Seconds that a request waits for a connection; 5.
    pub pool_wait_seconds: u64,
    /// Seconds that one SQL statement may run; 10.
    pub statement_timeout_seconds: u64,
    /// Days that the trash keeps things (rule 18); 30.
    pub trash_days: u32,
    /// Seconds between looks for what the trash has kept long enough; 60.
    pub purge_interval_seconds: u64,
    /// Days that a subscription's cursor reaches back; 7.
    pub replay_days: u32,
    /// Bytes of a request's body; 2 MiB.
    pub body_bytes: usize,
    /// Seconds that a WebSocket has for its `connection_init`; 3.
    pub init_timeout_seconds: u64,
    /// Seconds that a shutdown waits for what is under way; 10.
    pub shutdown_seconds: u64,
    /// Characters of a message's text; 1,000,000.
    pub message_chars: usize,
    /// Characters of a subject or name; 1,000.
    pub name_chars: usize,
    /// Levels of a query's selections; 15.
    pub query_depth: usize,
    /// Fields at a query's root, aliases included; 30.
    pub root_fields: usize,
    /// Ids in one `nodes`; 100.
    pub node_ids: usize,
    /// Conditions in one filter; 50.
    pub filter_conditions: usize,
    /// Levels of `and`, `or` and `not` in one filter; 5.
    pub filter_depth: usize,
    /// Days that a session lasts, however much it is used; 14.
    pub session_days: u32,
    /// Minutes that a session lasts without being used; 720.
    pub session_idle_minutes: u32,
    /// Hours that an invitation is good for; 72.
    pub invitation_hours: u32,
    /// What an identity provider's tokens say in `iss`, exactly; empty: there is none.
    pub identity_issuer: String,
    /// What they must have in `aud`.
    pub identity_audience: String,
    /// The provider's key set (JWKS): an https address, or a file.
    pub identity_keys: String,
    /// The id of the account that all its users are of; or else `identity_account_claim`.
    pub identity_account: String,
    /// The claim with the id of the account.
    pub identity_account_claim: String,
    /// The claim that says who it is: `email` is compared with users' addresses, any other, such as `sub`, with their
    /// `externalId`; `email`.
    pub identity_user_claim: String,
    /// Seconds by which the provider's clock may be wrong; 60, at most 300.
    pub identity_leeway_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            pool_size: 16,
            pool_wait_seconds: 5,
            statement_timeout_seconds: 10,
            trash_days: 30,
            purge_interval_seconds: 60,
            replay_days: 7,
            body_bytes: 2 * 1024 * 1024,
            init_timeout_seconds: 3,
            shutdown_seconds: 10,
            message_chars: text::MESSAGE_CHARS,
            name_chars: text::NAME_CHARS,
            query_depth: 15,
            root_fields: 30,
            node_ids: 100,
            filter_conditions: 50,
            filter_depth: 5,
            session_days: 14,
            session_idle_minutes: 720,
            invitation_hours: 72,
            identity_issuer: String::new(),
            identity_audience: String::new(),
            identity_keys: String::new(),
            identity_account: String::new(),
            identity_account_claim: String::new(),
            identity_user_claim: "email".to_owned(),
            identity_leeway_seconds: 60,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {0} cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// The file is no TOML, or says something that is not known.
    #[error("the configuration {0} is not right: {1}")]
    Invalid(String, String),
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, or has an unknown key.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable(shown.clone(), error))?;
        toml::from_str(&text)
            .map_err(|error| ConfigError::Invalid(shown, error.message().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused() {
        let error = toml::from_str::<Config>("trash_dayz = 3").unwrap_err();
        assert!(error.message().contains("trash_dayz"), "{error}");
        assert_eq!(
            toml::from_str::<Config>("trash_days = 3")
                .unwrap()
                .trash_days,
            3
        );
    }
}
