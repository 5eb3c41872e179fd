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

    /// The next one, which is an array of records: the rows of a list that stands beside a row.
    ///
    /// # Errors
    /// As [`Columns::take`].
    pub(super) fn take_list<T: FromRecord>(&mut self) -> deserialize::Result<Vec<T>> {
        T::read(self)
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

/// What is also made of a record, `ROW(…)` of the same columns.
pub(super) trait FromRecord: FromColumns {
    /// Reads the next column, an array of such records.
    ///
    /// # Errors
    /// As [`Columns::take`].
    fn read<'r>(columns: &mut Columns<'_, impl Row<'r, Pg>>) -> deserialize::Result<Vec<Self>>;
}

/// Defines what is read by place: its fields in the order of their columns, each with the column's type.
macro_rules! by_place {
    ($(#[$doc:meta])* $vis:vis struct $name:ident { $($field:ident: $sql:ty => $type:ty,)+ }) => {
        $(#[$doc])*
        $vis struct $name {
            $($field: $type,)+
        }

        impl $crate::store::columns::FromColumns for $name {
            fn take<'r>(
                columns: &mut $crate::store::columns::Columns<'_, impl diesel::row::Row<'r, diesel::pg::Pg>>,
            ) -> diesel::deserialize::Result<Self> {
                Ok(Self { $($field: columns.take::<$sql, _>()?,)+ })
            }
        }

        impl $crate::store::columns::FromJoin for $name {
            const COLUMNS: usize = [$(stringify!($field)),+].len();
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Record<($($sql,)+)>, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                type Record = diesel::sql_types::Record<($($sql,)+)>;
                let record = diesel::deserialize::FromSql::<Record, diesel::pg::Pg>::from_sql(value);
                let ($($field,)+): ($($type,)+) = record?;
                Ok(Self { $($field,)+ })
            }
        }

        impl $crate::store::columns::FromRecord for $name {
            fn read<'r>(
                columns: &mut $crate::store::columns::Columns<'_, impl diesel::row::Row<'r, diesel::pg::Pg>>,
            ) -> diesel::deserialize::Result<Vec<Self>> {
                type Record = diesel::sql_types::Record<($($sql,)+)>;
                columns.take::<diesel::sql_types::Array<Record>, _>()
            }
        }
    };
}
pub(super) use by_place;
