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

    /// What to read from, as `p` with these ids as `p.id`: a row for each thing, to join what belongs to it.
    ///
    /// Most often there is one. Postgres takes a list for ten rows and sorts what it joins; one, as a constant, vanishes
    /// from the plan.
    pub fn each(&mut self, ids: &[Uuid]) -> String {
        if let [id] = ids {
            return format!("(SELECT {}::uuid AS id) AS p", self.push(Bind::Uuid(*id)));
        }
        let ids = self.push(Bind::Uuids(ids.to_vec()));
        format!("unnest({ids}) AS p (id)")
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
