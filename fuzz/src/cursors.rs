//! Cursors: positions of the log, and places in lists.

use tandem::domain::event::Position;
use tandem::graphql::cursor::{ListId, ListKind};
use tandem::store::read::page::Key;
use uuid::Uuid;

const KINDS: [ListKind; 15] = [
    ListKind::Conversations,
    ListKind::InboxConversations,
    ListKind::ContactConversations,
    ListKind::PreviousConversations,
    ListKind::TicketConversations,
    ListKind::Tickets,
    ListKind::ContactTickets,
    ListKind::Messages,
    ListKind::Cascades,
    ListKind::TicketTimeline,
    ListKind::ConversationTimeline,
    ListKind::Trash,
    ListKind::Search,
    ListKind::SavedConversations,
    ListKind::SavedTickets,
];

/// Lists that differ in one thing each.
fn lists() -> impl Iterator<Item = ListId> {
    let thing = Uuid::from_u128(7);
    KINDS.into_iter().flat_map(move |kind| {
        [
            ListId::by_time(kind, 0),
            ListId::by_time(kind, 1),
            ListId::by_time(kind, 0).of(thing),
        ]
    })
}

/// Texts of positions are ordered as the positions are.
fn positions(one: &str, other: &str) {
    let read = |text: &str| {
        let position = Position::parse(text)?;
        assert_eq!(position.to_string(), text);
        assert!(position.0 >= 0);
        Some(position)
    };
    if let (Some(a), Some(b)) = (read(one), read(other)) {
        assert_eq!(a.cmp(&b), one.cmp(other));
    }
}

/// A cursor is of one list at most, and has one text.
fn places(text: &str) {
    let mut taken = 0;
    for list in lists() {
        if let Ok(key) = list.decode(text, "after") {
            assert_eq!(list.encode(key), text);
            taken += 1;
        }
    }
    assert!(taken <= 1, "{text} is a cursor of {taken} lists");
}

/// What a list writes it reads, and no other list does.
fn keys(value: i64, id: Uuid) {
    let key = Key { value, id };
    for kind in KINDS {
        let list = ListId::by_number(kind, 0);
        let text = list.encode(key);
        assert_eq!(list.decode(&text, "after").ok(), Some(key));
        for other in KINDS.into_iter().filter(|other| *other != kind) {
            assert!(ListId::by_number(other, 0).decode(&text, "after").is_err());
        }
        assert!(ListId::by_number(kind, 1).decode(&text, "after").is_err());
    }
}

/// As the three above say.
pub fn check(data: &[u8]) {
    if let Some((value, rest)) = data.split_first_chunk()
        && let Some(id) = rest.first_chunk()
    {
        keys(i64::from_be_bytes(*value), Uuid::from_bytes(*id));
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (one, other) = text.split_once('\n').unwrap_or((text, text));
    positions(one, other);
    places(one);
}
