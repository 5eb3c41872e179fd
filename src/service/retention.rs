//! The end of a time in the trash (rule 20): the whole group is deleted for good, or none of it. And of the log: its
//! oldest months are dropped.

use chrono::TimeDelta;

use super::order::{Lookup, Order, Target, Work, looked_up};
use super::{Service, WriteResult};
use crate::domain::access::{Action, Viewer};
use crate::domain::cascade::{Command, Linked, Subject};
use crate::domain::id::TrashGroupId;
use crate::domain::image::{Time, Trash};
use crate::error::Result;
use crate::store::apply::Contents;
use crate::store::{log_months, purge, settings};

/// How many groups are looked up at once.
const PAGE: i64 = 100;

/// The purge of one group, planned like every command.
struct PurgeGroup {
    group: TrashGroupId,
    now: Time,
}

impl Order for PurgeGroup {
    const ACTION: Action = Action::Administer;
    type Found = ();

    async fn prepare<'a>(&'a self, work: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        let member = settings::trash_group_member(work.tx, work.viewer.account, self.group).await?;
        let target = match member {
            Subject::Ticket(id) => Target {
                ticket: Some((id, "id")),
                ..Target::default()
            },
            Subject::Conversation(id) => Target {
                conversation: Some((id, "id")),
                ..Target::default()
            },
        };
        Ok((target, looked_up(())))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        (): (),
        linked: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        // Restored, or trashed anew, while this waited for the locks: not due any more.
        let due = |trash: Option<Trash>| {
            trash.is_some_and(|trash| trash.group == self.group && trash.purge_at <= self.now)
        };
        let ticket = linked.ticket.iter().all(|ticket| due(ticket.trash));
        let conversations = linked
            .conversations
            .iter()
            .all(|conversation| due(conversation.trash));
        Ok((ticket && conversations).then(|| (Command::Purge, Contents::default())))
    }
}

impl Service {
    /// Drops the months of the log that were over so long before `now`, and returns them.
    ///
    /// # Errors
    /// When the database is away, or the log was too busy; the rest is for the next time.
    pub async fn drop_old_log(&self, now: Time, kept: TimeDelta) -> Result<Vec<String>> {
        log_months::drop_log_months(self.store(), now - kept).await
    }

    /// Purges every group whose time is over at `now`, one transaction and one cascade each, and returns how many.
    ///
    /// Several servers may do it at once: who comes second finds nothing left.
    ///
    /// # Errors
    /// When the database is away; what was purged before stays purged.
    pub async fn purge_due(&self, now: Time) -> Result<u64> {
        let mut purged = 0;
        loop {
            let due = purge::due_groups(self.store(), now, PAGE).await?;
            if due.is_empty() {
                return Ok(purged);
            }
            let before = purged;
            for (account, group) in due {
                let outcome = self
                    .run(Viewer::system(account), PurgeGroup { group, now })
                    .await?;
                purged += u64::from(outcome.result == WriteResult::Applied);
            }
            if purged == before {
                // All of them are another server's, or refused: look again at the next round.
                return Ok(purged);
            }
        }
    }
}
