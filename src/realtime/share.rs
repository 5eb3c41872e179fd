//! Shared execution: those who asked the same, and may see the same, get the same bytes, executed once a cascade.
//!
//! A member who resumes from a cursor executes for itself until it has caught up, and then goes on with the group,
//! by the same seam as every follower ([`super::follow`]). A group lives for as long as it has members. The frames
//! wait in one ring for all of them: a slow member holds nothing but its place in it, and is let go when the ring
//! has gone round.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::AbortHandle;

use super::Realtime;
use super::follow::{Feed, Follower, Log, Source};
use super::hub::{Hub, Lagged};
use super::replay::{Entries, StreamError, stream};
use crate::domain::access::Viewer;
use crate::domain::event::{CascadeFilter, Entry, Position};
use crate::domain::id::AccountId;

/// What must be equal for two subscribers to be given the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GroupKey {
    /// The account.
    pub account: AccountId,
    /// The operation's text.
    pub operation: Arc<str>,
    /// Which operation of the text.
    pub name: Option<Arc<str>>,
    /// The variables, in one form: equal ones are equal texts.
    pub variables: Arc<str>,
    /// What the viewer may see, as far as the operation looks at it.
    pub access: Arc<str>,
    /// What of the log it is about: follows from the operation and its variables.
    pub filter: CascadeFilter,
}

/// Executes the operation for one cascade, with loaders of its own. An error is bytes too: those that say so. None where
/// nothing of the cascade is there for those who asked.
pub type Execute = Arc<dyn Fn(Arc<Entry>) -> BoxFuture<'static, Option<Bytes>> + Send + Sync>;

/// What a member is given for one cascade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The cascade's position: the cursor to resume from.
    pub position: Position,
    /// The finished answer.
    pub bytes: Bytes,
}

/// The groups of a server. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Share {
    groups: Arc<Groups>,
}

struct Groups {
    by_key: Mutex<HashMap<GroupKey, Weak<Group>>>,
    log: Log,
    hub: Hub,
    ring: usize,
}

/// Equal subscribers; its task ends with the last of them.
struct Group {
    key: GroupKey,
    execute: Execute,
    live: Arc<Live>,
    task: AbortHandle,
    groups: Weak<Groups>,
}

/// What a group's task and its members share.
struct Live {
    state: Mutex<State>,
}

struct State {
    /// Everything up to here that matches is in the ring or was.
    position: Position,
    /// None when the task has ended.
    frames: Option<broadcast::Sender<(Position, Bytes)>>,
    /// Whether it ended because the server stops.
    stopped: bool,
}

/// Ends the group however its task ends, by a panic too.
struct Ending {
    live: Arc<Live>,
    stopped: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that could panic happens halfway through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Share {
    pub(super) fn new(log: Log, hub: Hub, ring: usize) -> Self {
        Self {
            groups: Arc::new(Groups {
                by_key: Mutex::default(),
                log,
                hub,
                ring: ring.max(1),
            }),
        }
    }

    /// How many groups there are.
    #[must_use]
    pub fn groups(&self) -> usize {
        lock(&self.groups.by_key).len()
    }

    /// The group of that key; made where there is none, or its task has ended.
    fn group(&self, key: &GroupKey, execute: &Execute) -> Arc<Group> {
        // Dropped after the lock: a group's drop takes it too.
        let _ended;
        let mut by_key = lock(&self.groups.by_key);
        if let Some(group) = by_key.get(key).and_then(Weak::upgrade) {
            if !group.live.has_ended() {
                return group;
            }
            _ended = group;
        }
        let group = Arc::new(self.begin(key.clone(), execute.clone()));
        by_key.insert(key.clone(), Arc::downgrade(&group));
        group
    }

    fn begin(&self, key: GroupKey, execute: Execute) -> Group {
        let Groups { log, hub, ring, .. } = &*self.groups;
        let mut source = Entries {
            hub: hub.clone(),
            account: key.account,
            filter: key.filter.clone(),
        };
        let feed = source.subscribe();
        let from = feed.from();
        let live = Arc::new(Live {
            state: Mutex::new(State {
                position: from,
                frames: Some(broadcast::Sender::new(*ring)),
                stopped: false,
            }),
        });
        // It has no client to be too slow for: where execution falls behind, it reads what the feed could not hold.
        let follower = Follower::after(log.clone(), source, key.account, key.filter.clone(), from)
            .with_feed(feed)
            .patient();
        let work = run(follower, live.clone(), execute.clone());
        let task = tokio::spawn(work).abort_handle();
        metrics::gauge!("tandem_groups").increment(1.0);
        Group {
            key,
            execute,
            live,
            task,
            groups: Arc::downgrade(&self.groups),
        }
    }
}

/// A group's task: executes each cascade once and puts the bytes into the ring.
async fn run(mut follower: Follower<Entries>, live: Arc<Live>, execute: Execute) {
    let mut ending = Ending {
        live: live.clone(),
        stopped: false,
    };
    while let Some(next) = follower.next().await {
        match next {
            Ok((position, entry)) => {
                let bytes = execute(entry).await;
                metrics::counter!("tandem_group_executions_total").increment(1);
                live.give(position, bytes);
            }
            Err(error) => {
                tracing::error!(%error, "a group of subscribers cannot go on");
                return;
            }
        }
    }
    ending.stopped = true;
}

impl Live {
    fn has_ended(&self) -> bool {
        lock(&self.state).frames.is_none()
    }

    fn give(&self, position: Position, bytes: Option<Bytes>) {
        let mut state = lock(&self.state);
        state.position = position;
        let Some(bytes) = bytes else { return };
        if let Some(frames) = &state.frames {
            let members = frames.receiver_count() as u64;
            metrics::counter!("tandem_frames_total").increment(members);
            // Fails when there is no member: the last one has just gone.
            let _ = frames.send((position, bytes));
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = lock(&self.live.state);
        state.frames = None;
        state.stopped = self.stopped;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.task.abort();
        metrics::gauge!("tandem_groups").decrement(1.0);
        let Some(groups) = self.groups.upgrade() else {
            return;
        };
        let mut by_key = lock(&groups.by_key);
        // Unless another has taken its place already.
        if by_key
            .get(&self.key)
            .is_some_and(|group| std::ptr::eq(group.as_ptr(), self))
        {
            by_key.remove(&self.key);
        }
    }
}

/// Groups as a source of frames.
struct Frames {
    share: Share,
    key: GroupKey,
    execute: Execute,
}

/// A member's end of its group.
struct GroupFeed {
    group: Arc<Group>,
    from: Position,
    /// The last that was taken.
    at: Position,
    frames: Option<broadcast::Receiver<(Position, Bytes)>>,
}

impl Source for Frames {
    type Item = Option<Bytes>;
    type Feed = GroupFeed;

    fn subscribe(&mut self) -> GroupFeed {
        let group = self.share.group(&self.key, &self.execute);
        // What is equal is kept once: an operation as it was read takes kilobytes.
        self.key.clone_from(&group.key);
        self.execute = group.execute.clone();
        let (from, frames) = {
            // Both under the lock under which frames are given, so that none falls between.
            let state = lock(&group.live.state);
            let frames = state.frames.as_ref().map(broadcast::Sender::subscribe);
            (state.position, frames)
        };
        GroupFeed {
            group,
            from,
            at: from,
            frames,
        }
    }

    async fn make(&self, entry: Arc<Entry>) -> Option<Bytes> {
        (self.execute)(entry).await
    }
}

impl Feed for GroupFeed {
    type Item = Option<Bytes>;

    fn from(&self) -> Position {
        self.from
    }

    fn is_empty(&self) -> bool {
        self.frames
            .as_ref()
            .is_some_and(broadcast::Receiver::is_empty)
            && !self.group.live.has_ended()
    }

    async fn next(&mut self) -> Option<Result<(Position, Option<Bytes>), Lagged>> {
        let lagged = Lagged {
            resume_after: self.at,
        };
        let next = match &mut self.frames {
            Some(frames) => frames.recv().await,
            None => Err(RecvError::Closed),
        };
        match next {
            Ok((position, bytes)) => {
                self.at = position;
                Some(Ok((position, Some(bytes))))
            }
            Err(RecvError::Lagged(_)) => Some(Err(lagged)),
            Err(RecvError::Closed) if lock(&self.group.live.state).stopped => None,
            // The task has failed: the member goes on by itself or at another server.
            Err(RecvError::Closed) => Some(Err(lagged)),
        }
    }
}

impl Realtime {
    /// The frames of an operation for each cascade that its key's filter wants: those after the cursor, then those
    /// to come; without a cursor, from now on. Each once, in order, none left out, until it ends with an error.
    pub fn shared(
        &self,
        viewer: &Viewer,
        key: GroupKey,
        after: Option<Position>,
        execute: Execute,
    ) -> impl Stream<Item = Result<Frame, StreamError>> + Send + 'static + use<> {
        let (account, filter) = (viewer.account, key.filter.clone());
        let source = Frames {
            share: self.share.clone(),
            key: GroupKey { account, ..key },
            execute,
        };
        let opening = self.open(source, account, filter, after);
        let stream = stream("shared", opening, self.access.watch(viewer));
        stream.filter_map(async |item| match item {
            Ok((position, bytes)) => bytes.map(|bytes| Ok(Frame { position, bytes })),
            Err(error) => Some(Err(error)),
        })
    }
}
