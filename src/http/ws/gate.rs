//! What seldom happens, polled only when it was woken.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// Stands before what a loop waits for beside its main work, such as the client's next message beside the frames that are
/// written to it. A task is woken as a whole, and all that it waits for is polled, for every frame; behind a gate it is
/// polled only if it was the one that woke the task.
///
/// What is behind the gate keeps its waker when the future that waits for it is dropped; where it does not, or another
/// waker was given to it, the gate is to be [opened](Self::open).
pub(super) struct Gate {
    bell: Arc<Bell>,
    waker: Waker,
}

struct Bell {
    rung: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl Default for Gate {
    fn default() -> Self {
        let bell = Arc::new(Bell {
            rung: AtomicBool::new(true),
            task: AtomicWaker::new(),
        });
        Self {
            waker: Waker::from(Arc::clone(&bell)),
            bell,
        }
    }
}

impl Gate {
    /// The next poll goes through.
    pub fn open(&self) {
        self.bell.rung.store(true, Ordering::Release);
    }

    /// Waits for what is behind the gate.
    pub async fn through<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let output = poll_fn(|cx| {
            // Before it is looked at, so that what rings meanwhile wakes the task.
            self.bell.task.register(cx.waker());
            if !self.bell.rung.swap(false, Ordering::AcqRel) {
                return Poll::Pending;
            }
            future.as_mut().poll(&mut Context::from_waker(&self.waker))
        });
        let output = output.await;
        self.open();
        output
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::{FutureExt, poll};
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn it_is_polled_at_first_and_when_it_was_woken() {
        let gate = Gate::default();
        let polls = Cell::new(0);
        let (send, mut receive) = oneshot::channel();
        let mut look = || {
            let counted = poll_fn(|cx| {
                polls.set(polls.get() + 1);
                receive.poll_unpin(cx)
            });
            async { poll!(Box::pin(gate.through(counted))) }.now_or_never()
        };
        for expected in [1, 1, 1] {
            assert_eq!(look(), Some(Poll::Pending));
            assert_eq!(polls.get(), expected);
        }
        gate.open();
        assert_eq!(look(), Some(Poll::Pending));
        send.send(7).unwrap();
        assert_eq!(look(), Some(Poll::Ready(Ok(7))));
        assert_eq!(polls.get(), 3);
    }

    #[tokio::test]
    async fn what_rings_wakes_the_task() {
        let gate = Gate::default();
        let (send, receive) = oneshot::channel();
        let ring = async {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            send.send(()).unwrap();
        };
        let (heard, ()) = tokio::join!(gate.through(receive), ring);
        heard.unwrap();
        // What was ready is asked again.
        gate.through(std::future::ready(())).await;
    }
}
