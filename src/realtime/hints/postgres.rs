//! Hints over the database's own notifications.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{CHANNELS, Heard};
use crate::error::{Error, Result};
use crate::store::tail::Listener;

/// The longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Pauses between two tries to listen.
const SHORTEST_RETRY: Duration = Duration::from_millis(20);
const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// Listens, and after a lost connection listens again. Each time it has begun, all are told to look, because what was
/// sent before is lost.
pub(super) async fn hear(url: String, heard: Heard) {
    let mut pause = SHORTEST_RETRY;
    loop {
        let failure = match listen(&url).await {
            Err(error) => error,
            Ok(mut listener) => {
                pause = SHORTEST_RETRY;
                heard.look();
                loop {
                    match listener.next().await {
                        Ok(hint) => heard.hint(&hint.channel, hint.payload),
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
    timeout(CONNECT, Listener::connect(url, &CHANNELS))
        .await
        .unwrap_or_else(|_| Err(Error::Unavailable("connecting took too long".to_owned())))
}
