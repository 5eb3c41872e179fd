//! Which cascades.

use async_graphql::{ID, InputObject};

use crate::domain::event;
use crate::domain::id::{AnyId, ContactId, ConversationId, IdError, InboxId, TicketId, UserId};
use crate::graphql::types::CascadeRule;

/// All that are given must hold. `inboxId`, `ownerId`: before or after the cascade. `inboxId` also: an effect on a
/// ticket with a conversation there. An id that is malformed or of something else finds nothing.
#[derive(InputObject, Debug, Clone, Default)]
pub struct CascadeFilter {
    /// Touches this inbox, before or after.
    inbox_id: Option<ID>,
    /// Has an effect on this ticket or on one of its conversations.
    ticket_id: Option<ID>,
    /// Has an effect on this conversation.
    conversation_id: Option<ID>,
    /// Has an effect on a conversation or ticket of this contact.
    contact_id: Option<ID>,
    /// Touches what this user owns, before or after.
    owner_id: Option<ID>,
    /// Was done by this user, contact or integration.
    actor_id: Option<ID>,
    /// Has an effect by one of these rules; an empty list finds nothing.
    rules: Option<Vec<CascadeRule>>,
}

impl CascadeFilter {
    /// Reads what the client sent; none when nothing can pass it.
    #[must_use]
    pub fn read(filter: Option<Self>) -> Option<event::CascadeFilter> {
        let filter = filter.unwrap_or_default();
        filter.parse().ok()
    }

    fn parse(self) -> Result<event::CascadeFilter, IdError> {
        fn id<T>(
            id: Option<ID>,
            parse: fn(&str) -> Result<T, IdError>,
        ) -> Result<Option<T>, IdError> {
            id.map(|id| parse(&id)).transpose()
        }
        let actor = self.actor_id.map(|id| match AnyId::parse(&id)? {
            AnyId::User(id) => Ok(id.0),
            AnyId::Contact(id) => Ok(id.0),
            AnyId::Integration(id) => Ok(id.0),
            _ => Err(IdError::OtherType(id.to_string(), "user")),
        });
        Ok(event::CascadeFilter {
            inbox: id(self.inbox_id, InboxId::parse)?,
            ticket: id(self.ticket_id, TicketId::parse)?,
            conversation: id(self.conversation_id, ConversationId::parse)?,
            contact: id(self.contact_id, ContactId::parse)?,
            owner: id(self.owner_id, UserId::parse)?,
            actor: actor.transpose()?,
            rules: self
                .rules
                .map(|rules| rules.into_iter().map(Into::into).collect()),
        })
    }
}
