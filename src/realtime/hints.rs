//! Hints between servers: "something happened, look now". Losing one costs a moment, never anything else, because
//! whoever waits for one also looks by itself. They go over the database's own notifications, outside every
//! transaction that writes.

use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::error::{Error, Result};
use crate::store::Store;
use crate::store::tail::{Hint, Listener, send_hint};

/// The highest position that a server has committed.
pub const LOG_CHANNEL: &str = "tandem_log";
/// Somebody's access may have ended.
pub const ACCESS_CHANNEL: &str = "tandem_access";

/// The longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Pauses between two tries to listen.
const SHORTEST_RETRY: Duration = Duration::from_millis(20);
const LONGEST_RETRY: Duration = Duration::from_secs(1);
/// How many hints one that waits may be behind; beyond, it is told to look.
const WAITING: usize = 256;

/// The way hints go. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Bus {
    heard: broadcast::Sender<Hint>,
    store: Option<Store>,
}

/// One who waits for the hints of a channel.
pub struct Ear {
    channel: &'static str,
    hints: broadcast::Receiver<Hint>,
}

impl Bus {
    /// Begins to listen, on a connection of its own; ends after `shutdown` resolves.
    pub fn start(
        store: &Store,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> (Self, JoinHandle<()>) {
        let bus = Self {
            heard: broadcast::Sender::new(WAITING),
            store: Some(store.clone()),
        };
        let (heard, url) = (bus.heard.clone(), store.url().to_owned());
        let task = tokio::spawn(async move {
            tokio::select! {
                () = shutdown => {}
                () = hear(&url, &heard) => {}
            }
        });
        (bus, task)
    }

    /// A bus that carries nothing: everybody looks by themselves alone.
    #[must_use]
    pub fn silent() -> Self {
        Self {
            heard: broadcast::Sender::new(1),
            store: None,
        }
    }

    /// Somebody who waits for the hints of a channel.
    #[must_use]
    pub fn ear(&self, channel: &'static str) -> Ear {
        Ear {
            channel,
            hints: self.heard.subscribe(),
        }
    }

    /// Sends a hint to all servers, this one among them. If that fails, it is lost.
    pub async fn send(&self, channel: &'static str, payload: String) {
        let Some(store) = &self.store else {
            return;
        };
        let outcome = match send_hint(store, channel, payload).await {
            Ok(()) => "sent",
            Err(error) => {
                tracing::debug!(%error, channel, "a hint to other servers was lost");
                "lost"
            }
        };
        metrics::counter!("tandem_hints_total", "channel" => channel, "outcome" => outcome)
            .increment(1);
    }
}

impl Ear {
    /// The next hint's payload; none when hints may have been lost, so that one must look.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            match self.hints.recv().await {
                // The listener's own word, see below.
                Ok(hint) if hint.channel.is_empty() => return None,
                Ok(hint) if hint.channel == self.channel => return Some(hint.payload),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return None,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

/// Listens, and after a lost connection listens again. Each time it has begun, all are told to look, because what was
/// sent before is lost.
async fn hear(url: &str, heard: &broadcast::Sender<Hint>) {
    let mut pause = SHORTEST_RETRY;
    loop {
        let failure = match listen(url).await {
            Err(error) => error,
            Ok(mut listener) => {
                pause = SHORTEST_RETRY;
                // Fails only when nobody waits.
                let _ = heard.send(Hint::default());
                loop {
                    match listener.next().await {
                        Ok(hint) => drop(heard.send(hint)),
                        Err(error) => break error,
                    }
                }
            }
        };
        tracing::debug!(%failure, "hints from other servers are not heard just now");
        metrics::counter!("tandem_hints_connection_lost_total").increment(1);
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_RETRY);
    }
}

async fn listen(url: &str) -> Result<Listener> {
    let listening = Listener::connect(url, &[LOG_CHANNEL, ACCESS_CHANNEL]);
    timeout(CONNECT, listening)
        .await
        .unwrap_or_else(|_| Err(Error::Unavailable("connecting took too long".to_owned())))
}
