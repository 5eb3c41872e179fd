//! Tokens of an identity provider: signed JSON Web Tokens (RFC 7519), checked with the provider's published keys
//! (RFC 7517). This room says whether a token is the provider's and what it claims; whose it is here, others find.

mod claims;
mod keys;
mod source;

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::Validation;

pub use claims::Claims;
use keys::Keys;
pub use source::Source;

/// Which provider, and what its tokens must say.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `iss`, exactly.
    pub issuer: String,
    /// One of `aud`, exactly.
    pub audience: String,
    /// Where its keys are.
    pub keys: Source,
    /// How far its clock may be from ours.
    pub leeway: Duration,
}

/// Why a token is not taken, for the log: none of it is told to who came with it.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It is not the provider's, or not for us, or not now.
    #[error("{0}")]
    Refused(String),
    /// The provider's keys are not to be had now.
    #[error("the keys of the identity provider: {0}")]
    Unavailable(String),
}

/// The provider. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Provider {
    settings: Arc<Settings>,
    keys: Arc<Keys>,
}

/// Whether a text has the form of a signed token: three parts, the first of which begins with `{"` in base64url.
#[must_use]
pub fn is_signed_token(text: &str) -> bool {
    text.starts_with("ey") && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

fn refused(error: impl std::fmt::Display) -> IdentityError {
    IdentityError::Refused(error.to_string())
}

impl Provider {
    /// A provider; its keys are fetched with the first token.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            keys: Arc::new(Keys::new(settings.keys.clone())),
            settings: Arc::new(settings),
        }
    }

    /// What a token claims, if it is the provider's, for us, and good now.
    ///
    /// # Errors
    /// Why it is not taken.
    pub async fn verify(&self, token: &str) -> Result<Claims, IdentityError> {
        let header = jsonwebtoken::decode_header(token).map_err(refused)?;
        let key = self.keys.find(&header).await?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.validate_nbf = true;
        validation.leeway = self.settings.leeway.as_secs();
        let token = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(refused)?;
        Ok(token.claims)
    }
}
