//! Limits that a request is held to before any work is done for it.

use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Positioned, Value as ConstValue, Variables};
use async_graphql_value::Value;

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
    /// What the operation may cost: the fields that its answer can have, by the page sizes it asks for.
    pub cost: u64,
    /// Aliases in all of the operation.
    pub aliases: usize,
    /// Directives in all of the operation.
    pub directives: usize,
    /// Items in all lists of its arguments and variables.
    pub list_items: usize,
    /// Whether the schema may be asked about itself.
    pub introspection: bool,
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
            cost: 1_000_000,
            aliases: 500,
            directives: 100,
            list_items: 10_000,
            introspection: true,
            page_default: 25,
            page_max: 100,
            ids: 100,
            filter_conditions: 50,
            filter_depth: 5,
            count_filters: 20,
        }
    }
}

/// Fragments within fragments. A walk through them recurses, and must not come to the end of its stack.
const FRAGMENTS: usize = 50;

impl Limits {
    /// Counts the fields of every operation, at its root and in all, with their aliases, directives and lists.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there are too many, or a fragment is within itself.
    pub fn check(&self, document: &ExecutableDocument) -> Result<()> {
        let check = |operation: &OperationDefinition| {
            let mut count = Count {
                document,
                within: Vec::new(),
                root: self.root_fields,
                all: self.fields,
                aliases: self.aliases,
                directives: self.directives,
                list_items: self.list_items,
            };
            count.directives(&operation.directives)?;
            for variable in &operation.variable_definitions {
                count.directives(&variable.node.directives)?;
            }
            count.take(&operation.selection_set.node, true)
        };
        let taken = match &document.operations {
            DocumentOperations::Single(operation) => check(&operation.node),
            DocumentOperations::Multiple(operations) => operations
                .values()
                .try_for_each(|operation| check(&operation.node)),
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
                Excess::Aliases => format!(
                    "The operation has more than {} aliases; split it into several requests.",
                    self.aliases
                ),
                Excess::Directives => {
                    format!("The operation has more than {} directives.", self.directives)
                }
                Excess::ListItems => self.too_many_items(),
                Excess::Cycle => "A fragment is within itself.".to_owned(),
                Excess::Fragments => {
                    format!("Fragments are within fragments deeper than {FRAGMENTS} levels.")
                }
            };
            Error::request("BAD_USER_INPUT", message)
        })
    }
}

impl Limits {
    /// Counts the items of all lists in the variables.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there are too many.
    pub fn check_lists(&self, variables: &Variables) -> Result<()> {
        let mut left = self.list_items;
        let taken = variables
            .values()
            .try_for_each(|value| take_items(value, &mut left));
        taken.map_err(|_excess| Error::request("BAD_USER_INPUT", self.too_many_items()))
    }

    /// Holds a cost against the limit.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is too high.
    pub fn check_cost(&self, cost: u64) -> Result<()> {
        if cost <= self.cost {
            return Ok(());
        }
        let message = format!(
            "The operation costs {cost}, and may cost {} at most: ask for smaller pages, or fewer lists within lists.",
            self.cost
        );
        Err(Error::request("BAD_USER_INPUT", message))
    }

    fn too_many_items(&self) -> String {
        format!(
            "The lists of the arguments and variables have more than {} items together; split them into several requests.",
            self.list_items
        )
    }
}

fn take_items(value: &ConstValue, left: &mut usize) -> std::result::Result<(), Excess> {
    match value {
        ConstValue::List(items) => {
            *left = left.checked_sub(items.len()).ok_or(Excess::ListItems)?;
            items.iter().try_for_each(|item| take_items(item, left))
        }
        ConstValue::Object(fields) => fields
            .values()
            .try_for_each(|value| take_items(value, left)),
        _ => Ok(()),
    }
}

enum Excess {
    Root,
    All,
    Aliases,
    Directives,
    ListItems,
    Cycle,
    Fragments,
}

struct Count<'a> {
    document: &'a ExecutableDocument,
    within: Vec<&'a str>,
    root: usize,
    all: usize,
    aliases: usize,
    directives: usize,
    list_items: usize,
}

impl<'a> Count<'a> {
    fn directives(
        &mut self,
        directives: &[Positioned<Directive>],
    ) -> std::result::Result<(), Excess> {
        let left = self.directives.checked_sub(directives.len());
        self.directives = left.ok_or(Excess::Directives)?;
        Ok(())
    }

    fn items(&mut self, value: &Value) -> std::result::Result<(), Excess> {
        match value {
            Value::List(items) => {
                let left = self.list_items.checked_sub(items.len());
                self.list_items = left.ok_or(Excess::ListItems)?;
                items.iter().try_for_each(|item| self.items(item))
            }
            Value::Object(fields) => fields.values().try_for_each(|value| self.items(value)),
            _ => Ok(()),
        }
    }

    /// Takes the selection's fields from what is left. Every fragment comes to one in the end, so this ends soon.
    fn take(&mut self, selection: &'a SelectionSet, root: bool) -> std::result::Result<(), Excess> {
        for item in &selection.items {
            match &item.node {
                Selection::Field(field) => {
                    if field.node.alias.is_some() {
                        self.aliases = self.aliases.checked_sub(1).ok_or(Excess::Aliases)?;
                    }
                    self.directives(&field.node.directives)?;
                    for (_, value) in &field.node.arguments {
                        self.items(&value.node)?;
                    }
                    self.all = self.all.checked_sub(1).ok_or(Excess::All)?;
                    if root {
                        self.root = self.root.checked_sub(1).ok_or(Excess::Root)?;
                    }
                    self.take(&field.node.selection_set.node, false)?;
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.node.directives)?;
                    self.take(&fragment.node.selection_set.node, root)?;
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives)?;
                    let name = spread.node.fragment_name.node.as_str();
                    if self.within.contains(&name) {
                        return Err(Excess::Cycle);
                    }
                    if self.within.len() >= FRAGMENTS {
                        return Err(Excess::Fragments);
                    }
                    match self.document.fragments.get(name) {
                        Some(fragment) => {
                            self.within.push(name);
                            self.take(&fragment.node.selection_set.node, root)?;
                            self.within.pop();
                        }
                        // For validation to name. It counts, so that fragments of nothing else end soon, too.
                        None => self.all = self.all.checked_sub(1).ok_or(Excess::All)?,
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
    fn aliases_directives_and_lists_count_wherever_they_are() {
        let limits = Limits {
            aliases: 2,
            directives: 2,
            list_items: 3,
            ..Limits::default()
        };
        let check = |query: &str| limits.check(&parse_query(query).unwrap());
        assert!(check("{ viewer { a: user { b: id } } }").is_ok());
        let error =
            check("{ viewer { a: user { b: id } ...F } } fragment F on Viewer { c: user { id } }");
        assert!(error.unwrap_err().to_string().contains("2 aliases"));
        assert!(check("{ asOf @skip(if: false) @include(if: true) }").is_ok());
        for query in [
            "{ asOf @a @b @c }",
            "query @a { asOf @b ... @c { asOf } }",
            "query($x: Int @a) { asOf @b ...F @c } fragment F on Query { asOf }",
        ] {
            let error = check(query).unwrap_err().to_string();
            assert!(error.contains("2 directives"), "{query}: {error}");
        }
        assert!(check("{ a(x: [1, 2, 3]) }").is_ok());
        for query in [
            "{ a(x: [1, 2, 3, 4]) }",
            "{ a(x: [[1, 2], 3]) }",
            "{ a(x: { y: [1, 2] }) b(x: [1, 2]) }",
        ] {
            let error = check(query).unwrap_err().to_string();
            assert!(error.contains("3 items"), "{query}: {error}");
        }
        let variables = |json| Variables::from_json(json);
        assert!(
            limits
                .check_lists(&variables(serde_json::json!({ "x": [1, 2, 3] })))
                .is_ok()
        );
        assert!(
            limits
                .check_lists(&variables(
                    serde_json::json!({ "x": [1, 2], "y": { "z": [[3]] } })
                ))
                .is_err()
        );
    }

    #[test]
    fn fragments_without_fields_end() {
        let mut doubling = "{ ...F0 }".to_owned();
        for level in 0..40 {
            let next = level + 1;
            doubling += &format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}");
        }
        let error = check(&doubling).unwrap_err().to_string();
        assert!(error.contains("5000 fields"), "{error}");
        let mut chain = "{ ...F0 }".to_owned();
        for level in 0..60_000 {
            let next = level + 1;
            chain += &format!(" fragment F{level} on Query {{ ...F{next} }}");
        }
        let error = check(&chain).unwrap_err().to_string();
        assert!(error.contains("50 levels"), "{error}");
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
