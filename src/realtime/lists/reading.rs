//! What live lists ask the database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, try_join, try_join3};
use tokio::time::sleep;

use super::{Inner, lock};
use crate::domain::event::{Entry, Position};
use crate::domain::filter::ConversationFilter;
use crate::domain::id::AccountId;
use crate::domain::live::{Filled, Need, Spec};
use crate::error::{Error, Result};
use crate::store::read::joins::ConversationJoins;
use crate::store::read::page::{Key, Page};
use crate::store::read::{Source, conversation, desk, live};

/// Pauses between two tries to reach the database.
const SHORTEST_RETRY: Duration = Duration::from_millis(20);
const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// How long a database that is away is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// Somebody waits for a first answer: a connection that died unnoticed must not cost it, and no more is waited.
    Few,
    /// What is being told goes on when the database is back.
    Endless,
}

/// How long after a number could not be read it is tried again.
pub(super) const RECOUNT_PAUSE: Duration = Duration::from_millis(500);
/// How often a first answer is tried for.
const FEW: u32 = 3;

impl Inner {
    /// One moment of the account.
    fn source(&self, account: AccountId) -> Source {
        Source::new(&self.log.store, account, Arc::default())
    }

    /// Tries until it is read, as patience says; what is wrong with the server itself is told at once.
    async fn patiently<'a, T>(
        &self,
        patience: Patience,
        account: AccountId,
        read: impl Fn(Source) -> BoxFuture<'a, Result<T>> + Send,
    ) -> Result<T> {
        let (mut tries, mut pause) = (0, SHORTEST_RETRY);
        loop {
            tries += 1;
            let turn = self.turns.acquire().await;
            // A snapshot each time: the one of a try that failed is lost.
            let read = read(self.source(account)).await;
            drop(turn);
            match read {
                Err(error @ Error::Internal(_)) => return Err(error),
                Err(error) if patience == Patience::Few && tries >= FEW => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "a live list waits for the database");
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_RETRY);
                }
                Ok(read) => return Ok(read),
            }
        }
    }

    /// Reads what a list needs, in one snapshot.
    pub(super) async fn fill(
        &self,
        account: AccountId,
        spec: &Spec,
        need: Need,
        patience: Patience,
    ) -> Result<Filled> {
        let page = Page {
            after: need.after.map(|key| Key {
                value: key.value,
                id: key.id,
            }),
            ..Page::first(need.rows)
        };
        let read = |source: Source| {
            let read = async move {
                let (filter, order) = (&spec.filter, spec.order);
                let count = async {
                    let count = conversation::count(&source, filter);
                    Ok(if need.count { Some(count.await?) } else { None })
                };
                let (rows, total, seen) = try_join3(
                    conversation::page(&source, filter, order, page, ConversationJoins::NONE),
                    count,
                    live::positions_after(&source, need.from),
                )
                .await?;
                Ok(Filled {
                    rows: rows.rows.into_iter().map(|row| row.conversation).collect(),
                    more: rows.more_after,
                    total,
                    seen,
                })
            };
            read.boxed()
        };
        metrics::counter!("tandem_list_readings_total").increment(1);
        self.patiently(patience, account, read).await
    }

    /// Counts what passes, and tells which entries after a position are counted in.
    pub(super) async fn count(
        &self,
        account: AccountId,
        filter: &ConversationFilter,
        from: Position,
        patience: Patience,
    ) -> Result<(i64, BTreeSet<Position>)> {
        let read = |source: Source| {
            let read = async move {
                let count = conversation::count(&source, filter);
                try_join(count, live::positions_after(&source, from)).await
            };
            read.boxed()
        };
        metrics::counter!("tandem_list_readings_total").increment(1);
        self.patiently(patience, account, read).await
    }

    /// The account's last entry: who subscribes now is shown all up to it.
    pub(super) async fn head(&self, account: AccountId) -> Result<Position> {
        let read = |source: Source| async move { live::last_position(&source).await }.boxed();
        self.patiently(Patience::Few, account, read).await
    }

    /// Makes sure that the kinds of all channels are known that the entry's conversations came by.
    pub(super) async fn meet_channels(&self, account: AccountId, entry: &Entry) -> Result<()> {
        let mut new: Vec<_> = {
            let kinds = lock(&self.kinds);
            let channels = entry.body.conversations.iter().map(|c| c.channel);
            channels
                .filter(|channel| !kinds.contains_key(channel))
                .collect()
        };
        if new.is_empty() {
            return Ok(());
        }
        new.sort_unstable();
        new.dedup();
        let ids: Vec<_> = new.iter().map(|channel| channel.0).collect();
        let read = |source: Source| {
            let ids = ids.clone();
            async move { desk::channels_by_id(&source, ids).await }.boxed()
        };
        let found = self.patiently(Patience::Endless, account, read).await?;
        let kinds = found.into_iter().map(|channel| (channel.id, channel.kind));
        lock(&self.kinds).extend(kinds);
        Ok(())
    }
}
