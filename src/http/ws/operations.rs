//! The operations that run on one socket, each with its fair share of it.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::extract::ws::Utf8Bytes;
use futures_util::{Stream, StreamExt, stream::SelectAll};

use super::message::{self, Envelope};
use crate::http::{
    backend::{Frame, RequestId},
    operation::Kind,
    problem::internal_error,
    run::Frames,
};

/// Most messages and bytes that are taken from the operations before the socket looks at its client again.
const BURST_MESSAGES: usize = 32;
const BURST_BYTES: usize = 64 << 10;

/// What runs on one socket. Streams that have something are asked in turn, so a busy one starves no other.
#[derive(Default)]
pub(super) struct Operations {
    running: HashMap<Arc<str>, Kind>,
    streams: Streams,
    /// Whether all streams were asked since the task last slept, and will wake it.
    asked: bool,
}

/// The messages of what runs. Most sockets have one operation, and to find out which of one was woken would cost each
/// frame as much as asking it.
enum Streams {
    One(Option<Messages>),
    Many(SelectAll<Messages>),
}

/// A message of an operation.
struct Outgoing {
    text: Utf8Bytes,
    /// Set on the operation's last message: its id is free again.
    ends: Option<Arc<str>>,
}

impl Operations {
    pub fn contains(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Lets an operation run. Its id must be free.
    pub fn start(&mut self, id: &str, kind: Kind, frames: Frames, request_id: &RequestId) {
        let id: Arc<str> = id.into();
        self.asked = false;
        self.streams.push(Messages {
            envelope: Envelope::new(&id),
            id: id.clone(),
            request_id: request_id.clone(),
            frames: Some(frames),
        });
        self.running.insert(id, kind);
    }

    /// Ends an operation at once: nothing more of it is sent, and its id is free.
    pub fn cancel(&mut self, id: &str) {
        if self.running.remove(id).is_some() {
            self.asked = false;
            self.streams.remove(id);
        }
    }

    /// Ends all operations; gives their ids.
    pub fn cancel_all(&mut self) -> Vec<Arc<str>> {
        self.streams = Streams::default();
        self.running.drain().map(|(id, _)| id).collect()
    }

    /// Whether a query or mutation runs, which comes to an end by itself.
    pub fn any_finite(&self) -> bool {
        self.running
            .values()
            .any(|kind| *kind != Kind::Subscription)
    }

    /// To be called where the task may have slept since the last burst.
    pub fn ask_again(&mut self) {
        self.asked = false;
    }

    /// Takes the messages that are ready, as many as one burst may have; pending without any.
    ///
    /// After a burst that took all that there was, the next call does not ask again: the streams were asked already, and
    /// will wake the task. So the task must not sleep in between, unless [`Self::ask_again`] is called.
    pub fn poll_burst(&mut self, cx: &mut Context<'_>, burst: &mut Vec<Utf8Bytes>) -> Poll<()> {
        if std::mem::take(&mut self.asked) {
            return Poll::Pending;
        }
        let mut bytes = 0;
        while burst.len() < BURST_MESSAGES && bytes < BURST_BYTES {
            // Without streams there is nothing to wait for here: the caller comes again after `start`.
            let Poll::Ready(Some(outgoing)) = self.streams.poll_next(cx) else {
                self.asked = !burst.is_empty();
                break;
            };
            if let Some(id) = &outgoing.ends {
                self.running.remove(id);
            }
            bytes += outgoing.text.len();
            burst.push(outgoing.text);
        }
        if burst.is_empty() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self::One(None)
    }
}

impl Streams {
    fn push(&mut self, messages: Messages) {
        match self {
            Self::One(one @ None) => *one = Some(messages),
            Self::One(one) => {
                *self = Self::Many(one.take().into_iter().chain([messages]).collect())
            }
            Self::Many(many) => many.push(messages),
        }
    }

    /// Takes one out. Of many all are polled again, so that those that stay are woken as what they now are.
    fn remove(&mut self, id: &str) {
        let all = match std::mem::take(self) {
            Self::One(one) => SelectAll::from_iter(one),
            Self::Many(many) => many,
        };
        for messages in all {
            if &*messages.id != id {
                self.push(messages);
            }
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        match self {
            Self::One(Some(one)) => {
                let next = one.poll_next_unpin(cx);
                if let Poll::Ready(None) = next {
                    *self = Self::default();
                }
                next
            }
            Self::One(None) => Poll::Ready(None),
            Self::Many(many) => {
                let next = many.poll_next_unpin(cx);
                if let Poll::Ready(None) = next {
                    *self = Self::default();
                }
                next
            }
        }
    }
}

/// An operation's frames as messages, the last of which ends it.
struct Messages {
    id: Arc<str>,
    envelope: Envelope,
    request_id: RequestId,
    frames: Option<Frames>,
}

impl Stream for Messages {
    type Item = Outgoing;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        let this = self.get_mut();
        let Some(frames) = &mut this.frames else {
            return Poll::Ready(None);
        };
        let last = match frames.poll_next_unpin(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Frame::Next { payload, .. })) => match this.envelope.next(&payload) {
                Some(text) => return Poll::Ready(Some(Outgoing { text, ends: None })),
                None => {
                    tracing::error!(request_id = %this.request_id, "a payload is not UTF-8");
                    message::error(&this.id, &[internal_error(&this.request_id)])
                }
            },
            Poll::Ready(Some(Frame::Error(errors))) => message::error(&this.id, &errors),
            Poll::Ready(None) => message::complete(&this.id),
        };
        this.frames = None;
        Poll::Ready(Some(Outgoing {
            text: last,
            ends: Some(this.id.clone()),
        }))
    }
}
