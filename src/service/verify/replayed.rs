//! The state that the log alone makes.

use std::collections::{HashMap, HashSet};

use crate::domain::cascade::replay::{self, World};
use crate::domain::cascade::{Change, Subject};
use crate::domain::event::Entry;
use crate::domain::id::{ConversationId, MessageId, TicketId, TrashGroupId};
use crate::domain::image::{Actor, Conversation, Ticket, Trash};
use crate::store::verify::StoredMessage;

/// What the log says about one account, as far as it was replayed.
#[derive(Default)]
pub struct Replayed {
    /// Tickets that are not purged.
    pub tickets: HashMap<TicketId, Ticket>,
    /// Conversations that are not purged.
    pub conversations: HashMap<ConversationId, Conversation>,
    /// Messages that are not purged.
    pub messages: HashSet<MessageId>,
    /// All trash groups that there ever were, with who made them.
    pub groups: HashMap<TrashGroupId, (Trash, Actor)>,
    /// Messages since they were last taken.
    added: Vec<StoredMessage>,
}

impl World for Replayed {
    fn ticket(&mut self, id: TicketId) -> Option<&mut Ticket> {
        self.tickets.get_mut(&id)
    }

    fn conversation(&mut self, id: ConversationId) -> Option<&mut Conversation> {
        self.conversations.get_mut(&id)
    }

    fn add_ticket(&mut self, ticket: Ticket) {
        self.tickets.insert(ticket.id, ticket);
    }

    fn add_conversation(&mut self, conversation: Conversation) {
        self.conversations.insert(conversation.id, conversation);
    }

    fn remove(&mut self, subject: Subject) {
        match subject {
            Subject::Ticket(id) => drop(self.tickets.remove(&id)),
            Subject::Conversation(id) => drop(self.conversations.remove(&id)),
        }
    }
}

impl Replayed {
    /// Lets one more cascade happen, and tells where its own images are not what comes out.
    pub fn replay(&mut self, entry: &Entry, mut differs: impl FnMut(String)) {
        for effect in &entry.body.effects {
            replay::apply(self, effect);
            match (&effect.change, effect.subject) {
                (Change::Trashed { trash }, _) => {
                    self.groups
                        .entry(trash.group)
                        .or_insert((*trash, entry.actor));
                }
                // Without its hash it was purged (rule 20).
                (
                    Change::MessageAdded {
                        message, sha256, ..
                    },
                    Subject::Conversation(id),
                ) if !sha256.is_empty() => {
                    if !self.messages.insert(message.id) {
                        differs(format!("{} is in the log twice", message.id));
                    }
                    self.added.push((id, *message, sha256.clone()));
                }
                _ => {}
            }
        }
        replay::finish(self, &entry.body.effects, entry.occurred_at);
        for image in &entry.body.tickets {
            let found = self.tickets.get(&image.id);
            if found.is_some_and(|ticket| ticket != image) {
                differs(format!(
                    "{} shows another {} than it left",
                    entry.id, image.id
                ));
            }
        }
        for image in &entry.body.conversations {
            let found = self.conversations.get(&image.id);
            if found.is_some_and(|conversation| conversation != image) {
                differs(format!(
                    "{} shows another {} than it left",
                    entry.id, image.id
                ));
            }
        }
    }

    /// The messages that were added since this was last asked.
    pub fn take_messages(&mut self) -> Vec<StoredMessage> {
        std::mem::take(&mut self.added)
    }
}
