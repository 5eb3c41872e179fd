//! Speaking with other servers: says what is new, soon but not all the time; hears; lets time pass.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::Presence;
use crate::realtime::hints::{Bus, Ear, PRESENCE_CHANNEL};

/// How often it is looked whether something has run out. Much less than anything that runs out.
const TICK: Duration = Duration::from_millis(200);
/// The longest that the last word may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// Runs until `shutdown` resolves.
pub(super) async fn run(
    presence: Presence,
    bus: Bus,
    ear: Ear,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    tokio::select! {
        () = shutdown => {}
        () = speak(&presence, &bus) => {}
        () = listen(&presence, ear) => {}
    }
    presence.inner.stop();
    let bye = presence.inner.lock().book.bye();
    // Others would find out by themselves, some seconds later.
    let _ = timeout(FAREWELL, bus.send(PRESENCE_CHANNEL, bye)).await;
}

/// Hears others. What was said comes before what has run out: a beat that waits to be heard is one.
async fn listen(presence: &Presence, mut ear: Ear) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            heard = ear.next() => presence.inner.change(|book, now| match heard {
                Some(text) => book.hear(&text, now),
                None => book.ask_all(),
            }),
            _ = tick.tick() => {
                presence.inner.change(super::book::Book::pass);
            }
        }
    }
}

/// Says what is new at once, and then no more for a pause; and gives signs of life.
async fn speak(presence: &Presence, bus: &Bus) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = presence.inner.news.notified() => {}
            _ = tick.tick() => {}
        }
        let messages = {
            let now = tokio::time::Instant::now();
            presence.inner.lock().book.take_messages(now)
        };
        for message in messages {
            bus.send(PRESENCE_CHANNEL, message).await;
        }
        sleep(presence.options().pause).await;
    }
}
