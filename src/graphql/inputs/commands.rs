//! The inputs of commands on conversations and tickets.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::ids;
use super::property::PropertyInput;
use crate::domain::contact::Sender;
use crate::domain::id::{
    AnyId, CascadeId, ChannelId, ConversationId, IdError, InboxId, StatusId, TicketId, UserId,
};
use crate::domain::refusal::Refusal;
use crate::graphql::types::{ConversationStatus, TicketPriority};
use crate::service::conversations as conversation;
use crate::service::messages as message;
use crate::service::properties::PropertyWish;
use crate::service::tickets as ticket;
use crate::service::trash::{self, Restorable};
use crate::service::undo;

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
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
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
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
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
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
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
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
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
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `updateConversationStatus` takes.
#[derive(InputObject)]
pub struct UpdateConversationStatusInput {
    /// The conversation.
    pub conversation_id: ID,
    /// Its new status. Its ticket and siblings stay as they are (rules 14 and 25).
    pub status: ConversationStatus,
    /// The version of the conversation that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateConversationStatusInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<conversation::UpdateConversationStatus, Refusal> {
        Ok(conversation::UpdateConversationStatus {
            conversation: ids::one(
                ConversationId::parse,
                &self.conversation_id,
                "conversationId",
            )?,
            status: self.status.into(),
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `updateConversationOwner` takes.
#[derive(InputObject)]
pub struct UpdateConversationOwnerInput {
    /// The conversation.
    pub conversation_id: ID,
    /// Its new owner, who becomes its ticket's owner too (rule 7); `null` or left out: nobody.
    pub owner_id: Option<ID>,
    /// The version of the conversation that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateConversationOwnerInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<conversation::UpdateConversationOwner, Refusal> {
        Ok(conversation::UpdateConversationOwner {
            conversation: ids::one(
                ConversationId::parse,
                &self.conversation_id,
                "conversationId",
            )?,
            owner: ids::maybe(UserId::parse, self.owner_id.as_ref(), "ownerId")?,
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `claimConversation` takes.
#[derive(InputObject)]
pub struct ClaimConversationInput {
    /// The conversation; nobody must own it.
    pub conversation_id: ID,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl ClaimConversationInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<conversation::ClaimConversation, Refusal> {
        Ok(conversation::ClaimConversation {
            conversation: ids::one(
                ConversationId::parse,
                &self.conversation_id,
                "conversationId",
            )?,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `moveConversation` takes.
#[derive(InputObject)]
pub struct MoveConversationInput {
    /// The conversation; the others of its ticket move with it (rule 29).
    pub conversation_id: ID,
    /// Where it goes.
    pub inbox_id: ID,
    /// The version of the conversation that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl MoveConversationInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<conversation::MoveConversation, Refusal> {
        Ok(conversation::MoveConversation {
            conversation: ids::one(
                ConversationId::parse,
                &self.conversation_id,
                "conversationId",
            )?,
            inbox: ids::one(InboxId::parse, &self.inbox_id, "inboxId")?,
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `trashConversation` takes.
#[derive(InputObject)]
pub struct TrashConversationInput {
    /// The conversation; its ticket and the ticket's other conversations go with it (rules 15 and 18).
    pub conversation_id: ID,
    /// The version of the conversation that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl TrashConversationInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<trash::TrashConversation, Refusal> {
        Ok(trash::TrashConversation {
            conversation: ids::one(
                ConversationId::parse,
                &self.conversation_id,
                "conversationId",
            )?,
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `trashTicket` takes.
#[derive(InputObject)]
pub struct TrashTicketInput {
    /// The ticket; its conversations go with it (rule 16).
    pub ticket_id: ID,
    /// The version of the ticket that you saw.
    pub expected_version: Option<i32>,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl TrashTicketInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<trash::TrashTicket, Refusal> {
        Ok(trash::TrashTicket {
            ticket: ids::one(TicketId::parse, &self.ticket_id, "ticketId")?,
            expected_version: self.expected_version,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `restoreFromTrash` takes.
#[derive(InputObject)]
pub struct RestoreFromTrashInput {
    /// A conversation, a ticket or a trash group: the whole group comes back (rule 19).
    pub id: ID,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl RestoreFromTrashInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<trash::RestoreFromTrash, Refusal> {
        let parse = |text: &str| match AnyId::parse(text)? {
            AnyId::Ticket(id) => Ok(Restorable::Ticket(id)),
            AnyId::Conversation(id) => Ok(Restorable::Conversation(id)),
            AnyId::TrashGroup(id) => Ok(Restorable::Group(id)),
            _ => Err(IdError::OtherType(
                text.to_owned(),
                "conversation, ticket or trash group",
            )),
        };
        Ok(trash::RestoreFromTrash {
            id: ids::one(parse, &self.id, "id")?,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `undoCascade` takes.
#[derive(InputObject)]
pub struct UndoCascadeInput {
    /// The cascade that is to be taken back.
    pub cascade_id: ID,
    /// Plan and return the cascade, write nothing.
    #[graphql(default_with = "Some(false)")]
    pub dry_run: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UndoCascadeInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<undo::UndoCascade, Refusal> {
        Ok(undo::UndoCascade {
            cascade: ids::one(CascadeId::parse, &self.cascade_id, "cascadeId")?,
            dry_run: self.dry_run.unwrap_or(false),
        })
    }
}

/// What `sendReply` takes.
#[derive(InputObject)]
pub struct SendReplyInput {
    /// The conversation; without an owner it becomes the viewer's (rule 27).
    pub conversation_id: ID,
    /// What it says.
    pub text: String,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl SendReplyInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<message::SendReply, Refusal> {
        let conversation = ids::one(
            ConversationId::parse,
            &self.conversation_id,
            "conversationId",
        )?;
        Ok(message::SendReply {
            conversation,
            text: self.text,
        })
    }
}

/// What `addNote` takes.
#[derive(InputObject)]
pub struct AddNoteInput {
    /// The conversation.
    pub conversation_id: ID,
    /// What it says; the contact never sees it.
    pub text: String,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl AddNoteInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<message::AddNote, Refusal> {
        let conversation = ids::one(
            ConversationId::parse,
            &self.conversation_id,
            "conversationId",
        )?;
        Ok(message::AddNote {
            conversation,
            text: self.text,
        })
    }
}

/// Who wrote: an address or a number at least.
#[derive(InputObject)]
pub struct ContactInput {
    /// An e-mail address; case does not matter.
    pub email: Option<String>,
    /// A telephone number; only its digits matter.
    pub phone: Option<String>,
    /// What they call themselves.
    pub name: Option<String>,
}

/// What `receiveMessage` takes.
#[derive(InputObject)]
pub struct ReceiveMessageInput {
    /// The channel that it came by.
    pub channel_id: ID,
    /// What the channel calls the thread: a known one is continued, another one begins.
    pub thread_key: String,
    /// Who wrote.
    pub from: ContactInput,
    /// What a new thread is about.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// The same key twice is the same message.
    pub message_key: Option<String>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl ReceiveMessageInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<message::ReceiveMessage, Refusal> {
        Ok(message::ReceiveMessage {
            channel: ids::one(ChannelId::parse, &self.channel_id, "channelId")?,
            thread_key: self.thread_key,
            from: Sender {
                email: self.from.email,
                phone: self.from.phone,
                name: self.from.name,
            },
            subject: self.subject,
            text: self.text,
            message_key: self.message_key,
        })
    }
}
