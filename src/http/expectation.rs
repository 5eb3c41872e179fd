//! How many statements a document is likely to take.

/// How many responses in a row have to take as many statements, at most, for the next to be expected to.
const PATIENCE: u8 = 64;

/// What the last responses tell. Only they do, since it depends on the variables and on what the server knows already.
#[derive(Debug, Default)]
pub struct Expectation {
    /// How many statements the last response took.
    statements: u32,
    /// How many responses in a row took as many.
    in_a_row: u8,
    /// How many have to, less one.
    suspicion: u8,
}

impl Expectation {
    /// How many statements the next response is likely to take; none where that is not known.
    #[must_use]
    pub fn statements(&self) -> Option<u32> {
        (self.in_a_row > self.suspicion).then_some(self.statements)
    }

    /// To be called with how many statements a response took.
    pub const fn note(&mut self, statements: u32) {
        if statements == 0 {
            // It read nothing, which tells nothing.
        } else if statements == self.statements {
            self.in_a_row = self.in_a_row.saturating_add(1);
        } else {
            self.statements = statements;
            self.in_a_row = 1;
        }
    }

    /// To be called where a response took more than was expected: each time, the next is expected later.
    pub fn note_mistake(&mut self) {
        self.suspicion = self
            .suspicion
            .saturating_mul(2)
            .saturating_add(1)
            .min(PATIENCE);
        self.in_a_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many responses of so many statements the next is expected to take as many.
    fn until_expected(expectation: &mut Expectation, statements: u32) -> u32 {
        let mut count = 0;
        while expectation.statements() != Some(statements) {
            expectation.note(statements);
            count += 1;
        }
        count
    }

    #[test]
    fn who_was_wrong_waits_longer() {
        let mut expectation = Expectation::default();
        assert_eq!(expectation.statements(), None);
        assert_eq!(until_expected(&mut expectation, 3), 1);
        let mut waits = Vec::new();
        for _ in 0..9 {
            expectation.note_mistake();
            assert_eq!(expectation.statements(), None);
            waits.push(until_expected(&mut expectation, 3));
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 65, 65, 65]);
        for _ in 0..1_000 {
            expectation.note(3);
        }
        assert_eq!(expectation.statements(), Some(3), "it goes no further");
    }

    #[test]
    fn what_took_another_number_is_watched_anew() {
        let mut expectation = Expectation::default();
        expectation.note(1);
        expectation.note(0);
        assert_eq!(expectation.statements(), Some(1));
        expectation.note(3);
        assert_eq!(expectation.statements(), Some(3));
        expectation.note_mistake();
        expectation.note(3);
        expectation.note(1);
        assert_eq!(expectation.statements(), None);
        assert_eq!(until_expected(&mut expectation, 1), 1);
    }
}
