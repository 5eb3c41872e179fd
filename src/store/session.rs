//! Transactions: one to write a cascade in, one to read a whole response from.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::result::Error as DieselError;
use diesel::sql_types::Untyped;
use tokio::sync::OnceCell;

use super::connection::{Connection, ROLLBACK};
use super::sql::Sql;
use super::{Scope, Store};
use crate::error::Result;

/// What a transaction may see: the settings that row-level security looks at.
fn begin(mode: &str, scope: &Scope) -> String {
    match scope {
        Scope::Account(id) => format!("BEGIN {mode}; SET LOCAL tandem.account_id = '{}'", id.0),
        Scope::Within(id, limits) => format!(
            "BEGIN {mode}; SET LOCAL tandem.account_id = '{}'; SET LOCAL tandem.inboxes = '{}'",
            id.0,
            limits.literal()
        ),
        Scope::Across => format!("BEGIN {mode}; SET LOCAL tandem.across_accounts = 'on'"),
    }
}

/// A snapshot of as many statements as there are.
const READING: &str = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// For statements that are put together for one request: what is best there depends on the values.
const PLANS_BY_VALUES: &str = "SET LOCAL plan_cache_mode = force_custom_plan";

/// A transaction that writes. Dropped without [`Tx::commit`] it is rolled back before anybody else gets its connection.
pub struct Tx(Connection);

impl Tx {
    pub(super) async fn begin(store: &Store, scope: Scope) -> Result<Self> {
        let loan = store.loan().await?;
        Ok(Self(Connection::begin(loan, begin("", &scope))?))
    }

    /// The connection, for statements of the store.
    pub(super) const fn connection(&self) -> &Connection {
        &self.0
    }

    /// Makes everything permanent and visible at once.
    ///
    /// # Errors
    /// Where a deferred constraint refuses, or the connection is lost: then whether it happened is unknown.
    pub async fn commit(self) -> Result<()> {
        self.0.end("COMMIT").await
    }

    /// Sends a last statement and the commit behind it, without waiting for the statement's answer. Where Postgres
    /// refuses the statement, what is asked to commit is rolled back.
    ///
    /// # Errors
    /// As for a statement and [`Tx::commit`].
    pub(super) async fn commit_with<R>(self, last: Sql) -> Result<Vec<R>>
    where
        R: FromSqlRow<Untyped, Pg> + Send + 'static,
    {
        Ok(self.0.load_and_end(last, "COMMIT").await?)
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// When the connection is lost, which takes everything back too.
    pub async fn rollback(self) -> Result<()> {
        self.0.end(ROLLBACK).await
    }
}

/// A moment of the database that a whole response is read from: no cascade is ever seen half done, however many
/// statements a query takes. The transaction begins with the first of them. Where it is known how many they are, it ends
/// behind the last; and one alone, whose plan is kept, is a moment by itself, which takes no transaction around it.
#[derive(Clone)]
pub struct Snapshot {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    scope: Scope,
    /// How many statements there are, if that is known.
    statements: Option<u32>,
    sent: AtomicU32,
    open: OnceCell<Connection>,
    by_values: OnceCell<()>,
}

impl Snapshot {
    pub(super) fn new(store: Store, scope: Scope, statements: Option<u32>) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                scope,
                statements,
                sent: AtomicU32::new(0),
                open: OnceCell::new(),
                by_values: OnceCell::new(),
            }),
        }
    }

    /// The connection in its transaction, for whoever sends several statements that nobody counted beforehand.
    pub(super) async fn connection(&self) -> Result<&Connection> {
        self.open(false).await
    }

    async fn open(&self, alone: bool) -> Result<&Connection> {
        let inner = &*self.inner;
        let open = inner.open.get_or_try_init(async || {
            let loan = inner.store.loan().await?;
            match &inner.scope {
                Scope::Account(account) if alone => Connection::of_account(loan, *account),
                // Its session says whose rows these are.
                Scope::Account(account) if loan.is_of(*account) => {
                    Connection::begin(loan, format!("BEGIN {READING}"))
                }
                scope => Connection::begin(loan, begin(READING, scope)),
            }
        });
        open.await
    }

    /// Sends a statement and reads all its rows. Statements of one response are pipelined.
    ///
    /// # Errors
    /// When no connection is to be had, the statement is refused, or it is one more than there are to be.
    pub(super) async fn load<R>(&self, statement: Sql) -> Result<Vec<R>>
    where
        R: FromSqlRow<Untyped, Pg> + Send + 'static,
    {
        let inner = &*self.inner;
        let connection = self
            .open(inner.statements == Some(1) && statement.is_kept())
            .await?;
        if !statement.is_kept() {
            let set = || connection.batch(PLANS_BY_VALUES);
            inner.by_values.get_or_try_init(set).await?;
        }
        // Counted where it is sent: who asked first does not always get the connection first.
        let before = inner.sent.fetch_add(1, Ordering::AcqRel);
        let left = inner.statements.map(|all| all.checked_sub(before));
        Ok(match left {
            Some(None | Some(0)) => return Err(DieselError::BrokenTransactionManager.into()),
            Some(Some(1)) if connection.is_in_transaction() => {
                connection.load_and_end(statement, ROLLBACK).await?
            }
            _ => statement.load(&mut &*connection).await?,
        })
    }
}
