//! Tokens for programs, made by administrators.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Service, now, permitted, refused};
use crate::domain::access::{Action, Scopes, Viewer, decisions};
use crate::domain::id::{AccountId, IntegrationId, TokenId};
use crate::domain::image::Time;
use crate::domain::noun::TokenKind;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::secret::Secret;
use crate::domain::text;
use crate::error::Result;
use crate::store::credentials::{self, NewToken};
use crate::store::token::{Prefix, hash_token, new_secret};
use crate::store::{Scope, Tx, accounts};

/// The longest that a token may be good for, in days: ten years.
const LONGEST_DAYS: i32 = 3_650;

/// Whose a new token is.
#[derive(Debug, Clone)]
pub enum Holder {
    /// A program of that name, which is created where it is new.
    Integration(String),
    /// The viewer: a script that acts in their name.
    Viewer,
}

/// `createToken`
#[derive(Debug, Clone)]
pub struct CreateToken {
    /// Whose.
    pub holder: Holder,
    /// What people call it.
    pub name: Option<String>,
    /// What it is good for; one at least.
    pub scopes: Scopes,
    /// Days until its end; none: it has none.
    pub days: Option<i32>,
}

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct MadeToken {
    /// Its id.
    pub id: TokenId,
    /// The token itself; shown only now.
    pub secret: Secret,
    /// Whose it is, where that is a program.
    pub integration: Option<IntegrationId>,
}

fn bad(field: &str, message: impl Into<String>) -> Refusal {
    Refusal::at(ErrorCode::InvalidValue, field, message)
}

/// When a token of so many days ends.
///
/// # Errors
/// `INVALID_VALUE` for fewer than one and more than ten years.
pub(in crate::service) fn end_of(days: Option<i32>) -> Result<Option<Time>, Refusal> {
    match days {
        Some(days) if !(1..=LONGEST_DAYS).contains(&days) => Err(bad(
            "days",
            format!(
                "`days` must be from 1 to {LONGEST_DAYS}; leave it out for a token without an end."
            ),
        )),
        Some(days) => Ok(Some(now() + TimeDelta::days(days.into()))),
        None => Ok(None),
    }
}

/// The integration of that name, created where it is new.
///
/// # Errors
/// When the database is away.
pub(in crate::service) async fn integration_named(
    tx: &Tx,
    account: AccountId,
    name: &str,
) -> Result<IntegrationId> {
    if let Some(id) = accounts::integration_by_name(tx, account, name).await? {
        return Ok(id);
    }
    let id = IntegrationId(Uuid::now_v7());
    accounts::insert_integration(tx, account, id, name).await?;
    Ok(id)
}

impl Service {
    /// Makes a token.
    ///
    /// # Errors
    /// When the database is away; a refusal is the inner error.
    pub async fn create_token(
        &self,
        viewer: Viewer,
        order: CreateToken,
    ) -> Result<Result<MadeToken, Refusal>> {
        refused(self.try_create_token(viewer, order).await)
    }

    async fn try_create_token(&self, viewer: Viewer, order: CreateToken) -> Result<MadeToken> {
        const ACTION: Action = decisions::mutation("createToken");
        let chars = self.settings().name_chars;
        let named = [
            ("name", order.name.as_deref()),
            (
                "integration",
                match &order.holder {
                    Holder::Integration(name) => Some(name.as_str()),
                    Holder::Viewer => None,
                },
            ),
        ];
        for (field, name) in named {
            if let Some(name) = name {
                text::check_filled(name, chars)
                    .map_err(|error| bad(field, format!("`{field}` {error}.")))?;
            }
        }
        if order.scopes == Scopes::NONE {
            return Err(bad("scopes", "A token needs a scope at least.").into());
        }
        let expires_at = end_of(order.days)?;
        let tx = self.store().begin(Scope::Account(viewer.account)).await?;
        let viewer = permitted(&tx, viewer, ACTION).await?;
        let account = viewer.account;
        let (user, integration) = match &order.holder {
            Holder::Integration(name) => {
                accounts::lock_settings(&tx, account).await?;
                (None, Some(integration_named(&tx, account, name).await?))
            }
            Holder::Viewer => (viewer.user(), None),
        };
        let made = MadeToken {
            id: TokenId(Uuid::now_v7()),
            secret: Secret::new(new_secret(Prefix::Token)?),
            integration,
        };
        let kept = NewToken {
            id: made.id,
            kind: TokenKind::Made,
            user,
            integration,
            hash: hash_token(made.secret.reveal()),
            name: order.name,
            scopes: Some(order.scopes),
            expires_at,
            idle_seconds: None,
            user_agent: None,
            address: None,
        };
        credentials::insert_token(&tx, account, kept).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Revokes a token of the account.
    ///
    /// # Errors
    /// When the database is away; a refusal is the inner error.
    pub async fn revoke_token(
        &self,
        viewer: Viewer,
        token: TokenId,
    ) -> Result<Result<(), Refusal>> {
        const ACTION: Action = decisions::mutation("revokeToken");
        let revoked = async {
            let tx = self.store().begin(Scope::Account(viewer.account)).await?;
            let viewer = permitted(&tx, viewer, ACTION).await?;
            if !credentials::revoke_token(&tx, viewer.account, token).await? {
                let message = format!("There is no token `{token}`, or it was revoked already.");
                return Err(Refusal::at(ErrorCode::NotFound, "tokenId", message).into());
            }
            tx.commit().await
        };
        refused(revoked.await)
    }
}
