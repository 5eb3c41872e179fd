//! The planner: one pure function of the command and the locked state decides everything.
//!
//! Each command has a function, in the file of its topic; its consequences stand in it with the numbers of their
//! rules. Checks come in the order that the contract gives: nothing to change, in the trash, version, the rules.

mod links;
mod messages;
mod owner;
mod properties;
mod status;
mod trash;
mod undo;

use super::command::{Command, Linked};
use super::effect::{Change, Effect, Subject};
use super::replay;
use super::rule::Rule;
use crate::domain::id::{ConversationId, UserId};
use crate::domain::image::{Conversation, Ticket, Time, Trash};
use crate::domain::refusal::{Detail, ErrorCode, Refusal};

/// What a command would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The effects in the order of cause; none: nothing to change (rule 22).
    pub effects: Vec<Effect>,
    /// What an undo leaves as it is, and why (rule 30).
    pub left: Vec<Refusal>,
    /// The state afterwards.
    pub after: Linked,
}

/// Plans a command on the state that was locked for it.
///
/// # Errors
/// The first check that fails, in the contract's order.
pub fn plan(
    before: &Linked,
    command: &Command,
    expected: Option<i32>,
    now: Time,
) -> Result<Plan, Refusal> {
    let mut planner = Planner {
        state: before.clone(),
        effects: Vec::new(),
        left: Vec::new(),
        expected,
        now,
    };
    planner.run(command)?;
    let Planner {
        mut state,
        effects,
        left,
        ..
    } = planner;
    replay::finish(&mut state, &effects, now);
    Ok(Plan {
        effects,
        left,
        after: state,
    })
}

/// The state as it becomes while effects are added.
struct Planner {
    state: Linked,
    effects: Vec<Effect>,
    left: Vec<Refusal>,
    expected: Option<i32>,
    now: Time,
}

type Planned = Result<(), Refusal>;

impl Planner {
    fn run(&mut self, command: &Command) -> Planned {
        match command {
            Command::CreateTicket(id, ticket) => self.create_ticket(*id, ticket),
            Command::LinkConversation(id) => self.link_conversation(*id),
            Command::UpdateTicketStatus(status) => self.update_ticket_status(*status),
            Command::UpdateTicketProperties(edits) => self.update_properties(edits),
            Command::UpdateTicketOwner(owner) => self.update_ticket_owner(*owner),
            Command::UpdateConversationStatus(id, status) => {
                self.update_conversation_status(*id, *status)
            }
            Command::UpdateConversationOwner(id, owner) => {
                self.update_conversation_owner(*id, *owner)
            }
            Command::ClaimConversation(id, user) => self.claim(*id, *user),
            Command::MoveConversation(id, inbox) => self.move_conversation(*id, *inbox),
            Command::TrashConversation(id, group) => {
                self.trash_conversation(*id, self.new_trash(*group))
            }
            Command::TrashTicket(group) => self.trash_ticket(self.new_trash(*group)),
            Command::RestoreFromTrash(id) => self.restore(*id),
            Command::UndoCascade(effects, group, inactive) => {
                self.state.inactive.extend(inactive);
                undo::undo(self, effects, *group)
            }
            Command::SendReply(id, message, sha256, user) => {
                self.reply(*id, *message, sha256, *user)
            }
            Command::AddNote(id, message, sha256) => self.add_note(*id, *message, sha256),
            Command::ReceiveMessage(incoming) => self.receive(incoming),
            Command::ImportMessages(starts, id, messages) => {
                self.import(starts.as_deref(), *id, messages);
                Ok(())
            }
            Command::Purge => {
                self.purge();
                Ok(())
            }
        }
    }

    fn push(
        &mut self,
        subject: Subject,
        rule: Rule,
        caused_by: Option<usize>,
        change: Change,
    ) -> usize {
        let effect = Effect {
            subject,
            rule,
            caused_by,
            change,
        };
        replay::apply(&mut self.state, &effect);
        self.effects.push(effect);
        self.effects.len() - 1
    }

    /// The service locks what a command names before it plans, so a missing one is a `NOT_FOUND` at worst.
    fn conversation(&self, id: ConversationId) -> Result<&Conversation, Refusal> {
        let found = self
            .state
            .conversations
            .iter()
            .find(|conversation| conversation.id == id);
        found.ok_or_else(|| {
            Refusal::at(
                ErrorCode::NotFound,
                "conversationId",
                format!("There is no conversation `{id}`."),
            )
        })
    }

    fn ticket(&self) -> Result<&Ticket, Refusal> {
        let missing = || Refusal::at(ErrorCode::NotFound, "ticketId", "There is no such ticket.");
        self.state.ticket.as_ref().ok_or_else(missing)
    }

    /// The ticket's conversations that a test picks, by rising id.
    fn conversations(&self, pick: impl Fn(&Conversation) -> bool) -> Vec<ConversationId> {
        let ticket = self.state.ticket.as_ref().map(|ticket| ticket.id);
        let linked = self
            .state
            .conversations
            .iter()
            .filter(|c| c.ticket.is_some() && c.ticket == ticket);
        linked.filter(|c| pick(c)).map(|c| c.id).collect()
    }

    /// Rule 21.
    fn not_in_trash(trash: Option<Trash>, field: &str) -> Planned {
        match trash {
            None => Ok(()),
            Some(trash) => Err(Refusal::at(
                ErrorCode::InTrash,
                field,
                format!(
                    "It is in the trash until {}; restore it first.",
                    trash.purge_at.to_rfc3339()
                ),
            )),
        }
    }

    fn expect_version(&self, current: i32, changed_at: i32) -> Planned {
        match self.expected {
            Some(expected) if expected < changed_at || expected > current => {
                let message = format!(
                    "It is at version {current}, not {expected}: look at it again, then decide."
                );
                Err(Refusal {
                    detail: Some(Detail::Version {
                        current,
                        changed_at,
                        changed_by: None,
                    }),
                    ..Refusal::at(ErrorCode::VersionConflict, "expectedVersion", message)
                })
            }
            _ => Ok(()),
        }
    }

    fn can_own(&self, owner: Option<UserId>) -> Planned {
        match owner {
            Some(user) if self.state.inactive.contains(&user) => Err(Refusal::at(
                ErrorCode::InactiveUser,
                "ownerId",
                "This user is no longer active; choose somebody else.",
            )),
            _ => Ok(()),
        }
    }
}
