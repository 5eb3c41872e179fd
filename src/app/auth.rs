//! Who a bearer token belongs to, remembered for a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as Turn;

use super::identity::KnownProvider;
use crate::domain::access::Viewer;
use crate::domain::id::TokenId;
use crate::error::Result;
use crate::identity::is_signed_token;
use crate::service::Service;
use crate::store::token::hash_token;
use crate::store::{Store, viewers};

/// How long an answer is remembered. Access that another server withdraws ends within a second, so half of it.
const REMEMBERED: Duration = Duration::from_millis(500);
/// The most answers remembered.
const MOST: usize = 10_000;

/// How often it is noted that a token is in use.
const NOTED: Duration = Duration::from_secs(60);

type Known = HashMap<Vec<u8>, (Viewer, Instant)>;

/// Tokens that are being looked up. All who come with one of them wait for the one who asks: else a thousand requests
/// that come while nothing is remembered would take every connection to ask the same.
type Asked = HashMap<Vec<u8>, Arc<Turn<()>>>;

/// Looks tokens up. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Auth {
    /// For tokens alone.
    tokens: Store,
    service: Service,
    provider: Option<KnownProvider>,
    known: Arc<Mutex<Known>>,
    noted: Arc<Mutex<HashMap<TokenId, Instant>>>,
    asked: Arc<Mutex<Asked>>,
}

/// Somebody's place among those who wait for one token.
struct Place<'a> {
    auth: &'a Auth,
    hash: &'a [u8],
    turn: Arc<Turn<()>>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut asked = lock(&self.auth.asked);
        // The list's own, and this one.
        if Arc::strong_count(&self.turn) <= 2 {
            asked.remove(self.hash);
        }
    }
}

impl Auth {
    pub(super) fn new(tokens: Store, service: Service, provider: Option<KnownProvider>) -> Self {
        Self {
            tokens,
            service,
            provider,
            known: Arc::default(),
            noted: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// The viewer of a token; none when it is not valid. Only good answers are remembered, so that guessing costs the
    /// guesser a look-up each time and this server no memory.
    pub(super) async fn viewer(&self, token: &str) -> Result<Option<Viewer>> {
        let (hash, came) = (hash_token(token), Instant::now());
        if let Some(viewer) = self.remembered(&hash, came) {
            return Ok(Some(viewer));
        }
        let place = self.place(&hash);
        let _turn = place.turn.lock().await;
        if let Some(viewer) = self.remembered(&hash, came) {
            return Ok(Some(viewer));
        }
        let asked = Instant::now();
        let found = match &self.provider {
            Some(provider) if is_signed_token(token) => {
                provider.viewer(&self.service, token, &hash).await?
            }
            _ => viewers::viewer_by_token(&self.tokens, hash.clone()).await?,
        };
        if let Some(viewer) = &found {
            self.note(viewer);
        }
        let mut known = lock(&self.known);
        match &found {
            Some(viewer) => {
                if known.len() >= MOST {
                    known.retain(|_, (_, at)| at.elapsed() < REMEMBERED);
                }
                if known.len() < MOST {
                    known.insert(hash.clone(), (viewer.clone(), asked));
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
        let mut noted = lock(&self.noted);
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
        let (store, token) = (self.tokens.clone(), (viewer.account, viewer.token));
        tokio::spawn(async move {
            if let Err(error) = viewers::touch_tokens(&store, &[token]).await {
                tracing::warn!(%error, "it could not be noted that a token is in use");
            }
        });
    }

    /// Looks at what is not counted as it happens.
    pub(super) fn observe(&self) {
        self.tokens.observe();
    }

    /// Forgets all answers: somebody's access has changed.
    pub(super) fn forget(&self) {
        lock(&self.known).clear();
    }

    /// An answer that was young enough for whoever came at that moment, however long they waited for it.
    fn remembered(&self, hash: &[u8], came: Instant) -> Option<Viewer> {
        let known = lock(&self.known);
        let (viewer, asked) = known.get(hash)?;
        (came.saturating_duration_since(*asked) < REMEMBERED).then(|| viewer.clone())
    }

    fn place<'a>(&'a self, hash: &'a [u8]) -> Place<'a> {
        let turn = lock(&self.asked)
            .entry(hash.to_owned())
            .or_default()
            .clone();
        Place {
            auth: self,
            hash,
            turn,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
