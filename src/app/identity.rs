//! Whose the tokens of an identity provider are here. The first time that a token is seen it becomes a session: so it is
//! listed, can be revoked, and what it opened ends with it.

use crate::config::Config;
use crate::domain::access::Viewer;
use crate::domain::id::AccountId;
use crate::error::{Error, Result};
use crate::identity::{Claims, IdentityError, Provider, Settings, Source};
use crate::service::Service;
use crate::store::viewers;

use std::time::Duration;

/// Where a token says of which account its user is.
#[derive(Clone)]
enum InAccount {
    Always(AccountId),
    Claimed(String),
}

/// A provider, and how its users are found here.
#[derive(Clone)]
pub(super) struct KnownProvider {
    provider: Provider,
    account: InAccount,
    user_claim: String,
    leeway: i64,
}

impl Config {
    /// The identity provider, where one is set.
    ///
    /// # Errors
    /// What is wrong with its settings.
    pub(super) fn identity(&self) -> Result<Option<KnownProvider>, String> {
        let given = [
            &self.identity_issuer,
            &self.identity_audience,
            &self.identity_keys,
            &self.identity_account,
            &self.identity_account_claim,
        ];
        if given.iter().all(|value| value.is_empty()) {
            return Ok(None);
        }
        for (name, value) in [
            ("identity_issuer", &self.identity_issuer),
            ("identity_audience", &self.identity_audience),
            ("identity_keys", &self.identity_keys),
            ("identity_user_claim", &self.identity_user_claim),
        ] {
            if value.trim().is_empty() {
                return Err(format!("`{name}` is empty; a provider needs it"));
            }
        }
        let account = match (
            self.identity_account.as_str(),
            self.identity_account_claim.as_str(),
        ) {
            (id, "") if !id.is_empty() => {
                let id = AccountId::parse(id);
                InAccount::Always(id.map_err(|error| format!("`identity_account`: {error}"))?)
            }
            ("", claim) if !claim.is_empty() => InAccount::Claimed(claim.to_owned()),
            _ => {
                return Err("give either `identity_account` or `identity_account_claim`".to_owned());
            }
        };
        let keys = Source::parse(&self.identity_keys);
        let settings = Settings {
            issuer: self.identity_issuer.clone(),
            audience: self.identity_audience.clone(),
            keys: keys.map_err(|error| format!("`identity_keys`: {error}"))?,
            leeway: Duration::from_secs(self.identity_leeway_seconds),
        };
        Ok(Some(KnownProvider {
            provider: Provider::new(settings),
            account,
            user_claim: self.identity_user_claim.clone(),
            leeway: i64::try_from(self.identity_leeway_seconds).unwrap_or_default(),
        }))
    }
}

impl KnownProvider {
    /// The viewer of a token; none when it is not good, or of nobody here.
    pub(super) async fn viewer(
        &self,
        service: &Service,
        token: &str,
        hash: &[u8],
    ) -> Result<Option<Viewer>> {
        // Checked each time, though it may be known: a key that the provider has withdrawn opens nothing any more.
        let claims = match self.provider.verify(token).await {
            Ok(claims) => claims,
            Err(IdentityError::Refused(why)) => {
                tracing::debug!(%why, "a token of the identity provider was refused");
                return Ok(None);
            }
            Err(IdentityError::Unavailable(why)) => return Err(Error::Unavailable(why)),
        };
        let known = viewers::viewer_by_token(service.store(), hash.to_vec()).await?;
        if known.is_some() {
            return Ok(known);
        }
        let Some((account, name)) = self.names(&claims) else {
            tracing::debug!("a token of the identity provider names nobody");
            return Ok(None);
        };
        let ends = claims.ends().saturating_add(self.leeway);
        let by_email = self.user_claim == "email";
        service
            .begin_provided(account, name, by_email, hash, ends)
            .await?;
        viewers::viewer_by_token(service.store(), hash.to_vec()).await
    }

    fn names<'c>(&self, claims: &'c Claims) -> Option<(AccountId, &'c str)> {
        let account = match &self.account {
            InAccount::Always(id) => *id,
            InAccount::Claimed(claim) => AccountId::parse(claims.text(claim)?).ok()?,
        };
        // Whoever can write any address into their profile there must not become its owner here.
        if self.user_claim == "email" && claims.email_is_doubtful() {
            return None;
        }
        Some((account, claims.text(&self.user_claim)?))
    }
}
