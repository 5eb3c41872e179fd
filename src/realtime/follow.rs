//! Replay, then live: one way to follow the log from any cursor, for single streams and for shared ones.
//!
//! The follower first takes a live feed, then reads the database up to where that feed begins, then goes on with the
//! feed. Both ends of the seam are one position: a feed gives everything after [`Feed::from`], and everything up to
//! there is final ([`super::tail`], invariant 2), so that reading finds all of it. What a feed gives although it was
//! read already (a shared feed may begin earlier than the cursor) is dropped by its position.
//!
//! A long replay would overflow the feed. So far from the end the follower reads without one, and if the feed
//! overflows before the follower has once caught up with it, it reads on and takes a new one. Only who has caught up
//! and then falls behind is [`Lagged`].

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::hub::Lagged;
use super::replay::StreamError;
use super::tail::TailHandle;
use crate::domain::event::{CascadeFilter, Entry, Position};
use crate::domain::id::AccountId;
use crate::error::Error;
use crate::store::log::entries_between;
use crate::store::{Scope, Store};

/// Pauses between two tries of a replay to reach the database.
const SHORTEST_RETRY: Duration = Duration::from_millis(20);
const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// What comes from now on: everything after [`Feed::from`], in order.
pub trait Feed: Send {
    /// What it gives.
    type Item: Send;

    /// Everything up to here is final, and is not in the feed.
    fn from(&self) -> Position;

    /// Whether nothing waits to be taken just now.
    fn is_empty(&self) -> bool;

    /// The next; an error once when the follower was too slow; none at the end.
    fn next(
        &mut self,
    ) -> impl Future<Output = Option<Result<(Position, Self::Item), Lagged>>> + Send;
}

/// Where feeds come from, and how a replayed entry becomes what the feed gives.
pub trait Source: Send + Sync {
    /// What is given.
    type Item: Send;
    /// The feed.
    type Feed: Feed<Item = Self::Item>;

    /// A feed from now on.
    fn subscribe(&mut self) -> Self::Feed;

    /// What an entry becomes.
    fn make(&self, entry: Arc<Entry>) -> impl Future<Output = Self::Item> + Send;
}

/// What every follower of this server needs.
#[derive(Clone)]
pub struct Log {
    /// To replay from.
    pub store: Store,
    /// To know up to where.
    pub tail: TailHandle,
    /// How many entries one statement reads.
    pub page: u16,
}

/// Follows one account's matching entries.
pub struct Follower<S: Source> {
    log: Log,
    source: S,
    account: AccountId,
    filter: CascadeFilter,
    /// Everything up to here has been given.
    at: Position,
    feed: Option<S::Feed>,
    caught_up: bool,
    /// Whether falling behind is made good by reading, however often.
    patient: bool,
    page: VecDeque<(Position, Arc<Entry>)>,
    page_to: Option<Position>,
}

impl<S: Source> Follower<S> {
    /// Follows from after a position up to which the caller knows everything; it must not be above the tail's.
    pub fn after(
        log: Log,
        source: S,
        account: AccountId,
        filter: CascadeFilter,
        after: Position,
    ) -> Self {
        Self {
            log,
            source,
            account,
            filter,
            at: after,
            feed: None,
            caught_up: false,
            patient: false,
            page: VecDeque::new(),
            page_to: None,
        }
    }

    /// Never lags: what the feed could not hold is read.
    #[must_use]
    pub fn patient(mut self) -> Self {
        self.patient = true;
        self
    }

    /// Begins with a feed that was taken already.
    #[must_use]
    pub fn with_feed(mut self, feed: S::Feed) -> Self {
        self.feed = Some(feed);
        self
    }

    /// Up to where everything has been given.
    pub fn at(&self) -> Position {
        self.at
    }

    /// The next, with its position; none when the server stops. A database that is away is waited for.
    pub async fn next(&mut self) -> Option<Result<(Position, S::Item), StreamError>> {
        loop {
            if let Some((position, entry)) = self.page.pop_front() {
                let item = self.source.make(entry).await;
                self.at = position;
                return Some(Ok((position, item)));
            }
            if let Some(to) = self.page_to.take() {
                self.at = self.at.max(to);
            }
            let Some(feed) = &mut self.feed else {
                let tail = self.log.tail.position();
                if self.at.0 + i64::from(self.log.page) < tail.0 {
                    // Boxed, as below: reading is rare, and whoever follows keeps the space of this future.
                    if let Err(error) = Box::pin(self.read(tail)).await {
                        return Some(Err(error));
                    }
                } else {
                    self.feed = Some(self.source.subscribe());
                }
                continue;
            };
            let from = feed.from();
            if self.at < from {
                if let Err(error) = Box::pin(self.read(from)).await {
                    return Some(Err(error));
                }
                continue;
            }
            // Asked only until it has: it takes the locks that all followers of a feed share.
            self.caught_up = self.caught_up || feed.is_empty();
            match feed.next().await? {
                Ok((position, _)) if position <= self.at => {}
                Ok((position, item)) => {
                    self.at = position;
                    return Some(Ok((position, item)));
                }
                Err(lagged) => {
                    self.feed = None;
                    self.at = self.at.max(lagged.resume_after);
                    if self.caught_up && !self.patient {
                        return Some(Err(StreamError::Lagged(self.at)));
                    }
                }
            }
        }
    }

    /// Reads a page of what comes after [`Follower::at`], up to a position that is final.
    async fn read(&mut self, to: Position) -> Result<(), StreamError> {
        let limit = i64::from(self.log.page.max(1));
        let mut pause = SHORTEST_RETRY;
        let entries = loop {
            // A snapshot a page: a slow reader never holds one open.
            let snapshot = self.log.store.snapshot(Scope::Account(self.account));
            match entries_between(&snapshot, self.account, self.at, to, limit).await {
                Ok(entries) => break entries,
                Err(error @ Error::Internal(_)) => return Err(StreamError::Failed(error)),
                Err(error) => {
                    tracing::warn!(%error, "a replay waits for the database");
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_RETRY);
                }
            }
        };
        let full = entries.len() as i64 == limit;
        let last = entries.last().and_then(|entry| entry.position);
        self.page_to = Some(last.filter(|_| full).unwrap_or(to));
        let placed = entries
            .into_iter()
            .filter(|entry| self.filter.matches(entry));
        self.page = placed
            .filter_map(|entry| entry.position.map(|position| (position, Arc::new(entry))))
            .collect();
        metrics::counter!("tandem_replayed_entries_total").increment(self.page.len() as u64);
        Ok(())
    }
}
