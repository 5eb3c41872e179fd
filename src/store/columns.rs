//! Rows read by the place of their columns.
//!
//! Diesel finds the columns of hand-written statements by name, comparing every name with every other for each row: with
//! the sixty columns of a joined list that alone would cost more than the rest of the response.

use diesel::deserialize::{self, FromSql};
use diesel::pg::Pg;
use diesel::row::{Field, Row};

/// The columns of one row, taken one after the other in the order of the `SELECT`.
pub(super) struct Columns<'c, R> {
    row: &'c R,
    next: usize,
}

impl<'c, 'r, R: Row<'r, Pg>> Columns<'c, R> {
    /// All columns of a row.
    pub(super) const fn of(row: &'c R) -> Self {
        Self { row, next: 0 }
    }

    /// The next one.
    ///
    /// # Errors
    /// When there is none, or it is of another type.
    pub(super) fn take<ST, T: FromSql<ST, Pg>>(&mut self) -> deserialize::Result<T> {
        let field = Row::get(self.row, self.next)
            .ok_or_else(|| format!("no column {} in the row", self.next))?;
        self.next += 1;
        T::from_nullable_sql(field.value())
    }

    /// Passes over the next ones where the first of them is null: what a join did not find. Tells whether it did.
    fn skip_missing(&mut self, count: usize) -> bool {
        let missing = Row::get(self.row, self.next).is_some_and(|field| field.is_null());
        if missing {
            self.next += count;
        }
        missing
    }
}

/// What is made of columns that stand together.
pub(super) trait FromColumns: Sized {
    /// Takes its columns.
    ///
    /// # Errors
    /// As [`Columns::take`].
    fn take<'r>(columns: &mut Columns<'_, impl Row<'r, Pg>>) -> deserialize::Result<Self>;
}

/// What a join may not have found: then the first of its columns is null, which it never is otherwise.
pub(super) trait FromJoin: FromColumns {
    /// How many columns it has.
    const COLUMNS: usize;

    /// Takes its columns, or passes over them.
    ///
    /// # Errors
    /// As [`Columns::take`].
    fn take_maybe<'r>(
        columns: &mut Columns<'_, impl Row<'r, Pg>>,
    ) -> deserialize::Result<Option<Self>> {
        if columns.skip_missing(Self::COLUMNS) {
            return Ok(None);
        }
        Self::take(columns).map(Some)
    }
}
