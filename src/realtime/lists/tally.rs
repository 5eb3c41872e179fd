//! The live numbers of one account: one task counts for all filters that somebody counts by, so that all numbers are
//! of one moment.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, Weak};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::reading::{Patience, RECOUNT_PAUSE};
use super::view::follow;
use super::{Ended, Inner, forget, lock};
use crate::domain::event::{Entry, Position};
use crate::domain::filter::ConversationFilter;
use crate::domain::id::AccountId;
use crate::domain::live::{Count, Kinds, moves, names_channels};
use crate::error::Result;
use crate::realtime::follow::Follower;
use crate::realtime::replay::Entries;

/// An account's counters with their task, which ends with the last of them.
pub(super) struct Tally {
    account: AccountId,
    live: Arc<Live>,
    task: AbortHandle,
    lists: Weak<Inner>,
}

/// What the task and the counters' holders share.
pub(super) struct Live {
    state: Mutex<State>,
    /// Grows with every entry and with every number that is read.
    progress: watch::Sender<u64>,
    /// Grows when a number changes or becomes known.
    changed: watch::Sender<u64>,
    wanted: Notify,
}

struct State {
    at: Position,
    counters: HashMap<Arc<ConversationFilter>, Counter>,
    last_id: u64,
    ended: Option<Ended>,
}

struct Counter {
    /// Tells it from one of the same filter that was there before.
    id: u64,
    holders: usize,
    count: Count,
    /// Why it could not be read, the last time.
    failed: Option<String>,
}

/// Numbers of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    pub values: Vec<i64>,
    pub at: Position,
}

/// What is known of the numbers that somebody wants.
#[derive(Debug)]
pub(super) enum Numbers {
    /// All of them.
    Known(Counted),
    /// Not all of them yet: they are being read.
    Reading,
    /// One could not be read, for this reason; it is tried again.
    Failed(String),
    /// Nothing any more.
    Ended(Ended),
}

/// Filters that are counted by for as long as this is held.
pub(super) struct Held {
    tally: Arc<Tally>,
    filters: Vec<Arc<ConversationFilter>>,
}

impl Inner {
    /// Counts by these filters from now on.
    pub(super) fn hold(
        self: &Arc<Self>,
        account: AccountId,
        filters: &[ConversationFilter],
    ) -> Held {
        let tally = self.tally(account);
        let filters: Vec<_> = filters.iter().cloned().map(Arc::new).collect();
        let mut state = lock(&tally.live.state);
        for filter in &filters {
            state.last_id += 1;
            let id = state.last_id;
            let counter = state.counters.entry(Arc::clone(filter));
            let counter = counter.or_insert_with(|| Counter {
                id,
                holders: 0,
                count: Count::new(),
                failed: None,
            });
            counter.holders += 1;
        }
        drop(state);
        tally.live.wanted.notify_one();
        Held { tally, filters }
    }

    /// The account's tally; made where there is none, or its task has ended.
    fn tally(self: &Arc<Self>, account: AccountId) -> Arc<Tally> {
        // Dropped after the lock: a tally's drop takes it too.
        let _ended;
        let mut tallies = lock(&self.tallies);
        if let Some(tally) = tallies.get(&account).and_then(Weak::upgrade) {
            if lock(&tally.live.state).ended.is_none() {
                return tally;
            }
            _ended = tally;
        }
        let tally = Arc::new(Tally::begin(self, account));
        tallies.insert(account, Arc::downgrade(&tally));
        tally
    }
}

impl Tally {
    fn begin(inner: &Arc<Inner>, account: AccountId) -> Self {
        let follower = follow(inner, account);
        let live = Arc::new(Live {
            state: Mutex::new(State {
                at: follower.at(),
                counters: HashMap::new(),
                last_id: 0,
                ended: None,
            }),
            progress: watch::Sender::default(),
            changed: watch::Sender::default(),
            wanted: Notify::new(),
        });
        let run = Run {
            inner: Arc::clone(inner),
            account,
            live: Arc::clone(&live),
            readings: FuturesUnordered::new(),
        };
        let ending = Ending {
            live: Arc::clone(&live),
            reason: Ended::Failed("the task of live numbers has failed".to_owned()),
        };
        Self {
            account,
            live,
            task: tokio::spawn(run.forever(follower, ending)).abort_handle(),
            lists: Arc::downgrade(inner),
        }
    }

    /// By how many filters it counts.
    pub(super) fn counters(&self) -> usize {
        lock(&self.live.state).counters.len()
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.task.abort();
        if let Some(lists) = self.lists.upgrade() {
            forget(&lists.tallies, &self.account, self);
        }
    }
}

impl Held {
    /// The numbers, in the order of the filters.
    pub(super) fn read(&self) -> Numbers {
        let state = lock(&self.tally.live.state);
        if let Some(ended) = &state.ended {
            return Numbers::Ended(ended.clone());
        }
        let mut values = Vec::with_capacity(self.filters.len());
        for filter in &self.filters {
            let counter = state.counters.get(filter);
            let exact = counter.and_then(|counter| counter.count.exact());
            let failed = counter.and_then(|counter| counter.failed.clone());
            match (exact, failed) {
                (Some(value), _) => values.push(value),
                (None, Some(why)) => return Numbers::Failed(why),
                (None, None) => return Numbers::Reading,
            }
        }
        let at = state.at;
        Numbers::Known(Counted { values, at })
    }

    /// Sees everything that happens: for those who wait for a position.
    pub(super) fn progress(&self) -> watch::Receiver<u64> {
        self.tally.live.progress.subscribe()
    }

    /// Sees that a number has changed.
    pub(super) fn changed(&self) -> watch::Receiver<u64> {
        self.tally.live.changed.subscribe()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = lock(&self.tally.live.state);
        for filter in &self.filters {
            let gone = state.counters.get_mut(filter).is_some_and(|counter| {
                counter.holders -= 1;
                counter.holders == 0
            });
            if gone {
                state.counters.remove(filter);
            }
        }
    }
}

/// Ends all numbers however their task ends, by a panic too.
struct Ending {
    live: Arc<Live>,
    reason: Ended,
}

impl Drop for Ending {
    fn drop(&mut self) {
        lock(&self.live.state).ended = Some(self.reason.clone());
        self.live.moved(true);
    }
}

impl Live {
    fn moved(&self, changed: bool) {
        self.progress.send_modify(|count| *count += 1);
        if changed {
            self.changed.send_modify(|count| *count += 1);
        }
    }
}

/// What was counted in the database: for which counter, how many, and which entries are in it.
type Reading = (
    Arc<ConversationFilter>,
    u64,
    Result<(i64, BTreeSet<Position>)>,
);

/// The task of a tally.
struct Run {
    inner: Arc<Inner>,
    account: AccountId,
    live: Arc<Live>,
    readings: FuturesUnordered<BoxFuture<'static, Reading>>,
}

impl Run {
    async fn forever(mut self, mut follower: Follower<Entries>, mut ending: Ending) {
        loop {
            self.begin_readings();
            let live = Arc::clone(&self.live);
            tokio::select! {
                Some(reading) = self.readings.next(), if !self.readings.is_empty() => self.read(reading),
                // Whatever of it is cut off here is begun anew: it gives nothing before it is done.
                next = follower.next() => {
                    let failed = match next {
                        None => {
                            ending.reason = Ended::Stopped;
                            return;
                        }
                        Some(Ok((position, entry))) => self.take(position, &entry).await.err().map(|e| e.to_string()),
                        Some(Err(error)) => Some(error.to_string()),
                    };
                    if let Some(error) = failed {
                        tracing::error!(%error, "live numbers cannot go on");
                        ending.reason = Ended::Failed(error);
                        return;
                    }
                }
                () = live.wanted.notified() => {}
            }
        }
    }

    /// Reads what is not known, or not any more.
    fn begin_readings(&mut self) {
        let mut state = lock(&self.live.state);
        let from = state.at;
        for (filter, counter) in &mut state.counters {
            if !counter.count.is_unknown() {
                continue;
            }
            counter.count.begin();
            let (inner, filter, id) = (Arc::clone(&self.inner), Arc::clone(filter), counter.id);
            let (account, again) = (self.account, counter.failed.is_some());
            self.readings.push(Box::pin(async move {
                if again {
                    sleep(RECOUNT_PAUSE).await;
                }
                let read = inner.count(account, &filter, from, Patience::Few).await;
                (filter, id, read)
            }));
        }
    }

    fn read(&self, (filter, id, read): Reading) {
        {
            let mut state = lock(&self.live.state);
            let counter = state.counters.get_mut(&filter);
            let Some(counter) = counter.filter(|counter| counter.id == id) else {
                // Nobody wants it any more.
                return;
            };
            match read {
                Ok((total, seen)) => {
                    counter.count.read(total, seen);
                    counter.failed = None;
                }
                Err(error) => {
                    tracing::warn!(%error, "a live number cannot be read");
                    counter.count.failed();
                    counter.failed = Some(error.to_string());
                }
            }
        }
        self.live.moved(true);
    }

    async fn take(&mut self, position: Position, entry: &Entry) -> Result<()> {
        let looks_at_channels = {
            let state = lock(&self.live.state);
            state.counters.keys().any(|filter| names_channels(filter))
        };
        if looks_at_channels {
            self.inner.meet_channels(self.account, entry).await?;
        }
        let moves = moves(entry);
        let mut changed = false;
        {
            let kinds: &Kinds = &lock(&self.inner.kinds);
            let mut state = lock(&self.live.state);
            state.at = position;
            for (filter, counter) in &mut state.counters {
                let deltas = moves.iter().map(|one| one.delta(filter, kinds));
                let before = counter.count.exact();
                counter.count.apply(position, deltas.sum());
                changed |= counter.count.exact() != before;
            }
        }
        self.live.moved(changed);
        Ok(())
    }
}
