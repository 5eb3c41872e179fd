//! The inputs of the trash and of undo.

use async_graphql::{ID, InputObject};

use super::{ids, options};
use crate::domain::id::{AnyId, CascadeId, ConversationId, IdError, TicketId};
use crate::domain::refusal::Refusal;
use crate::service::trash::{self, Restorable};
use crate::service::undo;

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
            options: options(self.expected_version, self.dry_run),
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
            options: options(self.expected_version, self.dry_run),
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
            options: options(None, self.dry_run),
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
            options: options(None, self.dry_run),
        })
    }
}
