//! Limits that a request is held to before any work is done for it.

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Selection, SelectionSet,
};

use crate::error::{Error, Result};

/// How much one request may ask for (RULES, Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Levels of nested fields.
    pub depth: usize,
    /// Fields at the root of the operation, aliases and fragments counted.
    pub root_fields: usize,
    /// Fields in all of the operation, its fragments spread out: what bounds the work of looking at it.
    pub fields: usize,
    /// Rows of a page where the request does not say.
    pub page_default: u16,
    /// Rows of a page at most.
    pub page_max: u16,
    /// Ids in one list.
    pub ids: usize,
    /// Conditions of one filter.
    pub filter_conditions: usize,
    /// Levels of one filter.
    pub filter_depth: usize,
    /// Filters in one `counts`.
    pub count_filters: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 15,
            root_fields: 30,
            fields: 5_000,
            page_default: 25,
            page_max: 100,
            ids: 100,
            filter_conditions: 50,
            filter_depth: 5,
            count_filters: 20,
        }
    }
}

impl Limits {
    /// Counts the fields of every operation, at its root and in all.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there are too many, or a fragment is within itself.
    pub fn check(&self, document: &ExecutableDocument) -> Result<()> {
        let check = |selection: &SelectionSet| {
            let mut count = Count {
                document,
                within: Vec::new(),
                root: self.root_fields,
                all: self.fields,
            };
            count.take(selection, true)
        };
        let taken = match &document.operations {
            DocumentOperations::Single(operation) => check(&operation.node.selection_set.node),
            DocumentOperations::Multiple(operations) => operations
                .values()
                .try_for_each(|operation| check(&operation.node.selection_set.node)),
        };
        taken.map_err(|excess| {
            let message = match excess {
                Excess::Root => format!(
                    "The operation has more than {} fields at its root; split it into several requests.",
                    self.root_fields
                ),
                Excess::All => format!(
                    "The operation has more than {} fields, those of its fragments counted at every place.",
                    self.fields
                ),
                Excess::Cycle => "A fragment is within itself.".to_owned(),
            };
            Error::request("BAD_USER_INPUT", message)
        })
    }
}

enum Excess {
    Root,
    All,
    Cycle,
}

struct Count<'a> {
    document: &'a ExecutableDocument,
    within: Vec<&'a str>,
    root: usize,
    all: usize,
}

impl<'a> Count<'a> {
    /// Takes the selection's fields from what is left. Every fragment has a field, so this ends soon.
    fn take(&mut self, selection: &'a SelectionSet, root: bool) -> std::result::Result<(), Excess> {
        for item in &selection.items {
            match &item.node {
                Selection::Field(field) => {
                    self.all = self.all.checked_sub(1).ok_or(Excess::All)?;
                    if root {
                        self.root = self.root.checked_sub(1).ok_or(Excess::Root)?;
                    }
                    self.take(&field.node.selection_set.node, false)?;
                }
                Selection::InlineFragment(fragment) => {
                    self.take(&fragment.node.selection_set.node, root)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if self.within.contains(&name) {
                        return Err(Excess::Cycle);
                    }
                    // One that is not there is for validation to name.
                    if let Some(fragment) = self.document.fragments.get(name) {
                        self.within.push(name);
                        self.take(&fragment.node.selection_set.node, root)?;
                        self.within.pop();
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn check(query: &str) -> Result<()> {
        let limits = Limits {
            root_fields: 3,
            ..Limits::default()
        };
        limits.check(&parse_query(query).unwrap())
    }

    #[test]
    fn aliases_count_also_in_fragments() {
        assert!(check("{ a: asOf b: asOf c: asOf }").is_ok());
        assert!(check("{ a: asOf b: asOf c: asOf d: asOf }").is_err());
        assert!(
            check("{ a: asOf ...F ...F } fragment F on Query { b: asOf ... { c: asOf } }").is_err()
        );
        assert!(check("query A { asOf } query B { a: asOf b: asOf c: asOf d: asOf }").is_err());
    }

    #[test]
    fn a_fragment_within_itself_ends() {
        assert!(check("{ ...F } fragment F on Query { asOf ...F }").is_err());
    }

    #[test]
    fn fragments_that_double_end() {
        let mut query = "{ viewer { ...F0 } }".to_owned();
        for level in 0..40 {
            let next = level + 1;
            query += &format!(" fragment F{level} on Viewer {{ ...F{next} ...F{next} }}");
        }
        query += " fragment F40 on Viewer { __typename }";
        let error = check(&query).unwrap_err().to_string();
        assert!(error.contains("5000 fields"), "{error}");
    }
}
