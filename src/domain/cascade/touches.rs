//! What a cascade touches: what `CascadeFilter` and a subscription's filter are held against.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::command::Linked;
use super::effect::{Effect, Subject};
use super::rule::Rule;
use crate::domain::id::{ContactId, ConversationId, InboxId, TicketId, UserId};

/// Ids by what they are to the cascade. The contract says under `CascadeFilter` what counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Touches {
    /// Of a changed conversation before or after, and of the conversations of a changed ticket.
    pub inboxes: BTreeSet<InboxId>,
    /// Changed, or of a changed conversation.
    pub tickets: BTreeSet<TicketId>,
    /// Changed.
    pub conversations: BTreeSet<ConversationId>,
    /// Of a changed conversation or ticket.
    pub contacts: BTreeSet<ContactId>,
    /// Of a changed conversation or ticket, before or after.
    pub owners: BTreeSet<UserId>,
    /// Of the effects.
    pub rules: BTreeSet<Rule>,
}

impl Touches {
    /// Collects what the effects touch, from the state before and after them.
    #[must_use]
    pub fn of(before: &Linked, after: &Linked, effects: &[Effect]) -> Self {
        let mut touches = Self::default();
        for effect in effects {
            touches.rules.insert(effect.rule);
            for state in [before, after] {
                match effect.subject {
                    Subject::Ticket(id) => touches.ticket(state, id),
                    Subject::Conversation(id) => touches.conversation(state, id),
                }
            }
        }
        touches
    }

    fn ticket(&mut self, state: &Linked, id: TicketId) {
        self.tickets.insert(id);
        for ticket in state.ticket.iter().filter(|ticket| ticket.id == id) {
            self.contacts.extend(ticket.contact);
            self.owners.extend(ticket.owner);
        }
        let linked = state.conversations.iter().filter(|c| c.ticket == Some(id));
        self.inboxes.extend(linked.map(|c| c.inbox));
    }

    fn conversation(&mut self, state: &Linked, id: ConversationId) {
        self.conversations.insert(id);
        for conversation in state.conversations.iter().filter(|c| c.id == id) {
            self.inboxes.insert(conversation.inbox);
            self.contacts.insert(conversation.contact);
            self.tickets.extend(conversation.ticket);
            self.owners.extend(conversation.owner);
        }
    }
}
