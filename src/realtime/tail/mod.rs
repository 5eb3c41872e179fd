//! The tail of the log: gives every committed entry of every account to the [`Hub`], once and in order.
//!
//! # What may be relied on
//!
//! 1. **Order.** Entries come in the order of their positions, each once, none left out, from the position at which
//!    the tail began for as long as it lives: through lost hints, lost connections and restarts of Postgres.
//! 2. **Finality.** When the tail is at a position, everything up to it is decided: each position holds a committed
//!    entry that any later snapshot sees, or never will hold one. So a reader may read up to it and never look back.
//! 3. **A position of the tail is that of a committed entry**, or of where the log was dropped; never of a number that
//!    was drawn and not used. After a crash Postgres may draw such a number again, since nothing forced it to disk
//!    (a number below a committed one is safe: the commit forced both). Had the tail, or a client's cursor, moved
//!    past it, the entry that then got it would be lost to them. This is also why the tail does not begin at the
//!    sequence's last value but at the highest committed entry.
//! 4. **Memory is bounded.** At most [`TailOptions::buffer`] entries wait to be taken and as many wait for one before
//!    them. What does not fit is dropped here and read from the database.
//! 5. **Nothing but the database is believed.** A hint only means "look now"; its number is never taken for a fact. A
//!    hand-over is a fact: who hands over has seen its commit succeed.
//!
//! # What it relies on
//!
//! - `position` is drawn from a sequence without cache, by the `INSERT` into `cascades` itself.
//! - Its transaction has an id by then, because it has locked or written a row before.
//! - `synchronous_commit` is not off: what was seen as committed is still there after a crash.
//! - It reads where it is written: the primary, not a replica.
//!
//! # How a missing position is decided
//!
//! A position is missing when a higher one is committed and it is not. Its transaction is in flight, or was rolled
//! back. A number says nothing about which, and time proves nothing. So:
//!
//! 1. A committed entry at `C` has been seen. Every position up to `C` has been drawn, each by a transaction that
//!    had its id before.
//! 2. *Then* a fresh transaction id is drawn, the mark. Ids grow, so every transaction of step 1 is below the mark.
//!    (The snapshot's `xmax` would not do: it is the first id not yet *ended*, and running ones may be above it.)
//! 3. *Then* a statement tells that none of those can commit any more. Normally its snapshot's `xmin` has reached
//!    the mark: every id below has ended. If some long transaction elsewhere keeps `xmin` low (it is enough that it
//!    writes in another database of the cluster), then by the locks: who
//!    inserts into `cascades` locks the table before it draws and until its commit is visible, so a transaction
//!    below the mark that does not hold that lock draws nothing up to `C`.
//! 4. *Then* the rows are read, in a snapshot taken afterwards. Whoever of step 1 has committed is in it. What is
//!    still missing up to `C` will never be there.
//!
//! Each step proves what the next needs; in another order there is a moment in which a commit falls between them.
//! Step 3 comes again, with short and growing pauses, until it holds or the row appears. It is settled once for all
//! positions up to `C`.
//!
//! # How it begins
//!
//! With `C` the highest committed entry and the same steps 2 and 3, it begins at `C`: nothing up to there can still
//! appear, and nothing was read. That takes two or three statements, and as long as the transactions take that write
//! to the log just then. A transaction elsewhere, however long, does not hold it up.

mod gap;
mod hints;
mod order;
mod run;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use super::hints::{Bus, LOG_CHANNEL};
use super::hub::Hub;
use crate::domain::event::{Entry, Position};
use crate::store::Store;
use run::{Outputs, Run};

/// How the tail behaves.
#[derive(Debug, Clone)]
pub struct TailOptions {
    /// How often it looks by itself, were no hint ever to come.
    pub poll: Duration,
    /// The least time between two hints of this server.
    pub hint_pause: Duration,
    /// How long a missing position may take before the database is asked: most are in flight on this server, and
    /// are handed over within that time.
    pub patience: Duration,
    /// How long a missing position may take before the lock table is asked who writes.
    pub lock_patience: Duration,
    /// The most entries that wait to be taken, and the most that wait for one before them.
    pub buffer: usize,
    /// The most entries that one statement reads.
    pub page: u16,
    /// The longest pause between two tries to reach the database.
    pub longest_retry: Duration,
}

impl Default for TailOptions {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(500),
            hint_pause: Duration::from_millis(10),
            patience: Duration::from_millis(3),
            lock_patience: Duration::from_millis(50),
            buffer: 1_024,
            page: 500,
            longest_retry: Duration::from_secs(1),
        }
    }
}

/// How the tail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It has not begun yet: the position is not known.
    Starting,
    /// It reads; since then.
    Healthy {
        /// When it last became so.
        since: Instant,
    },
    /// The database refuses or is away; it tries again and will have missed nothing.
    Failing {
        /// When that began.
        since: Instant,
        /// What the last try said, for operators only.
        cause: String,
    },
    /// It has been stopped.
    Stopped,
}

/// The tail has been stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tail of the log has been stopped")]
pub struct Stopped;

/// Starts tails.
#[derive(Debug)]
pub struct Tail;

/// What the server holds of its tail. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TailHandle {
    handed: mpsc::Sender<(Position, Arc<Entry>)>,
    wake: Arc<Notify>,
    position: watch::Receiver<Option<Position>>,
    health: watch::Receiver<Health>,
    announced: Arc<watch::Sender<Position>>,
}

impl Tail {
    /// Starts the tail of this server; it ends after `shutdown` resolves. A database that is away is waited for.
    pub fn start(
        store: &Store,
        hub: Hub,
        bus: &Bus,
        options: TailOptions,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> (TailHandle, JoinHandle<()>) {
        let (handed, taken) = mpsc::channel(options.buffer.max(1));
        let (position, seen_position) = watch::channel(None);
        let (health, seen_health) = watch::channel(Health::Starting);
        let (announced, hear_announced) = watch::channel(Position(0));
        let wake = Arc::new(Notify::new());
        let handle = TailHandle {
            handed,
            wake: wake.clone(),
            position: seen_position.clone(),
            health: seen_health,
            announced: Arc::new(announced),
        };
        let hear = hints::hear(bus.ear(LOG_CHANNEL), seen_position, wake.clone());
        let announce = hints::announce(bus.clone(), options.hint_pause, hear_announced);
        let outputs = Outputs {
            hub,
            position,
            health,
        };
        let run = Run::new(store.clone(), options, (taken, wake), outputs);
        let task = tokio::spawn(async move {
            tokio::select! {
                () = shutdown => {}
                () = hear => {}
                () = announce => {}
                () = run.forever() => {}
            }
        });
        (handle, task)
    }
}

impl TailHandle {
    /// Hands over what this server has just committed. Call it after the commit has succeeded, never before; it
    /// neither waits nor fails: what cannot be taken now is read later.
    pub fn committed(&self, entry: Entry) {
        let Some(position) = entry.position else {
            tracing::error!(cascade = %entry.id, "a cascade without a position was handed over");
            return;
        };
        if self.handed.try_send((position, Arc::new(entry))).is_err() {
            metrics::counter!("tandem_tail_handed_over_dropped_total").increment(1);
            self.wake.notify_one();
        }
        self.announced.send_if_modified(|highest| {
            let higher = position > *highest;
            *highest = position.max(*highest);
            higher
        });
    }

    /// Up to here everything is final, and has been given to the hub or is about to be; 0 until the tail has begun.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position.borrow().unwrap_or_default()
    }

    /// The position as it moves; none until the tail has begun.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<Position>> {
        self.position.clone()
    }

    /// Resolves when the tail is at the position or past it.
    ///
    /// # Errors
    /// When the tail is stopped before.
    pub async fn wait_for(&self, position: Position) -> Result<(), Stopped> {
        let mut seen = self.position.clone();
        let reached = seen.wait_for(|now| *now >= Some(position)).await;
        reached.map(drop).or(Err(Stopped))
    }

    /// Resolves when the tail has begun.
    ///
    /// # Errors
    /// When it is stopped before.
    pub async fn wait_for_start(&self) -> Result<(), Stopped> {
        let mut seen = self.position.clone();
        seen.wait_for(Option::is_some)
            .await
            .map(drop)
            .or(Err(Stopped))
    }

    /// Whether the tail has begun.
    #[must_use]
    pub fn started(&self) -> bool {
        self.position.borrow().is_some()
    }

    /// How it is: what readiness asks.
    #[must_use]
    pub fn health(&self) -> Health {
        if self.health.has_changed().is_err() {
            return Health::Stopped;
        }
        self.health.borrow().clone()
    }
}
