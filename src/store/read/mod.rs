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
pub mod joins;
pub mod live;
pub mod message;
pub mod page;
pub mod property;
pub mod saved_view;
pub mod search;
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
use super::{Scope, Snapshot, Store, log};
use crate::domain::event::Entry;
use crate::domain::id::AccountId;
use crate::error::Result;

/// The statements of one response: how many were sent, and how many are on their way.
#[derive(Debug, Default)]
pub struct Flight {
    sent: AtomicU32,
    on_the_way: AtomicU32,
}

impl Flight {
    /// How many statements were sent so far, `BEGIN` aside.
    #[must_use]
    pub fn sent(&self) -> u32 {
        AtomicU32::load(&self.sent, Ordering::Acquire)
    }

    /// Whether any has not been answered yet.
    #[must_use]
    pub fn is_on_the_way(&self) -> bool {
        AtomicU32::load(&self.on_the_way, Ordering::Acquire) > 0
    }

    fn send(&self) -> Statement<'_> {
        self.sent.fetch_add(1, Ordering::AcqRel);
        self.on_the_way.fetch_add(1, Ordering::AcqRel);
        Statement(self)
    }
}

/// A statement on its way, until it is dropped.
struct Statement<'a>(&'a Flight);

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        self.0.on_the_way.fetch_sub(1, Ordering::AcqRel);
    }
}

/// One account as it was at one moment.
#[derive(Clone)]
pub struct Source {
    snapshot: Snapshot,
    account: AccountId,
    flight: Arc<Flight>,
}

impl Source {
    /// The account as it is when the first statement is sent.
    #[must_use]
    pub fn new(store: &Store, account: AccountId, flight: Arc<Flight>) -> Self {
        Self {
            snapshot: store.snapshot(Scope::Account(account)),
            account,
            flight,
        }
    }

    /// Whose rows these are.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Sends a statement and reads all its rows.
    async fn load<R>(&self, statement: Sql) -> Result<Vec<R>>
    where
        R: FromSqlRow<Untyped, Pg> + Send + 'static,
    {
        let _on_the_way = self.flight.send();
        let rows = statement
            .load(&mut self.snapshot.connection().await?)
            .await?;
        Ok(rows)
    }

    /// Sends a statement of the log and reads all its entries.
    async fn load_entries(&self, statement: Sql) -> Result<Vec<Entry>> {
        let _on_the_way = self.flight.send();
        log::load(&self.snapshot, statement).await
    }
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
