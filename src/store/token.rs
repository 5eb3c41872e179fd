//! Bearer tokens: shown once, kept as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// What a secret begins with: scanners of leaked secrets recognise it, and people see what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// `tdm_`: made for a program or a script.
    Token,
    /// `tds_`: a session.
    Session,
    /// `tdi_`: an invitation.
    Invitation,
}

/// A new token for a program: [`new_secret`] with `tdm_`.
///
/// # Errors
/// When the system has no randomness to give.
pub fn new_token() -> Result<String> {
    new_secret(Prefix::Token)
}

/// A new secret: a prefix and 32 random bytes in base64url, 43 characters.
///
/// # Errors
/// When the system has no randomness to give.
pub fn new_secret(prefix: Prefix) -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
    let prefix = match prefix {
        Prefix::Token => "tdm",
        Prefix::Session => "tds",
        Prefix::Invitation => "tdi",
    };
    Ok(format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What is kept of a token, and what it is found by. A plain hash is enough for 256 random bits. Looking it up by an
/// index takes a time that depends on the hash, not on the token: how many bytes of the hash were right says nothing
/// about the token, because no guess can be steered towards a hash. So the look-up leaks no more than a comparison in
/// constant time would.
#[must_use]
pub fn hash_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_differ() {
        let (a, b) = (new_token().unwrap(), new_token().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 47);
        assert_eq!(hash_token(&a).len(), 32);
        assert_ne!(hash_token(&a), hash_token(&b));
    }
}
