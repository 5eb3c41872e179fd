//! All SQL of Tandem, in functions named after noun and verb. `diesel_async::RunQueryDsl` stays in here.

pub mod accounts;
pub mod apply;
pub mod bulk;
pub mod credentials;
pub mod embedded;
mod held;
pub mod linked;
pub mod log;
pub mod migrate;
pub mod pool;
pub mod purge;
pub mod read;
pub mod receive;
mod redact;
mod rows;
mod session;
pub mod settings;
pub mod sql;
pub mod tail;
pub mod token;
pub mod verify;
pub mod viewers;

pub use session::{Snapshot, Tx};

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Pool;

use crate::domain::id::AccountId;
use crate::error::{Error, Result};
use pool::{Loan, PoolOptions};

/// Whose rows a transaction may see, beside the `account_id` in its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One account's.
    Account(AccountId),
    /// All: the tail of the log, signing in, the purge, the command line.
    Across,
}

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: Pool<AsyncPgConnection>,
    url: std::sync::Arc<str>,
}

impl Store {
    /// A store on that database; connects with the first statement.
    ///
    /// # Errors
    /// Never with valid options.
    pub fn new(url: &str, options: &PoolOptions) -> Result<Self> {
        Ok(Self {
            pool: pool::pool(url, options)?,
            url: url.into(),
        })
    }

    /// The address of the database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection, within the pool's bounded wait.
    async fn loan(&self) -> Result<Loan> {
        self.pool
            .get()
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))
    }

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self, scope: Scope) -> Result<Tx> {
        Tx::begin(self, scope).await
    }

    /// A snapshot that a whole response is read from.
    #[must_use]
    pub fn snapshot(&self, scope: Scope) -> Snapshot {
        Snapshot::new(self.clone(), scope)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not, within the pool's bounded wait.
    pub async fn ping(&self) -> Result<()> {
        use diesel_async::SimpleAsyncConnection;
        Ok(self.loan().await?.batch_execute("SELECT 1").await?)
    }
}
