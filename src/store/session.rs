//! Transactions: one to write a cascade in, one to read a whole response from.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use tokio::sync::OnceCell;

use super::pool::Loan;
use super::timing::batch;
use super::{Scope, Store};
use crate::error::{Error, Result};

/// What a transaction may see: the setting that row-level security looks at.
fn begin(mode: &str, scope: Scope) -> String {
    match scope {
        Scope::Account(id) => format!("BEGIN {mode}; SET LOCAL tandem.account_id = '{}'", id.0),
        Scope::Across => format!("BEGIN {mode}; SET LOCAL tandem.across_accounts = 'on'"),
    }
}

/// The statements of a response are prepared once a connection, and so are their plans. Left to itself, Postgres takes
/// any plan for many ids to be worse than one for the few that are bound, and plans a page with its neighbours anew for
/// every request, which takes it longer than to run it (`benches/screens`). What these statements go by does not depend
/// on their values; `tests/it/statements` holds their plans as they are kept.
const KEPT_PLANS: &str = "SET LOCAL plan_cache_mode = force_generic_plan";
/// For statements that are put together for one request: what is best there depends on the values.
const PLANS_BY_VALUES: &str = "SET LOCAL plan_cache_mode = force_custom_plan";

/// A transaction that writes. Dropped without [`Tx::commit`] it is rolled back, with its connection thrown away
/// where a statement may still run on it.
pub struct Tx {
    loan: Option<Loan>,
}

impl Tx {
    pub(super) async fn begin(store: &Store, scope: Scope) -> Result<Self> {
        let tx = Self {
            loan: Some(store.loan().await?),
        };
        batch(tx.connection()?, &begin("", scope)).await?;
        Ok(tx)
    }

    /// The connection, for statements of the store.
    pub(super) fn connection(&self) -> Result<&AsyncPgConnection> {
        let gone = || Error::Internal("transaction used after its end".to_owned());
        self.loan.as_deref().ok_or_else(gone)
    }

    /// Makes everything permanent and visible at once.
    ///
    /// # Errors
    /// Where a deferred constraint refuses, or the connection is lost: then whether it happened is unknown.
    pub async fn commit(mut self) -> Result<()> {
        batch(self.connection()?, "COMMIT").await?;
        // Only now is the connection good for others.
        drop(self.loan.take());
        Ok(())
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// When the connection is lost, which takes everything back too.
    pub async fn rollback(mut self) -> Result<()> {
        batch(self.connection()?, "ROLLBACK").await?;
        drop(self.loan.take());
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let Some(loan) = self.loan.take() {
            give_back(loan);
        }
    }
}

/// Ends whatever transaction is open, then returns the connection. In the background: whoever had it is gone.
fn give_back(loan: Loan) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            if batch(&loan, "ROLLBACK").await.is_err() {
                drop(Loan::take(loan));
            }
        });
    } else {
        drop(Loan::take(loan));
    }
}

/// A moment of the database that a whole response is read from: no cascade is ever seen half done, however many
/// statements a query takes. The transaction begins with the first of them.
#[derive(Clone)]
pub struct Snapshot {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    scope: Scope,
    loan: OnceCell<Loan>,
    by_values: OnceCell<()>,
}

impl Snapshot {
    pub(super) fn new(store: Store, scope: Scope) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                scope,
                loan: OnceCell::new(),
                by_values: OnceCell::new(),
            }),
        }
    }

    /// The connection; statements on it are pipelined.
    pub(super) async fn connection(&self) -> Result<&AsyncPgConnection> {
        let inner = &*self.inner;
        let loan = inner.loan.get_or_try_init(|| async {
            let loan = inner.store.loan().await?;
            let begin = begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", inner.scope);
            match batch(&loan, &format!("{begin}; {KEPT_PLANS}")).await {
                Ok(()) => Ok(loan),
                Err(error) => {
                    drop(Loan::take(loan));
                    Err(Error::from(error))
                }
            }
        });
        Ok(&**loan.await?)
    }

    /// The same, from now on with a plan of its own for each statement, made for the values that are bound.
    pub(super) async fn connection_by_values(&self) -> Result<&AsyncPgConnection> {
        let connection = self.connection().await?;
        let set = || batch(connection, PLANS_BY_VALUES);
        self.inner.by_values.get_or_try_init(set).await?;
        Ok(connection)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(loan) = self.loan.take() {
            give_back(loan);
        }
    }
}
