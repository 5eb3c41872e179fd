//! Undo (rule 30).

use uuid::Uuid;

use super::order::{Lookup, Options, Order, Target, Work, looked_up};
use super::verify::made_at;
use crate::domain::access::{Action, Viewer, decisions};
use crate::domain::cascade::{Change, Command, Effect, Linked, Subject};
use crate::domain::id::{CascadeId, TrashGroupId};
use crate::domain::noun::StatusCategory;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::{Error, Result};
use crate::store::apply::Contents;
use crate::store::{linked as locking, log, log_months, settings};

/// `undoCascade`.
#[derive(Debug, Clone)]
pub struct UndoCascade {
    /// The cascade that is to be taken back.
    pub cascade: CascadeId,
    /// Whether to plan only.
    pub options: Options,
}

impl UndoCascade {
    fn no_cascade(&self) -> Refusal {
        let message = format!("There is no cascade `{}`.", self.cascade);
        Refusal::at(ErrorCode::NotFound, "cascadeId", message)
    }
}

impl Order for UndoCascade {
    const ACTION: Action = decisions::mutation("undoCascade");
    type Found = Vec<Effect>;

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(
        &'a self,
        work: &'a Work<'a>,
    ) -> Result<(Target, Lookup<'a, Self::Found>)> {
        let found = log::entry_to_undo(work.tx, work.viewer.account, self.cascade).await?;
        let Some((entry, _)) = found else {
            return Err(self.not_found(work).await?.into());
        };
        let mut target = Target {
            undoes: Some(self.cascade),
            may_be_gone: true,
            ..Target::default()
        };
        // All that a cascade changes belongs to one ticket, so any of its subjects finds the rest.
        for effect in &entry.body.effects {
            match effect.subject {
                Subject::Ticket(id) => target.ticket = Some((id, "cascadeId")),
                Subject::Conversation(id) if target.conversation.is_none() => {
                    target.conversation = Some((id, "cascadeId"));
                }
                Subject::Conversation(_) => {}
            }
        }
        Ok((target, looked_up(entry.body.effects)))
    }

    // A cascade of which nothing is seen is not there. One that began with what is not seen was never theirs to ask for,
    // and is not theirs to take back.
    fn seen(&self, viewer: &Viewer, effects: &Self::Found, linked: &Linked) -> Result<(), Refusal> {
        let Some(seen) = viewer.seen(linked) else {
            return Ok(());
        };
        if seen.places(effects).iter().all(Option::is_none) {
            return Err(self.no_cascade());
        }
        if effects.first().is_some_and(|first| seen.has(first.subject)) {
            return Ok(());
        }
        let message =
            "This cascade began with what is in none of your inboxes; ask an administrator.";
        Err(Refusal::at(ErrorCode::Forbidden, "cascadeId", message))
    }

    async fn command(
        &self,
        work: &Work<'_>,
        mut effects: Self::Found,
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        // Only now is it certain: who undid it meanwhile held the locks that are held here.
        let found = log::entry_to_undo(work.tx, work.viewer.account, self.cascade).await?;
        let undone = found
            .ok_or_else(|| Error::Internal("a cascade vanished".to_owned()))?
            .1;
        if undone {
            return Ok(None);
        }
        statuses_as_they_are(work, &mut effects).await?;
        let owners = effects.iter().filter_map(|effect| match effect.change {
            Change::Owner { from, .. } => from.map(|id| id.0),
            _ => None,
        });
        // Who left cannot be made the owner again; the plan has to know of all of them.
        let inactive =
            locking::inactive_users(work.tx, work.viewer.account, owners.collect()).await?;
        let command = Command::UndoCascade(effects, TrashGroupId(Uuid::now_v7()), inactive);
        Ok(Some((command, Contents::default())))
    }
}

impl UndoCascade {
    /// The same for an id that never was, is another account's, or was dropped with its month: an id tells its time.
    async fn not_found(&self, work: &Work<'_>) -> Result<Refusal> {
        let made = made_at(self.cascade.0);
        let begins = log_months::log_begins_in(work.tx).await?;
        let (Some(made), Some(begins)) = (made, begins) else {
            return Ok(self.no_cascade());
        };
        if made >= begins {
            return Ok(self.no_cascade());
        }
        let (id, day) = (self.cascade, begins.format("%Y-%m-%d"));
        let message =
            format!("The cascade `{id}` is not in the log any more: it is kept from {day} on.");
        Ok(Refusal::at(ErrorCode::NotFound, "cascadeId", message))
    }
}

/// A status that no ticket has may have got another category since: the ticket comes back to it as it is now.
async fn statuses_as_they_are(work: &Work<'_>, effects: &mut [Effect]) -> Result<()> {
    for effect in effects {
        let Change::TicketStatus {
            from,
            closed_before,
            ..
        } = &mut effect.change
        else {
            continue;
        };
        let found = settings::status(work.tx, work.viewer.account, from.id).await?;
        if let Some((status, _)) = found
            && status.category != from.category
        {
            *from = status;
            *closed_before = match status.category {
                StatusCategory::Closed => Some(work.now),
                StatusCategory::Open => None,
            };
        }
    }
    Ok(())
}
