//! Bearer tokens: shown once, kept as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A new token: `tdm_` and 32 random bytes in base64url, 43 characters. The prefix lets scanners of leaked secrets
/// recognise it.
///
/// # Errors
/// When the system has no randomness to give.
pub fn new_token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
    Ok(format!("tdm_{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What is kept of a token, and what it is found by. A plain hash is enough for 256 random bits, and looking it up
/// by an index tells a guesser nothing about how near the guess was.
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
