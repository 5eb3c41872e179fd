//! Asking once for many: whatever resolvers of one response ask for in the same breath is one statement.
//!
//! A batch is closed when no resolver can go on without it ([`Turns`]), not after a time: how many statements a
//! query takes depends on the query alone, never on how busy the machine is. async-graphql's own loader closes a batch
//! after a timer, in a task of its own, which costs a millisecond a level and splits a batch under load.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::Shown;
use super::turns::Turns;
use crate::error::Result;
use crate::store::read::Source;

/// How one kind of thing is read, many at once.
pub trait Batch: Send + Sync + 'static {
    /// What it is asked for by.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// What comes of it; cheap to clone.
    type Value: Clone + Send + Sync + 'static;

    /// Reads all that there is of these keys, in one statement; keys without a value are left out.
    fn load(
        source: Source,
        keys: Vec<Self::Key>,
    ) -> impl Future<Output = Result<Vec<(Self::Key, Self::Value)>>> + Send;

    /// What is known of a key from an earlier response, and still so.
    fn kept(_: &Source, _: &Self::Key) -> Option<Self::Value> {
        None
    }

    /// Keeps what was loaded for later responses.
    fn keep(_: &Source, _: &Self::Key, _: &Self::Value) {}
}

type Running = Shared<BoxFuture<'static, Result<(), async_graphql::Error>>>;

struct State<B: Batch> {
    /// What is known, also that there is nothing.
    known: HashMap<B::Key, Option<B::Value>>,
    /// What the open batch will ask for.
    open: HashSet<B::Key>,
    /// The open batch.
    batch: Option<Running>,
    /// The batch that each key on its way is in.
    asked: HashMap<B::Key, Running>,
}

impl<B: Batch> Default for State<B> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            open: HashSet::new(),
            batch: None,
            asked: HashMap::new(),
        }
    }
}

/// What all loaders of one response share.
pub struct Base {
    /// What they read from.
    pub source: Source,
    /// When their batches are complete.
    pub turns: Arc<Turns>,
}

/// Reads one kind of thing for one response, each at most once.
pub struct Loader<B: Batch> {
    base: Arc<Base>,
    /// Made when it is first asked: a response has dozens of loaders and uses few, many frames none.
    state: OnceLock<Arc<Mutex<State<B>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that runs under the lock leaves it half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<B: Batch> Loader<B> {
    /// A loader that knows nothing yet.
    #[must_use]
    pub const fn new(base: Arc<Base>) -> Self {
        Self {
            base,
            state: OnceLock::new(),
        }
    }

    fn state(&self) -> &Arc<Mutex<State<B>>> {
        self.state.get_or_init(Arc::default)
    }

    /// Tells it what is already known, so that nobody asks for it.
    pub fn feed(&self, values: impl IntoIterator<Item = (B::Key, B::Value)>) {
        let values = values.into_iter().map(|(key, value)| (key, Some(value)));
        lock(self.state()).known.extend(values);
    }

    /// What is known of a thing without asking, also that there is none.
    #[must_use]
    pub fn known(&self, key: &B::Key) -> Option<Option<B::Value>> {
        let state = self.state.get().map(|state| lock(state));
        let known = state.and_then(|state| state.known.get(key).cloned());
        known.or_else(|| B::kept(&self.base.source, key).map(Some))
    }

    /// One thing, or none.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn one(&self, key: B::Key) -> async_graphql::Result<Option<B::Value>> {
        let mut found = self.many(vec![key]).await?;
        Ok(found.pop().flatten())
    }

    /// Several things, in the order of their keys.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn many(&self, keys: Vec<B::Key>) -> async_graphql::Result<Vec<Option<B::Value>>> {
        let mut batches: Vec<Running> = Vec::new();
        {
            let mut state = lock(self.state());
            for key in &keys {
                if state.known.contains_key(key) {
                    continue;
                }
                if let Some(value) = B::kept(&self.base.source, key) {
                    state.known.insert(key.clone(), Some(value));
                    continue;
                }
                let batch = match state.asked.get(key) {
                    Some(batch) => batch.clone(),
                    None => self.join(&mut state, key.clone()),
                };
                if !batches.iter().any(|known| known.ptr_eq(&batch)) {
                    batches.push(batch);
                }
            }
        }
        for batch in batches {
            batch.await?;
        }
        let state = lock(self.state());
        let value = |key| state.known.get(key).cloned().flatten();
        Ok(keys.iter().map(value).collect())
    }

    /// Adds a key to the open batch, or opens one.
    fn join(&self, state: &mut State<B>, key: B::Key) -> Running {
        let batch = match &state.batch {
            Some(batch) => batch.clone(),
            None => {
                let batch = run(Arc::clone(&self.base), Arc::downgrade(self.state()));
                let batch = batch.boxed().shared();
                state.batch = Some(batch.clone());
                batch
            }
        };
        state.open.insert(key.clone());
        state.asked.insert(key, batch.clone());
        batch
    }
}

/// One batch. Everybody who waits for it drives it, so that nobody hangs when another one is dropped. It does not hold what
/// holds it: once the whole response is dropped, it is too, and with it the connection that it reads by.
async fn run<B: Batch>(
    base: Arc<Base>,
    state: Weak<Mutex<State<B>>>,
) -> Result<(), async_graphql::Error> {
    base.turns.next().await;
    let keys: Vec<_> = {
        let Some(state) = state.upgrade() else {
            return Ok(());
        };
        let mut state = lock(&state);
        state.batch = None;
        state.open.drain().collect()
    };
    let found = B::load(base.source.clone(), keys.clone()).await;
    let Some(state) = state.upgrade() else {
        return Ok(());
    };
    let mut state = lock(&state);
    for key in keys {
        state.asked.remove(&key);
        if found.is_ok() {
            state.known.insert(key, None);
        }
    }
    for (key, value) in found.shown()? {
        B::keep(&base.source, &key, &value);
        state.known.insert(key, Some(value));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::AccountId;
    use crate::error::Error;
    use crate::store::Store;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static BATCHES: AtomicUsize = AtomicUsize::new(0);

    /// Doubles even numbers; knows no odd ones; fails at 1013.
    struct Doubles;

    impl Batch for Doubles {
        type Key = i32;
        type Value = i32;

        async fn load(_: Source, keys: Vec<i32>) -> Result<Vec<(i32, i32)>> {
            BATCHES.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if keys.contains(&1013) {
                return Err(Error::request("BAD_LUCK", "1013"));
            }
            let even = keys.into_iter().filter(|key| key % 2 == 0);
            Ok(even.map(|key| (key, key * 2)).collect())
        }
    }

    fn loader() -> Loader<Doubles> {
        let store = Store::new("postgres://127.0.0.1:1/none", &Default::default()).unwrap();
        let turns = Arc::<Turns>::default();
        let account = AccountId(uuid::Uuid::nil());
        let source = Source::new(&store, account, Arc::clone(turns.flight()));
        Loader::new(Arc::new(Base { source, turns }))
    }

    // One test, because the batches are counted for all.
    #[tokio::test]
    async fn asks_once_for_what_is_wanted_together() {
        let loader = loader();
        let together = futures_util::future::join_all((0..100).map(|key| loader.one(key))).await;
        let found: Vec<_> = together.into_iter().map(|found| found.unwrap()).collect();
        assert_eq!(found[4], Some(8));
        assert_eq!(found[5], None);
        assert_eq!(BATCHES.load(Ordering::SeqCst), 1);

        // Known by now, also that there is nothing.
        assert_eq!(
            loader.many(vec![5, 4, 5]).await.unwrap(),
            [None, Some(8), None]
        );
        assert_eq!(BATCHES.load(Ordering::SeqCst), 1);

        // Who opened the batch goes away; who joined it gets it all the same.
        let mut first = Box::pin(loader.one(102));
        let mut second = Box::pin(loader.one(104));
        assert!(futures_util::poll!(&mut first).is_pending());
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        assert_eq!(second.await.unwrap(), Some(208));
        assert_eq!(loader.one(102).await.unwrap(), Some(204));
        assert_eq!(BATCHES.load(Ordering::SeqCst), 2);

        // A failure is everybody's who asked, and may pass.
        let (bad, good) = tokio::join!(loader.one(1013), loader.one(200));
        assert!(bad.is_err() && good.is_err());
        assert_eq!(loader.one(200).await.unwrap(), Some(400));

        // When all have gone, nothing of what they asked for is left.
        let base = Arc::downgrade(&loader.base);
        let mut asking = Box::pin(loader.one(106));
        assert!(futures_util::poll!(&mut asking).is_pending());
        drop(asking);
        drop(loader);
        assert!(base.upgrade().is_none());
    }
}
