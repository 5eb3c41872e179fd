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
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
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
