//! Values of a statement, collected while its text is put together: nothing a client sent is ever in the text.

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

    /// All of them.
    pub fn into_vec(self) -> Vec<Bind> {
        self.0
    }
}
