//! Streams of cascades from a cursor on: what a subscription is made of.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use tokio::time::sleep;

use super::Realtime;
use super::follow::{Follower, Log, Source};
use super::guard::Guard;
use super::hub::{Hub, LiveFeed};
use crate::domain::access::Viewer;
use crate::domain::event::{CascadeFilter, Entry, Position};
use crate::domain::id::AccountId;
use crate::error::Error;
use crate::store::tail::{is_entry_after_older_than, last_drawn, log_horizon};

/// Why a stream ended before its subscriber wanted it to.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The cursor is of a place that the log has not reached: it is not from here.
    #[error("the cursor is not of this log")]
    BadCursor,
    /// The cursor is older than the log is replayed from: read anew, and go on from that answer's `asOf`.
    #[error("the cursor is too old to be resumed")]
    CursorExpired,
    /// The subscriber reads too slowly. It has got everything up to that position.
    #[error("the stream was read too slowly; resume after {0}")]
    Lagged(Position),
    /// The user was deactivated, or the token revoked.
    #[error("access has been withdrawn")]
    Forbidden,
    /// A fault of the server: an entry that it cannot read, or a database that refuses.
    #[error(transparent)]
    Failed(Error),
}

impl StreamError {
    /// The code that clients and metrics see.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadCursor => "BAD_CURSOR",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::Lagged(_) => "LAGGED",
            Self::Forbidden => "FORBIDDEN",
            Self::Failed(Error::Unavailable(_)) => "UNAVAILABLE",
            Self::Failed(_) => "INTERNAL",
        }
    }
}

/// How far back a cursor may reach.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// The greatest age of the first entry to be replayed.
    pub window: Duration,
    /// How many entries one statement reads.
    pub page: u16,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self {
            // DESIGN: the log is kept for 400 days, a cursor reaches back 7.
            window: Duration::from_secs(7 * 24 * 60 * 60),
            page: 200,
        }
    }
}

/// The hub as a source: entries as they are.
#[derive(Debug, Clone)]
pub(super) struct Entries {
    pub hub: Hub,
    pub account: AccountId,
    pub filter: CascadeFilter,
}

impl Source for Entries {
    type Item = Arc<Entry>;
    type Feed = LiveFeed;

    fn subscribe(&mut self) -> LiveFeed {
        self.hub.subscribe(self.account, self.filter.clone())
    }

    async fn make(&self, entry: Arc<Entry>) -> Arc<Entry> {
        entry
    }
}

/// How often a database that refuses is asked again whether a cursor is good: a connection that died unnoticed must
/// not cost a client its stream, and a database that is away is told at once.
const TRIES: u32 = 3;

/// What the log says to a cursor.
enum Verdict {
    Good,
    Beyond,
    Expired,
}

/// Checks a cursor, and waits where another server was ahead of this one when it gave it out.
async fn admit(
    log: &Log,
    account: AccountId,
    after: Position,
    window: Duration,
) -> Result<(), StreamError> {
    let mut tries = 0;
    let verdict = loop {
        tries += 1;
        match judge(log, account, after, window).await {
            Ok(verdict) => break verdict,
            Err(error) if tries >= TRIES => return Err(StreamError::Failed(error)),
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    };
    match verdict {
        Verdict::Beyond => Err(StreamError::BadCursor),
        Verdict::Expired => Err(StreamError::CursorExpired),
        Verdict::Good => {
            // Stopped: the stream ends by itself as soon as it asks for the next entry.
            let _ = log.tail.wait_for(after).await;
            Ok(())
        }
    }
}

async fn judge(
    log: &Log,
    account: AccountId,
    after: Position,
    window: Duration,
) -> crate::error::Result<Verdict> {
    if after > log.tail.position() && after > last_drawn(&log.store).await? {
        return Ok(Verdict::Beyond);
    }
    let seconds = window.as_secs_f64();
    let expired = after < log_horizon(&log.store).await?
        || is_entry_after_older_than(&log.store, account, after, seconds).await?;
    Ok(if expired {
        Verdict::Expired
    } else {
        Verdict::Good
    })
}

/// What a stream is before and after its cursor was admitted.
enum Stage<S: Source> {
    Opening(BoxFuture<'static, Result<Follower<S>, StreamError>>),
    Following(Box<Follower<S>>),
    Ended,
}

/// Makes a stream of a follower that is still to be opened; ends it with `Forbidden` when `withdrawn` resolves.
pub(super) fn stream<S: Source + 'static>(
    kind: &'static str,
    opening: impl Future<Output = Result<Follower<S>, StreamError>> + Send + 'static,
    withdrawn: impl Future<Output = ()> + Send + 'static,
) -> impl Stream<Item = Result<(Position, S::Item), StreamError>> + Send + 'static {
    let stage = Stage::Opening(opening.boxed());
    let state = (stage, Box::pin(withdrawn.fuse()), Guard::new(kind));
    stream::unfold(state, |(mut stage, mut withdrawn, mut guard)| async move {
        let next = tokio::select! {
            // Looked at first: who may no longer see must not be given one more entry.
            biased;
            () = &mut withdrawn => Some(Err(StreamError::Forbidden)),
            next = advance(&mut stage) => next,
        };
        match &next {
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                guard.failed(error);
                stage = Stage::Ended;
            }
            None if matches!(stage, Stage::Ended) => {}
            None => guard.stopped(),
        }
        next.map(|item| (item, (stage, withdrawn, guard)))
    })
}

async fn advance<S: Source>(
    stage: &mut Stage<S>,
) -> Option<Result<(Position, S::Item), StreamError>> {
    loop {
        match stage {
            Stage::Opening(opening) => match opening.await {
                Ok(follower) => *stage = Stage::Following(Box::new(follower)),
                Err(error) => return Some(Err(error)),
            },
            Stage::Following(follower) => return follower.next().await,
            Stage::Ended => return None,
        }
    }
}

impl Realtime {
    /// The account's cascades that match: those after the cursor, then those to come; without a cursor, from now on.
    /// Each once, in order, none left out, until the stream ends with an error. They are whole, whatever the viewer is
    /// limited to: what of them is shown is for whoever shows them to ask.
    pub fn cascades(
        &self,
        viewer: &Viewer,
        filter: CascadeFilter,
        after: Option<Position>,
    ) -> impl Stream<Item = Result<Arc<Entry>, StreamError>> + Send + 'static + use<> {
        let source = Entries {
            hub: self.hub.clone(),
            account: viewer.account,
            filter: filter.clone(),
        };
        let opening = self.open(source, viewer.account, filter, after);
        let stream = stream("cascades", opening, self.access.watch(viewer));
        stream.map(|item| item.map(|(_, entry)| entry))
    }

    /// Opens a follower: from the cursor once it is admitted, or from now on.
    pub(super) fn open<S: Source + 'static>(
        &self,
        source: S,
        account: AccountId,
        filter: CascadeFilter,
        after: Option<Position>,
    ) -> impl Future<Output = Result<Follower<S>, StreamError>> + Send + 'static + use<S> {
        let (log, window) = (self.log(), self.replay.window);
        // "Now" is when it is asked for, not when it is first polled.
        let now = log.tail.started().then(|| log.tail.position());
        async move {
            // Stopped: as above.
            let _ = log.tail.wait_for_start().await;
            let from = match after {
                Some(after) => {
                    admit(&log, account, after, window).await?;
                    after
                }
                None => now.unwrap_or_else(|| log.tail.position()),
            };
            Ok(Follower::after(log, source, account, filter, from))
        }
    }
}
