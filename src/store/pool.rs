//! Connections: a bounded pool, whose every wait is bounded too.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deadpool::managed::{self, Manager, Metrics, RecycleError, RecycleResult, TimeoutType};
use diesel::connection::InstrumentationEvent;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use crate::domain::id::AccountId;
use crate::error::{Error, Result};

type PoolError = managed::PoolError<ConnectionError>;

/// Connections of the store.
pub type Pool = managed::Pool<Opener>;
/// A connection on loan.
pub type Loan = managed::Object<Opener>;

/// A connection of the pool, and what its session is set to beside what all are.
pub struct Pooled {
    connection: AsyncPgConnection,
    account: Mutex<Option<AccountId>>,
    /// How many statements stay prepared on it.
    prepared: Arc<AtomicUsize>,
}

impl Pooled {
    fn account(&self) -> MutexGuard<'_, Option<AccountId>> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether statements outside of any transaction see that account's rows.
    pub(super) fn is_of(&self, account: AccountId) -> bool {
        *self.account() == Some(account)
    }

    /// Whose rows statements outside of any transaction see; none while that is on its way.
    pub(super) fn set_account(&self, account: Option<AccountId>) {
        *self.account() = account;
    }
}

impl Deref for Pooled {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.connection
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }
}

/// Opens the connections of a pool.
#[derive(Debug)]
pub struct Opener {
    url: String,
    setup: String,
}

impl Opener {
    async fn open(&self) -> ConnectionResult<Pooled> {
        let mut connection = AsyncPgConnection::establish(&self.url).await?;
        let prepared = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&prepared);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        let set = connection.batch_execute(&self.setup).await;
        set.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Pooled {
            connection,
            account: Mutex::default(),
            prepared,
        })
    }
}

impl Manager for Opener {
    type Type = Pooled;
    type Error = ConnectionError;

    // Boxed, because whoever asks for a connection has room for this, and few need it.
    async fn create(&self) -> ConnectionResult<Pooled> {
        Box::pin(self.open()).await
    }

    // No `SELECT 1` at each loan: a connection that died shows at its first statement, and is then thrown away.
    async fn recycle(&self, pooled: &mut Pooled, _: &Metrics) -> RecycleResult<ConnectionError> {
        if std::thread::panicking() || pooled.is_broken() {
            return Err(RecycleError::message("the connection is broken"));
        }
        if pooled.prepared.load(Ordering::Relaxed) > MOST_PREPARED {
            return Err(RecycleError::message("the connection keeps too much"));
        }
        Ok(())
    }
}

/// The statements of the store are prepared once a connection, and so are their plans. Left to itself, Postgres takes
/// any plan for many ids to be worse than one for the few that are bound, and plans a page with its neighbours anew for
/// every request, which takes it longer than to run it (`benches/screens`). What these statements go by does not depend
/// on their values; `tests/it/statements` holds their plans as they are kept.
const KEPT_PLANS: &str = "force_generic_plan";

/// With so many statements prepared a connection is not used again, but replaced. What screens and commands take together
/// is fewer; yet whoever asks for ever other lists in ever other pages has ever other statements prepared, and Postgres
/// keeps up to 300 KB for one with its plan (`pg_backend_memory_contexts` told that), as long as the connection lasts.
const MOST_PREPARED: usize = 300;

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
pub fn pool(url: &str, options: &PoolOptions) -> Result<Pool> {
    let millis = options.statement_timeout.as_millis();
    let opener = Opener {
        url: with_limits(url),
        setup: format!(
            "SET statement_timeout = {millis}; SET lock_timeout = {millis}; \
             SET idle_in_transaction_session_timeout = '60s'; SET jit = off; \
             SET plan_cache_mode = {KEPT_PLANS}; SET TimeZone = 'UTC'; SET application_name = 'tandem'"
        ),
    };
    Pool::builder(opener)
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
