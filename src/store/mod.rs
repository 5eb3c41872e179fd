//! All SQL of Tandem, in functions named after noun and verb. `diesel_async::RunQueryDsl` stays in here.

pub mod accounts;
pub mod apply;
pub mod bulk;
mod columns;
mod connection;
pub mod credentials;
pub mod embedded;
mod held;
pub mod linked;
pub mod log;
pub mod log_months;
pub mod migrate;
pub mod pool;
pub mod purge;
pub mod read;
pub mod receive;
mod redact;
mod rows;
pub mod saved_views;
mod session;
pub mod settings;
pub mod sql;
pub mod tail;
mod timing;
pub mod token;
pub mod verify;
pub mod viewers;

use session::Extent;
pub use session::{Snapshot, Tx};

use std::sync::Arc;

use crate::domain::access::Limits;
use crate::domain::id::AccountId;
use crate::error::{Error, Result};
use pool::{Loan, Pool, PoolOptions};

/// Whose rows a transaction may see, beside the `account_id` in its statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One account's.
    Account(AccountId),
    /// Those of one account that are within the limits of whoever they are read for.
    Within(AccountId, Limits),
    /// All: the tail of the log, signing in, the purge, the command line.
    Across,
}

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    url: Arc<str>,
    name: &'static str,
    kept: Arc<read::kept::Kept>,
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
            name: options.name,
            kept: Arc::default(),
        })
    }

    /// What its snapshots keep for later ones.
    const fn kept(&self) -> &Arc<read::kept::Kept> {
        &self.kept
    }

    /// The address of the database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection, within the pool's bounded wait.
    async fn loan(&self) -> Result<Loan> {
        let asked = std::time::Instant::now();
        let loan = self.pool.get().await;
        metrics::histogram!("tandem_pool_wait_seconds", "pool" => self.name)
            .record(asked.elapsed());
        loan.map_err(|error| {
            let reason = pool::reason(&error);
            metrics::counter!("tandem_pool_refused_total", "pool" => self.name, "reason" => reason)
                .increment(1);
            Error::Unavailable(error.to_string())
        })
    }

    /// Tells the metrics how its pool is just now.
    pub fn observe(&self) {
        let status = self.pool.status();
        let in_use = status.size.saturating_sub(status.available);
        for (state, count) in [("idle", status.available), ("in_use", in_use)] {
            metrics::gauge!("tandem_pool_connections", "pool" => self.name, "state" => state)
                .set(count as f64);
        }
        metrics::gauge!("tandem_pool_size", "pool" => self.name).set(status.max_size as f64);
        metrics::gauge!("tandem_pool_waiting", "pool" => self.name).set(status.waiting as f64);
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
        Snapshot::new(self.clone(), scope, Extent::Statements)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not, within the pool's bounded wait.
    pub async fn ping(&self) -> Result<()> {
        let loan = self.loan().await?;
        Ok(timing::batch(&loan, "SELECT 1").await?)
    }
}
