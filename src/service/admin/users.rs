//! Users.

use uuid::Uuid;

use super::{Changed, Limits, SettingsOrder, not_found};
use crate::domain::access::Viewer;
use crate::domain::id::UserId;
use crate::domain::noun::Role;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::{Error, Result};
use crate::service::accounts::check_email;
use crate::store::{Tx, accounts, settings};

/// `createUser`
#[derive(Debug, Clone)]
pub struct CreateUser {
    /// What people call them.
    pub name: String,
    /// Unique in the account, whatever its case.
    pub email: String,
    /// What they may do.
    pub role: Role,
}

impl SettingsOrder for CreateUser {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.name("name", &self.name)?;
        check_email(&self.email)
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        if accounts::email_taken(tx, viewer.account, &self.email).await? {
            let message = format!("There is already a user with the address {}.", self.email);
            return Err(Refusal::at(ErrorCode::AlreadyExists, "email", message).into());
        }
        let id = UserId(Uuid::now_v7());
        accounts::insert_user(tx, viewer.account, id, &self.name, &self.email, self.role).await?;
        Ok(Changed::User(id))
    }
}

/// `updateUser`
#[derive(Debug, Clone)]
pub struct UpdateUser {
    /// Which.
    pub user: UserId,
    /// A new name.
    pub name: Option<String>,
    /// What they may do from now on.
    pub role: Option<Role>,
    /// Whether they still work here. Who left keeps what they own, and their streams end within a second.
    pub active: Option<bool>,
    /// What the identity provider calls them; an empty text: nothing any more.
    pub external_id: Option<String>,
}

impl SettingsOrder for UpdateUser {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.maybe_name("name", self.name.as_deref())?;
        let external_id = self.external_id.as_deref().filter(|id| !id.is_empty());
        limits.maybe_name("externalId", external_id)
    }

    async fn find(&self, tx: &Tx, viewer: Viewer) -> Result<()> {
        if settings::user_exists(tx, viewer.account, self.user).await? {
            return Ok(());
        }
        Err(not_found("userId", "user", self.user).into())
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let loses = self.active == Some(false) || self.role.is_some_and(|role| role != Role::Admin);
        if loses && !accounts::has_other_admin(tx, viewer.account, self.user).await? {
            let message = "An account needs an active administrator; make somebody else one first.";
            let field = if self.active == Some(false) {
                "active"
            } else {
                "role"
            };
            return Err(Refusal::at(ErrorCode::InUse, field, message).into());
        }
        let name = self.name.as_deref();
        accounts::update_user(tx, viewer.account, self.user, name, self.role, self.active).await?;
        if let Some(external_id) = &self.external_id {
            let external_id = Some(external_id.as_str()).filter(|id| !id.is_empty());
            let set = accounts::set_external_id(tx, viewer.account, self.user, external_id).await;
            if set.as_ref().is_err_and(Error::is_duplicate) {
                let message = "The identity provider calls another user so.";
                return Err(Refusal::at(ErrorCode::AlreadyExists, "externalId", message).into());
            }
            set?;
        }
        Ok(Changed::User(self.user))
    }
}
