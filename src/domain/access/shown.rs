//! What of a cascade is there for somebody who is limited to inboxes. The only place that decides it: for the log, for
//! what a command returns, and for each pushed cascade.
//!
//! An effect is there for whoever sees what it happened to, as that is now: a conversation that was moved out of their
//! inboxes takes its history with it, and one that was moved in brings its. An effect that names an inbox which they do
//! not see is left out all the same, and so is one on what was purged, of which nobody can tell where it was. A cascade
//! of which nothing is left is not there at all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Limits, Viewer};
use crate::domain::cascade::{Change, Effect, Linked, Subject, Touches};
use crate::domain::event::Entry;
use crate::domain::id::{ContactId, ConversationId, InboxId, TicketId, UserId};

/// Where a conversation is, and what filters ask of it.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The conversation.
    pub conversation: ConversationId,
    /// Where it is.
    pub inbox: InboxId,
    /// Whom it is with.
    pub contact: ContactId,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// Its ticket.
    pub ticket: Option<TicketPlace>,
}

/// What filters ask of a ticket.
#[derive(Debug, Clone, Copy)]
pub struct TicketPlace {
    /// The ticket.
    pub ticket: TicketId,
    /// Whom it is with.
    pub contact: Option<ContactId>,
    /// Whose it is.
    pub owner: Option<UserId>,
}

/// Those conversations that somebody limited sees, and the tickets that they see through them.
#[derive(Debug, Clone)]
pub struct Seen {
    limits: Limits,
    conversations: BTreeMap<ConversationId, Place>,
    tickets: BTreeMap<TicketId, TicketPlace>,
}

impl Seen {
    /// Of these places, those within the limits.
    #[must_use]
    pub fn of(limits: &Limits, places: impl IntoIterator<Item = Place>) -> Self {
        let (mut conversations, mut tickets) = (BTreeMap::new(), BTreeMap::new());
        for place in places {
            if !limits.has(place.inbox) {
                continue;
            }
            conversations.insert(place.conversation, place);
            tickets.extend(place.ticket.map(|ticket| (ticket.ticket, ticket)));
        }
        Self {
            limits: limits.clone(),
            conversations,
            tickets,
        }
    }

    /// Of a ticket with its conversations, those within the limits.
    #[must_use]
    pub fn of_linked(limits: &Limits, linked: &Linked) -> Self {
        let place = |ticket| {
            let ticket = linked.ticket.as_ref().filter(|one| one.id == ticket)?;
            Some(TicketPlace {
                ticket: ticket.id,
                contact: ticket.contact,
                owner: ticket.owner,
            })
        };
        let places = linked.conversations.iter().map(|one| Place {
            conversation: one.id,
            inbox: one.inbox,
            contact: one.contact,
            owner: one.owner,
            ticket: one.ticket.and_then(place),
        });
        Self::of(limits, places)
    }

    /// Whether it is there.
    #[must_use]
    pub fn has(&self, subject: Subject) -> bool {
        match subject {
            Subject::Ticket(id) => self.tickets.contains_key(&id),
            Subject::Conversation(id) => self.conversations.contains_key(&id),
        }
    }

    fn shows(&self, effect: &Effect) -> bool {
        let named = match &effect.change {
            Change::Inbox { from, to } => self.limits.has(*from) && self.limits.has(*to),
            Change::ConversationCreated { conversation } => conversation
                .as_ref()
                .is_none_or(|conversation| self.limits.has(conversation.inbox)),
            _ => true,
        };
        named && self.has(effect.subject)
    }

    /// The place that each effect has among those that are there; none for one that is not.
    #[must_use]
    pub fn places(&self, effects: &[Effect]) -> Vec<Option<usize>> {
        let mut next = 0;
        let place = |effect: &Effect| {
            self.shows(effect).then(|| {
                next += 1;
                next - 1
            })
        };
        effects.iter().map(place).collect()
    }

    /// What of the cascade is there; none where nothing is.
    #[must_use]
    pub fn shown(&self, entry: &Entry) -> Option<Entry> {
        let places = self.places(&entry.body.effects);
        let kept = entry.body.effects.iter().zip(&places);
        let kept = kept.filter(|(_, place)| place.is_some());
        let effects: Vec<_> = kept
            .map(|(effect, _)| Effect {
                // A cause that is not there is none: what it was must not be told.
                caused_by: effect
                    .caused_by
                    .and_then(|cause| places.get(cause).copied().flatten()),
                ..effect.clone()
            })
            .collect();
        if effects.is_empty() {
            return None;
        }
        let mut shown = entry.clone();
        let body = &mut shown.body;
        body.tickets
            .retain(|ticket| self.tickets.contains_key(&ticket.id));
        body.conversations
            .retain(|one| self.conversations.contains_key(&one.id) && self.limits.has(one.inbox));
        body.effects = effects;
        shown.body.touches = self.touches(&shown);
        Some(shown)
    }

    /// What of a cascade's touches is about the effects that are left: filters must not find it by anything else.
    fn touches(&self, shown: &Entry) -> Touches {
        let body = &shown.body;
        let mut touches = Touches::default();
        let (mut contacts, mut owners) = (BTreeSet::new(), BTreeSet::new());
        for effect in &body.effects {
            touches.rules.insert(effect.rule);
            match effect.subject {
                Subject::Ticket(id) => {
                    touches.tickets.insert(id);
                    let place = self.tickets.get(&id);
                    contacts.extend(place.and_then(|place| place.contact));
                    owners.extend(place.and_then(|place| place.owner));
                }
                Subject::Conversation(id) => {
                    touches.conversations.insert(id);
                    let place = self.conversations.get(&id);
                    contacts.extend(place.map(|place| place.contact));
                    owners.extend(place.and_then(|place| place.owner));
                    let ticket = place.and_then(|place| place.ticket);
                    touches.tickets.extend(ticket.map(|ticket| ticket.ticket));
                }
            }
            if let Change::Owner { from, to } = effect.change {
                owners.extend([from, to].into_iter().flatten());
            }
        }
        owners.extend(body.tickets.iter().filter_map(|one| one.owner));
        owners.extend(body.conversations.iter().filter_map(|one| one.owner));
        let all = &body.touches;
        touches.tickets.retain(|id| all.tickets.contains(id));
        touches.inboxes = all.inboxes.iter().copied().collect();
        touches.inboxes.retain(|id| self.limits.has(*id));
        touches.contacts = all.contacts.intersection(&contacts).copied().collect();
        touches.owners = all.owners.intersection(&owners).copied().collect();
        touches
    }
}

impl Viewer {
    /// What they see of a ticket with its conversations; none for whoever sees all.
    #[must_use]
    pub fn seen(&self, linked: &Linked) -> Option<Seen> {
        let limits = self.limits.as_ref()?;
        Some(Seen::of_linked(limits, linked))
    }
}
