//! Who may do what: the one place that decides, for queries, mutations and each pushed cascade.
//!
//! [`decisions`] says for every field at a root of the API what kind of permission it takes, and [`Viewer::may`] who
//! has it: by the role of a person, by being a program, and by the [`Scopes`] of the token that they came with.

pub mod decisions;
mod scopes;

// An address is a value; the network is elsewhere.
use core::net::IpAddr;
use std::sync::Arc;

pub use scopes::{Scope, Scopes};

use super::event::Entry;
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
    /// Nobody yet: who comes without a token, to sign in.
    Stranger,
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
    /// What that token is good for, at most.
    pub scopes: Scopes,
}

/// Where a request came from, as far as the transport knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's network address.
    pub address: Option<IpAddr>,
    /// What its program calls itself.
    pub user_agent: Option<Arc<str>>,
}

/// What a field of the API needs, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Coming in: what works without a token.
    Enter,
    /// Looking at what the account has, now and live.
    Read,
    /// The daily work: status, owner, properties, replies, trash, undo.
    Work,
    /// Handing in what a contact wrote.
    Receive,
    /// The account's settings: inboxes, channels, users, pipelines, definitions.
    Administer,
    /// What is the viewer's own: their panel, their presence, the views that they keep to themselves.
    Own,
    /// The viewer's own password and sessions. No token of limited scope may touch them: who finds one must not be
    /// able to shut its owner out.
    Secure,
    /// Letting others in: tokens and invitations. For administrators in person, since a program that could make
    /// tokens could give itself any scope.
    Grant,
}

impl Viewer {
    /// Tandem itself, at work in an account.
    #[must_use]
    pub const fn system(account: AccountId) -> Self {
        Self {
            account,
            principal: Principal::System,
            token: TokenId(uuid::Uuid::nil()),
            scopes: Scopes::ALL,
        }
    }

    /// Somebody without a token: of no account, so nothing at all is there for them.
    #[must_use]
    pub const fn stranger() -> Self {
        Self {
            account: AccountId(uuid::Uuid::nil()),
            principal: Principal::Stranger,
            token: TokenId(uuid::Uuid::nil()),
            scopes: Scopes::NONE,
        }
    }

    /// As whom they act in the log.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        match self.principal {
            Principal::User(id, _) => Actor::User(id),
            Principal::Integration(id) => Actor::Integration(id),
            // A stranger never comes to write; were it so, it would not be in anybody's name.
            Principal::System | Principal::Stranger => Actor::System,
        }
    }

    /// The person, where it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self.principal {
            Principal::User(id, _) => Some(id),
            Principal::Integration(_) | Principal::System | Principal::Stranger => None,
        }
    }

    /// Whether they may do something of that kind: what they are allows it, and the token that they came with.
    #[must_use]
    pub const fn may(&self, action: Action) -> bool {
        self.is_one_who_may(action) && self.scopes.allow(action)
    }

    /// Why they may not, for them to read: that only the scopes of their token fall short, or else what follows from
    /// what they are.
    #[must_use]
    pub const fn why_not(&self, action: Action, otherwise: &'static str) -> &'static str {
        if self.is_one_who_may(action) {
            "The scopes of this token do not allow this; take a token with more of them, or sign in."
        } else {
            otherwise
        }
    }

    const fn is_one_who_may(&self, action: Action) -> bool {
        match self.principal {
            Principal::System => true,
            Principal::Stranger => matches!(action, Action::Enter),
            Principal::User(_, Role::Admin) => true,
            Principal::User(_, Role::Agent) => matches!(
                action,
                Action::Enter | Action::Read | Action::Work | Action::Own | Action::Secure
            ),
            Principal::User(_, Role::Viewer) => matches!(
                action,
                Action::Enter | Action::Read | Action::Own | Action::Secure
            ),
            Principal::Integration(_) => matches!(
                action,
                Action::Enter | Action::Read | Action::Work | Action::Receive | Action::Administer
            ),
        }
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

    /// Whether a cascade is pushed to them.
    #[must_use]
    pub fn sees(&self, entry: &Entry) -> bool {
        self.account == entry.account && self.may(Action::Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; 8] = [
        Action::Enter,
        Action::Read,
        Action::Work,
        Action::Receive,
        Action::Administer,
        Action::Own,
        Action::Secure,
        Action::Grant,
    ];

    fn allowed(principal: Principal, scopes: Scopes) -> Vec<Action> {
        let viewer = Viewer {
            principal,
            scopes,
            ..Viewer::stranger()
        };
        let may = ACTIONS.into_iter().filter(|action| viewer.may(*action));
        may.collect()
    }

    #[test]
    fn each_may_what_it_is_for() {
        use Action::{Administer, Enter, Own, Read, Receive, Secure, Work};
        let user = |role| Principal::User(UserId(uuid::Uuid::nil()), role);
        let program = Principal::Integration(IntegrationId(uuid::Uuid::nil()));
        let only = |scope| Scopes::NONE.with(scope);
        for (principal, scopes, expected) in [
            (user(Role::Admin), Scopes::ALL, ACTIONS.to_vec()),
            (
                user(Role::Agent),
                Scopes::ALL,
                vec![Enter, Read, Work, Own, Secure],
            ),
            (
                user(Role::Viewer),
                Scopes::ALL,
                vec![Enter, Read, Own, Secure],
            ),
            // A token of an administrator is worth no more than its scopes.
            (user(Role::Admin), only(Scope::Read), vec![Enter, Read]),
            (user(Role::Admin), only(Scope::Work), vec![Enter, Work, Own]),
            (
                user(Role::Admin),
                only(Scope::Administer),
                vec![Enter, Administer],
            ),
            (
                user(Role::Admin),
                Scope::ALL.into_iter().collect(),
                vec![Enter, Read, Work, Receive, Administer, Own],
            ),
            // Nor do scopes give what the role has not.
            (user(Role::Viewer), only(Scope::Work), vec![Enter, Own]),
            (
                program,
                Scopes::ALL,
                vec![Enter, Read, Work, Receive, Administer],
            ),
            (
                program,
                Scopes::OF_PROGRAMS,
                vec![Enter, Read, Work, Receive],
            ),
            (program, only(Scope::Receive), vec![Enter, Receive]),
            (Principal::Stranger, Scopes::ALL, vec![Enter]),
            (Principal::Stranger, Scopes::NONE, vec![Enter]),
        ] {
            assert_eq!(
                allowed(principal, scopes),
                expected,
                "{principal:?} {scopes:?}"
            );
        }
    }
}
