//! Saying that one writes. No cascade: nothing is written, the live part is told and forgets it again.

use std::sync::Arc;

use super::Service;
use crate::domain::access::{Action, Viewer};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::Result;
use crate::store::read::joins::ConversationJoins;
use crate::store::read::{Source, conversation};

/// Told that the viewer, who is this user, writes at a conversation or has stopped.
pub type OnTyping = Arc<dyn Fn(Viewer, UserId, ConversationId, bool) + Send + Sync>;

impl Service {
    /// `updatePresence`: tells `announce`, or says why not.
    ///
    /// # Errors
    /// When the database is away; a refusal is the inner error.
    pub async fn update_presence(
        &self,
        viewer: Viewer,
        conversation: ConversationId,
        typing: bool,
        announce: &OnTyping,
    ) -> Result<Result<(), Refusal>> {
        let source = Source::new(self.store(), viewer.account, Arc::default());
        let ids = vec![conversation.0];
        let found =
            conversation::conversations_by_id(&source, ids, ConversationJoins::NONE).await?;
        if found.is_empty() {
            let message = format!("There is no conversation `{conversation}`.");
            return Ok(Err(Refusal::at(
                ErrorCode::NotFound,
                "conversationId",
                message,
            )));
        }
        let user = viewer.user().filter(|_| viewer.may(Action::Own));
        let Some(user) = user else {
            let message =
                "An integration is nobody's colleague: it sees who is there and is not shown.";
            let message = viewer.why_not(Action::Own, message);
            return Ok(Err(Refusal::new(ErrorCode::Forbidden, message)));
        };
        announce(viewer, user, conversation, typing);
        Ok(Ok(()))
    }
}
