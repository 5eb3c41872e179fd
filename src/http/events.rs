//! GraphQL over server-sent events, in the distinct connections mode: one response, one operation.
//!
//! Events are `next` and, at the end, `complete`. The cursor of a frame is the event's id, so a browser's
//! `EventSource` resumes by itself. A stream that ends without `complete` was cut: the client shall reconnect.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::{Response as GraphQlResponse, ServerError};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use tokio::time::{Interval, MissedTickBehavior};

use super::{
    backend::{Backend, Frame, RequestId},
    lifecycle::Transport,
    operation::{Kind, Operation},
    problem::forbidden,
    reply,
    run::{Context, Frames},
    shutdown::Lifeline,
    slots::Slot,
};

/// A comment: tells the client and every proxy between that the stream stands.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// The empty `data` is needed: without it a browser does not dispatch the event.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");

enum State {
    Opening,
    Running,
    Completing,
    Ended,
}

struct Events {
    state: State,
    frames: Option<Frames>,
    withdrawn: BoxFuture<'static, ()>,
    shutdown: BoxFuture<'static, ()>,
    beat: Interval,
    _held: (Slot, Lifeline),
}

/// Runs an operation as an event stream.
pub(crate) fn stream<B: Backend>(
    context: &Arc<Context<B>>,
    viewer: B::Viewer,
    operation: Operation,
    id: &RequestId,
    slot: Slot,
) -> Response {
    // A query or mutation is waited for at a shutdown, for as long as the server drains; a subscription has no end.
    let shutdown = match operation.kind {
        Kind::Subscription => context.shutdown.begun().boxed(),
        _ => std::future::pending().boxed(),
    };
    let events = Events {
        state: State::Opening,
        withdrawn: context.backend.withdrawn(&viewer).boxed(),
        frames: Some(context.start(viewer, operation, Transport::Events, id, None)),
        shutdown,
        beat: beat(context.limits.ping_interval),
        _held: (slot, context.shutdown.lifeline()),
    };
    response(Body::from_stream(stream::unfold(
        events,
        |mut events| async move {
            let bytes = events.next().await?;
            Some((Ok::<_, Infallible>(bytes), events))
        },
    )))
}

/// The stream of an operation that cannot be run.
pub(crate) fn refused(refusal: &GraphQlResponse) -> Response {
    let mut body = BytesMut::new();
    if let Some(payload) = reply::encode(refusal) {
        body.put(next(&payload, None));
    }
    body.put(COMPLETE);
    response(Body::from(body.freeze()))
}

fn beat(interval: Duration) -> Interval {
    let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + interval, interval);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

fn response(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store, no-transform"),
        // Asks nginx and its like to pass each event on at once.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Events {
    async fn next(&mut self) -> Option<Bytes> {
        match self.state {
            State::Opening => {
                self.state = State::Running;
                Some(COMMENT)
            }
            State::Running => self.running().await,
            State::Completing => {
                self.state = State::Ended;
                Some(COMPLETE)
            }
            State::Ended => None,
        }
    }

    async fn running(&mut self) -> Option<Bytes> {
        let frames = self.frames.as_mut()?;
        tokio::select! {
            biased;
            () = &mut self.withdrawn => Some(self.last(vec![forbidden()])),
            () = &mut self.shutdown => {
                self.frames = None;
                self.state = State::Ended;
                None
            }
            frame = frames.next() => match frame {
                Some(Frame::Next { payload, cursor }) => {
                    let cursor = cursor.map(|cursor| cursor.to_string());
                    Some(next(&payload, cursor.as_deref()))
                },
                Some(Frame::Error(errors)) => Some(self.last(errors)),
                None => {
                    self.frames = None;
                    self.state = State::Ended;
                    Some(COMPLETE)
                }
            },
            _ = self.beat.tick() => Some(COMMENT),
        }
    }

    /// The operation's last result: errors, and then `complete`.
    fn last(&mut self, errors: Vec<ServerError>) -> Bytes {
        self.frames = None;
        self.state = State::Completing;
        let payload = reply::encode(&GraphQlResponse::from_errors(errors)).unwrap_or_default();
        next(&payload, None)
    }
}

/// One `next` event. A line break in the payload, which JSON allows between tokens, begins a further `data` line.
fn next(payload: &[u8], cursor: Option<&str>) -> Bytes {
    let id = cursor.filter(|cursor| !cursor.contains(['\n', '\r', '\0']));
    let mut event = BytesMut::with_capacity(payload.len() + 64);
    event.put_slice(b"event: next\n");
    if let Some(id) = id {
        event.put_slice(b"id: ");
        event.put_slice(id.as_bytes());
        event.put_slice(b"\n");
    }
    for line in payload.split(|byte| matches!(byte, b'\n' | b'\r')) {
        event.put_slice(b"data: ");
        event.put_slice(line);
        event.put_slice(b"\n");
    }
    event.put_slice(b"\n");
    event.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_one_event() {
        assert_eq!(
            next(br#"{"data":1}"#, Some("c7")),
            "event: next\nid: c7\ndata: {\"data\":1}\n\n"
        );
        assert_eq!(
            next(b"{\n\"data\":1}", Some("a\nevent: forged")),
            "event: next\ndata: {\ndata: \"data\":1}\n\n"
        );
    }
}
