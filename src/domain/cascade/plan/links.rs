//! Links and workspace: rules 1 to 5, 25 and 28's ticket.

use super::super::PropertyKey;
use super::super::command::{NewTicket, PropertyEdit};
use super::super::effect::{Change, HeldValue, Subject};
use super::super::rule::Rule;
use super::{Planned, Planner};
use crate::domain::id::ConversationId;
use crate::domain::image::{Conversation, Ticket};
use crate::domain::noun::{StatusCategory, Workspace};
use crate::domain::refusal::{ErrorCode, Refusal};

impl Planner {
    pub(super) fn create_ticket(&mut self, id: ConversationId, new: &NewTicket) -> Planned {
        let conversation = self.conversation(id)?.clone();
        Self::not_in_trash(conversation.trash, "conversationId")?;
        self.expect_version(conversation.version, conversation.version)?;
        self.unlinked(&conversation)?;
        if let Some(Some(owner)) = new.owner {
            self.can_own(Some(owner))?;
        }
        if !new.missing.is_empty() {
            let names = new.missing.join("`, `");
            let message = format!("A ticket needs a value of `{names}`.");
            return Err(Refusal::at(
                ErrorCode::RequiredProperty,
                "properties",
                message,
            ));
        }
        self.add_ticket(&conversation, new, Rule::Direct, None);
        Ok(())
    }

    /// Rules 2 and 3.
    pub(super) fn unlinked(&self, conversation: &Conversation) -> Planned {
        match conversation.ticket {
            None => Ok(()),
            Some(ticket) => Err(Refusal::at(
                ErrorCode::AlreadyLinked,
                "conversationId",
                format!("The conversation already has the ticket `{ticket}`, for good."),
            )),
        }
    }

    pub(super) fn add_ticket(
        &mut self,
        conversation: &Conversation,
        new: &NewTicket,
        rule: Rule,
        cause: Option<usize>,
    ) {
        // Who left cannot be given anything new (rule 23), also not by inheritance.
        let inherited = conversation
            .owner
            .filter(|owner| !self.state.inactive.contains(owner));
        let closed = new.status.category == StatusCategory::Closed;
        let ticket = Ticket {
            id: new.id,
            number: new.number,
            name: new.name.clone(),
            name_version: 1,
            status: new.status,
            owner: new.owner.unwrap_or(inherited),
            priority: None,
            priority_version: 1,
            workspace: Workspace::Inbox,
            contact: Some(conversation.contact),
            properties: std::collections::BTreeMap::new(),
            created_at: self.now,
            last_activity_at: self.now,
            closed_at: closed.then_some(self.now),
            trash: None,
            version: 1,
        };
        let subject = Subject::Ticket(new.id);
        let created = self.push(
            subject,
            rule,
            cause,
            Change::TicketCreated {
                ticket: Some(Box::new(ticket)),
            },
        );
        let follows = if rule == Rule::Direct {
            None
        } else {
            Some(created)
        };
        if let Some(priority) = new.priority {
            let edit = PropertyEdit {
                definition: None,
                key: PropertyKey::Priority,
                to: Some(HeldValue::Priority(priority)),
            };
            self.edit_property(subject, &edit, rule, follows);
        }
        for edit in &new.properties {
            self.edit_property(subject, edit, rule, follows);
        }
        let link = Change::Linked { ticket: new.id };
        let linked = self.push(Subject::Conversation(conversation.id), rule, follows, link);
        self.move_to_ticket_workspace(Subject::Ticket(new.id), Workspace::Inbox, created);
        self.move_to_ticket_workspace(
            Subject::Conversation(conversation.id),
            conversation.workspace,
            linked,
        );
    }

    /// Rule 5.
    pub(super) fn move_to_ticket_workspace(
        &mut self,
        subject: Subject,
        from: Workspace,
        cause: usize,
    ) {
        let to = self.state.settings.ticket_workspace();
        if to == Workspace::HelpDesk && from != to {
            self.push(
                subject,
                Rule::TicketCreatedMovesToHelpDesk,
                Some(cause),
                Change::Workspace { from, to },
            );
        }
    }

    /// Rule 4. Linking changes no status and no owner (rule 25).
    pub(super) fn link_conversation(&mut self, id: ConversationId) -> Planned {
        let ticket = self.ticket()?.clone();
        let conversation = self.conversation(id)?.clone();
        if conversation.ticket == Some(ticket.id) {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        Self::not_in_trash(ticket.trash, "ticketId")?;
        self.expect_version(conversation.version, conversation.version)?;
        self.unlinked(&conversation)?;
        let link = Change::Linked { ticket: ticket.id };
        let linked = self.push(Subject::Conversation(id), Rule::Direct, None, link);
        self.move_to_ticket_workspace(Subject::Conversation(id), conversation.workspace, linked);
        Ok(())
    }
}
