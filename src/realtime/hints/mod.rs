//! Hints between servers: "something happened, look now". Losing one costs a moment, never anything else, because
//! whoever waits for one also looks by itself. They go over the database's own notifications (`postgres`), outside
//! every transaction that writes, or over NATS (`nats`) where the database is better spared.

mod nats;
mod postgres;

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::store::Store;
use crate::store::tail::send_hint;

pub use nats::{BadNatsAddress, NatsAddress};

/// The highest position that a server has committed.
pub const LOG_CHANNEL: &str = "tandem_log";
/// Somebody's access may have ended.
pub const ACCESS_CHANNEL: &str = "tandem_access";
/// Who is at which conversation: [`super::presence`].
pub const PRESENCE_CHANNEL: &str = "tandem_presence";

const CHANNELS: [&str; 3] = [LOG_CHANNEL, ACCESS_CHANNEL, PRESENCE_CHANNEL];
/// How many hints one that waits may be behind; beyond, it is told to look.
const WAITING: usize = 256;

/// By which way servers tell each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Hints {
    /// The database's own notifications.
    #[default]
    Postgres,
    /// A NATS server.
    Nats(NatsAddress),
    /// None: each looks by itself, and sees only its own people.
    Off,
}

/// The way hints go. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Bus {
    heard: Heard,
    carrier: Carrier,
}

#[derive(Clone)]
enum Carrier {
    Postgres(Store),
    Nats(nats::Sender),
    Off,
}

/// One channel; no payload says that hints may have been lost.
type Channel = broadcast::Sender<Option<String>>;

/// What was heard, by channel.
#[derive(Clone)]
struct Heard(Arc<[(&'static str, Channel)]>);

/// One who waits for the hints of a channel.
pub struct Ear {
    hints: Option<broadcast::Receiver<Option<String>>>,
}

impl Heard {
    fn new() -> Self {
        Self(
            CHANNELS
                .map(|name| (name, broadcast::Sender::new(WAITING)))
                .into(),
        )
    }

    fn channel(&self, name: &str) -> Option<&Channel> {
        let mut channels = self.0.iter();
        channels
            .find(|(channel, _)| *channel == name)
            .map(|(_, sender)| sender)
    }

    fn hint(&self, channel: &str, payload: String) {
        if let Some(sender) = self.channel(channel) {
            // Fails only when nobody waits.
            let _ = sender.send(Some(payload));
        }
    }

    /// Hints may have been lost: all who wait are told to look.
    fn look(&self) {
        for (_, sender) in self.0.iter() {
            let _ = sender.send(None);
        }
    }
}

impl Bus {
    /// Begins to listen, on a connection of its own; ends after `shutdown` resolves. A server of hints that is away is
    /// waited for.
    pub fn start(
        store: &Store,
        hints: &Hints,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> (Self, JoinHandle<()>) {
        let heard = Heard::new();
        let (carrier, hearing) = match hints {
            Hints::Postgres => {
                let hear = postgres::hear(store.url().to_owned(), heard.clone());
                (Carrier::Postgres(store.clone()), tokio::spawn(hear))
            }
            Hints::Nats(address) => {
                let (sender, hear) = nats::open(address.clone(), heard.clone());
                (Carrier::Nats(sender), tokio::spawn(hear))
            }
            Hints::Off => (Carrier::Off, tokio::spawn(std::future::pending())),
        };
        let task = tokio::spawn(async move {
            shutdown.await;
            hearing.abort();
        });
        (Self { heard, carrier }, task)
    }

    /// Somebody who waits for the hints of a channel.
    #[must_use]
    pub fn ear(&self, channel: &'static str) -> Ear {
        Ear {
            hints: self
                .heard
                .channel(channel)
                .map(broadcast::Sender::subscribe),
        }
    }

    /// Sends a hint to all servers, this one among them. If that fails, it is lost.
    pub async fn send(&self, channel: &'static str, payload: String) {
        let sent = match &self.carrier {
            Carrier::Postgres(store) => send_hint(store, channel, payload)
                .await
                .map_err(|error| error.to_string()),
            Carrier::Nats(sender) => sender
                .send(channel, payload)
                .await
                .map_err(|error| error.to_string()),
            Carrier::Off => return,
        };
        let outcome = match sent {
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
        let Some(hints) = &mut self.hints else {
            return std::future::pending().await;
        };
        match hints.recv().await {
            Ok(hint) => hint,
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
