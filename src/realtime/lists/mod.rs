//! Live lists and live numbers: kept from the log in memory, one for all who look at the same.
//!
//! - `view` is one list that somebody looks at, with its task: it follows the account's cascades, decides from
//!   their images who is in the list, and executes once for each document that is asked about it.
//! - `tally` counts, for one account, what passes each filter that somebody counts by; [`counts`] tells
//!   subscribers, a few times a second at most.
//! - `reading` is what of the database they need: a page and its number at first, and a page more when a window has
//!   run short. Never anything for a subscriber, nor for a cascade.
//!
//! How a reading and the log are joined says [`crate::domain::live`].
//!
//! What is no cascade changes no list: settings (names of users and inboxes, who is active, statuses, definitions)
//! are looked at by no filter of conversations, and a channel keeps its kind. Where such a name is shown in a row, it
//! is as it was when the row was last told. The end of a retention is a cascade like all others, and moments in
//! filters are fixed ones: time alone changes no list otherwise.

pub mod counts;
mod guarded;
mod joining;
mod member;
mod reading;
mod tally;
mod view;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use super::follow::Log;
use super::hub::Hub;
use crate::domain::event::Position;
use crate::domain::id::AccountId;
use crate::domain::live::Kinds;
use counts::{CountsKey, Group};
use tally::Tally;
use view::{View, ViewKey};

/// How live lists behave.
#[derive(Debug, Clone)]
pub struct ListOptions {
    /// How many rows a list keeps beyond its page: that many may leave before the database is asked for more.
    pub spare: u16,
    /// How many readings of the database run at once; more wait, so that requests find connections.
    pub readings: usize,
    /// The least time between two frames of numbers to one subscriber. At most five a second (the contract), with room
    /// for a frame that comes late and the next that does not.
    pub counts_gap: Duration,
}

impl Default for ListOptions {
    fn default() -> Self {
        Self {
            spare: 25,
            readings: 3,
            counts_gap: Duration::from_millis(220),
        }
    }
}

/// What must be equal for two subscribers of one list to be given the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Document {
    /// The operation's text.
    pub operation: Arc<str>,
    /// Which operation of the text.
    pub name: Option<Arc<str>>,
    /// The variables, in one form: equal ones are equal texts.
    pub variables: Arc<str>,
    /// What the viewer may see, as far as the operation looks at it.
    pub access: Arc<str>,
}

/// The finished answer; an error is one that shows nothing but what went wrong.
pub type Executed = Result<Bytes, Bytes>;

/// Executes a document for what is to be told, with loaders of its own.
pub type Execute<Told> = Arc<dyn Fn(Arc<Told>) -> BoxFuture<'static, Executed> + Send + Sync>;

/// What a subscriber is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The position at which it is true.
    pub position: Position,
    /// The finished answer.
    pub bytes: Bytes,
}

/// Why a list came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ended {
    /// The server stops.
    Stopped,
    /// It could not go on, for this reason.
    Failed(String),
}

/// The live lists of a server. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Lists {
    inner: Arc<Inner>,
}

struct Inner {
    log: Log,
    hub: Hub,
    /// How many frames a subscriber may be behind.
    ring: usize,
    options: ListOptions,
    turns: Semaphore,
    /// Of all channels met so far: there are as many as somebody has set up.
    kinds: Mutex<Kinds>,
    views: Mutex<HashMap<ViewKey, Weak<View>>>,
    tallies: Mutex<HashMap<AccountId, Weak<Tally>>>,
    groups: Mutex<HashMap<CountsKey, Weak<Group>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that could panic happens halfway through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lists {
    pub(super) fn new(log: Log, hub: Hub, ring: usize, options: ListOptions) -> Self {
        Self {
            inner: Arc::new(Inner {
                log,
                hub,
                ring: ring.max(1),
                turns: Semaphore::new(options.readings.max(1)),
                options,
                kinds: Mutex::default(),
                views: Mutex::default(),
                tallies: Mutex::default(),
                groups: Mutex::default(),
            }),
        }
    }

    /// How many lists somebody looks at.
    #[must_use]
    pub fn views(&self) -> usize {
        lock(&self.inner.views).len()
    }

    /// By how many filters somebody counts.
    #[must_use]
    pub fn counters(&self) -> usize {
        let tallies: Vec<_> = lock(&self.inner.tallies).values().cloned().collect();
        let tallies = tallies.iter().filter_map(Weak::upgrade);
        tallies.map(|tally| tally.counters()).sum()
    }

    /// How many groups of equal subscribers of numbers there are.
    #[must_use]
    pub fn count_groups(&self) -> usize {
        lock(&self.inner.groups).len()
    }
}

/// Takes something that is being dropped out of its registry, unless another has taken its place already.
fn forget<K: std::hash::Hash + Eq, T>(registry: &Mutex<HashMap<K, Weak<T>>>, key: &K, gone: &T) {
    let mut registry = lock(registry);
    if registry
        .get(key)
        .is_some_and(|kept| std::ptr::eq(kept.as_ptr(), gone))
    {
        registry.remove(key);
    }
}
