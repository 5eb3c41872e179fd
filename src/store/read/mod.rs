//! All SQL that queries read with, one file a noun.
//!
//! Every function takes a [`Source`], which knows whose rows it may read, and takes many ids at once: one
//! statement, however many rows are asked about.

pub mod account;
mod binds;
pub mod cascade;
pub mod conversation;
mod conversation_filter;
pub mod desk;
pub mod message;
pub mod page;
pub mod property;
pub mod ticket;
mod ticket_filter;
pub mod trash;
pub mod user;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::sql_types::Untyped;
use diesel_async::RunQueryDsl;

use super::sql::Sql;
use super::{Scope, Snapshot, Store};
use crate::domain::id::AccountId;
use crate::error::{Error, Result};

/// One account as it was at one moment.
#[derive(Clone)]
pub struct Source {
    snapshot: Snapshot,
    account: AccountId,
    statements: Arc<AtomicU32>,
}

impl Source {
    /// The account as it is when the first statement is sent.
    #[must_use]
    pub fn new(store: &Store, account: AccountId) -> Self {
        Self {
            snapshot: store.snapshot(Scope::Account(account)),
            account,
            statements: Arc::default(),
        }
    }

    /// Whose rows these are.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// How many statements were sent so far, `BEGIN` aside.
    #[must_use]
    pub fn statements(&self) -> u32 {
        AtomicU32::load(&self.statements, Ordering::Relaxed)
    }

    pub(super) fn snapshot(&self) -> &Snapshot {
        self.statements.fetch_add(1, Ordering::Relaxed);
        &self.snapshot
    }

    /// Sends a statement and reads all its rows.
    async fn load<R>(&self, statement: Sql) -> Result<Vec<R>>
    where
        R: FromSqlRow<Untyped, Pg> + Send + 'static,
    {
        let rows = statement
            .load(&mut self.snapshot().connection().await?)
            .await?;
        Ok(rows)
    }
}

/// Reads a code that the database keeps; one that this version does not know is a fault, not a guess.
fn known<T>(value: Option<T>, what: &str, code: i16) -> Result<T> {
    value.ok_or_else(|| Error::Internal(format!("the database has the unknown {what} {code}")))
}

/// A count, as GraphQL has integers.
#[derive(diesel::QueryableByName)]
struct CountRow {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// A count for each of several things.
#[derive(diesel::QueryableByName)]
struct CountOfRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    of: uuid::Uuid,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}
