//! What is known of a document that was run before.

use std::{
    any::Any,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU8, Ordering::Relaxed},
    },
};

/// How many responses in a row have to be of one statement, at most, for the next to be expected to be.
const PATIENCE: u8 = 64;

/// What was found of a kept document, in the data of each request for it.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<Found>);

#[derive(Debug, Default)]
struct Found {
    valid: AtomicBool,
    /// How many responses in a row were of one statement.
    in_a_row: AtomicU8,
    /// How many have to be, less one.
    suspicion: AtomicU8,
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

    /// Whether one statement is likely to answer it again: for that, no transaction is begun. Only its last responses
    /// tell, since it depends on the variables and on what the server knows already.
    #[must_use]
    pub fn takes_one_statement(&self) -> bool {
        self.0.in_a_row.load(Relaxed) > self.0.suspicion.load(Relaxed)
    }

    /// To be called with how many statements answered it.
    pub fn note_statements(&self, count: u32) {
        match count {
            // It read nothing, which tells nothing.
            0 => {}
            1 => {
                let next = self.0.in_a_row.load(Relaxed).saturating_add(1);
                self.0.in_a_row.store(next, Relaxed);
            }
            _ => self.0.in_a_row.store(0, Relaxed),
        }
    }

    /// To be called where one statement was expected in vain: each time, the next is expected later.
    pub fn note_mistake(&self) {
        let doubled = self.0.suspicion.load(Relaxed).saturating_mul(2) + 1;
        self.0.suspicion.store(doubled.min(PATIENCE), Relaxed);
        self.0.in_a_row.store(0, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many responses of one statement the next is expected to be.
    fn until_expected(known: &Known) -> u32 {
        let mut count = 0;
        while !known.takes_one_statement() {
            known.note_statements(1);
            count += 1;
        }
        count
    }

    #[test]
    fn who_was_wrong_waits_longer() {
        let known = Known::default();
        assert!(!known.takes_one_statement());
        assert_eq!(until_expected(&known), 1);
        let mut waits = Vec::new();
        for _ in 0..9 {
            known.note_mistake();
            waits.push(until_expected(&known));
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 65, 65, 65]);
        for _ in 0..1_000 {
            known.note_statements(1);
        }
        assert!(known.takes_one_statement(), "it goes no further");
    }

    #[test]
    fn what_took_more_is_watched_anew() {
        let known = Known::default();
        known.note_statements(1);
        known.note_statements(0);
        assert!(known.takes_one_statement());
        known.note_statements(3);
        assert!(!known.takes_one_statement());
        assert_eq!(until_expected(&known), 1);
    }
}
