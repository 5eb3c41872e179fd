//! Cursors of lists: opaque to clients; they hold the row's sort key, not its number, and say which list and order
//! they are of.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::store::read::page::Key;

/// The lists that have cursors. The number is part of the cursors that clients hold: never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// `Query.conversations`
    Conversations = 1,
    /// `Inbox.conversations`
    InboxConversations = 2,
    /// `Contact.conversations`
    ContactConversations = 3,
    /// `Conversation.previousConversations`
    PreviousConversations = 4,
    /// `Ticket.conversations`
    TicketConversations = 5,
    /// `Query.tickets`
    Tickets = 6,
    /// `Contact.tickets`
    ContactTickets = 7,
    /// `Conversation.messages`
    Messages = 8,
    /// `Query.cascades`
    Cascades = 9,
    /// `Ticket.timeline`
    TicketTimeline = 10,
    /// `Conversation.timeline`
    ConversationTimeline = 11,
    /// `Query.trash`
    Trash = 12,
    /// `Query.search`
    Search = 13,
    /// `SavedView.conversations`
    SavedConversations = 14,
    /// `SavedView.tickets`
    SavedTickets = 15,
}

/// One list in one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListId {
    kind: ListKind,
    order: u8,
    scope: u32,
    key: KeyKind,
}

/// What the sort key is, which a cursor is checked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum KeyKind {
    Time,
    Number,
}

impl ListId {
    /// A list sorted by a time. `order` tells the orders of the list apart.
    #[must_use]
    pub const fn by_time(kind: ListKind, order: u8) -> Self {
        Self {
            kind,
            order,
            scope: 0,
            key: KeyKind::Time,
        }
    }

    /// A list sorted by a number. `order` tells the orders of the list apart.
    #[must_use]
    pub const fn by_number(kind: ListKind, order: u8) -> Self {
        Self {
            kind,
            order,
            scope: 0,
            key: KeyKind::Number,
        }
    }

    /// The list of one thing: a cursor of another thing's is refused.
    #[must_use]
    pub fn of(self, thing: Uuid) -> Self {
        let folded = thing
            .as_bytes()
            .chunks(4)
            .filter_map(|chunk| chunk.try_into().ok().map(u32::from_be_bytes))
            .fold(0, |sum: u32, part| sum.rotate_left(5) ^ part);
        Self {
            scope: folded,
            ..self
        }
    }

    fn head(self) -> [u8; 7] {
        let [a, b, c, d] = self.scope.to_be_bytes();
        [VERSION, self.kind as u8, self.order, a, b, c, d]
    }

    /// The cursor of a row.
    #[must_use]
    pub fn encode(self, key: Key) -> String {
        let mut bytes = Vec::with_capacity(31);
        bytes.extend(self.head());
        bytes.extend(key.value.to_be_bytes());
        bytes.extend(key.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor of this list.
    ///
    /// # Errors
    /// `BAD_CURSOR` when it is none, or of another list or order. `argument` names where it stood.
    pub fn decode(self, text: &str, argument: &str) -> Result<Key> {
        let bad = || {
            let message = format!(
                "`{argument}` is not a cursor; take it from `pageInfo` or an edge of this list."
            );
            Error::request("BAD_CURSOR", message)
        };
        // Longer than any cursor is: not worth decoding.
        if text.len() > 64 {
            return Err(bad());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_not_base64| bad())?;
        let (head, rest) = bytes.split_first_chunk::<7>().ok_or_else(bad)?;
        let (value, id) = rest.split_first_chunk::<8>().ok_or_else(bad)?;
        let id: [u8; 16] = id.try_into().map_err(|_wrong_length| bad())?;
        if head.first() != Some(&VERSION) {
            return Err(bad());
        }
        if *head != self.head() {
            let message = format!(
                "`{argument}` is a cursor of another list, another order or another search; start this one without it."
            );
            return Err(Error::request("BAD_CURSOR", message));
        }
        let key = Key {
            value: i64::from_be_bytes(*value),
            id: Uuid::from_bytes(id),
        };
        if self.key == KeyKind::Time && !is_a_moment(key.value) {
            return Err(bad());
        }
        Ok(key)
    }
}

const VERSION: u8 = 1;

/// Whether microseconds are a moment that both Postgres and RFC 3339 can have.
fn is_a_moment(micros: i64) -> bool {
    DateTime::from_timestamp_micros(micros).is_some_and(|time| (0..=9999).contains(&time.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = Key {
        value: 1_700_000_000_000_000,
        id: Uuid::from_u128(7),
    };

    fn code(error: Error) -> &'static str {
        match error {
            Error::Request { code, .. } => code,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn reads_what_it_writes() {
        let list = ListId::by_time(ListKind::Messages, 0).of(Uuid::from_u128(9));
        assert_eq!(list.decode(&list.encode(KEY), "after").unwrap(), KEY);
    }

    #[test]
    fn refuses_another_list_order_or_thing() {
        let list = ListId::by_time(ListKind::Messages, 0).of(Uuid::from_u128(9));
        let cursor = list.encode(KEY);
        for other in [
            ListId::by_time(ListKind::Tickets, 0).of(Uuid::from_u128(9)),
            ListId::by_time(ListKind::Messages, 1).of(Uuid::from_u128(9)),
            ListId::by_time(ListKind::Messages, 0).of(Uuid::from_u128(10)),
        ] {
            assert_eq!(
                code(other.decode(&cursor, "after").unwrap_err()),
                "BAD_CURSOR"
            );
        }
    }

    #[test]
    fn refuses_nonsense() {
        let list = ListId::by_time(ListKind::Trash, 0);
        let far = list.encode(Key {
            value: i64::MAX,
            ..KEY
        });
        for text in ["", "x", "Y3Vyc29yOjE=", "\0", &far, &"A".repeat(1_000)] {
            let error = list.decode(text, "before").unwrap_err();
            assert!(error.to_string().contains("`before`"), "{error}");
            assert_eq!(code(error), "BAD_CURSOR", "{text}");
        }
    }
}
