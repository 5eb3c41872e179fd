//! The frames of `presence`: shared by all who see the same, and given only when what is seen has changed.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{PathSegment, ServerError};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Operation, encode, ended, error};
use crate::app::App;
use crate::domain::access::{Action, Viewer};
use crate::domain::id::ConversationId;
use crate::graphql::RequestState;
use crate::graphql::subscription::presence::Shown;
use crate::http::Frame;
use crate::realtime::Realtime;
use crate::realtime::guard::Guard;
use crate::realtime::presence::{Asked, Here, People, Place, Room, Seen, Who};
use crate::realtime::replay::StreamError;
use crate::service::now;
use crate::service::presence::OnTyping;

/// Until a frame that could not be made is tried again: who is there will not change because the database was away.
const AGAIN: Duration = Duration::from_secs(1);

/// What `updatePresence` tells: the live part.
pub(in crate::app) fn on_typing(realtime: &Realtime) -> OnTyping {
    let presence = realtime.presence.clone();
    Arc::new(move |viewer, user, conversation, typing| {
        let place = Place {
            account: viewer.account,
            conversation,
        };
        presence.types(Who { place, user }, viewer.token, typing, now());
    })
}

/// What frames are made of.
struct Maker {
    app: App,
    viewer: Viewer,
    operation: Arc<Operation>,
    asked: Asked,
    room: Arc<Room>,
}

/// One subscriber.
struct Watcher {
    maker: Maker,
    seen: watch::Receiver<Seen>,
    /// Shown to the others once the first frame has proved that the conversation is theirs to see.
    here: Option<Here>,
    /// What the last frame showed.
    given: Option<People>,
    not_before: Instant,
    withdrawn: BoxFuture<'static, ()>,
    guard: Guard,
    ended: bool,
}

/// The frames of one subscriber: who is there now, and then whenever that changes.
pub(super) fn presence(
    app: App,
    viewer: Viewer,
    operation: Arc<Operation>,
    conversation: ConversationId,
) -> BoxStream<'static, Frame> {
    let room = app.inner.realtime.presence.room(Place {
        account: viewer.account,
        conversation,
    });
    let seen = room.watch();
    let withdrawn = app.inner.realtime.access.watch(&viewer).boxed();
    let maker = Maker {
        asked: Asked {
            operation: operation.text.as_str().into(),
            name: operation.name.as_deref().map(Into::into),
            variables: operation.variables_of_frames().into(),
            access: operation.access(&viewer).into(),
        },
        app,
        viewer,
        operation,
        room,
    };
    let watcher = Watcher {
        maker,
        seen,
        withdrawn,
        here: None,
        given: None,
        not_before: Instant::now(),
        guard: Guard::new("presence"),
        ended: false,
    };
    stream::unfold(watcher, |mut watcher| async move {
        let frame = watcher.next().await?;
        Some((frame, watcher))
    })
    .boxed()
}

impl Maker {
    async fn make(&self, all: &People, shown: &People) -> Result<Bytes, Vec<ServerError>> {
        let make = || async {
            let as_of = self.app.inner.realtime.tail.position();
            let state = RequestState::new(self.app.inner.store.clone(), self.viewer.clone(), as_of);
            let request = self.operation.request().data(Shown(Arc::clone(shown)));
            let response = self.operation.execute(&self.app, request, state).await;
            if response.errors.is_empty() {
                Ok(encode(&response))
            } else {
                Err(response.errors)
            }
        };
        self.room.frame(&self.asked, all, shown, make).await
    }
}

impl Watcher {
    async fn next(&mut self) -> Option<Frame> {
        if self.ended {
            return None;
        }
        let withdrawn = std::mem::replace(&mut self.withdrawn, std::future::pending().boxed());
        let mut withdrawn = withdrawn.fuse();
        let frame = tokio::select! {
            // Looked at first: who may no longer see must not be given one more frame.
            biased;
            () = &mut withdrawn => Some(self.end(&StreamError::Forbidden)),
            frame = self.frame() => frame,
        };
        self.withdrawn = withdrawn.boxed();
        self.ended |= !matches!(frame, Some(Frame::Next { .. }));
        if self.ended {
            // Gone from the others' lists at once, however long the transport keeps the ended stream.
            self.here = None;
        }
        frame
    }

    /// The next frame; none when the server stops.
    async fn frame(&mut self) -> Option<Frame> {
        loop {
            let seen = self.seen.borrow_and_update().clone();
            let all = match seen {
                Seen::People(all) => all,
                Seen::Gone => return Some(Frame::Error(vec![gone()])),
                Seen::Stopped => {
                    self.guard.stopped();
                    return None;
                }
            };
            let shown = self.others(&all);
            if self.given.as_ref() != Some(&shown) {
                match self.maker.make(&all, &shown).await {
                    Ok(payload) => {
                        self.given = Some(shown);
                        let presence = &self.maker.app.inner.realtime.presence;
                        self.not_before = Instant::now() + presence.options().frame_pause;
                        self.arrive();
                        return Some(Frame::Next {
                            payload,
                            cursor: None,
                        });
                    }
                    // Refused, or gone: as every other operation ends.
                    Err(errors) if self.given.is_none() || is_gone(&errors) => {
                        return Some(Frame::Error(errors));
                    }
                    Err(_) => sleep(AGAIN).await,
                }
                continue;
            }
            // Fails only when the room is gone, which this holds.
            let _ = self.seen.changed().await;
            sleep_until(self.not_before).await;
        }
    }

    /// All but the viewer.
    fn others(&self, all: &People) -> People {
        let own = self.maker.viewer.user();
        if all.iter().any(|present| Some(present.user) == own) {
            let others = all.iter().filter(|present| Some(present.user) != own);
            others.copied().collect()
        } else {
            Arc::clone(all)
        }
    }

    /// The others see the viewer from now on, if it is a person.
    fn arrive(&mut self) {
        let Maker {
            app, viewer, room, ..
        } = &self.maker;
        let user = viewer.user().filter(|_| viewer.may(Action::Own));
        if let (None, Some(user)) = (&self.here, user) {
            let place = room.place();
            let here = app.inner.realtime.presence.look(Who { place, user }, now());
            self.here = Some(here);
        }
    }

    fn end(&mut self, reason: &StreamError) -> Frame {
        self.guard.failed(reason);
        let mut error = ended(reason, self.maker.operation.request_id.as_ref());
        error.path = vec![PathSegment::Field("presence".to_owned())];
        Frame::Error(vec![error])
    }
}

fn gone() -> ServerError {
    let mut error = error("NOT_FOUND", "What was followed has been deleted for good.");
    error.path = vec![PathSegment::Field("presence".to_owned())];
    error
}

fn is_gone(errors: &[ServerError]) -> bool {
    let codes = errors
        .iter()
        .filter_map(|error| error.extensions.as_ref()?.get("code"));
    codes
        .into_iter()
        .any(|code| *code == async_graphql::Value::from("NOT_FOUND"))
}
