//! The inputs of signing in and of letting others in.

use async_graphql::{ID, InputObject};

use super::ids;
use crate::domain::access::{Origin, Scopes};
use crate::domain::id::{AccountId, TokenId, UserId};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::secret::Secret;
use crate::graphql::types::TokenScope;
use crate::service::credentials::{AcceptInvitation, ChangePassword, CreateToken, Holder, SignIn};

/// What `signIn` takes.
#[derive(InputObject)]
pub struct SignInInput {
    /// The e-mail address, whatever its case.
    pub email: String,
    /// The password.
    pub password: String,
    /// Which account, where several have a user of that address: then it is needed.
    pub account_id: Option<ID>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl SignInInput {
    /// The order.
    ///
    /// # Errors
    /// `NOT_FOUND` for an id that cannot be.
    pub fn order(self, origin: Origin) -> Result<SignIn, Refusal> {
        Ok(SignIn {
            account: ids::maybe(AccountId::parse, self.account_id.as_ref(), "accountId")?,
            email: self.email,
            password: Secret::new(self.password),
            origin,
        })
    }
}

/// What `acceptInvitation` takes.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The invitation's token, which begins with `tdi_`.
    pub token: String,
    /// The password from now on: 12 characters at least.
    pub password: String,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl AcceptInvitationInput {
    /// The order.
    #[must_use]
    pub fn order(self, origin: Origin) -> AcceptInvitation {
        AcceptInvitation {
            token: Secret::new(self.token),
            password: Secret::new(self.password),
            origin,
        }
    }
}

/// What `signOut` takes.
#[derive(InputObject)]
pub struct SignOutInput {
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

/// What `changePassword` takes.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The one until now.
    pub current_password: String,
    /// The one from now on: 12 characters at least.
    pub new_password: String,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl ChangePasswordInput {
    /// The order.
    #[must_use]
    pub fn order(self) -> ChangePassword {
        ChangePassword {
            current: Secret::new(self.current_password),
            new: Secret::new(self.new_password),
        }
    }
}

/// What `revokeSession` takes.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// Which, of the viewer's own.
    pub session_id: ID,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl RevokeSessionInput {
    /// Which.
    ///
    /// # Errors
    /// `NOT_FOUND` for an id that cannot be.
    pub fn id(&self) -> Result<TokenId, Refusal> {
        ids::one(TokenId::parse, &self.session_id, "sessionId")
    }
}

/// What `revokeSessions` takes.
#[derive(InputObject)]
pub struct RevokeSessionsInput {
    /// Whether the session that asks goes on.
    #[graphql(default_with = "Some(true)")]
    pub keep_current: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

/// What `inviteUser` takes.
#[derive(InputObject)]
pub struct InviteUserInput {
    /// Who.
    pub user_id: ID,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl InviteUserInput {
    /// Who.
    ///
    /// # Errors
    /// `NOT_FOUND` for an id that cannot be.
    pub fn id(&self) -> Result<UserId, Refusal> {
        ids::one(UserId::parse, &self.user_id, "userId")
    }
}

/// What `createToken` takes.
#[derive(InputObject)]
pub struct CreateTokenInput {
    /// The program that it is for, by name; it is created where it is new. Left out: the viewer, for a script that acts in
    /// their name.
    pub integration: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// What it is good for, one at least: never more than its holder may do.
    pub scopes: Vec<TokenScope>,
    /// Days until its end; left out: it has none.
    pub days: Option<i32>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl CreateTokenInput {
    /// The order.
    ///
    /// # Errors
    /// `INVALID_VALUE` for a scope that is there twice.
    pub fn order(self) -> Result<CreateToken, Refusal> {
        let mut scopes = Scopes::NONE;
        for scope in self.scopes.into_iter().map(Into::into) {
            if scopes.has(scope) {
                let message = "A scope is there twice.";
                return Err(Refusal::at(ErrorCode::InvalidValue, "scopes", message));
            }
            scopes = scopes.with(scope);
        }
        Ok(CreateToken {
            holder: self.integration.map_or(Holder::Viewer, Holder::Integration),
            name: self.name,
            scopes,
            days: self.days,
        })
    }
}

/// What `revokeToken` takes.
#[derive(InputObject)]
pub struct RevokeTokenInput {
    /// Which, of the account's.
    pub token_id: ID,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl RevokeTokenInput {
    /// Which.
    ///
    /// # Errors
    /// `NOT_FOUND` for an id that cannot be.
    pub fn id(&self) -> Result<TokenId, Refusal> {
        ids::one(TokenId::parse, &self.token_id, "tokenId")
    }
}
