//! Whether a document is known to be valid.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether a kept document was found to be valid, in the data of each request for it. Validation is of the document, so it
/// need not be done again: it takes as long as a tenth of a small request. The values of variables are another matter.
#[derive(Debug, Clone, Default)]
pub struct Valid(Arc<AtomicBool>);

impl Valid {
    /// Whether the document was validated before.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// To be called once it was validated.
    pub fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
