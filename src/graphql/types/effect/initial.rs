//! What a thing was at first, for people.

use std::sync::Arc;

use async_graphql::SimpleObject;

use crate::domain::cascade::Change;
use crate::domain::id::UserId;
use crate::domain::image::{Conversation, Ticket};
use crate::graphql::state::Reader;
use crate::graphql::types::words;

/// One of the values that a thing was created with.
#[derive(SimpleObject)]
pub struct InitialValue {
    /// The field or, of a defined property, its name.
    name: String,
    /// The value as people read it; null for none.
    value: Option<String>,
}

fn value(name: &str, value: Option<String>) -> InitialValue {
    InitialValue {
        name: name.to_owned(),
        value,
    }
}

/// The name that GraphQL has for an enum's value.
fn word<T: async_graphql::resolver_utils::EnumType>(value: T) -> String {
    match async_graphql::resolver_utils::enum_value(value) {
        async_graphql::Value::Enum(name) => name.to_string(),
        other => other.to_string(),
    }
}

/// The first values; none of what was purged.
pub(super) async fn values(
    reader: &Reader,
    change: &Change,
) -> async_graphql::Result<Vec<InitialValue>> {
    match change {
        Change::TicketCreated {
            ticket: Some(ticket),
        } => of_ticket(reader, ticket).await,
        Change::ConversationCreated {
            conversation: Some(conversation),
        } => of_conversation(reader, conversation).await,
        _ => Ok(Vec::new()),
    }
}

async fn owner_name(
    reader: &Reader,
    owner: Option<UserId>,
) -> async_graphql::Result<Option<String>> {
    let Some(id) = owner else { return Ok(None) };
    let owner = reader.loaders().users.one(id).await?;
    Ok(owner.map(|owner| owner.name.clone()))
}

async fn of_ticket(reader: &Reader, ticket: &Ticket) -> async_graphql::Result<Vec<InitialValue>> {
    let loaders = reader.loaders();
    let definitions = async {
        if ticket.properties.is_empty() {
            return Ok(None);
        }
        loaders.definitions.one(()).await
    };
    let (status, owner, definitions) = futures_util::try_join!(
        loaders.statuses.one(ticket.status.id),
        owner_name(reader, ticket.owner),
        definitions
    )?;
    let priority = ticket.priority.map(words::TicketPriority::from).map(word);
    let mut values = vec![
        value("name", Some(ticket.name.clone())),
        value("status", status.map(|status| status.name.clone())),
        value("owner", owner),
        value("priority", priority),
        value(
            "workspace",
            Some(word(words::Workspace::from(ticket.workspace))),
        ),
    ];
    for definition in definitions.unwrap_or_default().iter().map(Arc::as_ref) {
        let held = ticket.properties.get(&definition.id);
        if let Some(held) = held.and_then(|held| held.value.as_ref()) {
            values.push(value(&definition.name, Some(definition.display(held))));
        }
    }
    Ok(values)
}

async fn of_conversation(
    reader: &Reader,
    conversation: &Conversation,
) -> async_graphql::Result<Vec<InitialValue>> {
    let loaders = reader.loaders();
    let (inbox, channel, contact, owner) = futures_util::try_join!(
        loaders.inboxes.one(conversation.inbox),
        loaders.channels.one(conversation.channel),
        loaders.contacts.one(conversation.contact),
        owner_name(reader, conversation.owner)
    )?;
    let contact = contact.and_then(|contact| {
        let names = [&contact.name, &contact.email, &contact.phone];
        names.into_iter().flatten().next().cloned()
    });
    let status = words::ConversationStatus::from(conversation.status);
    Ok(vec![
        value("subject", conversation.subject.clone()),
        value("status", Some(word(status))),
        value("owner", owner),
        value("inbox", inbox.map(|inbox| inbox.name.clone())),
        value("channel", channel.map(|channel| channel.name.clone())),
        value("contact", contact),
        value(
            "workspace",
            Some(word(words::Workspace::from(conversation.workspace))),
        ),
    ])
}
