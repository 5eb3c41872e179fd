//! Signing in with a password.

use uuid::Uuid;

use super::{Service, lock, now, refused};
use crate::domain::access::Origin;
use crate::domain::id::{AccountId, TokenId, UserId};
use crate::domain::image::Time;
use crate::domain::noun::TokenKind;
use crate::domain::password::PASSWORD_BYTES;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::secret::Secret;
use crate::error::Result;
use crate::service::accounts::check_email;
use crate::store::Scope;
use crate::store::credentials::{self, Candidate, NewToken};
use crate::store::token::{Prefix, hash_token, new_secret};

/// The most characters of what a client calls itself that are kept.
const USER_AGENT_CHARS: usize = 300;

/// `signIn`
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// Which account, where several have a user of that address.
    pub account: Option<AccountId>,
    /// From where.
    pub origin: Origin,
}

/// A session that has just begun.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: TokenId,
    /// The bearer token; shown only now.
    pub token: Secret,
    /// When it ends, at the latest.
    pub expires_at: Time,
}

/// The one answer for every way to be wrong: whether there is such a user is nobody's business.
fn wrong() -> Refusal {
    metrics::counter!("tandem_sign_ins_total", "outcome" => "wrong").increment(1);
    Refusal::new(
        ErrorCode::InvalidValue,
        "The e-mail address and the password do not belong together. If you work in several accounts, say with \
         `accountId` which one you mean.",
    )
}

impl Service {
    /// Signs a person in. Every attempt costs one look-up and one verification, whether the address is known or not.
    ///
    /// # Errors
    /// `TOO_MANY_ATTEMPTS` with the seconds to wait; when the database is away, or too many sign in at once. A refusal
    /// is the inner error.
    pub async fn sign_in(&self, order: SignIn) -> Result<Result<Session, Refusal>> {
        refused(self.try_sign_in(order).await)
    }

    async fn try_sign_in(&self, order: SignIn) -> Result<Session> {
        check_email(&order.email)?;
        if order.password.reveal().len() > PASSWORD_BYTES {
            let message = format!("`password` has more than {PASSWORD_BYTES} bytes.");
            return Err(Refusal::at(ErrorCode::InvalidValue, "password", message).into());
        }
        let credentials = self.credentials();
        credentials.begin_from(order.origin.address)?;
        let found = self.candidate(&order).await?;
        if !found.as_ref().is_some_and(|found| found.known_here) {
            credentials.begin_for(&order.email)?;
        }
        let hash = found.as_ref().map(|found| found.hash.clone());
        let fits = credentials.hashing.verify(order.password, hash).await?;
        let Some(found) = found.filter(|_| fits) else {
            return Err(wrong().into());
        };
        credentials.succeeded(order.origin.address, &order.email);
        let begun = self
            .begin_session(found.account, found.user, &order.origin, Some(&found.hash))
            .await?;
        let session = begun.ok_or_else(wrong)?;
        metrics::counter!("tandem_sign_ins_total", "outcome" => "ok").increment(1);
        Ok(session)
    }

    /// The only user who can be meant. None without one, and with several: which of them it is, the password must not
    /// decide, since the time that it takes to try them all would tell how many there are.
    async fn candidate(&self, order: &SignIn) -> Result<Option<Candidate>> {
        let tx = self.store().begin(Scope::Across).await?;
        let address = order.origin.address.map(|address| address.to_string());
        let mut found = credentials::candidates(&tx, &order.email, order.account, address).await?;
        // The connection is not kept while the password is verified.
        tx.rollback().await?;
        let last = found.pop();
        Ok(last.filter(|_| found.is_empty()))
    }

    /// Begins a session of a user, if they are still active and, where it is given, that is still the hash of their
    /// password.
    pub(super) async fn begin_session(
        &self,
        account: AccountId,
        user: UserId,
        origin: &Origin,
        password: Option<&str>,
    ) -> Result<Option<Session>> {
        let token = Secret::new(new_secret(Prefix::Session)?);
        let settings = self.settings();
        let session = Session {
            id: TokenId(Uuid::now_v7()),
            expires_at: now() + settings.session,
            token,
        };
        let shown = |agent: &str| -> String {
            let plain = agent.chars().filter(|c| !c.is_control());
            plain.take(USER_AGENT_CHARS).collect()
        };
        let kept = NewToken {
            id: session.id,
            kind: TokenKind::Session,
            user: Some(user),
            integration: None,
            hash: hash_token(session.token.reveal()),
            name: None,
            scopes: None,
            expires_at: Some(session.expires_at),
            idle_seconds: i32::try_from(settings.session_idle.num_seconds()).ok(),
            user_agent: origin.user_agent.as_deref().map(shown),
            address: origin.address.map(|address| address.to_string()),
        };
        let tx = self.store().begin(Scope::Account(account)).await?;
        if !credentials::insert_token_of_active(&tx, account, kept, password).await? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(session))
    }

    /// Forgets who failed: for tests, which come from one address.
    #[doc(hidden)]
    pub fn forget_failures(&self) {
        let fresh = super::Credentials::default();
        let credentials = self.credentials();
        std::mem::swap(
            &mut *lock(&credentials.by_address),
            &mut *lock(&fresh.by_address),
        );
        std::mem::swap(
            &mut *lock(&credentials.by_email),
            &mut *lock(&fresh.by_email),
        );
    }
}
