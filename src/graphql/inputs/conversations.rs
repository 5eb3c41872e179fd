//! The inputs of commands on conversations.

use async_graphql::{ID, InputObject};

use super::{ids, options};
use crate::domain::id::{ConversationId, InboxId, UserId};
use crate::domain::refusal::Refusal;
use crate::graphql::types::ConversationStatus;
use crate::service::conversations as conversation;

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
            options: options(self.expected_version, self.dry_run),
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
            options: options(self.expected_version, self.dry_run),
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
            options: options(None, self.dry_run),
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
            options: options(self.expected_version, self.dry_run),
        })
    }
}
