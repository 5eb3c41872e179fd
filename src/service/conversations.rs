//! Commands on conversations.

use futures_util::FutureExt;

use super::order::{Lookup, Options, Order, Target, Work, looked_up};
use super::tickets::find_owner;
use crate::domain::access::{Action, Viewer, decisions};
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

    async fn prepare<'a>(&'a self, _: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        Ok((Target::conversation(self.conversation), looked_up(())))
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

    async fn prepare<'a>(&'a self, work: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        let target = Target {
            owner: self.owner,
            ..Target::conversation(self.conversation)
        };
        Ok((target, find_owner(work, self.owner).boxed()))
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

    async fn prepare<'a>(&'a self, work: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        Ok((
            Target {
                owner: work.viewer.user(),
                ..Target::conversation(self.conversation)
            },
            looked_up(()),
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

impl MoveConversation {
    fn no_inbox(&self) -> Refusal {
        let message = format!("There is no inbox `{}`.", self.inbox);
        Refusal::at(ErrorCode::NotFound, "inboxId", message)
    }
}

impl Order for MoveConversation {
    const ACTION: Action = decisions::mutation("moveConversation");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(&'a self, work: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        let lookup = async {
            let exists = settings::inbox_exists(work.tx, work.viewer.account, self.inbox).await?;
            if !exists || !work.viewer.sees_inbox(self.inbox) {
                return Err(self.no_inbox().into());
            }
            Ok(())
        };
        Ok((Target::conversation(self.conversation), lookup.boxed()))
    }

    // Again, with the limits as they are now.
    fn seen(&self, viewer: &Viewer, (): &(), _: &Linked) -> Result<(), Refusal> {
        if viewer.sees_inbox(self.inbox) {
            return Ok(());
        }
        Err(self.no_inbox())
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
