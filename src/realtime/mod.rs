//! Live: from the log in the database to every subscriber, without a hole.
//!
//! - [`tail`] follows the log of all accounts, once a server, and gives each entry to the
//! - [`hub`], which fans out to bounded feeds by account and filter.
//! - [`follow`] joins what is replayed from a cursor to what comes live; [`replay`] makes streams of that, and
//! - [`share`] executes once for all who asked the same.
//! - [`lists`] keeps live lists and numbers, once for all who look at the same.
//! - [`access`] ends streams of those who may no longer see.
//! - [`hints`] carries "look now" between servers, and
//! - [`presence`] who looks at what just now.

pub mod access;
pub mod follow;
pub mod guard;
pub mod hints;
pub mod hub;
pub mod lists;
pub mod presence;
pub mod replay;
pub mod share;
pub mod tail;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::Result;
use crate::store::Store;
use crate::store::pool::PoolOptions;
use access::Access;
use follow::Log;
use hints::{Bus, Hints};
use hub::Hub;
use lists::{ListOptions, Lists};
use presence::{Presence, PresenceOptions};
use replay::ReplayOptions;
use share::Share;
use tail::{Tail, TailHandle, TailOptions};

/// How the live part behaves.
#[derive(Debug, Clone)]
pub struct RealtimeOptions {
    /// The tail.
    pub tail: TailOptions,
    /// Replaying.
    pub replay: ReplayOptions,
    /// Live lists and numbers.
    pub lists: ListOptions,
    /// How many entries or frames a subscriber may be behind.
    pub queue: usize,
    /// How often it is looked up whether those connected still may be.
    pub access_poll: Duration,
    /// How servers tell each other; without, everything comes with the next look.
    pub hints: Hints,
    /// Who looks at what.
    pub presence: PresenceOptions,
}

impl Default for RealtimeOptions {
    fn default() -> Self {
        Self {
            tail: TailOptions::default(),
            replay: ReplayOptions::default(),
            lists: ListOptions::default(),
            queue: 256,
            access_poll: Duration::from_millis(500),
            hints: Hints::default(),
            presence: PresenceOptions::default(),
        }
    }
}

/// The live part of a server. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Realtime {
    /// Where the log is.
    pub tail: TailHandle,
    /// Who follows it.
    pub hub: Hub,
    /// Who may.
    pub access: Access,
    /// Who follows it together.
    pub share: Share,
    /// The live lists and numbers that somebody looks at.
    pub lists: Lists,
    /// Who looks at what.
    pub presence: Presence,
    replay: ReplayOptions,
    store: Store,
}

impl Realtime {
    /// Starts tail, hints and access; they end after `shutdown` resolves, and with them all streams.
    ///
    /// They have connections of their own, so that requests waiting for one do not hold up the stream: up to four and
    /// one that listens. Replays use the connections of `store`.
    ///
    /// # Errors
    /// Only when the pool's options are refused; a database that is away is waited for.
    pub fn start(
        store: &Store,
        options: RealtimeOptions,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(Self, JoinHandle<()>)> {
        let own = Store::new(store.url(), &own_connections())?;
        let (stop, stopped) = watch::channel(false);
        let (bus, listening) = Bus::start(&own, &options.hints, ended(&stopped));
        let hub = Hub::new(options.queue);
        let (tail, tailing) = Tail::start(&own, hub.clone(), &bus, options.tail, ended(&stopped));
        let (access, watching) = Access::start(&own, &bus, options.access_poll, ended(&stopped));
        let (presence, present) =
            Presence::start(&bus, hub.clone(), options.presence, ended(&stopped));
        let log = Log {
            store: store.clone(),
            tail: tail.clone(),
            page: options.replay.page,
        };
        let realtime = Self {
            tail,
            share: Share::new(log.clone(), hub.clone(), options.queue),
            lists: Lists::new(log, hub.clone(), options.queue, options.lists),
            hub: hub.clone(),
            access,
            presence,
            replay: options.replay,
            store: store.clone(),
        };
        let task = tokio::spawn(async move {
            shutdown.await;
            stop.send_replace(true);
            hub.close();
            for task in [tailing, watching, present, listening] {
                if let Err(error) = task.await {
                    tracing::error!(%error, "a task of the live part has failed");
                }
            }
        });
        Ok((realtime, task))
    }

    fn log(&self) -> Log {
        Log {
            store: self.store.clone(),
            tail: self.tail.clone(),
            page: self.replay.page,
        }
    }
}

/// Resolves when the stop is given, also by dropping its sender.
fn ended(stopped: &watch::Receiver<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut stopped = stopped.clone();
    async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }
}

/// Two for the tail, one for hints and presence, one for access.
fn own_connections() -> PoolOptions {
    PoolOptions {
        size: 4,
        wait: Duration::from_secs(2),
        ..PoolOptions::default()
    }
}
