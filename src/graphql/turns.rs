//! When a batch of reads is complete: when every resolver of the response waits for something to be read.
//!
//! Resolvers of one response are futures within one task. [`Turns::drive`] polls them until none can go on, and only
//! then lets the batches go that they wait for, all at once; nor does it while a statement is on its way, because its
//! answer may bring more keys. So a response is read level by level, each kind of thing in one statement a level,
//! always the same number for the same query.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use futures_util::task::AtomicWaker;

use crate::store::read::Flight;

/// How often resolvers are polled in a row before other tasks get their turn.
const POLLS: u32 = 1_000;

#[derive(Default)]
struct Waiting {
    /// Grows each time that the waiting batches are let go.
    released: u64,
    batches: Vec<Waker>,
}

/// The turns of one response.
#[derive(Default)]
pub struct Turns {
    flight: Arc<Flight>,
    driven: AtomicBool,
    waiting: Mutex<Waiting>,
}

impl Turns {
    /// Of a response whose statements these are.
    #[must_use]
    pub fn of(flight: Flight) -> Self {
        Self {
            flight: Arc::new(flight),
            ..Self::default()
        }
    }

    /// The statements of the response.
    #[must_use]
    pub const fn flight(&self) -> &Arc<Flight> {
        &self.flight
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every resolver had its turn. Where nobody drives, until the task was polled again, which is
    /// nearly as good.
    pub(super) async fn next(&self) {
        if !self.driven.load(Ordering::Acquire) {
            // Everybody who waits for a shared batch polls it, and tokio's future is done when it is polled again, by
            // whomever. The set around it polls it only when it was woken.
            let mut turn = FuturesUnordered::new();
            turn.push(tokio::task::yield_now());
            turn.next().await;
            return;
        }
        let mut since = None;
        poll_fn(|cx| {
            let mut waiting = self.waiting();
            if since.is_some_and(|since| waiting.released > since) {
                return Poll::Ready(());
            }
            since.get_or_insert(waiting.released);
            if !waiting.batches.iter().any(|one| one.will_wake(cx.waker())) {
                waiting.batches.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    /// Lets all waiting batches go; false where there is none, or a statement is on its way.
    fn release(&self) -> bool {
        if self.flight.is_on_the_way() {
            return false;
        }
        let batches = {
            let mut waiting = self.waiting();
            waiting.released += 1;
            std::mem::take(&mut waiting.batches)
        };
        let any = !batches.is_empty();
        batches.into_iter().for_each(Waker::wake);
        any
    }

    /// Runs what resolves the response.
    pub async fn drive<F: Future>(self: Arc<Self>, resolvers: F) -> F::Output {
        self.driven.store(true, Ordering::Release);
        let _end = End(&self);
        let mut resolvers = pin!(resolvers);
        let bell = Arc::new(Bell::default());
        let waker = Waker::from(Arc::clone(&bell));
        poll_fn(|cx| {
            bell.task.register(cx.waker());
            for _ in 0..POLLS {
                bell.state.store(POLLING, Ordering::Release);
                let polled = resolvers.as_mut().poll(&mut Context::from_waker(&waker));
                if polled.is_ready() {
                    return polled;
                }
                // Rung meanwhile: somebody can go on. Otherwise the batches are complete, if nothing is on its way.
                if bell.is_silent() && !self.release() && bell.rest() {
                    return Poll::Pending;
                }
            }
            // Other tasks come first; among them the one that reads the answers of the database.
            bell.state.store(IDLE, Ordering::Release);
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }
}

struct End<'a>(&'a Turns);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.driven.store(false, Ordering::Release);
    }
}

const IDLE: u8 = 0;
const POLLING: u8 = 1;
const RUNG: u8 = 2;

/// Tells whether any resolver was woken, and wakes the task only where that is not seen anyway.
#[derive(Default)]
struct Bell {
    state: AtomicU8,
    task: AtomicWaker,
}

impl Bell {
    fn is_silent(&self) -> bool {
        self.state.load(Ordering::Acquire) == POLLING
    }

    /// Goes to sleep, unless it was rung.
    fn rest(&self) -> bool {
        let rest = self
            .state
            .compare_exchange(POLLING, IDLE, Ordering::AcqRel, Ordering::Acquire);
        rest.is_ok()
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.swap(RUNG, Ordering::AcqRel) == IDLE {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    #[tokio::test]
    async fn a_batch_waits_for_the_slowest_resolver() {
        let turns = Arc::<Turns>::default();
        let ready = AtomicU32::new(0);
        // Resolvers that come to their question after different numbers of self-made wakes, as nested sets of
        // futures do.
        let resolvers = (0..200_u32).map(|slow| {
            let (turns, ready) = (&turns, &ready);
            async move {
                for _ in 0..slow % 7 {
                    let mut woken = false;
                    poll_fn(|cx| {
                        cx.waker().wake_by_ref();
                        if std::mem::replace(&mut woken, true) {
                            Poll::Ready(())
                        } else {
                            Poll::Pending
                        }
                    })
                    .await;
                }
                ready.fetch_add(1, Ordering::SeqCst);
                turns.next().await;
                ready.load(Ordering::SeqCst)
            }
        });
        let all = futures_util::future::join_all(resolvers);
        let seen = Arc::clone(&turns).drive(all).await;
        assert!(seen.iter().all(|seen| *seen == 200), "{seen:?}");
    }

    #[tokio::test]
    async fn sleeps_while_it_waits_for_others() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let turns = Arc::<Turns>::default();
        let waits = tokio::spawn(Arc::clone(&turns).drive(async move {
            let received = receiver.await;
            turns.next().await;
            received
        }));
        tokio::task::yield_now().await;
        sender.send(7).unwrap();
        assert_eq!(waits.await.unwrap(), Ok(7));
    }
}
