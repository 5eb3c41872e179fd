//! Who is connected, and whether they still may be: a deactivated user, a session or token that was revoked or is at its
//! end, and a user who is limited to other inboxes than when they came, ends what it opened, on every server, within a
//! second. Whoever has other limits comes back with these.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, unconstrained};
use tokio::time::{Instant, sleep_until};

use super::hints::{ACCESS_CHANNEL, Bus, Ear};
use crate::domain::access::Viewer;
use crate::error::Result;
use crate::store::Store;
use crate::store::tail::{Connected, withdrawn_tokens};
use crate::store::viewers::touch_tokens;

/// How often it is noted that connected tokens are in use: sessions end that are not.
const NOTED: Duration = Duration::from_secs(60);

/// The registry of those connected to this server. Cheap to clone; all clones are one registry.
#[derive(Clone)]
pub struct Access {
    watched: Arc<Mutex<HashMap<Connected, Watched>>>,
    wake: Arc<Notify>,
    store: Store,
    bus: Bus,
}

/// A token that somebody is connected with, and the limits that its holder had when they came.
#[derive(Debug)]
struct Watched {
    /// How many watch it.
    holders: usize,
    withdrawn: watch::Sender<bool>,
    /// The same, to be looked at by each stream before each frame: nothing is locked for it.
    flag: Arc<AtomicBool>,
}

/// Resolves when access is withdrawn, and keeps its viewer among those who are connected.
struct Withdrawal {
    sign: Sign,
    _holder: Holder,
}

impl Future for Withdrawal {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.sign.poll_unpin(cx)
    }
}

/// Resolves when access is withdrawn. Streams poll it before each frame, so it asks what wakes it only once for each
/// waker, and otherwise looks at a flag.
struct Sign {
    flag: Arc<AtomicBool>,
    withdrawn: BoxFuture<'static, ()>,
    waker: Option<Waker>,
}

impl Sign {
    fn new(flag: Arc<AtomicBool>, mut withdrawn: watch::Receiver<bool>) -> Self {
        let withdrawn = async move {
            if withdrawn.wait_for(|withdrawn| *withdrawn).await.is_err() {
                // The registry keeps the sender for as long as there is a holder.
                std::future::pending::<()>().await;
            }
        };
        Self {
            flag,
            // Else, in a task that has used up its turn, it would say that it waits without being asked to wake anybody.
            withdrawn: unconstrained(withdrawn).boxed(),
            waker: None,
        }
    }
}

impl Future for Sign {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.flag.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        let known = self.waker.as_ref();
        if known.is_some_and(|known| known.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        self.waker = Some(cx.waker().clone());
        // Ready also if it happened since the flag was looked at.
        self.withdrawn.poll_unpin(cx)
    }
}

/// One who watches; the last one to go takes the token out of the registry.
struct Holder {
    access: Access,
    with: Connected,
}

impl Access {
    /// Starts watching: looks all up when a hint says so and every `poll`. Ends after `shutdown` resolves, and then
    /// withdraws from nobody.
    pub fn start(
        store: &Store,
        bus: &Bus,
        poll: Duration,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> (Self, JoinHandle<()>) {
        let access = Self {
            watched: Arc::default(),
            wake: Arc::default(),
            store: store.clone(),
            bus: bus.clone(),
        };
        let (looking, ear) = (access.clone(), bus.ear(ACCESS_CHANNEL));
        let task = tokio::spawn(async move {
            tokio::select! {
                () = shutdown => {}
                () = looking.hear(ear) => {}
                () = looking.look_forever(poll) => {}
            }
        });
        (access, task)
    }

    /// Resolves when the viewer's access is withdrawn; never if it is not. The viewer counts as connected for as long
    /// as the future is kept.
    pub fn watch(&self, viewer: &Viewer) -> impl Future<Output = ()> + Send + 'static + use<> {
        let with = Connected {
            account: viewer.account,
            token: viewer.token,
            limits: viewer.limits.clone(),
        };
        let (withdrawn, flag) = {
            let mut watched = self.lock();
            let watched = watched.entry(with.clone()).or_insert_with(|| Watched {
                holders: 0,
                withdrawn: watch::Sender::new(false),
                flag: Arc::default(),
            });
            watched.holders += 1;
            (watched.withdrawn.subscribe(), Arc::clone(&watched.flag))
        };
        let holder = Holder {
            access: self.clone(),
            with,
        };
        Withdrawal {
            sign: Sign::new(flag, withdrawn),
            _holder: holder,
        }
    }

    /// To be called after somebody was deactivated or limited otherwise, or a token revoked, once that is committed: this
    /// server looks at once, the others when they hear of it.
    pub async fn changed(&self) {
        self.wake.notify_one();
        self.bus.send(ACCESS_CHANNEL, String::new()).await;
    }

    /// How many tokens somebody is connected with, once for each of the limits that they came with.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Connected, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn hear(&self, mut ear: Ear) {
        loop {
            ear.next().await;
            self.wake.notify_one();
        }
    }

    async fn look_forever(&self, poll: Duration) {
        let mut noted = Instant::now();
        loop {
            let begun = Instant::now();
            if noted.elapsed() >= NOTED {
                noted = begun;
                self.note().await;
            }
            if let Err(error) = self.look().await {
                // Not knowing is no reason to send everybody away.
                tracing::warn!(%error, "cannot look up whether those connected still may be");
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = sleep_until(begun + poll) => {}
            }
        }
    }

    /// The tokens that somebody is connected with and that were good so far.
    fn connections(&self) -> Vec<Connected> {
        let watched = self.lock();
        let all = watched.iter().filter(|(_, w)| !*w.withdrawn.borrow());
        all.map(|(with, _)| with.clone()).collect()
    }

    async fn note(&self) {
        let connections = self.connections();
        if connections.is_empty() {
            return;
        }
        let tokens: Vec<_> = connections
            .iter()
            .map(|one| (one.account, one.token))
            .collect();
        if let Err(error) = touch_tokens(&self.store, &tokens).await {
            tracing::warn!(%error, "it could not be noted that tokens are in use");
        }
    }

    async fn look(&self) -> Result<()> {
        let connections = self.connections();
        if connections.is_empty() {
            return Ok(());
        }
        for with in withdrawn_tokens(&self.store, &connections).await? {
            if let Some(watched) = self.lock().get(with) {
                // Before those are woken who look at it.
                watched.flag.store(true, Ordering::Release);
                watched.withdrawn.send_replace(true);
                metrics::counter!("tandem_access_withdrawn_total").increment(1);
            }
        }
        Ok(())
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let mut watched = self.access.lock();
        if let Slot::Occupied(mut slot) = watched.entry(self.with.clone()) {
            slot.get_mut().holders -= 1;
            if slot.get().holders == 0 {
                slot.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::task::Wake;

    use futures_util::poll;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicU32);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn who_has_used_up_their_turn_is_woken_all_the_same() {
        let (withdraw, withdrawn) = watch::channel(false);
        let flag = Arc::<AtomicBool>::default();
        let mut sign = Sign::new(Arc::clone(&flag), withdrawn);
        let count = Arc::<Count>::default();
        let waker = Waker::from(Arc::clone(&count));
        let mut look = || sign.poll_unpin(&mut Context::from_waker(&waker));
        let used_up = async || poll!(Box::pin(tokio::task::consume_budget())).is_pending();
        while !used_up().await {}
        assert!(look().is_pending());
        let before = count.0.load(Ordering::SeqCst);
        assert!(look().is_pending());
        flag.store(true, Ordering::Release);
        withdraw.send_replace(true);
        assert!(count.0.load(Ordering::SeqCst) > before);
        assert!(look().is_ready());
    }
}
