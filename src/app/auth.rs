//! Who a bearer token belongs to, remembered for a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::identity::KnownProvider;
use crate::domain::access::Viewer;
use crate::domain::id::TokenId;
use crate::error::Result;
use crate::identity::is_signed_token;
use crate::service::Service;
use crate::store::token::hash_token;
use crate::store::viewers;

/// How long an answer is remembered. Access that another server withdraws ends within a second, so half of it.
const REMEMBERED: Duration = Duration::from_millis(500);
/// The most answers remembered.
const MOST: usize = 10_000;

/// How often it is noted that a token is in use.
const NOTED: Duration = Duration::from_secs(60);

type Known = HashMap<Vec<u8>, (Viewer, Instant)>;

/// Looks tokens up. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Auth {
    service: Service,
    provider: Option<KnownProvider>,
    known: Arc<Mutex<Known>>,
    noted: Arc<Mutex<HashMap<TokenId, Instant>>>,
}

impl Auth {
    pub(super) fn new(service: Service, provider: Option<KnownProvider>) -> Self {
        Self {
            service,
            provider,
            known: Arc::default(),
            noted: Arc::default(),
        }
    }

    /// The viewer of a token; none when it is not valid. Only good answers are remembered, so that guessing costs the
    /// guesser a look-up each time and this server no memory.
    pub(super) async fn viewer(&self, token: &str) -> Result<Option<Viewer>> {
        let hash = hash_token(token);
        if let Some((viewer, at)) = self.lock().get(&hash)
            && at.elapsed() < REMEMBERED
        {
            return Ok(Some(*viewer));
        }
        let asked = Instant::now();
        let found = match &self.provider {
            Some(provider) if is_signed_token(token) => {
                provider.viewer(&self.service, token, &hash).await?
            }
            _ => viewers::viewer_by_token(self.service.store(), hash.clone()).await?,
        };
        if let Some(viewer) = &found {
            self.note(viewer);
        }
        let mut known = self.lock();
        match found {
            Some(viewer) => {
                if known.len() >= MOST {
                    known.retain(|_, (_, at)| at.elapsed() < REMEMBERED);
                }
                if known.len() < MOST {
                    known.insert(hash, (viewer, asked));
                }
            }
            None => {
                known.remove(&hash);
            }
        }
        Ok(found)
    }

    /// Notes that a token is in use, beside what it is used for: nobody waits for it.
    fn note(&self, viewer: &Viewer) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted
            .get(&viewer.token)
            .is_some_and(|at| at.elapsed() < NOTED)
        {
            return;
        }
        if noted.len() >= MOST {
            noted.retain(|_, at| at.elapsed() < NOTED);
        }
        noted.insert(viewer.token, Instant::now());
        let (store, token) = (self.service.store().clone(), (viewer.account, viewer.token));
        tokio::spawn(async move {
            if let Err(error) = viewers::touch_tokens(&store, &[token]).await {
                tracing::warn!(%error, "it could not be noted that a token is in use");
            }
        });
    }

    /// Forgets all answers: somebody's access has changed.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
