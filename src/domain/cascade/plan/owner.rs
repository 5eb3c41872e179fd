//! Owners, and the inbox that a conversation is in: rules 7, 8, 23, 24 and 29.

use super::super::effect::{Change, Subject};
use super::super::rule::Rule;
use super::{Planned, Planner};
use crate::domain::id::{ConversationId, InboxId, UserId};
use crate::domain::refusal::{ErrorCode, Refusal};

impl Planner {
    /// Rule 8: no conversation's owner changes.
    pub(super) fn update_ticket_owner(&mut self, to: Option<UserId>) -> Planned {
        let ticket = self.ticket()?.clone();
        if ticket.owner == to {
            return Ok(());
        }
        Self::not_in_trash(ticket.trash, "ticketId")?;
        self.expect_version(ticket.version, ticket.version)?;
        self.can_own(to)?;
        let change = Change::Owner {
            from: ticket.owner,
            to,
        };
        self.push(Subject::Ticket(ticket.id), Rule::Direct, None, change);
        Ok(())
    }

    pub(super) fn update_conversation_owner(
        &mut self,
        id: ConversationId,
        to: Option<UserId>,
    ) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.owner == to {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        self.expect_version(conversation.version, conversation.version)?;
        self.can_own(to)?;
        self.own_conversation(id, to, Rule::Direct, None)
    }

    /// Rules 7, 23 and 24: the ticket follows, also to nobody.
    pub(super) fn own_conversation(
        &mut self,
        id: ConversationId,
        to: Option<UserId>,
        rule: Rule,
        cause: Option<usize>,
    ) -> Planned {
        let conversation = self.conversation(id)?;
        let (from, linked) = (conversation.owner, conversation.ticket);
        let cause = self.push(
            Subject::Conversation(id),
            rule,
            cause,
            Change::Owner { from, to },
        );
        if let Some(ticket) = &self.state.ticket
            && linked == Some(ticket.id)
            && ticket.owner != to
        {
            let (id, from) = (ticket.id, ticket.owner);
            let rule = Rule::ConversationOwnerSetsTicketOwner;
            self.push(
                Subject::Ticket(id),
                rule,
                Some(cause),
                Change::Owner { from, to },
            );
        }
        Ok(())
    }

    pub(super) fn claim(&mut self, id: ConversationId, user: UserId) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.owner == Some(user) {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        if conversation.owner.is_some() {
            let message =
                "Somebody else owns the conversation; take it over with updateConversationOwner.";
            return Err(Refusal::at(
                ErrorCode::AlreadyOwned,
                "conversationId",
                message,
            ));
        }
        self.can_own(Some(user))?;
        self.own_conversation(id, Some(user), Rule::Direct, None)
    }

    // --- Inbox

    pub(super) fn move_conversation(&mut self, id: ConversationId, to: InboxId) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.inbox == to {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        self.expect_version(conversation.version, conversation.version)?;
        let change = Change::Inbox {
            from: conversation.inbox,
            to,
        };
        let cause = self.push(Subject::Conversation(id), Rule::Direct, None, change);
        // Rule 29.
        if conversation.ticket.is_some() {
            for sibling in self.conversations(|c| c.id != id && c.inbox != to) {
                let from = self.conversation(sibling)?.inbox;
                let rule = Rule::MoveCarriesTicket;
                self.push(
                    Subject::Conversation(sibling),
                    rule,
                    Some(cause),
                    Change::Inbox { from, to },
                );
            }
        }
        Ok(())
    }
}
