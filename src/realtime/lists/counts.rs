//! Subscribers of live numbers: the present ones, then the new ones when they change, a few times a second at most.
//!
//! What comes between two frames is never told: a slow reader misses nothing that is still true.

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::guarded::guarded;
use super::joining::{self, Joined, frames};
use super::tally::{Counted, Held, Numbers};
use super::{Document, Ended, Execute, Frame, Inner, Lists, forget, lock};
use crate::domain::access::Viewer;
use crate::domain::filter::ConversationFilter;
use crate::domain::id::AccountId;
use crate::error::Error;
use crate::realtime::Realtime;
use crate::realtime::replay::StreamError;

/// What must be equal for two subscribers to be given the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CountsKey {
    account: AccountId,
    filters: Arc<[ConversationFilter]>,
    document: Document,
}

/// Equal subscribers; its task ends with the last of them.
pub(super) struct Group {
    key: CountsKey,
    held: Arc<Held>,
    latest: watch::Receiver<Option<Arc<Told>>>,
    task: AbortHandle,
    lists: Weak<Inner>,
}

/// Numbers with their finished answer.
#[derive(Debug)]
struct Told {
    counted: Counted,
    bytes: Bytes,
}

impl Lists {
    fn count_group(&self, key: &CountsKey, execute: &Execute<Vec<i64>>) -> Arc<Group> {
        // Dropped after the lock: a group's drop takes it too.
        let _ended;
        let mut groups = lock(&self.inner.groups);
        if let Some(group) = groups.get(key).and_then(Weak::upgrade) {
            if group.latest.has_changed().is_ok() {
                return group;
            }
            _ended = group;
        }
        let group = Arc::new(Group::begin(&self.inner, key.clone(), Arc::clone(execute)));
        groups.insert(key.clone(), Arc::downgrade(&group));
        group
    }
}

impl Group {
    fn begin(inner: &Arc<Inner>, key: CountsKey, execute: Execute<Vec<i64>>) -> Self {
        let held = Arc::new(inner.hold(key.account, &key.filters));
        let (tell, latest) = watch::channel(None);
        let gap = inner.options.counts_gap;
        let run = run(Arc::clone(&held), execute, tell, gap);
        metrics::gauge!("tandem_count_groups").increment(1.0);
        Self {
            key,
            held,
            latest,
            task: tokio::spawn(run).abort_handle(),
            lists: Arc::downgrade(inner),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.task.abort();
        metrics::gauge!("tandem_count_groups").decrement(1.0);
        if let Some(lists) = self.lists.upgrade() {
            forget(&lists.groups, &self.key, self);
        }
    }
}

async fn executed(execute: &Execute<Vec<i64>>, counted: &Counted) -> Bytes {
    metrics::counter!("tandem_list_executions_total").increment(1);
    let executed = execute(Arc::new(counted.values.clone())).await;
    // One that shows what went wrong is told all the same: it says so.
    executed.unwrap_or_else(|errors| errors)
}

/// A group's task. It ends with what it counts by.
async fn run(
    held: Arc<Held>,
    execute: Execute<Vec<i64>>,
    tell: watch::Sender<Option<Arc<Told>>>,
    gap: Duration,
) {
    let mut changed = held.changed();
    loop {
        changed.mark_unchanged();
        match held.read() {
            // Who has come keeps what was told last, until it is known again.
            Numbers::Reading | Numbers::Failed(_) => {}
            Numbers::Ended(_) => return,
            Numbers::Known(counted) => {
                let last = tell.borrow().clone();
                let same = last.filter(|last| last.counted.values == counted.values);
                let bytes = match &same {
                    Some(same) => same.bytes.clone(),
                    None => executed(&execute, &counted).await,
                };
                tell.send_replace(Some(Arc::new(Told { counted, bytes })));
                if same.is_none() {
                    sleep(gap).await;
                    continue;
                }
            }
        }
        if changed.changed().await.is_err() {
            return;
        }
    }
}

/// A subscriber.
struct Member {
    group: Arc<Group>,
    latest: watch::Receiver<Option<Arc<Told>>>,
    /// What it was given last, and when it may be given more.
    given: Counted,
    next_at: Instant,
    gap: Duration,
}

impl Member {
    fn give(&mut self, told: &Told) -> Frame {
        self.given = told.counted.clone();
        self.next_at = Instant::now() + self.gap;
        Frame {
            position: told.counted.at,
            bytes: told.bytes.clone(),
        }
    }
}

impl joining::Member for Member {
    // Numbers that are not those that it has.
    async fn next(&mut self) -> Option<Result<Frame, StreamError>> {
        loop {
            if self.latest.changed().await.is_err() {
                return match self.group.held.read() {
                    Numbers::Ended(Ended::Stopped) => None,
                    _ => Some(Err(StreamError::Lagged(self.given.at))),
                };
            }
            sleep_until(self.next_at).await;
            let told = self.latest.borrow_and_update().clone();
            // It may have been given newer ones by itself, when it came.
            let newer = told.filter(|told| told.counted.at > self.given.at);
            if let Some(told) = newer
                && told.counted.values != self.given.values
            {
                return Some(Ok(self.give(&told)));
            }
        }
    }
}

impl Lists {
    async fn count(
        self,
        key: CountsKey,
        execute: Execute<Vec<i64>>,
    ) -> Result<Joined<Member>, StreamError> {
        if self.inner.log.tail.wait_for_start().await.is_err() {
            return Ok(Joined::Stopped);
        }
        let group = self.count_group(&key, &execute);
        // What is counted already may be a moment behind what this subscriber has just done or read.
        let head = self.inner.head(key.account).await;
        let head = head.map_err(StreamError::Failed)?;
        let mut progress = group.held.progress();
        let counted = loop {
            progress.mark_unchanged();
            match group.held.read() {
                Numbers::Known(counted) if counted.at >= head => break counted,
                Numbers::Known(_) | Numbers::Reading => {}
                Numbers::Failed(why) | Numbers::Ended(Ended::Failed(why)) => {
                    return Err(StreamError::Failed(Error::Unavailable(why)));
                }
                Numbers::Ended(Ended::Stopped) => return Ok(Joined::Stopped),
            }
            if progress.changed().await.is_err() {
                return Ok(Joined::Stopped);
            }
        };
        let mut latest = group.latest.clone();
        let shared = match latest.wait_for(Option::is_some).await {
            Ok(told) => told.clone(),
            Err(_) => return Ok(Joined::Stopped),
        };
        let shared = shared.filter(|told| told.counted.values == counted.values);
        let told = Told {
            bytes: match shared {
                Some(told) => told.bytes.clone(),
                None => executed(&execute, &counted).await,
            },
            counted,
        };
        let mut member = Member {
            group,
            latest,
            given: told.counted.clone(),
            next_at: Instant::now(),
            gap: self.inner.options.counts_gap,
        };
        let first = member.give(&told);
        Ok(Joined::In(member, first))
    }
}

impl Realtime {
    /// Live numbers: how many conversations pass each filter, at first and then when that changes. Equal filters are
    /// counted once, and equal documents executed once.
    pub fn counts(
        &self,
        viewer: &Viewer,
        filters: Vec<ConversationFilter>,
        document: Document,
        execute: Execute<Vec<i64>>,
    ) -> impl Stream<Item = Result<Frame, StreamError>> + Send + 'static + use<> {
        let key = CountsKey {
            account: viewer.account,
            filters: filters.into(),
            document,
        };
        let opening = self.lists.clone().count(key, execute);
        let items = frames(opening);
        guarded("counts", items, self.access.watch(viewer))
    }
}
