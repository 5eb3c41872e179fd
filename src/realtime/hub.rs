//! The hub: gives each entry of the log to those who follow its account, and waits for none of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::follow::Feed;
use crate::domain::event::{CascadeFilter, Entry, Position};
use crate::domain::id::AccountId;

/// The follower could not keep up and has been let go. What it had been given before is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too slow; resume after {resume_after}")]
pub struct Lagged {
    /// Everything up to here that it wanted has been given to it.
    pub resume_after: Position,
}

/// Fans out. Cheap to clone; all clones are one hub.
#[derive(Debug, Clone)]
pub struct Hub {
    state: Arc<Mutex<State>>,
    queue: usize,
}

#[derive(Debug, Default)]
struct State {
    position: Position,
    accounts: HashMap<AccountId, HashMap<u64, Outlet>>,
    last_id: u64,
    closed: bool,
}

/// The hub's end of a feed.
#[derive(Debug)]
struct Outlet {
    filter: CascadeFilter,
    sender: mpsc::Sender<(Position, Arc<Entry>)>,
    lag: Arc<OnceLock<Lagged>>,
}

/// A follower's end: every matching entry after [`LiveFeed::from`].
#[derive(Debug)]
pub struct LiveFeed {
    from: Position,
    entries: mpsc::Receiver<(Position, Arc<Entry>)>,
    lag: Arc<OnceLock<Lagged>>,
    ended: bool,
    seat: Seat,
}

/// A place in the hub, given up when it is dropped.
#[derive(Debug)]
struct Seat {
    state: Weak<Mutex<State>>,
    account: AccountId,
    id: u64,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // Nothing that could panic happens halfway through a change.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// A hub whose followers may each be that many entries behind.
    #[must_use]
    pub fn new(queue: usize) -> Self {
        Self {
            state: Arc::default(),
            queue: queue.max(1),
        }
    }

    /// A feed of the account's entries that match.
    #[must_use]
    pub fn subscribe(&self, account: AccountId, filter: CascadeFilter) -> LiveFeed {
        let (sender, entries) = mpsc::channel(self.queue);
        let lag = Arc::new(OnceLock::new());
        let mut state = lock(&self.state);
        state.last_id += 1;
        let id = state.last_id;
        if !state.closed {
            let outlet = Outlet {
                filter,
                sender,
                lag: lag.clone(),
            };
            state
                .accounts
                .entry(account)
                .or_default()
                .insert(id, outlet);
        }
        metrics::gauge!("tandem_hub_feeds").increment(1.0);
        LiveFeed {
            // Read under the lock under which entries are given out, so that none falls between.
            from: state.position,
            entries,
            lag,
            ended: false,
            seat: Seat {
                state: Arc::downgrade(&self.state),
                account,
                id,
            },
        }
    }

    /// Where the tail begins.
    pub(super) fn begin(&self, position: Position) {
        lock(&self.state).position = position;
    }

    /// Gives out the entry at a position; called by the tail alone, in order.
    pub(super) fn publish(&self, position: Position, entry: Arc<Entry>) {
        let mut state = lock(&self.state);
        state.position = position;
        let Some(outlets) = state.accounts.get_mut(&entry.account) else {
            return;
        };
        outlets.retain(|_, outlet| {
            if !outlet.filter.matches(&entry) {
                return true;
            }
            match outlet.sender.try_send((position, entry.clone())) {
                Ok(()) => true,
                Err(TrySendError::Full(_)) => {
                    outlet.let_go(position);
                    false
                }
                Err(TrySendError::Closed(_)) => false,
            }
        });
    }

    /// An entry of the account that this server cannot read. Its followers are let go just before it: they resume at
    /// a server that can, and nobody is given a stream with a hole.
    pub(super) fn publish_unreadable(&self, position: Position, account: AccountId) {
        let mut state = lock(&self.state);
        state.position = position;
        for outlet in state.accounts.remove(&account).unwrap_or_default().values() {
            outlet.let_go(position);
        }
    }

    /// Ends all feeds, present and future: the server stops.
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        state.accounts.clear();
    }
}

impl Outlet {
    /// Lets the follower go because the entry at `position` cannot be given to it.
    fn let_go(&self, position: Position) {
        metrics::counter!("tandem_hub_lagged_total").increment(1);
        let resume_after = Position(position.0 - 1);
        // Set once: the outlet is removed with it.
        let _ = self.lag.set(Lagged { resume_after });
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        metrics::gauge!("tandem_hub_feeds").decrement(1.0);
        let Some(state) = self.state.upgrade() else {
            return;
        };
        let mut state = lock(&state);
        if let Some(outlets) = state.accounts.get_mut(&self.account) {
            outlets.remove(&self.id);
            if outlets.is_empty() {
                state.accounts.remove(&self.account);
            }
        }
    }
}

impl LiveFeed {
    /// Whose entries it gives.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.seat.account
    }
}

impl Feed for LiveFeed {
    type Item = Arc<Entry>;

    fn from(&self) -> Position {
        self.from
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty() && !self.entries.is_closed()
    }

    async fn next(&mut self) -> Option<Result<(Position, Arc<Entry>), Lagged>> {
        if self.ended {
            return None;
        }
        if let Some(given) = self.entries.recv().await {
            return Some(Ok(given));
        }
        self.ended = true;
        self.lag.get().map(|lagged| Err(*lagged))
    }
}
