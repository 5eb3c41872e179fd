//! What the tail hears from other servers, and tells them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use crate::domain::event::Position;
use crate::realtime::hints::{Bus, Ear, LOG_CHANNEL};

/// Wakes the tail for what it has not got yet.
pub(super) async fn hear(
    mut ear: Ear,
    position: watch::Receiver<Option<Position>>,
    wake: Arc<Notify>,
) {
    loop {
        let told = ear.next().await.and_then(|text| text.parse().ok());
        // What this server has already is no news; most hints that it hears are its own.
        if told.is_none_or(|told| Some(Position(told)) > *position.borrow()) {
            wake.notify_one();
        }
    }
}

/// Sends a hint at once when the first entry is announced, and then at most one a pause, with the highest position.
pub(super) async fn announce(bus: Bus, pause: Duration, mut announced: watch::Receiver<Position>) {
    // Fails only when the tail and its handles are gone.
    while announced.changed().await.is_ok() {
        let highest = announced.borrow_and_update().0.to_string();
        bus.send(LOG_CHANNEL, highest).await;
        sleep(pause).await;
    }
    std::future::pending().await
}
