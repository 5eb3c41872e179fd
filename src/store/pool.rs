//! Connections: a bounded pool, whose every wait is bounded too.

use std::time::Duration;

use deadpool::managed::TimeoutType;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as ConnectError, RecyclingMethod,
};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;

use crate::error::{Error, Result};

type PoolError = deadpool::managed::PoolError<ConnectError>;

/// A connection on loan.
pub type Loan = Object<AsyncPgConnection>;

/// How the pool behaves.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// What it is for, in metrics.
    pub name: &'static str,
    /// The most connections at once.
    pub size: usize,
    /// The longest wait for a free one, and for opening one.
    pub wait: Duration,
    /// The longest that one statement may run.
    pub statement_timeout: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            name: "requests",
            size: 16,
            wait: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// An address with limits for a network that swallows everything: without them a connection whose other end has vanished
/// is waited for until the operating system gives up, a quarter of an hour later. Those that the address has itself hold.
pub(super) fn with_limits(url: &str) -> String {
    const LIMITS: [(&str, u32); 5] = [
        ("connect_timeout", 5),
        ("tcp_user_timeout", 15),
        ("keepalives_idle", 15),
        ("keepalives_interval", 5),
        ("keepalives_retries", 3),
    ];
    // The form `host=… user=…` is for those who want to say all of it themselves.
    if !url.contains("://") {
        return url.to_owned();
    }
    let mut url = url.to_owned();
    for (name, seconds) in LIMITS {
        if !url.contains(&format!("{name}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={seconds}"));
        }
    }
    url
}

/// Makes a pool; connects nothing yet.
///
/// # Errors
/// Never with valid options.
pub fn pool(url: &str, options: &PoolOptions) -> Result<Pool<AsyncPgConnection>> {
    let mut config = ManagerConfig::default();
    // No `SELECT 1` at each loan: a connection that died shows at its first statement, and is then thrown away.
    config.recycling_method = RecyclingMethod::Fast;
    let millis = options.statement_timeout.as_millis();
    let setup = format!(
        "SET statement_timeout = {millis}; SET lock_timeout = {millis}; \
         SET idle_in_transaction_session_timeout = '60s'; SET jit = off; \
         SET TimeZone = 'UTC'; SET application_name = 'tandem'"
    );
    config.custom_setup = Box::new(move |url| {
        let setup = setup.clone();
        async move {
            let mut connection = AsyncPgConnection::establish(url).await?;
            connection
                .batch_execute(&setup)
                .await
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        }
        .boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(with_limits(url), config);
    Pool::builder(manager)
        .max_size(options.size)
        .wait_timeout(Some(options.wait))
        .create_timeout(Some(options.wait))
        .recycle_timeout(Some(options.wait))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| Error::Internal(error.to_string()))
}

/// Why there was no connection to be had, in a word for metrics.
pub(super) fn reason(error: &PoolError) -> &'static str {
    match error {
        PoolError::Timeout(TimeoutType::Wait) => "exhausted",
        PoolError::Timeout(_) => "timeout",
        PoolError::Backend(_) => "database",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_it_says_itself() {
        let url = with_limits("postgres://a@b/c?connect_timeout=60");
        assert!(url.starts_with("postgres://a@b/c?connect_timeout=60&tcp_user_timeout="));
        assert!(with_limits("postgres://a@b/c").starts_with("postgres://a@b/c?connect_timeout=5&"));
        assert_eq!(with_limits("host=a user=b"), "host=a user=b");
    }
}
