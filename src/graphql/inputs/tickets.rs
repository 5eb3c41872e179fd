//! The inputs of commands on tickets.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::property::PropertyInput;
use super::{ids, options};
use crate::domain::id::{ConversationId, StatusId, TicketId, UserId};
use crate::domain::refusal::Refusal;
use crate::graphql::types::TicketPriority;
use crate::service::properties::PropertyWish;
use crate::service::tickets as ticket;

/// What `createTicket` takes.
#[derive(InputObject)]
pub struct CreateTicketInput {
    /// The conversation that gets the ticket; it must have none (rule 2).
    pub conversation_id: ID,
    /// Left out: the conversation's subject, else its contact's name.
    pub name: Option<String>,
    /// Left out: the first status of the account's first pipeline.
    pub status_id: Option<ID>,
    /// Left out: the conversation's owner; `null`: nobody.
    pub owner_id: MaybeUndefined<ID>,
    /// How urgent it is.
    pub priority: Option<TicketPriority>,
    /// First values; required properties must be among them.
    pub properties: Option<Vec<PropertyInput>>,
    /// The version of the conversation that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl CreateTicketInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<ticket::CreateTicket, Refusal> {
        Ok(ticket::CreateTicket {
            conversation: ids::one(
                ConversationId::parse,
                &self.conversation_id,
                "conversationId",
            )?,
            name: self.name,
            status: ids::maybe(StatusId::parse, self.status_id.as_ref(), "statusId")?,
            owner: match self.owner_id {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(id) => Some(Some(ids::one(UserId::parse, &id, "ownerId")?)),
            },
            priority: self.priority.map(Into::into),
            properties: wishes(self.properties),
            options: options(self.expected_version, self.dry_run),
        })
    }
}

fn wishes(properties: Option<Vec<PropertyInput>>) -> Vec<PropertyWish> {
    properties
        .unwrap_or_default()
        .into_iter()
        .map(PropertyInput::wish)
        .collect()
}

/// What `linkConversation` takes.
#[derive(InputObject)]
pub struct LinkConversationInput {
    /// The conversation; it must have no other ticket.
    pub conversation_id: ID,
    /// The ticket that it gets, for good (rule 3).
    pub ticket_id: ID,
    /// The version of the conversation that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl LinkConversationInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<ticket::LinkConversation, Refusal> {
        Ok(ticket::LinkConversation {
            conversation: ids::one(
                ConversationId::parse,
                &self.conversation_id,
                "conversationId",
            )?,
            ticket: ids::one(TicketId::parse, &self.ticket_id, "ticketId")?,
            options: options(self.expected_version, self.dry_run),
        })
    }
}

/// What `updateTicketStatus` takes.
#[derive(InputObject)]
pub struct UpdateTicketStatusInput {
    /// The ticket.
    pub ticket_id: ID,
    /// Its new status, of any of the account's pipelines.
    pub status_id: ID,
    /// The version of the ticket that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateTicketStatusInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<ticket::UpdateTicketStatus, Refusal> {
        Ok(ticket::UpdateTicketStatus {
            ticket: ids::one(TicketId::parse, &self.ticket_id, "ticketId")?,
            status: ids::one(StatusId::parse, &self.status_id, "statusId")?,
            options: options(self.expected_version, self.dry_run),
        })
    }
}

/// What `updateTicketProperties` takes. Left out: unchanged. `null`: cleared; a name cannot be.
#[derive(InputObject)]
pub struct UpdateTicketPropertiesInput {
    /// The ticket.
    pub ticket_id: ID,
    /// A new name.
    pub name: MaybeUndefined<String>,
    /// A new priority.
    pub priority: MaybeUndefined<TicketPriority>,
    /// New values, by definition name.
    pub properties: Option<Vec<PropertyInput>>,
    /// The version of the ticket that you saw. Edits of different properties do not conflict.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateTicketPropertiesInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<ticket::UpdateTicketProperties, Refusal> {
        Ok(ticket::UpdateTicketProperties {
            ticket: ids::one(TicketId::parse, &self.ticket_id, "ticketId")?,
            name: given(self.name),
            priority: given(self.priority).map(|priority| priority.map(Into::into)),
            properties: wishes(self.properties),
            options: options(self.expected_version, self.dry_run),
        })
    }
}

/// Left out: none; `null`: none inside.
fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// What `updateTicketOwner` takes.
#[derive(InputObject)]
pub struct UpdateTicketOwnerInput {
    /// The ticket.
    pub ticket_id: ID,
    /// Its new owner; `null` or left out: nobody. No conversation's owner changes (rule 8).
    pub owner_id: Option<ID>,
    /// The version of the ticket that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateTicketOwnerInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<ticket::UpdateTicketOwner, Refusal> {
        Ok(ticket::UpdateTicketOwner {
            ticket: ids::one(TicketId::parse, &self.ticket_id, "ticketId")?,
            owner: ids::maybe(UserId::parse, self.owner_id.as_ref(), "ownerId")?,
            options: options(self.expected_version, self.dry_run),
        })
    }
}
