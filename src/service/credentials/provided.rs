//! Sessions by a token of the identity provider.

use uuid::Uuid;

use super::{Service, now};
use crate::domain::id::{AccountId, TokenId};
use crate::domain::image::Time;
use crate::domain::noun::TokenKind;
use crate::error::Result;
use crate::store::Scope;
use crate::store::credentials::{self, NewToken};

/// The longest text that a provider may call somebody, in bytes.
const NAME_BYTES: usize = 1_000;
/// The most days that a provider's token is believed to last.
const MOST_DAYS: i64 = 3_650;

impl Service {
    /// Keeps a token of the identity provider, which was checked, as a session of whom it names, until its end in seconds
    /// since 1970. A token that is kept already, revoked or not, stays as it is; one of nobody is not kept.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin_provided(
        &self,
        account: AccountId,
        name: &str,
        by_email: bool,
        hash: &[u8],
        ends: i64,
    ) -> Result<()> {
        if name.len() > NAME_BYTES || name.contains('\0') {
            return Ok(());
        }
        let most = now() + chrono::TimeDelta::days(MOST_DAYS);
        let expires_at = Time::from_timestamp(ends, 0).unwrap_or(most).min(most);
        let tx = self.store().begin(Scope::Account(account)).await?;
        let Some(user) = credentials::user_named(&tx, account, name, by_email).await? else {
            return Ok(());
        };
        let kept = NewToken {
            id: TokenId(Uuid::now_v7()),
            kind: TokenKind::Provider,
            user: Some(user),
            integration: None,
            hash: hash.to_vec(),
            name: None,
            scopes: None,
            expires_at: Some(expires_at),
            idle_seconds: None,
            user_agent: None,
            address: None,
        };
        credentials::insert_token_of_active(&tx, account, kept, None).await?;
        tx.commit().await
    }
}
