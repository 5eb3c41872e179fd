//! Everything that has an id, by its id.

use std::sync::Arc;

use async_graphql::{ID, Interface};

use super::{
    Account, Cascade, Channel, Contact, Conversation, Inbox, Integration, Message, Pipeline,
    PropertyDefinition, SavedView, Ticket, TicketStatus, TrashGroup, User,
};
use crate::domain::id::AnyId;
use crate::graphql::state::Reader;

/// Everything that has an id. An id is a `TypeID`: `ticket_01jd3y…`, a UUIDv7 behind the type's name.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Unique in all of Tandem."))]
pub enum Node {
    /// A company that uses Tandem.
    Account(Account),
    /// Somebody who works in an account.
    User(User),
    /// A program with a token of its own.
    Integration(Integration),
    /// Where conversations arrive.
    Inbox(Inbox),
    /// A way into an inbox.
    Channel(Channel),
    /// A customer.
    Contact(Contact),
    /// One thread with one contact.
    Conversation(Conversation),
    /// One message or note.
    Message(Message),
    /// The tracked work.
    Ticket(Ticket),
    /// A row of statuses.
    Pipeline(Pipeline),
    /// One status.
    TicketStatus(TicketStatus),
    /// What a property may be.
    PropertyDefinition(PropertyDefinition),
    /// One entry of the log.
    Cascade(Cascade),
    /// What is in the trash together.
    TrashGroup(TrashGroup),
    /// A list that a user has named.
    SavedView(SavedView),
}

/// The things with these ids, in their order; null for what is not there, of another account, or no id at all.
///
/// # Errors
/// When the database is away.
pub async fn nodes(reader: &Reader, ids: &[ID]) -> async_graphql::Result<Vec<Option<Node>>> {
    let found = ids.iter().map(|id| async {
        match AnyId::parse(id) {
            Ok(id) => node(reader, id).await,
            Err(_) => Ok(None),
        }
    });
    // Asked for in the same breath, so one statement per type.
    futures_util::future::try_join_all(found).await
}

/// The thing with this id; none where it is not there or of another account.
///
/// # Errors
/// When the database is away.
pub async fn node(reader: &Reader, id: AnyId) -> async_graphql::Result<Option<Node>> {
    let loaders = reader.loaders();
    Ok(match id {
        AnyId::Account(id) if id == reader.viewer().account => {
            let found = loaders.account.one(()).await?;
            found.map(|row| Node::Account(Account(row)))
        }
        // Tokens are not shown by id; another account does not exist.
        AnyId::Account(_) | AnyId::Token(_) => None,
        AnyId::User(id) => loaders.users.one(id).await?.map(|row| User(row).into()),
        AnyId::Integration(id) => {
            let found = loaders.integrations.one(id).await?;
            found.map(|row| Integration(row).into())
        }
        AnyId::Inbox(id) => loaders.inboxes.one(id).await?.map(|row| Inbox(row).into()),
        AnyId::Channel(id) => loaders
            .channels
            .one(id)
            .await?
            .map(|row| Channel(row).into()),
        AnyId::Contact(id) => loaders
            .contacts
            .one(id)
            .await?
            .map(|row| Contact(row).into()),
        AnyId::Conversation(id) => Conversation::find(reader, id).await?.map(Into::into),
        AnyId::Message(id) => loaders
            .messages
            .one(id)
            .await?
            .map(|row| Message(row).into()),
        AnyId::Ticket(id) => Ticket::find(reader, id).await?.map(Into::into),
        AnyId::Pipeline(id) => loaders
            .pipelines
            .one(id)
            .await?
            .map(|row| Pipeline(row).into()),
        AnyId::Status(id) => {
            let found = loaders.statuses.one(id).await?;
            found.map(|row| TicketStatus(row).into())
        }
        AnyId::Property(id) => {
            let all = loaders.definitions.one(()).await?.unwrap_or_default();
            let found = all.iter().find(|definition| definition.id == id);
            found.map(|definition| PropertyDefinition(Arc::clone(definition)).into())
        }
        AnyId::Cascade(id) => {
            let found = loaders.entries.one(id).await?;
            found.map(|entry| Cascade::new(entry).into())
        }
        AnyId::TrashGroup(id) => {
            let found = loaders.trash_groups.one(id).await?;
            found.map(|row| TrashGroup(row).into())
        }
        AnyId::SavedView(id) => {
            let found = loaders.saved_views.one(id).await?;
            // What another user keeps to themselves is not there.
            let seen = found.filter(|view| reader.viewer().sees_view(view));
            seen.map(|view| SavedView(view).into())
        }
    })
}
