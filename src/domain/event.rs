//! The log's entries: cascades as they are kept, replayed, filtered and announced.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::cascade::{Change, Effect, Linked, Rule, Subject, Touches};
use super::id::{AccountId, CascadeId, ContactId, ConversationId, InboxId, TicketId, UserId};
use super::image::{Actor, Conversation, Ticket, Time};

/// A place in the log. Towards clients a `Cursor`: 16 hexadecimal digits, so that texts are ordered as places are.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(pub i64);

impl Position {
    /// Reads the form that clients see; none when it cannot be a cursor.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits =
            text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !digits {
            return None;
        }
        i64::from_str_radix(text, 16).ok().map(Self)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What the log keeps of a cascade, beside its columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The version of this form: a server reads what older ones wrote.
    pub v: u16,
    /// In the order of cause.
    pub effects: Vec<Effect>,
    /// What filters look at.
    pub touches: Touches,
    /// The changed tickets, as the cascade left them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<Ticket>,
    /// The changed conversations, as the cascade left them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conversations: Vec<Conversation>,
}

/// The version that [`Body::v`] has now.
pub const BODY_VERSION: u16 = 1;

/// One cascade of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place; none in a preview.
    pub position: Option<Position>,
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: CascadeId,
    /// When it was planned.
    pub occurred_at: Time,
    /// Who asked for it.
    pub actor: Actor,
    /// What they asked for: the mutation's name.
    pub command: String,
    /// The cascade that it took back.
    pub undoes: Option<CascadeId>,
    /// The rest.
    pub body: Body,
}

/// Which cascades are wanted: all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct CascadeFilter {
    /// Touches this inbox.
    pub inbox: Option<InboxId>,
    /// Touches this ticket.
    pub ticket: Option<TicketId>,
    /// Touches this conversation.
    pub conversation: Option<ConversationId>,
    /// Touches this contact.
    pub contact: Option<ContactId>,
    /// Touches something that this user owns or owned.
    pub owner: Option<UserId>,
    /// Done by this actor.
    pub actor: Option<uuid::Uuid>,
    /// Has an effect by one of these rules; none given: by any.
    pub rules: Option<Vec<Rule>>,
}

impl CascadeFilter {
    /// Whether the entry is wanted.
    #[must_use]
    pub fn matches(&self, entry: &Entry) -> bool {
        let touches = &entry.body.touches;
        self.inbox.is_none_or(|id| touches.inboxes.contains(&id))
            && self.ticket.is_none_or(|id| touches.tickets.contains(&id))
            && self
                .conversation
                .is_none_or(|id| touches.conversations.contains(&id))
            && self.contact.is_none_or(|id| touches.contacts.contains(&id))
            && self.owner.is_none_or(|id| touches.owners.contains(&id))
            && self.actor.is_none_or(|id| entry.actor.id() == Some(id))
            && self
                .rules
                .as_ref()
                .is_none_or(|rules| rules.iter().any(|r| touches.rules.contains(r)))
    }
}

impl Actor {
    /// The actor's id; Tandem itself has none.
    #[must_use]
    pub const fn id(&self) -> Option<uuid::Uuid> {
        match self {
            Self::User(id) => Some(id.0),
            Self::Contact(id) => Some(id.0),
            Self::Integration(id) => Some(id.0),
            Self::System => None,
        }
    }
}

impl Body {
    /// The body of a planned cascade, from the state before and after its effects.
    #[must_use]
    pub fn of(before: &Linked, after: &Linked, effects: Vec<Effect>) -> Self {
        let tickets = after
            .ticket
            .iter()
            .filter(|new| before.ticket.as_ref() != Some(new));
        let conversations = after
            .conversations
            .iter()
            .filter(|new| !before.conversations.contains(new));
        Self {
            v: BODY_VERSION,
            touches: Touches::of(before, after, &effects),
            tickets: tickets.cloned().collect(),
            conversations: conversations.cloned().collect(),
            effects,
        }
    }

    /// Takes out what was purged (rule 20): texts, names, values and images go; what happened, when, by which
    /// rule and to which ids stays.
    pub fn redact(&mut self, purged: &BTreeSet<Subject>) {
        self.tickets
            .retain(|ticket| !purged.contains(&Subject::Ticket(ticket.id)));
        self.conversations
            .retain(|c| !purged.contains(&Subject::Conversation(c.id)));
        for effect in &mut self.effects {
            if !purged.contains(&effect.subject) {
                continue;
            }
            match &mut effect.change {
                Change::TicketCreated { ticket } => *ticket = None,
                Change::ConversationCreated { conversation } => *conversation = None,
                Change::Property { from, to, .. } => {
                    *from = None;
                    *to = None;
                }
                Change::MessageAdded { sha256, .. } => sha256.clear(),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_ordered_as_texts() {
        let texts: Vec<_> = [0, 9, 10, 255, 4_096, i64::MAX]
            .map(|n| Position(n).to_string())
            .into();
        assert!(texts.is_sorted());
        assert!(
            texts
                .iter()
                .all(|text| Position::parse(text).unwrap().to_string() == *text)
        );
        for bad in [
            "",
            "1",
            "000000000000002A",
            "ffffffffffffffff",
            "00000000000000000",
        ] {
            assert_eq!(Position::parse(bad), None, "{bad}");
        }
    }
}
