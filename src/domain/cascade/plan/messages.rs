//! Messages: rules 26 to 28.

use super::super::command::Incoming;
use super::super::effect::{Change, Subject};
use super::super::replay;
use super::super::rule::Rule;
use super::{Planned, Planner};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::image::{Conversation, Message};
use crate::domain::noun::ConversationStatus;

impl Planner {
    pub(super) fn reply(
        &mut self,
        id: ConversationId,
        message: Message,
        sha256: &str,
        user: Option<UserId>,
    ) -> Planned {
        let conversation = self.conversation(id)?;
        Self::not_in_trash(conversation.trash, "conversationId")?;
        let unowned = conversation.owner.is_none();
        let added = self.add_message(id, message, sha256);
        // Rule 27.
        if let (true, Some(user)) = (unowned, user) {
            self.own_conversation(id, Some(user), Rule::ReplyAssignsSender, Some(added))?;
        }
        Ok(())
    }

    pub(super) fn add_note(
        &mut self,
        id: ConversationId,
        message: Message,
        sha256: &str,
    ) -> Planned {
        Self::not_in_trash(self.conversation(id)?.trash, "conversationId")?;
        self.add_message(id, message, sha256);
        Ok(())
    }

    /// An import is history: it reopens nothing and creates no tickets.
    pub(super) fn import(
        &mut self,
        starts: Option<&Conversation>,
        id: ConversationId,
        messages: &[(Message, String)],
    ) {
        if let Some(conversation) = starts {
            self.start(conversation);
        }
        for (message, sha256) in messages {
            self.add_message(id, *message, sha256);
        }
    }

    pub(super) fn add_message(
        &mut self,
        id: ConversationId,
        message: Message,
        sha256: &str,
    ) -> usize {
        let conversation = self.state.conversations.iter().find(|c| c.id == id);
        let change = Change::MessageAdded {
            message,
            sha256: sha256.to_owned(),
            active_before: conversation
                .filter(|conversation| replay::moves_activity(conversation, &message))
                .map(|conversation| conversation.last_activity_at),
        };
        self.push(Subject::Conversation(id), Rule::Direct, None, change)
    }

    pub(super) fn start(&mut self, conversation: &Conversation) -> usize {
        let change = Change::ConversationCreated {
            conversation: Some(Box::new(conversation.clone())),
        };
        self.push(
            Subject::Conversation(conversation.id),
            Rule::Direct,
            None,
            change,
        )
    }

    pub(super) fn receive(&mut self, incoming: &Incoming) -> Planned {
        let id = incoming.conversation;
        let started = incoming
            .starts
            .as_ref()
            .map(|conversation| self.start(conversation));
        let added = self.add_message(id, incoming.message, &incoming.sha256);
        let conversation = self.conversation(id)?.clone();
        // Rule 26: into the trash it changes nothing else.
        if conversation.status == ConversationStatus::Closed && conversation.trash.is_none() {
            let rule = Rule::IncomingMessageReopensConversation;
            self.set_conversation_status(id, ConversationStatus::Open, rule, Some(added))?;
        }
        // Rule 28.
        if let (Some(started), Some(new)) = (started, &incoming.ticket) {
            self.add_ticket(
                &conversation,
                new,
                Rule::NewConversationCreatesTicket,
                Some(started),
            );
        }
        Ok(())
    }
}
