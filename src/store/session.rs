//! Transactions: one to write a cascade in, one to read a whole response from.

use std::sync::Arc;

use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::sql_types::Untyped;
use futures_util::join;
use tokio::sync::OnceCell;

use super::connection::Connection;
use super::sql::{Sql, sql};
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
        let answer = last.load(&mut &self.0);
        // Prepared like the others, which go out in the order of their making even where one has to be prepared first. A
        // batch would overtake it, and commit without it.
        let commit = sql("COMMIT", []).execute(&mut &self.0);
        let (rows, committed) = join!(answer, commit);
        if committed.is_ok() {
            self.0.has_ended();
        }
        let rows = rows?;
        committed?;
        Ok(rows)
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// When the connection is lost, which takes everything back too.
    pub async fn rollback(self) -> Result<()> {
        self.0.end("ROLLBACK").await
    }
}

/// How much is read from a snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extent {
    /// However many statements there are.
    #[default]
    Statements,
    /// One statement whose plan is kept: a moment by itself, which takes no transaction around it.
    OneStatement,
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
    extent: Extent,
    open: OnceCell<Connection>,
    by_values: OnceCell<()>,
}

impl Snapshot {
    pub(super) fn new(store: Store, scope: Scope, extent: Extent) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                scope,
                extent,
                open: OnceCell::new(),
                by_values: OnceCell::new(),
            }),
        }
    }

    /// The connection; statements on it are pipelined.
    pub(super) async fn connection(&self) -> Result<&Connection> {
        let inner = &*self.inner;
        let open = inner.open.get_or_try_init(async || {
            let loan = inner.store.loan().await?;
            match (inner.extent, &inner.scope) {
                (Extent::OneStatement, Scope::Account(account)) => {
                    Connection::of_account(loan, *account)
                }
                // Its session says whose rows these are.
                (_, Scope::Account(account)) if loan.is_of(*account) => {
                    Connection::begin(loan, format!("BEGIN {READING}"))
                }
                (_, scope) => Connection::begin(loan, begin(READING, scope)),
            }
        });
        open.await
    }

    /// The same, from now on with a plan of its own for each statement, made for the values that are bound.
    pub(super) async fn connection_by_values(&self) -> Result<&Connection> {
        let connection = self.connection().await?;
        let set = || connection.batch(PLANS_BY_VALUES);
        self.inner.by_values.get_or_try_init(set).await?;
        Ok(connection)
    }
}
