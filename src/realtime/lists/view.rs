//! One list that somebody looks at, kept by one task for all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::sync::{OnceCell, broadcast, watch};
use tokio::task::AbortHandle;

use super::reading::Patience;
use super::{Document, Ended, Execute, Inner, Lists, forget, lock};
use crate::domain::event::{CascadeFilter, Entry, Position};
use crate::domain::id::AccountId;
use crate::domain::live::{Change, Frame, Kinds, List, Page, Spec, names_channels};
use crate::realtime::follow::{Feed, Follower, Source};
use crate::realtime::replay::Entries;

/// What must be equal for two subscribers to look at the same list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ViewKey {
    pub account: AccountId,
    pub spec: Arc<Spec>,
}

/// A list with its task, which ends with the last subscriber.
pub(super) struct View {
    key: ViewKey,
    pub live: Arc<Live>,
    task: AbortHandle,
    lists: Weak<Inner>,
}

/// What the task and the subscribers share.
pub(super) struct Live {
    pub state: Mutex<State>,
    pub progress: watch::Sender<Progress>,
}

/// How far the task has come: those who wait for it look here.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// All up to here has been told; none until the list was read.
    pub at: Option<Position>,
    pub ended: bool,
}

#[derive(Default)]
pub(super) struct State {
    /// What was told last.
    pub page: Option<Arc<Page>>,
    pub documents: HashMap<Document, Asked>,
    pub ended: Option<Ended>,
}

/// A document that is asked about the list.
pub(super) struct Asked {
    pub members: usize,
    pub execute: Execute<Frame>,
    /// None for a change that could not be told.
    pub frames: broadcast::Sender<(Position, Option<Bytes>)>,
    /// The list as a whole, for those who come at that position.
    pub snapshot: Option<(Position, Arc<OnceCell<Bytes>>)>,
}

impl Lists {
    /// The list; made where there is none, or its task has ended. Also whether it was made.
    pub(super) fn view(&self, key: &ViewKey) -> (Arc<View>, bool) {
        // Dropped after the lock: a view's drop takes it too.
        let _ended;
        let mut views = lock(&self.inner.views);
        if let Some(view) = views.get(key).and_then(Weak::upgrade) {
            if lock(&view.live.state).ended.is_none() {
                return (view, false);
            }
            _ended = view;
        }
        let view = Arc::new(View::begin(&self.inner, key.clone()));
        views.insert(key.clone(), Arc::downgrade(&view));
        (view, true)
    }
}

/// All entries of an account, however many come at once.
pub(super) fn follow(inner: &Inner, account: AccountId) -> Follower<Entries> {
    let mut source = Entries {
        hub: inner.hub.clone(),
        account,
        filter: CascadeFilter::default(),
    };
    let feed = source.subscribe();
    let from = feed.from();
    Follower::after(
        inner.log.clone(),
        source,
        account,
        CascadeFilter::default(),
        from,
    )
    .with_feed(feed)
    .patient()
}

impl View {
    fn begin(inner: &Arc<Inner>, key: ViewKey) -> Self {
        let live = Arc::new(Live {
            state: Mutex::default(),
            progress: watch::Sender::default(),
        });
        let follower = follow(inner, key.account);
        let run = Run {
            inner: Arc::clone(inner),
            account: key.account,
            looks_at_channels: names_channels(&key.spec.filter),
            list: List::new((*key.spec).clone(), inner.options.spare, follower.at()),
            live: Arc::clone(&live),
        };
        let ending = Ending {
            live: Arc::clone(&live),
            reason: Ended::Failed("the task of a live list has failed".to_owned()),
        };
        let task = tokio::spawn(run.forever(follower, ending)).abort_handle();
        metrics::gauge!("tandem_views").increment(1.0);
        Self {
            key,
            live,
            task,
            lists: Arc::downgrade(inner),
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.task.abort();
        metrics::gauge!("tandem_views").decrement(1.0);
        if let Some(lists) = self.lists.upgrade() {
            forget(&lists.views, &self.key, self);
        }
    }
}

/// Ends the list however its task ends, by a panic too.
struct Ending {
    live: Arc<Live>,
    reason: Ended,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let ended = {
            let mut state = lock(&self.live.state);
            state.ended = Some(self.reason.clone());
            std::mem::take(&mut state.documents)
        };
        // Ends the streams of all members.
        drop(ended);
        self.live
            .progress
            .send_modify(|progress| progress.ended = true);
    }
}

/// The task of a list.
struct Run {
    inner: Arc<Inner>,
    account: AccountId,
    looks_at_channels: bool,
    list: List,
    live: Arc<Live>,
}

impl Run {
    async fn forever(mut self, mut follower: Follower<Entries>, mut ending: Ending) {
        let failed = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "a live list cannot go on");
            Ended::Failed(error.to_string())
        };
        if let Err(error) = self.show(Patience::Few).await {
            ending.reason = failed(&error);
            return;
        }
        loop {
            let entry = match follower.next().await {
                None => {
                    ending.reason = Ended::Stopped;
                    return;
                }
                Some(Err(error)) => {
                    ending.reason = failed(&error);
                    return;
                }
                Some(Ok((_, entry))) => entry,
            };
            if let Err(error) = self.take(&entry).await {
                ending.reason = failed(&error);
                return;
            }
        }
    }

    async fn take(&mut self, entry: &Arc<Entry>) -> crate::error::Result<()> {
        if self.looks_at_channels {
            self.inner.meet_channels(self.account, entry).await?;
            self.list.apply(entry, &lock(&self.inner.kinds));
        } else {
            self.list.apply(entry, &Kinds::new());
        }
        self.show(Patience::Endless).await
    }

    /// Reads what is missing, and tells what is to be told once the list is of one moment.
    async fn show(&mut self, patience: Patience) -> crate::error::Result<()> {
        loop {
            if let Some(page) = self.list.page() {
                let change = self.list.show(&page);
                self.live.tell(page, change).await;
                return Ok(());
            }
            let Some(need) = self.list.need() else {
                // What was read is ahead of the log: the next entries bring it there.
                return Ok(());
            };
            let spec = self.list.spec();
            let filled = self.inner.fill(self.account, spec, need, patience);
            let filled = filled.await?;
            self.list.fill(filled);
        }
    }
}

impl Live {
    /// Executes each document once and gives all members their bytes.
    async fn tell(&self, page: Page, change: Option<Change>) {
        let at = page.at;
        let frame = change.map(|change| Arc::new(Frame::Change(change)));
        let mut told: HashMap<Document, Option<Bytes>> = HashMap::new();
        loop {
            let missing: Vec<_> = {
                let mut state = lock(&self.state);
                let missing = state.documents.iter();
                let missing = missing.filter(|(document, _)| !told.contains_key(*document));
                let missing: Vec<_> = missing
                    .map(|(document, asked)| (document.clone(), Arc::clone(&asked.execute)))
                    .collect();
                if frame.is_none() || missing.is_empty() {
                    // Who comes in from now on begins with this page, and gets what follows it.
                    state.page = Some(Arc::new(page));
                    for (document, asked) in &state.documents {
                        if let Some(bytes) = told.remove(document) {
                            metrics::counter!("tandem_frames_total")
                                .increment(asked.frames.receiver_count() as u64);
                            // Fails when there is no member: the last one has just gone.
                            let _ = asked.frames.send((at, bytes));
                        }
                    }
                    break;
                }
                missing
            };
            let Some(frame) = &frame else { continue };
            let executed = missing.into_iter().map(async |(document, execute)| {
                metrics::counter!("tandem_list_executions_total").increment(1);
                let executed = execute(Arc::clone(frame)).await;
                (document, executed.ok())
            });
            told.extend(join_all(executed).await);
        }
        self.progress.send_modify(|progress| progress.at = Some(at));
    }
}
