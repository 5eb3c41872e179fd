//! Trash: rules 15, 16 and 18 to 20.

use super::super::effect::{Change, Subject};
use super::super::rule::Rule;
use super::{Planned, Planner};
use crate::domain::id::{ConversationId, TrashGroupId};
use crate::domain::image::Trash;
use crate::domain::refusal::{ErrorCode, Refusal};

impl Planner {
    /// A new time in the trash, from now on.
    pub(super) fn new_trash(&self, group: TrashGroupId) -> Trash {
        Trash {
            group,
            trashed_at: self.now,
            purge_at: self.now + self.state.settings.retention,
        }
    }

    pub(super) fn trash_conversation(&mut self, id: ConversationId, trash: Trash) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.trash.is_some() {
            return Ok(());
        }
        self.expect_version(conversation.version, conversation.version)?;
        let cause = self.push(
            Subject::Conversation(id),
            Rule::Direct,
            None,
            Change::Trashed { trash },
        );
        // Rules 15 and 18.
        if let (Some(ticket), true) = (&self.state.ticket, conversation.ticket.is_some()) {
            let subject = Subject::Ticket(ticket.id);
            let rule = Rule::ConversationTrashedTrashesTicket;
            let cause = self.push(subject, rule, Some(cause), Change::Trashed { trash });
            self.trash_conversations(cause, trash);
        }
        Ok(())
    }

    pub(super) fn trash_ticket(&mut self, trash: Trash) -> Planned {
        let ticket = self.ticket()?.clone();
        if ticket.trash.is_some() {
            return Ok(());
        }
        self.expect_version(ticket.version, ticket.version)?;
        let subject = Subject::Ticket(ticket.id);
        let cause = self.push(subject, Rule::Direct, None, Change::Trashed { trash });
        self.trash_conversations(cause, trash);
        Ok(())
    }

    /// Rule 16.
    pub(super) fn trash_conversations(&mut self, cause: usize, trash: Trash) {
        for id in self.conversations(|c| c.trash.is_none()) {
            let rule = Rule::TicketTrashedTrashesConversations;
            self.push(
                Subject::Conversation(id),
                rule,
                Some(cause),
                Change::Trashed { trash },
            );
        }
    }

    /// Rule 19.
    pub(super) fn restore(&mut self, conversation: Option<ConversationId>) -> Planned {
        let (named, trash) = match conversation {
            Some(id) => (Subject::Conversation(id), self.conversation(id)?.trash),
            None => (Subject::Ticket(self.ticket()?.id), self.ticket()?.trash),
        };
        let Some(trash) = trash else {
            return Err(Refusal::at(
                ErrorCode::NotInTrash,
                "id",
                "It is not in the trash.",
            ));
        };
        let cause = self.push(named, Rule::Direct, None, Change::Restored { trash });
        for subject in self.trashed() {
            let rule = Rule::RestoreReturnsWholeGroup;
            self.push(subject, rule, Some(cause), Change::Restored { trash });
        }
        Ok(())
    }

    /// Everything of the state that is in the trash: the ticket first.
    pub(super) fn trashed(&self) -> Vec<Subject> {
        let ticket = self
            .state
            .ticket
            .iter()
            .filter(|t| t.trash.is_some())
            .map(|t| Subject::Ticket(t.id));
        let conversations = self
            .state
            .conversations
            .iter()
            .filter(|c| c.trash.is_some());
        ticket
            .chain(conversations.map(|c| Subject::Conversation(c.id)))
            .collect()
    }

    /// Rule 20.
    pub(super) fn purge(&mut self) {
        for subject in self.trashed() {
            self.push(subject, Rule::RetentionEnded, None, Change::Purged);
        }
    }
}
