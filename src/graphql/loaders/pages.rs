//! Pages of lists, and how much there is in all: what a connection reads.

use std::sync::Arc;

use uuid::Uuid;

use super::by_statement;
use crate::domain::cascade::Subject;
use crate::domain::event::Entry;
use crate::domain::id::{ConversationId, TicketId};
use crate::error::Result;
use crate::graphql::loader::Batch;
use crate::store::log::TouchKind;
use crate::store::read::joins::{ConversationJoins, TicketJoins};
use crate::store::read::page::{Page, Rows};
use crate::store::read::{Source, cascade, conversation, message, ticket};

/// A page of a conversation's messages.
pub struct MessagePages;

impl Batch for MessagePages {
    type Key = (Uuid, Page);
    type Value = Arc<Rows<Arc<message::Message>>>;

    async fn load(source: Source, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, Self::Value)>> {
        by_statement(keys, async |page, parents| {
            let lists = message::messages_of_conversations(&source, parents, page).await?;
            let share = move |(id, rows)| ((id, page), Arc::new(rows));
            Ok(lists.into_iter().map(share))
        })
        .await
    }
}

/// How many messages a conversation has.
pub struct MessageCounts;

impl Batch for MessageCounts {
    type Key = Uuid;
    type Value = i64;

    async fn load(source: Source, keys: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
        message::count_of_conversations(&source, keys).await
    }
}

/// The kind of a list's parents: only those of one kind go into one statement.
const fn kind(parent: conversation::Parent) -> u8 {
    match parent {
        conversation::Parent::Inbox(_) => 0,
        conversation::Parent::Contact(_) => 1,
        conversation::Parent::Ticket(_) => 2,
        conversation::Parent::Previous(_) => 3,
    }
}

/// A page of one thing's conversations.
pub struct ConversationPages;

impl Batch for ConversationPages {
    type Key = (
        conversation::Parent,
        conversation::List,
        Page,
        ConversationJoins,
    );
    type Value = Arc<Rows<conversation::Listed>>;

    async fn load(source: Source, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, Self::Value)>> {
        let keys = keys
            .into_iter()
            .map(|(parent, list, page, joins)| (parent, (kind(parent), list, page, joins)));
        by_statement(keys, async |(_, list, page, joins), parents| {
            let lists = conversation::pages_of(&source, parents, &list, page, joins).await?;
            let share = move |(parent, rows)| ((parent, list.clone(), page, joins), Arc::new(rows));
            Ok(lists.into_iter().map(share))
        })
        .await
    }
}

/// How many conversations one thing's list has.
pub struct ConversationCounts;

impl Batch for ConversationCounts {
    type Key = (conversation::Parent, conversation::List);
    type Value = i64;

    async fn load(source: Source, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, i64)>> {
        let keys = keys
            .into_iter()
            .map(|(parent, list)| (parent, (kind(parent), list)));
        by_statement(keys, async |(_, list), parents| {
            let counts = conversation::counts_of(&source, parents, &list).await?;
            let name = move |(parent, count)| ((parent, list.clone()), count);
            Ok(counts.into_iter().map(name))
        })
        .await
    }
}

/// A page of a contact's tickets.
pub struct TicketPages;

impl Batch for TicketPages {
    type Key = (Uuid, Page, TicketJoins);
    type Value = Arc<Rows<ticket::Listed>>;

    async fn load(source: Source, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, Self::Value)>> {
        let keys = keys
            .into_iter()
            .map(|(contact, page, joins)| (contact, (page, joins)));
        by_statement(keys, async |(page, joins), contacts| {
            let lists = ticket::pages_of_contacts(&source, contacts, page, joins).await?;
            let share = move |(contact, rows)| ((contact, page, joins), Arc::new(rows));
            Ok(lists.into_iter().map(share))
        })
        .await
    }
}

/// How many tickets a contact has.
pub struct TicketCounts;

impl Batch for TicketCounts {
    type Key = Uuid;
    type Value = i64;

    async fn load(source: Source, keys: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
        ticket::counts_of_contacts(&source, keys).await
    }
}

const fn touched(subject: Subject) -> (i16, Uuid) {
    match subject {
        Subject::Ticket(id) => (TouchKind::Ticket as i16, id.0),
        Subject::Conversation(id) => (TouchKind::Conversation as i16, id.0),
    }
}

/// What the log's index calls the kind, and how its ids become subjects again.
const fn named(kind: i16) -> (TouchKind, fn(Uuid) -> Subject) {
    if kind == TouchKind::Ticket as i16 {
        (TouchKind::Ticket, |id| Subject::Ticket(TicketId(id)))
    } else {
        (TouchKind::Conversation, |id| {
            Subject::Conversation(ConversationId(id))
        })
    }
}

/// A page of what happened to a ticket or conversation.
pub struct Timelines;

impl Batch for Timelines {
    type Key = (Subject, Page);
    type Value = Arc<Rows<Arc<Entry>>>;

    async fn load(source: Source, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, Self::Value)>> {
        let keys = keys.into_iter().map(|(subject, page)| {
            let (kind, id) = touched(subject);
            (id, (kind, page))
        });
        by_statement(keys, async |(kind, page), ids| {
            let (kind, subject) = named(kind);
            let lists = cascade::pages_touching(&source, kind, ids, page).await?;
            let share = move |(id, rows): (_, Rows<Entry>)| {
                ((subject(id), page), Arc::new(rows.map(Arc::new)))
            };
            Ok(lists.into_iter().map(share))
        })
        .await
    }
}

/// How much happened to a ticket or conversation.
pub struct TimelineCounts;

impl Batch for TimelineCounts {
    type Key = Subject;
    type Value = i64;

    async fn load(source: Source, keys: Vec<Subject>) -> Result<Vec<(Subject, i64)>> {
        let keys = keys.into_iter().map(|subject| {
            let (kind, id) = touched(subject);
            (id, kind)
        });
        by_statement(keys, async |kind, ids| {
            let (kind, subject) = named(kind);
            let counts = cascade::counts_touching(&source, kind, ids).await?;
            let name = move |(id, count)| (subject(id), count);
            Ok(counts.into_iter().map(name))
        })
        .await
    }
}
