//! Hints over NATS: for those who run many servers and would rather not have the database carry what they say to each
//! other. Only hints and presence go this way; the truth stays in Postgres, and a NATS that is down costs a moment.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerAddr, Subscriber};
use futures_util::StreamExt;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::Heard;

/// The longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The longest that handing over one hint may take: its connection is stuck, and the hint is lost.
const SEND: Duration = Duration::from_secs(1);
/// Between two looks whether the connection still stands. Two without an answer end it.
const PING: Duration = Duration::from_secs(5);
/// Pauses between two tries to connect.
const SHORTEST_RETRY: Duration = Duration::from_millis(20);
const LONGEST_RETRY: Duration = Duration::from_secs(1);
/// What subjects begin with, where the address says nothing else.
const PREFIX: &str = "tandem";

/// Where a NATS server is: `nats://host:port`, with `user:password@` before the host where it wants them. A path
/// (`nats://host:port/staging`) is what subjects begin with instead of `tandem`, so that several installations can
/// share a NATS server without hearing each other.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsAddress {
    server: ServerAddr,
    prefix: String,
}

/// Why a text is not the address of a NATS server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no address of a NATS server ({0}); write it as nats://host:4222")]
pub struct BadNatsAddress(String);

impl FromStr for NatsAddress {
    type Err = BadNatsAddress;

    fn from_str(text: &str) -> Result<Self, BadNatsAddress> {
        let bad = |error: std::io::Error| BadNatsAddress(error.to_string());
        if !text.starts_with("nats://") {
            let why = "it does not begin with nats://, and Tandem speaks no TLS with NATS";
            return Err(BadNatsAddress(why.to_owned()));
        }
        let mut url = text.parse::<ServerAddr>().map_err(bad)?.into_inner();
        if url.host_str().is_none_or(str::is_empty) {
            return Err(BadNatsAddress("it names no host".to_owned()));
        }
        let prefix = match url.path().trim_matches('/') {
            "" => PREFIX.to_owned(),
            path => path.to_owned(),
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if !prefix.chars().all(fits) {
            let why = "its path may have letters, digits, `_` and `-`";
            return Err(BadNatsAddress(why.to_owned()));
        }
        url.set_path("");
        let server = ServerAddr::from_url(url).map_err(bad)?;
        Ok(Self { server, prefix })
    }
}

/// Without user and password.
impl fmt::Display for NatsAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nats://{}:{}", self.server.host(), self.server.port())
    }
}

impl fmt::Debug for NatsAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}/{}", self.prefix)
    }
}

/// Why NATS carries nothing just now.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Away(String);

impl Away {
    fn because(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

/// Sends hints while there is a connection.
#[derive(Clone)]
pub(super) struct Sender {
    client: Arc<Mutex<Option<Client>>>,
    prefix: Arc<str>,
}

/// One connection.
struct Connection {
    client: Client,
    hints: Subscriber,
    /// Told when it has ended.
    lost: Arc<Notify>,
}

/// What sends, and what hears for as long as it is polled.
pub(super) fn open(
    address: NatsAddress,
    heard: Heard,
) -> (Sender, impl Future<Output = ()> + Send + 'static) {
    let sender = Sender {
        client: Arc::default(),
        prefix: address.prefix.as_str().into(),
    };
    (sender.clone(), hear(address, heard, sender))
}

impl Sender {
    /// Sends a hint; an error when there is no connection just now.
    pub async fn send(&self, channel: &str, payload: String) -> Result<(), Away> {
        let client = self.lock().clone();
        let client = client.ok_or_else(|| Away::because("there is no connection to NATS"))?;
        let subject = format!("{}.{channel}", self.prefix);
        match timeout(SEND, client.publish(subject, payload.into())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Away::because(error)),
            Err(_elapsed) => Err(Away::because("NATS takes nothing")),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Client>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens, and after a lost connection listens again; each time it has begun, all are told to look. Says once that
/// NATS is away, and once that it is back.
async fn hear(address: NatsAddress, heard: Heard, sender: Sender) {
    let (mut pause, mut away) = (SHORTEST_RETRY, false);
    loop {
        let failure = match connect(&address).await {
            Err(error) => error,
            Ok(connection) => {
                (pause, away) = (SHORTEST_RETRY, false);
                tracing::info!(%address, "hints go over NATS");
                *sender.lock() = Some(connection.client.clone());
                heard.look();
                pass_on(connection, &sender.prefix, &heard).await;
                *sender.lock() = None;
                Away::because("the connection has ended")
            }
        };
        if !away {
            tracing::warn!(%address, %failure, "NATS is away: servers find out by polling meanwhile");
            away = true;
        }
        metrics::counter!("tandem_hints_connection_lost_total").increment(1);
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_RETRY);
    }
}

async fn pass_on(mut connection: Connection, prefix: &str, heard: &Heard) {
    loop {
        let message = tokio::select! {
            message = connection.hints.next() => message,
            () = connection.lost.notified() => None,
        };
        let Some(message) = message else { return };
        let channel = message.subject.strip_prefix(prefix);
        let channel = channel.and_then(|rest| rest.strip_prefix('.'));
        if let (Some(channel), Ok(payload)) = (channel, str::from_utf8(&message.payload)) {
            heard.hint(channel, payload.to_owned());
        }
    }
}

/// A connection that ends when it is lost: the client's own way of coming back would not say what was missed
/// meanwhile, nor log with moderation.
async fn connect(address: &NatsAddress) -> Result<Connection, Away> {
    let lost = Arc::new(Notify::new());
    let told = Arc::clone(&lost);
    let mut options = ConnectOptions::new()
        .name("tandem")
        .connection_timeout(CONNECT)
        .ping_interval(PING)
        .max_reconnects(1)
        .event_callback(move |event| {
            let ends = matches!(event, Event::Disconnected | Event::Closed);
            // Hints that did not fit are lost as well: beginning anew makes everybody look.
            let ends = ends || matches!(event, Event::SlowConsumer(_));
            let told = Arc::clone(&told);
            async move {
                if ends {
                    told.notify_one();
                }
            }
        });
    if let (Some(user), Some(password)) = (address.server.username(), address.server.password()) {
        options = options.user_and_password(user.to_owned(), password.to_owned());
    }
    let (server, subject) = (address.server.clone(), format!("{}.*", address.prefix));
    // In a task of its own: where the server insists on TLS, for which no cipher is built in, the client panics.
    let connecting = tokio::spawn(timeout(CONNECT, async move {
        let client = options.connect(server).await.map_err(Away::because)?;
        let hints = client.subscribe(subject).await.map_err(Away::because)?;
        // Until the server has heard of it nothing would come.
        client.flush().await.map_err(Away::because)?;
        Ok::<_, Away>((client, hints))
    }));
    let (client, hints) = match connecting.await {
        Ok(Ok(connected)) => connected?,
        Ok(Err(_elapsed)) => {
            return Err(Away::because("connecting took too long"));
        }
        Err(_panicked) => {
            let why = "the server insists on TLS, which Tandem does not speak with NATS";
            return Err(Away::because(why));
        }
    };
    Ok(Connection {
        client,
        hints,
        lost,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_without_their_password() {
        let address: NatsAddress = "nats://ann:secret@hints.internal:4223/staging"
            .parse()
            .unwrap();
        assert_eq!(address.to_string(), "nats://hints.internal:4223");
        assert_eq!(format!("{address:?}"), "nats://hints.internal:4223/staging");
        assert_eq!(address.server.username(), Some("ann"));
        assert_eq!(address.server.password(), Some("secret"));
        let plain: NatsAddress = "nats://127.0.0.1".parse().unwrap();
        assert_eq!(format!("{plain:?}"), "nats://127.0.0.1:4222/tandem");
        for bad in [
            "",
            "localhost:4222",
            "tls://localhost",
            "nats://",
            "nats://host:port",
            "nats://host/a.b",
            "nats://host/a/b",
            "nats://host/*",
        ] {
            let error = bad.parse::<NatsAddress>().unwrap_err();
            assert!(
                error.to_string().contains("nats://host:4222"),
                "{bad}: {error}"
            );
        }
    }
}
