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
pub mod kept;
pub mod live;
pub mod message;
pub mod page;
pub mod property;
pub mod saved_view;
pub mod search;
pub mod seen;
pub mod ticket;
mod ticket_filter;
pub mod trash;
pub mod user;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::deserialize::FromSqlRow;
use diesel::pg::Pg;
use diesel::sql_types::Untyped;
use uuid::Uuid;

use super::session::Extent;
use super::sql::Sql;
use super::{Scope, Snapshot, Store, log};
use crate::domain::access::{Limits, Viewer};
use crate::domain::event::Entry;
use crate::domain::id::AccountId;
use crate::error::Result;

/// The statements of one response: how many were sent, how many are on their way, and how long any was.
#[derive(Debug, Default)]
pub struct Flight {
    sent: AtomicU32,
    on_the_way: Mutex<OnTheWay>,
    extent: Extent,
    needs_more: AtomicBool,
}

#[derive(Debug, Default)]
struct OnTheWay {
    count: u32,
    since: Option<Instant>,
    waited: Duration,
}

impl Flight {
    /// Of a response that one statement with a kept plan is hoped to be enough for.
    #[must_use]
    pub fn of_one() -> Self {
        Self {
            extent: Extent::OneStatement,
            ..Self::default()
        }
    }

    /// Whether that hope failed. Then what would need more waits for ever, and the response is to be begun anew with
    /// a flight of any number.
    #[must_use]
    pub fn needs_more(&self) -> bool {
        self.needs_more.load(Ordering::Acquire)
    }

    /// How many statements were sent so far, `BEGIN` aside.
    #[must_use]
    pub fn sent(&self) -> u32 {
        AtomicU32::load(&self.sent, Ordering::Acquire)
    }

    /// Whether any has not been answered yet.
    #[must_use]
    pub fn is_on_the_way(&self) -> bool {
        self.lock().count > 0
    }

    /// For how long at least one was on its way.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.lock().waited
    }

    fn lock(&self) -> MutexGuard<'_, OnTheWay> {
        // Nothing that could panic happens halfway through a change.
        self.on_the_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, statement: &Sql) -> Statement<'_> {
        let sent = self.sent.fetch_add(1, Ordering::AcqRel);
        if self.extent == Extent::OneStatement && (sent > 0 || !statement.is_kept()) {
            self.needs_more.store(true, Ordering::Release);
            return std::future::pending().await;
        }
        let mut on_the_way = self.lock();
        on_the_way.count += 1;
        on_the_way.since.get_or_insert_with(Instant::now);
        Statement(self)
    }
}

/// A statement on its way, until it is dropped.
struct Statement<'a>(&'a Flight);

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        let mut on_the_way = self.0.lock();
        on_the_way.count = on_the_way.count.saturating_sub(1);
        if on_the_way.count == 0
            && let Some(since) = on_the_way.since.take()
        {
            on_the_way.waited += since.elapsed();
        }
    }
}

/// One account as it was at one moment.
#[derive(Clone)]
pub struct Source {
    snapshot: Snapshot,
    account: AccountId,
    limits: Option<Limits>,
    flight: Arc<Flight>,
    kept: Arc<kept::Kept>,
    /// The mark of the account's settings, once a statement brought it along.
    mark: Arc<OnceLock<Uuid>>,
}

impl Source {
    /// All of the account as it is when the first statement is sent. What is shown to somebody is read by
    /// [`Source::of`].
    #[must_use]
    pub fn new(store: &Store, account: AccountId, flight: Arc<Flight>) -> Self {
        let scope = Scope::Account(account);
        Self {
            snapshot: Snapshot::new(store.clone(), scope, flight.extent),
            account,
            limits: None,
            flight,
            kept: Arc::clone(store.kept()),
            mark: Arc::default(),
        }
    }

    /// What of their account the viewer sees, as it is when the first statement is sent.
    #[must_use]
    pub fn of(store: &Store, viewer: &Viewer, flight: Arc<Flight>) -> Self {
        let Some(limits) = &viewer.limits else {
            return Self::new(store, viewer.account, flight);
        };
        Self {
            snapshot: store.snapshot(Scope::Within(viewer.account, limits.clone())),
            limits: Some(limits.clone()),
            ..Self::new(store, viewer.account, flight)
        }
    }

    /// The inboxes that the rows are limited to; none: no limit.
    #[must_use]
    pub const fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
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
        let _on_the_way = self.flight.send(&statement).await;
        let mut connection = if statement.is_kept() {
            self.snapshot.connection().await?
        } else {
            self.snapshot.connection_by_values().await?
        };
        Ok(statement.load(&mut connection).await?)
    }

    /// Sends a statement of the log and reads all its entries: what of them is seen.
    async fn load_entries(&self, statement: Sql) -> Result<Vec<Entry>> {
        let entries = self.load_whole_entries(statement).await?;
        seen::shown(self, entries).await
    }

    /// The same, with what is not seen too: not to be shown as it is.
    async fn load_whole_entries(&self, statement: Sql) -> Result<Vec<Entry>> {
        let _on_the_way = self.flight.send(&statement).await;
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
