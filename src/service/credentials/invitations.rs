//! Invitations: how somebody comes to their first password, or to a new one after forgetting it.

use super::sessions::check_new;
use super::{Service, Session, hash_once, now, permitted, refused};
use crate::domain::access::{Action, Origin, Viewer, decisions};
use crate::domain::id::{AccountId, UserId};
use crate::domain::image::Time;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::secret::Secret;
use crate::error::Result;
use crate::service::accounts::the_user;
use crate::store::token::{Prefix, hash_token, new_secret};
use crate::store::{Scope, Store, credentials, settings};

/// An invitation that was just made.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// What the invited one hands in; shown only now.
    pub token: Secret,
    /// When it ends.
    pub expires_at: Time,
}

/// `acceptInvitation`
#[derive(Debug, Clone)]
pub struct AcceptInvitation {
    /// The invitation's token.
    pub token: Secret,
    /// The password from now on.
    pub password: Secret,
    /// From where.
    pub origin: Origin,
}

fn unknown() -> Refusal {
    let message =
        "This invitation is unknown, used or too old; ask an administrator for a new one.";
    Refusal::at(ErrorCode::NotFound, "token", message)
}

impl Service {
    /// Makes an invitation for a user. Earlier ones of theirs end; their password and sessions stay until it is used.
    ///
    /// # Errors
    /// When the database is away; a refusal is the inner error.
    pub async fn invite_user(
        &self,
        viewer: Viewer,
        user: UserId,
    ) -> Result<Result<Invitation, Refusal>> {
        const ACTION: Action = decisions::mutation("inviteUser");
        let made = async {
            let tx = self.store().begin(Scope::Account(viewer.account)).await?;
            if !settings::user_exists(&tx, viewer.account, user).await? {
                let message = format!("There is no user `{user}`.");
                return Err(Refusal::at(ErrorCode::NotFound, "userId", message).into());
            }
            let viewer = permitted(&tx, viewer, ACTION).await?;
            let made = invitation(self.settings().invitation)?;
            let hash = hash_token(made.token.reveal());
            credentials::insert_invitation(&tx, viewer.account, user, hash, made.expires_at)
                .await?;
            tx.commit().await?;
            Ok(made)
        };
        refused(made.await)
    }

    /// Sets the password of the invited one, ends all sessions they had, and begins one.
    ///
    /// # Errors
    /// `TOO_MANY_ATTEMPTS`; when the database is away. A refusal is the inner error.
    pub async fn accept_invitation(
        &self,
        order: AcceptInvitation,
    ) -> Result<Result<Session, Refusal>> {
        refused(self.try_accept(order).await)
    }

    async fn try_accept(&self, order: AcceptInvitation) -> Result<Session> {
        // A token of 256 random bits is not guessed; this keeps others from making this server hash for nothing.
        self.credentials().begin_from(order.origin.address)?;
        let hash = hash_token(order.token.reveal());
        let tx = self.store().begin(Scope::Across).await?;
        let invited = credentials::invited(&tx, hash).await?;
        tx.rollback().await?;
        let invited = invited.ok_or_else(unknown)?;
        check_new("password", &order.password, &invited.email)?;
        let hash = self.credentials().hashing.hash(order.password).await?;
        let account = invited.account;
        let tx = self.store().begin(Scope::Account(account)).await?;
        if !credentials::use_invitation(&tx, account, invited.id).await? {
            return Err(unknown().into());
        }
        credentials::set_password(&tx, account, invited.user, &hash, None).await?;
        credentials::revoke_sessions(&tx, account, invited.user, None).await?;
        tx.commit().await?;
        let address = order.origin.address;
        self.credentials().succeeded(address, &invited.email);
        let session = self
            .begin_session(account, invited.user, &order.origin, Some(&hash))
            .await?;
        session.ok_or_else(|| unknown().into())
    }
}

fn invitation(lasts: chrono::TimeDelta) -> Result<Invitation> {
    Ok(Invitation {
        token: Secret::new(new_secret(Prefix::Invitation)?),
        expires_at: now() + lasts,
    })
}

/// Makes an invitation for the user with that address: what the command line does.
///
/// # Errors
/// `NOT_FOUND` without such an active user, `INVALID_VALUE` where several accounts have one and none is named.
pub async fn invite_by_email(
    store: &Store,
    email: &str,
    account: Option<AccountId>,
    lasts: chrono::TimeDelta,
) -> Result<Invitation> {
    let tx = store.begin(Scope::Across).await?;
    let (account, user) = the_user(&tx, email, account).await?;
    let made = invitation(lasts)?;
    let hash = hash_token(made.token.reveal());
    credentials::insert_invitation(&tx, account, user, hash, made.expires_at).await?;
    tx.commit().await?;
    Ok(made)
}

/// Sets the password of the user with that address, and ends all their sessions: what the command line does. How many
/// sessions.
///
/// # Errors
/// As [`invite_by_email`]; `INVALID_VALUE` for a password that cannot be one.
pub async fn set_password_by_email(
    store: &Store,
    email: &str,
    account: Option<AccountId>,
    password: &Secret,
) -> Result<usize> {
    check_new("password", password, email)?;
    let hash = hash_once(password)?;
    let tx = store.begin(Scope::Across).await?;
    let (account, user) = the_user(&tx, email, account).await?;
    credentials::set_password(&tx, account, user, &hash, None).await?;
    let ended = credentials::revoke_sessions(&tx, account, user, None).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Gives those of these users who have none the password, which everybody knows: for the demo alone.
///
/// # Errors
/// When the database is away.
pub async fn set_demo_password(
    store: &Store,
    emails: Vec<String>,
    password: &Secret,
) -> Result<()> {
    let hash = hash_once(password)?;
    let tx = store.begin(Scope::Across).await?;
    credentials::set_password_if_none(&tx, emails, &hash).await?;
    tx.commit().await
}
