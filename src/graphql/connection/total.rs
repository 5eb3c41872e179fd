//! Counts of whole lists, asked for only where `totalCount` is selected.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::cascade::Subject;
use crate::domain::event::CascadeFilter;
use crate::domain::filter::{ConversationFilter, TicketFilter};
use crate::graphql::Shown;
use crate::graphql::state::Reader;
use crate::store::read::{cascade, conversation, ticket, trash};

/// The list that is to be counted.
#[derive(Debug, Clone)]
pub enum Total {
    /// The account's conversations.
    Conversations(Arc<ConversationFilter>),
    /// One thing's conversations.
    ConversationsOf(conversation::Parent, conversation::List),
    /// The account's tickets.
    Tickets(Arc<TicketFilter>),
    /// A contact's tickets.
    TicketsOf(Uuid),
    /// A conversation's messages.
    Messages(Uuid),
    /// The account's log.
    Cascades(Arc<CascadeFilter>),
    /// One thing's timeline.
    Timeline(Subject),
    /// The trash.
    Trash,
    /// Already counted.
    Known(i64),
}

impl Total {
    /// Counts it.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn count(&self, reader: &Reader) -> async_graphql::Result<i64> {
        let source = reader.source();
        let loaders = reader.loaders();
        Ok(match self {
            Self::Conversations(filter) => conversation::count(source, filter).await.shown()?,
            Self::Tickets(filter) => ticket::count(source, filter).await.shown()?,
            Self::Cascades(filter) => cascade::count(source, filter).await.shown()?,
            Self::Trash => trash::count(source).await.shown()?,
            Self::Known(count) => *count,
            Self::ConversationsOf(parent, list) => {
                let key = (*parent, list.clone());
                loaders.conversation_counts.one(key).await?.unwrap_or(0)
            }
            Self::TicketsOf(contact) => loaders.ticket_counts.one(*contact).await?.unwrap_or(0),
            Self::Messages(conversation) => loaders
                .message_counts
                .one(*conversation)
                .await?
                .unwrap_or(0),
            Self::Timeline(thing) => {
                let key = *thing;
                loaders.timeline_counts.one(key).await?.unwrap_or(0)
            }
        })
    }
}
