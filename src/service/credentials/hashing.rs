//! Hashing passwords: argon2id, off the threads that serve, a bounded number at once.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::domain::secret::Secret;
use crate::error::{Error, Result};

/// KiB of memory, passes and lanes: what OWASP's Password Storage Cheat Sheet names first for argon2id.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How long a request waits for its turn. Beyond, more is asked than this machine can hash.
const WAIT: Duration = Duration::from_secs(5);

/// What is verified where there is no password: a hash of the same parameters that nothing fits, so that an unknown
/// address takes as long as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzLg\
                      $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes, as many at once as half of the processors can: the other half goes on serving.
pub(super) struct Hashing {
    turns: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            turns: Arc::new(Semaphore::new((processors / 2).max(1))),
        }
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(fault)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn fault(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("argon2: {error}"))
}

/// The hash of a password, as a PHC string. Takes tens of milliseconds of this thread.
///
/// # Errors
/// When the system has no randomness to give.
pub(super) fn hash_once(password: &Secret) -> Result<String> {
    let hash: PasswordHash = argon2()?
        .hash_password(password.reveal().as_bytes())
        .map_err(fault)?;
    Ok(hash.to_string())
}

fn verify_once(password: &Secret, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(fault)?;
    match argon2()?.verify_password(password.reveal().as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(fault(error)),
    }
}

impl Hashing {
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = timeout(WAIT, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(Error::Unavailable("too many passwords at once".to_owned()));
        };
        let done = tokio::task::spawn_blocking(move || {
            // Given back when the work is done, not when somebody has lost interest in it.
            let _turn = turn;
            work()
        });
        done.await
            .map_err(|error| Error::Internal(format!("hashing ended early: {error}")))?
    }

    /// The hash of a new password, as a PHC string.
    pub(super) async fn hash(&self, password: Secret) -> Result<String> {
        self.in_turn(move || hash_once(&password)).await
    }

    /// Whether the password is the one with that hash. Without a hash it is not, which takes as long to find out.
    pub(super) async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool> {
        self.in_turn(move || {
            let hash = hash.as_deref();
            let fits = verify_once(&password, hash.unwrap_or(NOBODY))?;
            Ok(fits && hash.is_some())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_of_the_wanted_kind_and_differ() {
        let secret = Secret::new("correct horse battery".to_owned());
        let (one, other) = (hash_once(&secret).unwrap(), hash_once(&secret).unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(verify_once(&secret, &one).unwrap());
        assert!(!verify_once(&Secret::new("correct horse batterx".to_owned()), &one).unwrap());
        assert!(verify_once(&secret, "nonsense").is_err());
    }

    #[test]
    fn nobodys_hash_costs_the_same_and_nothing_fits_it() {
        let parts = |hash: &str| {
            hash.split('$')
                .take(4)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let secret = Secret::new(String::new());
        assert_eq!(parts(NOBODY), parts(&hash_once(&secret).unwrap()));
        assert!(!verify_once(&secret, NOBODY).unwrap());
    }
}
