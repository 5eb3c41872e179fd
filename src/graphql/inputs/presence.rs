//! The input of `updatePresence`.

use async_graphql::{ID, InputObject};

use super::ids;
use crate::domain::id::ConversationId;
use crate::domain::refusal::Refusal;

/// What `updatePresence` takes.
#[derive(InputObject)]
pub struct UpdatePresenceInput {
    /// Where.
    conversation_id: ID,
    /// Whether the viewer writes. To be said about every three seconds for as long as they do; six seconds after it
    /// was last said it ends by itself.
    pub typing: bool,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdatePresenceInput {
    /// The conversation.
    ///
    /// # Errors
    /// `NOT_FOUND` where the id cannot be one.
    pub fn conversation(&self) -> Result<ConversationId, Refusal> {
        ids::one(
            ConversationId::parse,
            &self.conversation_id,
            "conversationId",
        )
    }
}
