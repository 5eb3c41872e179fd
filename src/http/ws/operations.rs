//! The operations that run on one socket, each with its fair share of it.

use std::{
    collections::HashMap,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::extract::ws::Utf8Bytes;
use futures_util::{
    Stream, StreamExt,
    stream::{AbortHandle, Abortable, SelectAll, abortable},
};

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
    running: HashMap<Arc<str>, Running>,
    streams: SelectAll<Abortable<Messages>>,
}

struct Running {
    kind: Kind,
    abort: AbortHandle,
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
        let (messages, abort) = abortable(Messages {
            envelope: Envelope::new(&id),
            id: id.clone(),
            request_id: request_id.clone(),
            frames: Some(frames),
        });
        self.running.insert(id, Running { kind, abort });
        self.streams.push(messages);
    }

    /// Ends an operation at once: nothing more of it is sent, and its id is free.
    pub fn cancel(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.abort.abort();
        }
    }

    /// Ends all operations; gives their ids.
    pub fn cancel_all(&mut self) -> Vec<Arc<str>> {
        self.streams.clear();
        self.running.drain().map(|(id, _)| id).collect()
    }

    /// Whether a query or mutation runs, which comes to an end by itself.
    pub fn any_finite(&self) -> bool {
        self.running
            .values()
            .any(|running| running.kind != Kind::Subscription)
    }

    /// Waits until messages are ready, and takes as many as one burst may have.
    pub async fn burst(&mut self, burst: &mut Vec<Utf8Bytes>) {
        poll_fn(|cx| self.poll_burst(cx, burst)).await;
    }

    fn poll_burst(&mut self, cx: &mut Context<'_>, burst: &mut Vec<Utf8Bytes>) -> Poll<()> {
        let mut bytes = 0;
        while burst.len() < BURST_MESSAGES && bytes < BURST_BYTES {
            // Without streams there is nothing to wait for here: the caller comes again after `start`.
            let Poll::Ready(Some(outgoing)) = self.streams.poll_next_unpin(cx) else {
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
                    tracing::error!("a payload is not UTF-8");
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
