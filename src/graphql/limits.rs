//! Limits that a request is held to before any work is done for it.

use std::collections::HashSet;

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
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 15,
            root_fields: 30,
            page_default: 25,
            page_max: 100,
            ids: 100,
            filter_conditions: 50,
            filter_depth: 5,
        }
    }
}

impl Limits {
    /// Counts the fields at the root of every operation.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there are too many.
    pub fn check(&self, document: &ExecutableDocument) -> Result<()> {
        let fits = |selection: &SelectionSet| {
            let mut left = self.root_fields;
            take_fields(selection, document, &mut HashSet::new(), &mut left)
        };
        let fit = match &document.operations {
            DocumentOperations::Single(operation) => fits(&operation.node.selection_set.node),
            DocumentOperations::Multiple(operations) => operations
                .values()
                .all(|operation| fits(&operation.node.selection_set.node)),
        };
        if fit {
            return Ok(());
        }
        Err(Error::request(
            "BAD_USER_INPUT",
            format!(
                "The operation has more than {} fields at its root; split it into several requests.",
                self.root_fields
            ),
        ))
    }
}

/// Takes the selection's fields from what is left; false when that is not enough. A fragment within itself, which
/// validation refuses later, is not followed.
fn take_fields<'a>(
    selection: &'a SelectionSet,
    document: &'a ExecutableDocument,
    within: &mut HashSet<&'a str>,
    left: &mut usize,
) -> bool {
    selection.items.iter().all(|item| match &item.node {
        Selection::Field(_) => {
            let fits = *left > 0;
            *left = left.saturating_sub(1);
            fits
        }
        Selection::InlineFragment(fragment) => {
            take_fields(&fragment.node.selection_set.node, document, within, left)
        }
        Selection::FragmentSpread(spread) => {
            let name = spread.node.fragment_name.node.as_str();
            let Some(fragment) = document.fragments.get(name) else {
                return true;
            };
            if !within.insert(name) {
                return true;
            }
            let fits = take_fields(&fragment.node.selection_set.node, document, within, left);
            within.remove(name);
            fits
        }
    })
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
        assert!(check("{ ...F } fragment F on Query { asOf ...F }").is_ok());
    }
}
