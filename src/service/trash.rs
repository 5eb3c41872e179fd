//! Into the trash and back (rules 15–19).

use uuid::Uuid;

use super::order::{Lookup, Options, Order, Target, Work, looked_up};
use crate::domain::access::{Action, Viewer, decisions};
use crate::domain::cascade::{Command, Linked, Subject};
use crate::domain::id::{ConversationId, TicketId, TrashGroupId};
use crate::domain::refusal::Refusal;
use crate::error::Result;
use crate::store::apply::Contents;
use crate::store::settings;

/// `trashConversation` (rules 15 and 18).
#[derive(Debug, Clone)]
pub struct TrashConversation {
    /// The conversation.
    pub conversation: ConversationId,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for TrashConversation {
    const ACTION: Action = decisions::mutation("trashConversation");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(&'a self, _: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        Ok((Target::conversation(self.conversation), looked_up(())))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        let group = TrashGroupId(Uuid::now_v7());
        Ok(Some((
            Command::TrashConversation(self.conversation, group),
            Contents::default(),
        )))
    }
}

/// `trashTicket` (rules 16 and 18).
#[derive(Debug, Clone)]
pub struct TrashTicket {
    /// The ticket.
    pub ticket: TicketId,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for TrashTicket {
    const ACTION: Action = decisions::mutation("trashTicket");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(&'a self, _: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        Ok((Target::ticket(self.ticket), looked_up(())))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        Ok(Some((
            Command::TrashTicket(TrashGroupId(Uuid::now_v7())),
            Contents::default(),
        )))
    }
}

/// What `restoreFromTrash` takes: any member of the group, or the group.
#[derive(Debug, Clone, Copy)]
pub enum Restorable {
    /// A ticket.
    Ticket(TicketId),
    /// A conversation.
    Conversation(ConversationId),
    /// The group, as `trash` lists it.
    Group(TrashGroupId),
}

/// `restoreFromTrash` (rule 19).
#[derive(Debug, Clone)]
pub struct RestoreFromTrash {
    /// What names the group.
    pub id: Restorable,
    /// Whether to plan only.
    pub options: Options,
}

impl Order for RestoreFromTrash {
    const ACTION: Action = decisions::mutation("restoreFromTrash");
    type Found = Option<ConversationId>;

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(
        &'a self,
        work: &'a Work<'a>,
    ) -> Result<(Target, Lookup<'a, Self::Found>)> {
        let subject = match self.id {
            Restorable::Ticket(id) => Subject::Ticket(id),
            Restorable::Conversation(id) => Subject::Conversation(id),
            Restorable::Group(id) => {
                settings::trash_group_member(work.tx, work.viewer.account, id).await?
            }
        };
        let unnamed = matches!(self.id, Restorable::Group(_));
        Ok(match subject {
            Subject::Ticket(id) => (
                Target {
                    ticket: Some((id, "id")),
                    unnamed,
                    ..Target::default()
                },
                looked_up(None),
            ),
            Subject::Conversation(id) => (
                Target {
                    conversation: Some((id, "id")),
                    unnamed,
                    ..Target::default()
                },
                looked_up(Some(id)),
            ),
        })
    }

    // A group is seen through any of its members.
    fn seen(&self, viewer: &Viewer, _: &Self::Found, linked: &Linked) -> Result<(), Refusal> {
        match self.id {
            Restorable::Group(id) if !viewer.sees_ticket(&linked.conversations) => {
                Err(settings::no_trash_group(id))
            }
            _ => Ok(()),
        }
    }

    async fn command(
        &self,
        _: &Work<'_>,
        conversation: Self::Found,
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        Ok(Some((
            Command::RestoreFromTrash(conversation),
            Contents::default(),
        )))
    }
}
