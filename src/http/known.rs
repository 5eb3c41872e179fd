//! What is known of a document that was run before.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::expectation::Expectation;

/// What was found of a kept document, in the data of each request for it.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<Found>);

#[derive(Debug, Default)]
struct Found {
    valid: AtomicBool,
    expectation: Mutex<Expectation>,
    prepared: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl Known {
    /// What whoever executes the document prepared for that, if it is such a thing.
    #[must_use]
    pub fn prepared<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(self.0.prepared.get()?).downcast().ok()
    }

    /// Keeps what is prepared, unless something is kept already.
    pub fn keep_prepared<T: Any + Send + Sync>(&self, prepared: Arc<T>) {
        self.0.prepared.get_or_init(|| prepared);
    }

    /// Whether the document was validated before. Validation is of the document, so it need not be done again: it takes as
    /// long as a tenth of a small request. The values of variables are another matter.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.0.valid.load(Relaxed)
    }

    /// To be called once it was validated.
    pub fn note_valid(&self) {
        self.0.valid.store(true, Relaxed);
    }

    /// How many statements are likely to answer it.
    pub fn expectation(&self) -> MutexGuard<'_, Expectation> {
        let expectation = self.0.expectation.lock();
        expectation.unwrap_or_else(PoisonError::into_inner)
    }
}
