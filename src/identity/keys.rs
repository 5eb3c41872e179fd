//! The provider's keys: kept, read anew now and then and when a token names one that is not known, but not more often
//! than a bound, so that made-up names cost nothing.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Header};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::source::Source;
use super::{IdentityError, refused};

/// How long keys are taken for what they are; then they are read anew beside the next token. A key that the provider has
/// withdrawn is taken no longer, while the provider answers.
const KEPT: Duration = Duration::from_secs(600);
/// The least time between two readings.
const BOUND: Duration = Duration::from_secs(10);

/// What may sign a token. A shared secret may not: who can check it can make it.
const TAKEN: [AlgorithmFamily; 3] = [
    AlgorithmFamily::Rsa,
    AlgorithmFamily::Ec,
    AlgorithmFamily::Ed,
];

#[derive(Default)]
struct Known {
    set: Option<JwkSet>,
    read: Option<Instant>,
}

pub(super) struct Keys {
    source: Source,
    known: RwLock<Known>,
    /// When reading was last tried. Held while reading: who comes meanwhile waits for the same answer.
    tried: Mutex<Option<Instant>>,
}

impl Keys {
    pub fn new(source: Source) -> Self {
        Self {
            source,
            known: RwLock::default(),
            tried: Mutex::default(),
        }
    }

    /// The key that a token says it was signed with.
    pub async fn find(self: &Arc<Self>, header: &Header) -> Result<DecodingKey, IdentityError> {
        let mut taken = TAKEN.iter();
        if !taken.any(|family| family.algorithms().contains(&header.alg)) {
            return Err(refused("signed by a shared secret"));
        }
        if let Some((key, fresh)) = self.known(header) {
            if !fresh {
                // Nobody waits for it: what was known goes on being good while the provider is slow or away.
                let keys = Arc::clone(self);
                tokio::spawn(async move { keys.read().await });
            }
            return key.map_err(refused);
        }
        self.read().await;
        match self.known(header) {
            Some((key, _)) => key.map_err(refused),
            None if self.lock().set.is_none() => {
                Err(IdentityError::Unavailable("not read yet".to_owned()))
            }
            None => Err(refused("signed with a key that is not known")),
        }
    }

    fn lock(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key as it is known, and whether that was read lately.
    fn known(
        &self,
        header: &Header,
    ) -> Option<(Result<DecodingKey, jsonwebtoken::errors::Error>, bool)> {
        let known = self.lock();
        let jwk = choose(known.set.as_ref()?, header)?;
        let fresh = known.read.is_some_and(|at| at.elapsed() < KEPT);
        Some((DecodingKey::from_jwk(jwk), fresh))
    }

    /// Reads the keys, unless that was tried just now.
    async fn read(&self) {
        let mut tried = self.tried.lock().await;
        if tried.is_some_and(|at| at.elapsed() < BOUND) {
            return;
        }
        *tried = Some(Instant::now());
        match self.source.read().await {
            Ok(set) => {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                known.set = Some(set);
                known.read = Some(Instant::now());
            }
            Err(error) => {
                tracing::warn!(%error, "the keys of the identity provider could not be read");
            }
        }
    }
}

/// The key of that name; without a name, the only one there is for that algorithm.
fn choose<'s>(set: &'s JwkSet, header: &Header) -> Option<&'s Jwk> {
    let mut fitting = set.keys.iter().filter(|jwk| fits(jwk, header.alg));
    match &header.kid {
        Some(kid) => fitting.find(|jwk| jwk.common.key_id.as_ref() == Some(kid)),
        None => fitting.next().filter(|_| fitting.next().is_none()),
    }
}

fn fits(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let family = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa,
        AlgorithmParameters::EllipticCurve(_) => AlgorithmFamily::Ec,
        AlgorithmParameters::OctetKeyPair(_) => AlgorithmFamily::Ed,
        _ => return false,
    };
    let named = jwk.common.key_algorithm.as_ref();
    family.algorithms().contains(&algorithm)
        && named.is_none_or(|named| named.to_string() == format!("{algorithm:?}"))
        && !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption))
}
