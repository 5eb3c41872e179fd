//! A subscriber of a live list: the list as it is, then every change of it.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::OnceCell;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::guarded::guarded;
use super::joining::{self, Joined, frames};
use super::view::{Asked, View, ViewKey};
use super::{Document, Ended, Execute, Frame, Lists, lock};
use crate::domain::access::Viewer;
use crate::domain::event::Position;
use crate::domain::live::{self, Page, Spec};
use crate::error::Error;
use crate::realtime::Realtime;
use crate::realtime::replay::StreamError;

type Frames = broadcast::Receiver<(Position, Option<Bytes>)>;

/// A place at a list, given up when it is dropped; the last one to go ends the list.
struct Seat {
    view: Arc<View>,
    document: Document,
}

/// What somebody who takes a seat begins with.
struct Seated {
    seat: Seat,
    page: Arc<Page>,
    snapshot: Arc<OnceCell<Bytes>>,
    frames: Frames,
}

impl Seat {
    /// Takes a seat at a list that has been read, all under the lock under which changes are told, so that none
    /// falls between; none when the server stops.
    fn take(
        view: Arc<View>,
        document: Document,
        execute: &Execute<live::Frame>,
        ring: usize,
    ) -> Result<Option<Seated>, StreamError> {
        let live = Arc::clone(&view.live);
        let mut state = lock(&live.state);
        let page = match (&state.ended, &state.page) {
            (None, Some(page)) => Arc::clone(page),
            (Some(Ended::Stopped), _) => return Ok(None),
            (Some(Ended::Failed(why)), _) => return Err(unavailable(why)),
            (None, None) => return Err(unavailable("a list was not read")),
        };
        let asked = state.documents.entry(document.clone());
        let asked = asked.or_insert_with(|| Asked {
            members: 0,
            execute: Arc::clone(execute),
            frames: broadcast::Sender::new(ring),
            snapshot: None,
        });
        asked.members += 1;
        let snapshot = match &asked.snapshot {
            Some((at, snapshot)) if *at == page.at => Arc::clone(snapshot),
            _ => {
                let snapshot = Arc::default();
                asked.snapshot = Some((page.at, Arc::clone(&snapshot)));
                snapshot
            }
        };
        Ok(Some(Seated {
            frames: asked.frames.subscribe(),
            seat: Self { view, document },
            page,
            snapshot,
        }))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = lock(&self.view.live.state);
        let asked = state.documents.get_mut(&self.document);
        let gone = asked.is_some_and(|asked| {
            asked.members -= 1;
            asked.members == 0
        });
        if gone {
            state.documents.remove(&self.document);
        }
    }
}

fn unavailable(why: &str) -> StreamError {
    StreamError::Failed(Error::Unavailable(why.to_owned()))
}

/// One who has come in.
struct Member {
    seat: Seat,
    /// The last that was given.
    at: Position,
    frames: Frames,
}

impl joining::Member for Member {
    async fn next(&mut self) -> Option<Result<Frame, StreamError>> {
        let lagged = Err(StreamError::Lagged(self.at));
        match self.frames.recv().await {
            Ok((position, Some(bytes))) => {
                self.at = position;
                Some(Ok(Frame { position, bytes }))
            }
            // A change that could not be told, or was not taken in time: what was given is no longer the list.
            Ok((_, None)) | Err(RecvError::Lagged(_)) => Some(lagged),
            Err(RecvError::Closed) => {
                let stopped = lock(&self.seat.view.live.state).ended == Some(Ended::Stopped);
                (!stopped).then_some(lagged)
            }
        }
    }
}

impl Lists {
    async fn join(
        self,
        key: ViewKey,
        document: Document,
        execute: Execute<live::Frame>,
    ) -> Result<Joined<Member>, StreamError> {
        if self.inner.log.tail.wait_for_start().await.is_err() {
            return Ok(Joined::Stopped);
        }
        let (view, made) = self.view(&key);
        let mut progress = view.live.progress.subscribe();
        // A list that is there already may be a moment behind what this subscriber has just done or read.
        let head = match made {
            true => Position(0),
            false => {
                let head = self.inner.head(key.account).await;
                head.map_err(StreamError::Failed)?
            }
        };
        let reached = progress.wait_for(|progress| progress.ended || progress.at >= Some(head));
        if reached.await.is_err() {
            return Ok(Joined::Stopped);
        }
        let ring = self.inner.ring;
        let Some(seated) = Seat::take(view, document, &execute, ring)? else {
            return Ok(Joined::Stopped);
        };
        let position = seated.page.at;
        let snapshot = || {
            metrics::counter!("tandem_list_executions_total").increment(1);
            let page = Page::clone(&seated.page);
            execute(Arc::new(live::Frame::Snapshot(page)))
        };
        Ok(match seated.snapshot.get_or_try_init(snapshot).await {
            Ok(bytes) => {
                let member = Member {
                    seat: seated.seat,
                    at: position,
                    frames: seated.frames,
                };
                let bytes = bytes.clone();
                Joined::In(member, Frame { position, bytes })
            }
            // Not kept for others: the next one may have better luck.
            Err(bytes) => Joined::Refused(Frame { position, bytes }),
        })
    }
}

impl Realtime {
    /// A live list: a frame that shows it as it is, then one for each cascade that changes it. Equal lists are kept
    /// once, and equal documents about them executed once.
    pub fn view(
        &self,
        viewer: &Viewer,
        spec: Spec,
        document: Document,
        execute: Execute<live::Frame>,
    ) -> impl Stream<Item = Result<Frame, StreamError>> + Send + 'static + use<> {
        let key = ViewKey {
            account: viewer.account,
            spec: Arc::new(spec),
        };
        let opening = self.lists.clone().join(key, document, execute);
        let items = frames(opening);
        guarded("view", items, self.access.watch(viewer))
    }
}
