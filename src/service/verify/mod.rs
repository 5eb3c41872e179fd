//! Proving that the log explains the tables: replays it from nothing and compares what comes out.
//!
//! Each account is read from one snapshot, the log in pages. Tickets and conversations are kept in memory, about a
//! kilobyte each; of messages only the ids.

mod compare;
mod replayed;

use chrono::DateTime;
use uuid::Uuid;

use self::compare::Compared;
use self::replayed::Replayed;
use crate::domain::event::Position;
use crate::domain::id::AccountId;
use crate::domain::image::Time;
use crate::error::Result;
use crate::store::{Scope, Snapshot, Store, log, verify as read};

/// Rows of one read.
const PAGE: i64 = 500;
/// So many differences are told; the others are only counted.
const TOLD: usize = 1_000;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many accounts were looked at.
    pub accounts: u64,
    /// How many cascades were replayed.
    pub cascades: u64,
    /// How many tickets agree or differ.
    pub tickets: u64,
    /// How many conversations agree or differ.
    pub conversations: u64,
    /// How many messages agree or differ.
    pub messages: u64,
    /// How many rows began before the log does, so that it cannot explain them: older parts of it were dropped.
    pub unverifiable: u64,
    /// The first thousand differences, a sentence each.
    pub differences: Vec<String>,
    /// How many more there are.
    pub further_differences: u64,
}

impl Report {
    /// Whether the log explains everything that it can.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }

    fn differs(&mut self, account: AccountId, difference: &str) {
        if self.differences.len() < TOLD {
            self.differences.push(format!("{account}: {difference}"));
        } else {
            self.further_differences += 1;
        }
    }
}

/// Replays the log of every account and compares it with the tables.
///
/// # Errors
/// When the database is away or holds what this version cannot read.
pub async fn verify(store: &Store) -> Result<Report> {
    let across = store.snapshot(Scope::Across);
    let accounts = read::accounts(&across).await?;
    drop(across);
    let mut report = Report::default();
    for account in accounts {
        verify_account(store, account, &mut report).await?;
        report.accounts += 1;
    }
    Ok(report)
}

/// The same for one account, added to a report.
///
/// # Errors
/// As [`verify`].
pub async fn verify_account(store: &Store, account: AccountId, report: &mut Report) -> Result<()> {
    let snapshot = store.snapshot(Scope::Account(account));
    let begins = read::log_begins(&snapshot).await?;
    let mut replayed = Replayed::default();
    let mut after = Position::default();
    loop {
        let end = Position(i64::MAX);
        let entries = log::entries_between(&snapshot, account, after, end, PAGE).await?;
        let Some(last) = entries.last() else { break };
        after = last.position.unwrap_or(end);
        for entry in &entries {
            replayed.replay(entry, |difference| report.differs(account, &difference));
        }
        report.cascades += entries.len() as u64;
        check_messages(&snapshot, account, &mut replayed, report).await?;
    }
    let mut compared = Compared {
        account,
        begins,
        replayed,
        report,
    };
    compared.run(&snapshot).await
}

/// Holds the messages of the last page against their table.
async fn check_messages(
    snapshot: &Snapshot,
    account: AccountId,
    replayed: &mut Replayed,
    report: &mut Report,
) -> Result<()> {
    let added = replayed.take_messages();
    if added.is_empty() {
        return Ok(());
    }
    let ids = added.iter().map(|(_, message, _)| message.id.0).collect();
    let stored = read::messages_by_id(snapshot, account, ids).await?;
    for logged in &added {
        let id = logged.1.id;
        match stored.get(&id.0) {
            None => report.differs(account, &format!("{id} is in the log but not in its table")),
            Some(row) if row != logged => {
                let what = compare::message_difference(row, logged);
                report.differs(account, &format!("{id} differs from the log: {what}"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// When a UUIDv7 was made: just before the cascade that its row began with.
pub(super) fn made_at(id: Uuid) -> Option<Time> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}
