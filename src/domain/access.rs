//! Who may do what: the one place that decides, for queries, mutations and each pushed cascade.

use super::id::{AccountId, IntegrationId, TokenId, UserId};
use super::image::Actor;
use super::noun::Role;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A person of the account, with a role.
    User(UserId, Role),
    /// A program with a token of its own.
    Integration(IntegrationId),
    /// Tandem itself: imports, the end of a retention.
    System,
}

/// Somebody whose token was good: every request, socket and pushed cascade has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The account; nothing outside it exists for them.
    pub account: AccountId,
    /// Who.
    pub principal: Principal,
    /// The token that proved it, so that revoking it ends what it opened.
    pub token: TokenId,
}

/// What a mutation needs, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The daily work: status, owner, properties, replies, trash, undo.
    Work,
    /// Handing in what a contact wrote.
    Receive,
    /// The account's settings: inboxes, channels, users, pipelines, definitions.
    Administer,
    /// What is the viewer's own: their panel, their presence, the views that they keep to themselves.
    Own,
}

impl Viewer {
    /// Tandem itself, at work in an account.
    #[must_use]
    pub const fn system(account: AccountId) -> Self {
        Self {
            account,
            principal: Principal::System,
            token: TokenId(uuid::Uuid::nil()),
        }
    }

    /// As whom they act in the log.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        match self.principal {
            Principal::User(id, _) => Actor::User(id),
            Principal::Integration(id) => Actor::Integration(id),
            Principal::System => Actor::System,
        }
    }

    /// The person, where it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self.principal {
            Principal::User(id, _) => Some(id),
            Principal::Integration(_) | Principal::System => None,
        }
    }

    /// Whether they may do something of that kind.
    #[must_use]
    pub const fn may(&self, action: Action) -> bool {
        matches!(
            (self.principal, action),
            (Principal::User(_, Role::Admin) | Principal::System, _)
                | (Principal::User(_, Role::Agent), Action::Work | Action::Own)
                | (Principal::User(_, Role::Viewer), Action::Own)
                | (Principal::Integration(_), Action::Work | Action::Receive)
        )
    }

    /// Whether a saved view of that owner is there for them: their own, and what is shared.
    #[must_use]
    pub fn sees_view(&self, owner: UserId, shared: bool) -> bool {
        shared || self.user() == Some(owner)
    }

    /// Whether they may make, change or delete a saved view of that owner. Everybody keeps their own, also those who
    /// otherwise only look; sharing is part of the daily work; what another one shared is for administrators.
    #[must_use]
    pub fn may_keep_view(&self, owner: UserId, shared: bool) -> bool {
        match (self.user() == Some(owner), shared) {
            (true, false) => self.may(Action::Own),
            (true, true) => self.may(Action::Work),
            (false, shared) => shared && self.may(Action::Administer),
        }
    }
}
