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

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU32, Ordering},
        task::{Wake, Waker},
    };

    use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
    use tokio_stream::wrappers::UnboundedReceiverStream;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    impl Operations {
        fn begin(&mut self, id: &str) -> UnboundedSender<&'static str> {
            let (send, frames) = unbounded_channel();
            let frames = UnboundedReceiverStream::new(frames).map(|text: &str| Frame::Next {
                payload: text.into(),
                cursor: None,
            });
            let request = RequestId("r".into());
            let frames = Frames::new(frames.boxed(), None, None, &request);
            self.start(id, Kind::Subscription, frames, &request);
            send
        }

        /// The payloads of the next burst, each behind its operation's id; none while there is nothing.
        fn look(&mut self, count: &Arc<Count>) -> Option<Vec<String>> {
            let waker = Waker::from(count.clone());
            let mut burst = Vec::new();
            let polled = self.poll_burst(&mut Context::from_waker(&waker), &mut burst);
            let short = |text: &Utf8Bytes| {
                let message: serde_json::Value = serde_json::from_str(text).unwrap();
                let text = |key: &str| message[key].to_string().replace('"', "");
                format!("{} {}", text("id"), text("payload"))
            };
            polled.is_ready().then(|| burst.iter().map(short).collect())
        }
    }

    #[test]
    fn what_comes_after_a_burst_wakes_the_task() {
        for others in [0, 2] {
            let (mut operations, count) = (Operations::default(), Arc::<Count>::default());
            let send = operations.begin("a");
            let _others: Vec<_> = (0..others)
                .map(|n| operations.begin(&n.to_string()))
                .collect();
            send.send("1").unwrap();
            send.send("2").unwrap();
            assert_eq!(
                operations.look(&count),
                Some(vec!["a 1".into(), "a 2".into()])
            );
            // All were asked and had no more, so they are not asked again before the task sleeps.
            let woken = count.0.load(Ordering::SeqCst);
            send.send("3").unwrap();
            assert_eq!(operations.look(&count), None);
            assert!(count.0.load(Ordering::SeqCst) > woken);
            assert_eq!(operations.look(&count), Some(vec!["a 3".into()]));
            send.send("4").unwrap();
            operations.ask_again();
            assert_eq!(operations.look(&count), Some(vec!["a 4".into()]));
        }
    }

    #[test]
    fn those_that_stay_go_on_when_others_go() {
        let (mut operations, count) = (Operations::default(), Arc::<Count>::default());
        let (one, two) = (operations.begin("1"), operations.begin("2"));
        let three = operations.begin("3");
        assert_eq!(operations.look(&count), None);
        operations.cancel("1");
        assert!(one.is_closed() && !operations.contains("1"));
        assert_eq!(operations.look(&count), None);
        for (send, expected) in [(&two, "2 7"), (&three, "3 7")] {
            let woken = count.0.load(Ordering::SeqCst);
            send.send("7").unwrap();
            assert!(count.0.load(Ordering::SeqCst) > woken);
            assert_eq!(operations.look(&count), Some(vec![expected.into()]));
            operations.ask_again();
        }
        // The id is free again, also for the last one that is left.
        operations.cancel("3");
        drop(two);
        assert_eq!(operations.look(&count), Some(vec!["2 null".into()]));
        assert!(!operations.contains("2"));
        let again = operations.begin("2");
        again.send("8").unwrap();
        assert_eq!(operations.look(&count), Some(vec!["2 8".into()]));
        operations.cancel_all();
        assert!(again.is_closed());
    }
}
