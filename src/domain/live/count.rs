//! How many conversations a list has, kept by what each cascade adds and takes away.

use std::collections::BTreeSet;

use crate::domain::event::Position;

/// A number that is exact at the positions at which it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    total: i64,
    /// Entries that the reading contains already, and which have not come yet.
    seen: BTreeSet<Position>,
    /// What came since a reading was begun, which is not known yet; none where none is on its way.
    reading: Option<Vec<(Position, Option<i64>)>>,
    /// Whether it has to be read, anew or at all.
    unknown: bool,
}

impl Count {
    /// A number that was not read yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            unknown: true,
            ..Self::default()
        }
    }

    /// Whether it has to be read.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.unknown
    }

    /// A reading begins: what comes from now on is noted, until [`Count::read`].
    pub fn begin(&mut self) {
        self.unknown = false;
        self.seen.clear();
        self.reading = Some(Vec::new());
    }

    /// The reading could not be made: it has to be tried again.
    pub fn failed(&mut self) {
        self.reading = None;
        self.unknown = true;
    }

    /// The reading: so many, the entries contained that came or will come after it was begun.
    pub fn read(&mut self, total: i64, mut seen: BTreeSet<Position>) {
        self.total = total;
        for (position, delta) in self.reading.take().unwrap_or_default() {
            if !seen.remove(&position) {
                self.add(delta);
            }
        }
        self.seen = seen;
    }

    /// An entry has come; none where it does not say what it adds.
    pub fn apply(&mut self, position: Position, delta: Option<i64>) {
        if let Some(reading) = &mut self.reading {
            if delta != Some(0) {
                reading.push((position, delta));
            }
        } else if !self.seen.remove(&position) {
            self.add(delta);
        }
    }

    fn add(&mut self, delta: Option<i64>) {
        match delta {
            Some(delta) => self.total += delta,
            None => self.unknown = true,
        }
    }

    /// It is known from elsewhere.
    pub fn set(&mut self, total: i64) {
        if self.reading.is_none() && self.seen.is_empty() {
            self.total = total;
            self.unknown = false;
        }
    }

    /// The number, where it is exact: all that the reading contains has come.
    #[must_use]
    pub fn exact(&self) -> Option<i64> {
        let exact = !self.unknown && self.reading.is_none() && self.seen.is_empty();
        exact.then_some(self.total)
    }
}
