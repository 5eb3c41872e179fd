//! The tail at work: one loop that takes what is handed over, looks at the database when it must, and gives out.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::gap::{Covered, Gap, Proof};
use super::order::{Item, Order, Page};
use super::{Health, TailOptions};
use crate::domain::event::{Entry, Position};
use crate::error::{Error, Result};
use crate::realtime::hub::Hub;
use crate::store::Store;
use crate::store::tail::{Finality, Look, draw_mark, is_settled, log_head, read_log};

/// The longest that a look may take: a connection that is lost without a word must not stop the stream.
const LONGEST_LOOK: Duration = Duration::from_secs(10);
/// The first pause after the database failed.
const SHORTEST_RETRY: Duration = Duration::from_millis(20);

/// Why the loop went round.
enum Event {
    Handed(Position, Arc<Entry>),
    Looked(Result<Looked>),
    LookNow,
}

/// What a look brought.
struct Looked {
    look: Look,
    covered: Option<Covered>,
}

/// Where the tail tells what it knows.
pub(super) struct Outputs {
    pub hub: Hub,
    pub position: watch::Sender<Option<Position>>,
    pub health: watch::Sender<Health>,
}

/// The state of the loop.
pub(super) struct Run {
    store: Store,
    options: TailOptions,
    handed: mpsc::Receiver<(Position, Arc<Entry>)>,
    wake: Arc<Notify>,
    outputs: Outputs,
    order: Order,
    gap: Option<Gap>,
    covered: Option<Covered>,
    look: Option<BoxFuture<'static, Result<Looked>>>,
    next_poll: Instant,
    retry: Option<(Instant, Duration)>,
}

impl Run {
    pub(super) fn new(
        store: Store,
        options: TailOptions,
        (handed, wake): (mpsc::Receiver<(Position, Arc<Entry>)>, Arc<Notify>),
        outputs: Outputs,
    ) -> Self {
        Self {
            order: Order::new(Position(0), options.buffer),
            store,
            options,
            handed,
            wake,
            outputs,
            gap: None,
            covered: None,
            look: None,
            next_poll: Instant::now(),
            retry: None,
        }
    }

    /// Runs until it is dropped.
    pub(super) async fn forever(mut self) {
        let head = self.begin().await;
        self.order = Order::new(head, self.options.buffer);
        self.outputs.hub.begin(head);
        self.outputs.position.send_replace(Some(head));
        self.healthy();
        tracing::info!(position = head.0, "the tail of the log has begun");
        self.next_poll = Instant::now();
        loop {
            match self.event().await {
                Event::Handed(position, entry) => self.take(position, entry),
                Event::Looked(Ok(looked)) => self.looked(looked),
                Event::Looked(Err(error)) => self.failed(&error),
                Event::LookNow => self.start_look(),
            }
        }
    }

    async fn event(&mut self) -> Event {
        let due = self.due();
        let Self {
            look,
            handed,
            wake,
            retry,
            ..
        } = self;
        let (looks, failing) = (look.is_some(), retry.is_some());
        tokio::select! {
            Some((position, entry)) = handed.recv() => Event::Handed(position, entry),
            result = async {
                match look.as_mut() {
                    Some(look) => look.await,
                    None => std::future::pending().await,
                }
            } => {
                *look = None;
                Event::Looked(result)
            }
            // While a look runs, a hint stays where it is: what it tells may be too late for that look.
            () = wake.notified(), if !looks && !failing => Event::LookNow,
            () = sleep_until(due), if !looks => Event::LookNow,
        }
    }

    /// When to look without a hint.
    fn due(&self) -> Instant {
        match (&self.retry, &self.gap) {
            (Some((at, _)), _) => *at,
            (None, Some(gap)) => gap.next_look.min(self.next_poll),
            (None, None) => self.next_poll,
        }
    }

    /// Where to begin: see "How it begins" of the module.
    async fn begin(&mut self) -> Position {
        loop {
            match settled_head(&self.store).await {
                Ok(head) => return head,
                Err(error) => {
                    let pause = self.note_failure(&error);
                    sleep(pause).await;
                }
            }
        }
    }

    fn take(&mut self, position: Position, entry: Arc<Entry>) {
        let before = self.order.position();
        let mut out = Vec::new();
        self.order.offer(position, Item::Entry(entry), &mut out);
        metrics::counter!("tandem_tail_entries_total", "source" => "memory")
            .increment(out.len() as u64);
        self.give_out(before, out);
    }

    fn start_look(&mut self) {
        let proof = self.gap.as_ref().map_or(Proof::None, |gap| {
            gap.proof(self.covered, self.order.seen(), &self.options)
        });
        let store = self.store.clone();
        let (after, before) = self.order.wanted();
        let limit = i64::from(self.options.page.max(1));
        let look = async move {
            let (covered, locks) = match proof {
                Proof::None => (None, false),
                Proof::See(covered, locks) => (Some(covered), locks),
                Proof::Draw(up_to) => {
                    let mark = draw_mark(&store).await?;
                    (Some(Covered { mark, up_to }), false)
                }
            };
            let finality = covered.map(|covered| Proof::finality(covered.mark, locks));
            let look = read_log(&store, after, before, limit, finality).await?;
            Ok(Looked { look, covered })
        };
        self.look = Some(Box::pin(async move {
            let took_too_long = |_| Error::Unavailable("reading the log took too long".to_owned());
            timeout(LONGEST_LOOK, look).await.map_err(took_too_long)?
        }));
    }

    fn looked(&mut self, Looked { look, covered }: Looked) {
        let now = Instant::now();
        self.retry = None;
        self.healthy();
        self.covered = covered.or(self.covered);
        let full = look.rows.len() >= usize::from(self.options.page.max(1));
        self.next_poll = now + self.options.poll;
        let final_to = covered.filter(|_| look.settled).map(|c| c.up_to);
        let rows = look.rows.into_iter().map(|row| {
            let item = match row.entry {
                Ok(entry) => Item::Entry(Arc::new(entry)),
                Err(error) => {
                    tracing::error!(position = row.position.0, %error, "an entry of the log cannot be read");
                    Item::Unreadable(row.account)
                }
            };
            (row.position, item)
        });
        let page = Page {
            rows: rows.collect(),
            before: look.before,
            full,
            final_to,
        };
        let before = self.order.position();
        let mut out = Vec::new();
        self.order.page(page, &mut out);
        if full && !out.is_empty() {
            // There is more, and room for it.
            self.next_poll = now;
        }
        metrics::counter!("tandem_tail_entries_total", "source" => "database")
            .increment(out.len() as u64);
        if let Some(gap) = &mut self.gap {
            gap.looked();
        }
        self.give_out(before, out);
    }

    /// Moves the position, gives entries to the hub, then sees what is missing now. In this order, so that whoever has
    /// been given an entry never finds the tail behind it.
    fn give_out(&mut self, before: Position, out: Vec<(Position, Item)>) {
        let position = self.order.position();
        if position > before {
            self.outputs.position.send_replace(Some(position));
            metrics::gauge!("tandem_tail_position").set(position.0 as f64);
        }
        let mut expected = before;
        for (position, item) in out {
            expected.0 += 1;
            if position > expected {
                let skipped = position.0.abs_diff(expected.0);
                metrics::counter!("tandem_tail_positions_never_used_total").increment(skipped);
                expected = position;
            }
            match item {
                Item::Entry(entry) => self.outputs.hub.publish(position, entry),
                Item::Unreadable(account) => {
                    metrics::counter!("tandem_tail_unreadable_total").increment(1);
                    self.outputs.hub.publish_unreadable(position, account);
                }
            }
        }
        self.see_gap();
    }

    fn see_gap(&mut self) {
        let missing = self.order.missing();
        if self.gap.as_ref().map(|gap| gap.missing) != missing {
            if let Some(closed) = self.gap.take() {
                metrics::histogram!("tandem_tail_gap_seconds").record(closed.since.elapsed());
            }
            self.gap = missing.map(|missing| Gap::found(missing, &self.options));
        }
        if self
            .covered
            .is_some_and(|covered| covered.up_to <= self.order.position())
        {
            self.covered = None;
        }
        let lag = self
            .gap
            .as_ref()
            .map_or(0.0, |gap| gap.since.elapsed().as_secs_f64());
        metrics::gauge!("tandem_tail_lag_seconds").set(lag);
        let behind = self.order.seen().0 - self.order.position().0;
        metrics::gauge!("tandem_tail_lag_positions").set(behind.max(0) as f64);
        metrics::gauge!("tandem_tail_waiting").set(self.order.waiting() as f64);
    }

    fn healthy(&self) {
        self.outputs.health.send_if_modified(|health| {
            let was = matches!(health, Health::Healthy { .. });
            if !was {
                *health = Health::Healthy {
                    since: std::time::Instant::now(),
                };
            }
            !was
        });
    }

    fn failed(&mut self, error: &Error) {
        let pause = self.note_failure(error);
        let at = Instant::now() + pause;
        self.retry = Some((at, pause));
    }

    /// Tells operators, and how long to wait before the next try.
    fn note_failure(&mut self, error: &Error) -> Duration {
        let longest = self.options.longest_retry.max(SHORTEST_RETRY);
        let last = self.retry.map(|(_, pause)| pause);
        let pause = last.map_or(SHORTEST_RETRY, |pause| (pause * 2).min(longest));
        self.retry = Some((Instant::now() + pause, pause));
        metrics::counter!("tandem_tail_failures_total").increment(1);
        tracing::warn!(%error, "the tail cannot read the log; it tries again");
        self.outputs.health.send_modify(|health| {
            let since = match health {
                Health::Failing { since, .. } => *since,
                _ => std::time::Instant::now(),
            };
            // It may be further behind than it can know.
            metrics::gauge!("tandem_tail_lag_seconds").set(since.elapsed().as_secs_f64());
            *health = Health::Failing {
                since,
                cause: error.to_string(),
            };
        });
        pause
    }
}

async fn settled_head(store: &Store) -> Result<Position> {
    let head = log_head(store).await?;
    let finality = Finality::NobodyWrites(draw_mark(store).await?);
    let mut pause = Duration::from_millis(1);
    while !is_settled(store, finality).await? {
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    Ok(head)
}
