//! Values of a statement, collected while its text is put together: nothing a client sent is ever in the text.

use uuid::Uuid;

use crate::store::sql::Bind;

/// The values, in the order of their `$1`, `$2` ….
#[derive(Debug, Default)]
pub(super) struct Binds(Vec<Bind>);

impl Binds {
    /// Adds a value; returns the placeholder that stands for it.
    pub fn push(&mut self, value: Bind) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }

    /// What to read from, as `p` with these columns: ids of things, a row for each, to join what belongs to each.
    ///
    /// Most often there is one. Postgres takes a list for ten rows and sorts what it joins; one, as constants, vanishes
    /// from the plan.
    pub fn parents<const N: usize>(&mut self, columns: [&str; N], rows: &[[Uuid; N]]) -> String {
        if let [row] = rows {
            let values = row.map(|id| self.push(Bind::Uuid(id)));
            let named = values.iter().zip(columns);
            let named: Vec<_> = named
                .map(|(value, column)| format!("{value}::uuid AS {column}"))
                .collect();
            return format!("(SELECT {}) AS p", named.join(", "));
        }
        let ids = |column: usize| rows.iter().filter_map(move |row| row.get(column).copied());
        let lists: Vec<_> = (0..N)
            .map(|column| self.push(Bind::Uuids(ids(column).collect())))
            .collect();
        format!("unnest({}) AS p ({})", lists.join(", "), columns.join(", "))
    }

    /// The same with the things' own ids, as `p.id`.
    pub fn each(&mut self, ids: &[Uuid]) -> String {
        let rows: Vec<_> = ids.iter().map(|id| [*id]).collect();
        self.parents(["id"], &rows)
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<Bind> {
        self.0
    }
}

/// What an id must be, and the value for `$2`. One is asked for most often, and Postgres, which takes a list for ten, then
/// joins as for one row.
pub(super) fn is_one_of(mut ids: Vec<Uuid>) -> (&'static str, Bind) {
    match ids.pop() {
        Some(id) if ids.is_empty() => ("= $2", Bind::Uuid(id)),
        last => {
            ids.extend(last);
            ("= ANY($2)", Bind::Uuids(ids))
        }
    }
}
