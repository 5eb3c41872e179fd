//! Status: rules 11 to 14 and 25.

use super::super::effect::{Change, Subject};
use super::super::rule::Rule;
use super::{Planned, Planner};
use crate::domain::id::ConversationId;
use crate::domain::image::Status;
use crate::domain::noun::{ConversationStatus, StatusCategory};

impl Planner {
    pub(super) fn update_ticket_status(&mut self, to: Status) -> Planned {
        let ticket = self.ticket()?.clone();
        if ticket.status.id == to.id {
            return Ok(());
        }
        Self::not_in_trash(ticket.trash, "ticketId")?;
        self.expect_version(ticket.version, ticket.version)?;
        let from = ticket.status;
        let closed_after = match (from.category, to.category) {
            (StatusCategory::Open, StatusCategory::Closed) => Some(self.now),
            (_, StatusCategory::Open) => None,
            (StatusCategory::Closed, StatusCategory::Closed) => ticket.closed_at,
        };
        let change = Change::TicketStatus {
            from,
            to,
            closed_before: ticket.closed_at,
            closed_after,
        };
        let cause = self.push(Subject::Ticket(ticket.id), Rule::Direct, None, change);
        match (from.category, to.category) {
            // Rule 11.
            (StatusCategory::Open, StatusCategory::Closed) => {
                for id in self.conversations(|c| c.status == ConversationStatus::Open) {
                    let rule = Rule::TicketClosedClosesConversations;
                    self.set_conversation_status(
                        id,
                        ConversationStatus::Closed,
                        rule,
                        Some(cause),
                    )?;
                }
            }
            // Rules 12 and 13: none reopens where there are several.
            (StatusCategory::Closed, StatusCategory::Open) => {
                if let [only] = *self.conversations(|_| true)
                    && self.conversation(only)?.status == ConversationStatus::Closed
                {
                    let rule = Rule::TicketReopenedReopensOnlyConversation;
                    self.set_conversation_status(
                        only,
                        ConversationStatus::Open,
                        rule,
                        Some(cause),
                    )?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Rules 14 and 25: only it changes, neither its ticket nor its siblings.
    pub(super) fn update_conversation_status(
        &mut self,
        id: ConversationId,
        to: ConversationStatus,
    ) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.status == to {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        self.expect_version(conversation.version, conversation.version)?;
        self.set_conversation_status(id, to, Rule::Direct, None)
    }

    pub(super) fn set_conversation_status(
        &mut self,
        id: ConversationId,
        to: ConversationStatus,
        rule: Rule,
        cause: Option<usize>,
    ) -> Planned {
        let conversation = self.conversation(id)?;
        let change = Change::ConversationStatus {
            from: conversation.status,
            to,
            closed_before: conversation.closed_at,
            closed_after: (to == ConversationStatus::Closed).then_some(self.now),
        };
        self.push(Subject::Conversation(id), rule, cause, change);
        Ok(())
    }
}
