//! What is written: rules 26–28.

use super::command::Edits;
use super::effect::{Change, MessageKind, Rule, Thing};
use super::step::{Step, Stop};
use super::world::{Conversation, Space, State, World};

impl World {
    pub(super) fn send_reply(&mut self, conversation: usize, sender: usize) -> Step {
        self.outside_trash(&[Thing::Conversation(conversation)])?;
        let cause = self.add_message(conversation, MessageKind::Outgoing);
        if self.conversations[conversation].owner.is_none() {
            self.give_conversation(
                conversation,
                Some(sender),
                Rule::ReplyAssignsSender,
                Some(cause),
            );
        }
        Ok(())
    }

    pub(super) fn add_note(&mut self, conversation: usize) -> Step {
        self.outside_trash(&[Thing::Conversation(conversation)])?;
        self.add_message(conversation, MessageKind::Note);
        Ok(())
    }

    pub(super) fn receive_message(
        &mut self,
        channel: usize,
        thread: u8,
        contact: usize,
        key: Option<u8>,
    ) -> Step {
        if let Some(key) = key
            && !self.keys.insert((channel, key))
        {
            return Err(Stop::Unchanged);
        }
        if let Some(&conversation) = self.threads.get(&(channel, thread)) {
            let cause = self.add_message(conversation, MessageKind::Incoming);
            if self.conversations[conversation].trashed.is_none() {
                let rule = Rule::IncomingMessageReopensConversation;
                self.set_status(conversation, State::Open, rule, Some(cause));
            }
            return Ok(());
        }
        let conversation = self.conversations.len();
        self.threads.insert((channel, thread), conversation);
        self.conversations.push(Conversation {
            status: State::Open,
            closed: None,
            owner: None,
            space: Space::Inbox,
            inbox: channel,
            channel,
            contact,
            subject: subject(channel, thread),
            ticket: None,
            trashed: None,
            version: 1,
            active: self.now(),
            messages: 0,
        });
        let created = self.record(
            Thing::Conversation(conversation),
            Change::Created,
            Rule::Direct,
            None,
        );
        self.add_message(conversation, MessageKind::Incoming);
        if self.inboxes[channel] {
            let rule = Rule::NewConversationCreatesTicket;
            self.new_ticket(
                conversation,
                0,
                None,
                &Edits::default(),
                rule,
                Some(created),
            );
        }
        Ok(())
    }

    /// Notes are no activity, nor is a message into the trash.
    fn add_message(&mut self, conversation: usize, kind: MessageKind) -> usize {
        let now = self.now();
        let present = &mut self.conversations[conversation];
        present.messages += 1;
        if kind != MessageKind::Note && present.trashed.is_none() {
            present.active = now;
        }
        self.record(
            Thing::Conversation(conversation),
            Change::MessageAdded { kind },
            Rule::Direct,
            None,
        )
    }
}

/// The subject of a thread's messages.
pub fn subject(channel: usize, thread: u8) -> String {
    format!("Thread {thread} of channel {channel}")
}
