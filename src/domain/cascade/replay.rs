//! What an effect does to the things it happens to: the one meaning of the log.
//!
//! The planner applies its effects as it plans, the store writes the outcome, and `tandem verify` replays
//! the whole log with the same function; so none of the three can disagree.

use super::command::{Linked, PropertyKey};
use super::effect::{Change, Effect, HeldValue, Shown, Subject};
use crate::domain::id::{ConversationId, TicketId};
use crate::domain::image::{Conversation, Held, Message, Ticket, Time};
use crate::domain::noun::MessageKind;

/// Somewhere that tickets and conversations are kept.
pub trait World {
    /// The ticket, if it is there.
    fn ticket(&mut self, id: TicketId) -> Option<&mut Ticket>;
    /// The conversation, if it is there.
    fn conversation(&mut self, id: ConversationId) -> Option<&mut Conversation>;
    /// Adds a ticket.
    fn add_ticket(&mut self, ticket: Ticket);
    /// Adds a conversation.
    fn add_conversation(&mut self, conversation: Conversation);
    /// Takes something out for good.
    fn remove(&mut self, subject: Subject);
}

impl World for Linked {
    fn ticket(&mut self, id: TicketId) -> Option<&mut Ticket> {
        self.ticket.as_mut().filter(|ticket| ticket.id == id)
    }

    fn conversation(&mut self, id: ConversationId) -> Option<&mut Conversation> {
        self.conversations
            .iter_mut()
            .find(|conversation| conversation.id == id)
    }

    fn add_ticket(&mut self, ticket: Ticket) {
        self.ticket = Some(ticket);
    }

    fn add_conversation(&mut self, conversation: Conversation) {
        self.conversations.push(conversation);
    }

    fn remove(&mut self, subject: Subject) {
        match subject {
            Subject::Ticket(_) => self.ticket = None,
            Subject::Conversation(id) => self.conversations.retain(|c| c.id != id),
        }
    }
}

/// Does what one effect says. What it names and is not there is left out.
pub fn apply(world: &mut impl World, effect: &Effect) {
    match (&effect.change, effect.subject) {
        (
            Change::TicketCreated {
                ticket: Some(ticket),
            },
            _,
        ) => world.add_ticket((**ticket).clone()),
        (
            Change::ConversationCreated {
                conversation: Some(conversation),
            },
            _,
        ) => {
            world.add_conversation((**conversation).clone());
        }
        (Change::Purged, subject) => world.remove(subject),
        (Change::MessageAdded { message, .. }, Subject::Conversation(id)) => {
            add_message(world, id, message);
        }
        (Change::Linked { ticket }, Subject::Conversation(id)) => link(world, id, *ticket),
        (change, Subject::Ticket(id)) => {
            if let Some(ticket) = world.ticket(id) {
                change_ticket(ticket, change);
            }
        }
        (change, Subject::Conversation(id)) => {
            if let Some(conversation) = world.conversation(id) {
                change_conversation(conversation, change);
            }
        }
    }
}

/// Ends a cascade: every changed thing's version grows by one, and a changed ticket was active.
pub fn finish(world: &mut impl World, effects: &[Effect], at: Time) {
    let mut done: Vec<Subject> = Vec::new();
    for effect in effects {
        let subject = effect.subject;
        if !effect.change.bumps_version() || done.contains(&subject) {
            continue;
        }
        done.push(subject);
        let created = effects.iter().any(|other| {
            other.subject == subject
                && matches!(
                    other.change,
                    Change::TicketCreated { .. } | Change::ConversationCreated { .. }
                )
        });
        match subject {
            Subject::Ticket(id) => {
                if let Some(ticket) = world.ticket(id) {
                    if !created {
                        ticket.version += 1;
                        ticket.last_activity_at = ticket.last_activity_at.max(at);
                    }
                    stamp_properties(ticket, effects);
                }
            }
            Subject::Conversation(id) => {
                if let Some(conversation) = world.conversation(id)
                    && !created
                {
                    conversation.version += 1;
                }
            }
        }
    }
}

/// Each edited property remembers the version that edited it.
fn stamp_properties(ticket: &mut Ticket, effects: &[Effect]) {
    for effect in effects {
        if let Change::Property { key, .. } = &effect.change
            && effect.subject == Subject::Ticket(ticket.id)
        {
            match key {
                PropertyKey::Name => ticket.name_version = ticket.version,
                PropertyKey::Priority => ticket.priority_version = ticket.version,
                PropertyKey::Defined(id) => {
                    if let Some(held) = ticket.properties.get_mut(id) {
                        held.version = ticket.version;
                    }
                }
            }
        }
    }
}

/// Whether a message counts for its conversation's time of activity: notes and messages into the trash do not.
#[must_use]
pub fn moves_activity(conversation: &Conversation, message: &Message) -> bool {
    message.kind != MessageKind::Note && conversation.trash.is_none()
}

fn add_message(world: &mut impl World, id: ConversationId, message: &Message) {
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    if !moves_activity(conversation, message) {
        return;
    }
    conversation.last_activity_at = conversation.last_activity_at.max(message.created_at);
    if let Some(ticket) = conversation.ticket
        && let Some(ticket) = world.ticket(ticket)
    {
        ticket.last_activity_at = ticket.last_activity_at.max(message.created_at);
    }
}

fn link(world: &mut impl World, id: ConversationId, ticket: TicketId) {
    let Some(conversation) = world.conversation(id) else {
        return;
    };
    conversation.ticket = Some(ticket);
    let active = conversation.last_activity_at;
    if let Some(ticket) = world.ticket(ticket) {
        ticket.last_activity_at = ticket.last_activity_at.max(active);
    }
}

fn change_ticket(ticket: &mut Ticket, change: &Change) {
    match change {
        Change::TicketStatus {
            to, closed_after, ..
        } => {
            ticket.status = *to;
            ticket.closed_at = *closed_after;
        }
        Change::Owner { to, .. } => ticket.owner = *to,
        Change::Workspace { to, .. } => ticket.workspace = *to,
        Change::Trashed { trash } => ticket.trash = Some(*trash),
        Change::Restored { .. } => ticket.trash = None,
        Change::Property { key, to, .. } => set_property(ticket, *key, to.as_ref()),
        _ => {}
    }
}

fn set_property(ticket: &mut Ticket, key: PropertyKey, to: Option<&Shown>) {
    match (key, to.map(|shown| &shown.value)) {
        (PropertyKey::Name, Some(HeldValue::Name(name))) => ticket.name.clone_from(name),
        (PropertyKey::Priority, Some(HeldValue::Priority(priority))) => {
            ticket.priority = Some(*priority)
        }
        (PropertyKey::Priority, None) => ticket.priority = None,
        (PropertyKey::Defined(id), value) => {
            let value = match value {
                Some(HeldValue::Property(value)) => Some(value.clone()),
                _ => None,
            };
            ticket.properties.insert(
                id,
                Held {
                    value,
                    version: ticket.version,
                },
            );
        }
        _ => {}
    }
}

fn change_conversation(conversation: &mut Conversation, change: &Change) {
    match change {
        Change::ConversationStatus {
            to, closed_after, ..
        } => {
            conversation.status = *to;
            conversation.closed_at = *closed_after;
        }
        Change::Owner { to, .. } => conversation.owner = *to,
        Change::Workspace { to, .. } => conversation.workspace = *to,
        Change::Inbox { to, .. } => conversation.inbox = *to,
        Change::Trashed { trash } => conversation.trash = Some(*trash),
        Change::Restored { .. } => conversation.trash = None,
        _ => {}
    }
}
