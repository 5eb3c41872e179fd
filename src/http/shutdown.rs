//! Stopping: who stops says so once; everything that runs hears it, and can be waited for.

use std::sync::Arc;

use tokio::sync::watch;

/// The side that stops the server.
#[derive(Debug)]
pub struct Stop {
    begun: watch::Sender<bool>,
    busy: Arc<watch::Sender<usize>>,
}

/// The side that is stopped. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown {
    begun: watch::Receiver<bool>,
    busy: Arc<watch::Sender<usize>>,
}

/// Something that a shutdown waits for: a socket, an event stream, a mutation.
#[derive(Debug)]
pub(crate) struct Lifeline(Arc<watch::Sender<usize>>);

/// Makes the two sides.
pub fn shutdown() -> (Stop, Shutdown) {
    let (begun, heard) = watch::channel(false);
    let busy = Arc::new(watch::Sender::new(0));
    (
        Stop {
            begun,
            busy: busy.clone(),
        },
        Shutdown { begun: heard, busy },
    )
}

impl Stop {
    /// Tells everything to come to its end. Calling it again changes nothing.
    pub fn begin(&self) {
        self.begun.send_replace(true);
    }

    /// Resolves when no socket, event stream or mutation is left.
    pub async fn finished(&self) {
        let mut busy = self.busy.subscribe();
        // Fails only when the sender is gone, which `self` holds.
        let _ = busy.wait_for(|count| *count == 0).await;
    }
}

impl Shutdown {
    /// Resolves when the shutdown begins, also when the [`Stop`] was dropped.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut begun = self.begun.clone();
        async move {
            let _ = begun.wait_for(|begun| *begun).await;
        }
    }

    /// Whether the shutdown has begun.
    pub fn has_begun(&self) -> bool {
        *self.begun.borrow()
    }

    pub(crate) fn lifeline(&self) -> Lifeline {
        self.busy.send_modify(|count| *count += 1);
        Lifeline(self.busy.clone())
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn finished_waits_for_every_lifeline() {
        let (stop, shutdown) = shutdown();
        let (first, second) = (shutdown.lifeline(), shutdown.lifeline());
        assert!(stop.finished().now_or_never().is_none());
        drop(first);
        assert!(stop.finished().now_or_never().is_none());
        drop(second);
        assert!(stop.finished().now_or_never().is_some());
    }

    #[tokio::test]
    async fn begun_is_heard_before_and_after() {
        let (stop, shutdown) = shutdown();
        let early = shutdown.begun();
        assert!(!shutdown.has_begun());
        stop.begin();
        early.await;
        shutdown.begun().await;
        assert!(shutdown.has_begun());
    }
}
