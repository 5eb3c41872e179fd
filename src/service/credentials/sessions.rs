//! A person's own password and sessions.

use super::{Service, permitted, refused};
use crate::domain::access::{Action, Viewer, decisions};
use crate::domain::id::{TokenId, UserId};
use crate::domain::password;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::secret::Secret;
use crate::error::Result;
use crate::store::{Scope, Tx, credentials};

/// `changePassword`
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The one until now.
    pub current: Secret,
    /// The one from now on.
    pub new: Secret,
}

fn person(viewer: &Viewer) -> Result<UserId> {
    viewer.user().ok_or_else(|| {
        let message = "An integration has no password and no sessions.";
        Refusal::new(ErrorCode::Forbidden, message).into()
    })
}

/// A refusal of a password that somebody wants to have, at a field of the input.
pub(super) fn check_new(field: &str, password: &Secret, email: &str) -> Result<(), Refusal> {
    password::check(password, email).map_err(|error| {
        Refusal::at(
            ErrorCode::InvalidValue,
            field,
            format!("The password {error}."),
        )
    })
}

impl Service {
    async fn secured(&self, viewer: Viewer, action: Action) -> Result<(Tx, Viewer, UserId)> {
        let tx = self.store().begin(Scope::Account(viewer.account)).await?;
        let viewer = permitted(&tx, viewer, action).await?;
        let user = person(&viewer)?;
        Ok((tx, viewer, user))
    }

    /// Ends the session that asks.
    ///
    /// # Errors
    /// When the database is away; a refusal is the inner error: `NOT_FOUND` where the token is no session.
    pub async fn sign_out(&self, viewer: Viewer) -> Result<Result<(), Refusal>> {
        const ACTION: Action = decisions::mutation("signOut");
        refused(self.end_session(viewer, ACTION, viewer.token, None).await)
    }

    /// Ends one session of the viewer's own.
    ///
    /// # Errors
    /// When the database is away; a refusal is the inner error.
    pub async fn revoke_session(
        &self,
        viewer: Viewer,
        session: TokenId,
    ) -> Result<Result<(), Refusal>> {
        const ACTION: Action = decisions::mutation("revokeSession");
        let ended = self.end_session(viewer, ACTION, session, Some("sessionId"));
        refused(ended.await)
    }

    async fn end_session(
        &self,
        viewer: Viewer,
        action: Action,
        session: TokenId,
        field: Option<&str>,
    ) -> Result<()> {
        let (tx, viewer, user) = self.secured(viewer, action).await?;
        if !credentials::revoke_session(&tx, viewer.account, user, session).await? {
            let refusal = match field {
                Some(field) => {
                    let message = format!("You have no session `{session}`.");
                    Refusal::at(ErrorCode::NotFound, field, message)
                }
                None => Refusal::new(
                    ErrorCode::NotFound,
                    "This is no session but a token, which an administrator revokes.",
                ),
            };
            return Err(refusal.into());
        }
        tx.commit().await
    }

    /// Ends all sessions of the viewer's own, or all others. How many.
    ///
    /// # Errors
    /// When the database is away; a refusal is the inner error.
    pub async fn revoke_sessions(
        &self,
        viewer: Viewer,
        keep_current: bool,
    ) -> Result<Result<usize, Refusal>> {
        const ACTION: Action = decisions::mutation("revokeSessions");
        let ended = async {
            let (tx, viewer, user) = self.secured(viewer, ACTION).await?;
            let but = keep_current.then_some(viewer.token);
            let count = credentials::revoke_sessions(&tx, viewer.account, user, but).await?;
            tx.commit().await?;
            Ok(count)
        };
        refused(ended.await)
    }

    /// Changes the viewer's password, and ends all their other sessions: whoever had got in is out.
    ///
    /// # Errors
    /// `TOO_MANY_ATTEMPTS`; when the database is away. A refusal is the inner error.
    pub async fn change_password(
        &self,
        viewer: Viewer,
        order: ChangePassword,
    ) -> Result<Result<(), Refusal>> {
        refused(self.try_change_password(viewer, order).await)
    }

    async fn try_change_password(&self, viewer: Viewer, order: ChangePassword) -> Result<()> {
        const ACTION: Action = decisions::mutation("changePassword");
        let (tx, viewer, user) = self.secured(viewer, ACTION).await?;
        let kept = credentials::password_of(&tx, viewer.account, user).await?;
        tx.rollback().await?;
        let Some((email, Some(hash))) = kept else {
            let message =
                "You have no password yet; an administrator's invitation lets you choose one.";
            return Err(Refusal::at(ErrorCode::InvalidValue, "currentPassword", message).into());
        };
        check_new("newPassword", &order.new, &email)?;
        let hashing = &self.credentials().hashing;
        // Whoever found a session open must not be able to guess on.
        self.credentials().begin_for(&email)?;
        if !hashing.verify(order.current, Some(hash.clone())).await? {
            let message = "That is not your password.";
            return Err(Refusal::at(ErrorCode::InvalidValue, "currentPassword", message).into());
        }
        self.credentials().succeeded(None, &email);
        let new = hashing.hash(order.new).await?;
        // Some time has passed: who asks, and the password, are looked at again.
        let (tx, viewer, user) = self.secured(viewer, ACTION).await?;
        if !credentials::set_password(&tx, viewer.account, user, &new, Some(&hash)).await? {
            let message = "Your password was changed meanwhile; sign in with the new one.";
            return Err(Refusal::at(ErrorCode::InvalidValue, "currentPassword", message).into());
        }
        credentials::revoke_sessions(&tx, viewer.account, user, Some(viewer.token)).await?;
        tx.commit().await
    }
}
