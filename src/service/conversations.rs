//! Commands on conversations.

use super::order::{Options, Order, Target, Work};
use super::tickets::find_user;
use crate::domain::access::{Action, decisions};
use crate::domain::cascade::{Command, Linked};
use crate::domain::id::{ConversationId, InboxId, UserId};
use crate::domain::noun::ConversationStatus;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::Result;
use crate::store::apply::Contents;
use crate::store::settings;

/// `updateConversationStatus` (rules 14 and 25).
#[derive(Debug, Clone)]
pub struct UpdateConversationStatus {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its new status.
    pub status: ConversationStatus,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for UpdateConversationStatus {
    const ACTION: Action = decisions::mutation("updateConversationStatus");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare(&self, _: &Work<'_>) -> Result<(Target, ())> {
        Ok((Target::conversation(self.conversation), ()))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        let command = Command::UpdateConversationStatus(self.conversation, self.status);
        Ok(Some((command, Contents::default())))
    }
}

/// `updateConversationOwner` (rules 7, 23 and 24).
#[derive(Debug, Clone)]
pub struct UpdateConversationOwner {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its new owner; none: nobody.
    pub owner: Option<UserId>,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for UpdateConversationOwner {
    const ACTION: Action = decisions::mutation("updateConversationOwner");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare(&self, work: &Work<'_>) -> Result<(Target, ())> {
        if let Some(owner) = self.owner {
            find_user(work, owner).await?;
        }
        Ok((
            Target {
                owner: self.owner,
                ..Target::conversation(self.conversation)
            },
            (),
        ))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        let command = Command::UpdateConversationOwner(self.conversation, self.owner);
        Ok(Some((command, Contents::default())))
    }
}

/// `claimConversation`: of many at once exactly one succeeds.
#[derive(Debug, Clone)]
pub struct ClaimConversation {
    /// The conversation.
    pub conversation: ConversationId,
    /// Whether to plan only.
    pub options: Options,
}

impl Order for ClaimConversation {
    const ACTION: Action = decisions::mutation("claimConversation");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare(&self, work: &Work<'_>) -> Result<(Target, ())> {
        Ok((
            Target {
                owner: work.viewer.user(),
                ..Target::conversation(self.conversation)
            },
            (),
        ))
    }

    async fn command(
        &self,
        work: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        let Some(user) = work.viewer.user() else {
            let message =
                "An integration cannot own a conversation; use updateConversationOwner for a user.";
            return Err(Refusal::new(ErrorCode::Forbidden, message).into());
        };
        Ok(Some((
            Command::ClaimConversation(self.conversation, user),
            Contents::default(),
        )))
    }
}

/// `moveConversation` (rule 29).
#[derive(Debug, Clone)]
pub struct MoveConversation {
    /// The conversation.
    pub conversation: ConversationId,
    /// Where it goes.
    pub inbox: InboxId,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for MoveConversation {
    const ACTION: Action = decisions::mutation("moveConversation");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare(&self, work: &Work<'_>) -> Result<(Target, ())> {
        if !settings::inbox_exists(work.tx, work.viewer.account, self.inbox).await? {
            let message = format!("There is no inbox `{}`.", self.inbox);
            return Err(Refusal::at(ErrorCode::NotFound, "inboxId", message).into());
        }
        Ok((Target::conversation(self.conversation), ()))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        Ok(Some((
            Command::MoveConversation(self.conversation, self.inbox),
            Contents::default(),
        )))
    }
}
