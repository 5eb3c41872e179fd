//! The order of fields. async-graphql answers them in the order in which they are resolved; the specification wants
//! the order in which they were asked for (section 6.3.2, "Field Collection").

use crate::graphql::operation::meant;
use crate::graphql::plain::is_written;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Value};

/// What an operation asks for, in its order.
pub(super) struct Asked {
    plan: Plan,
    merges: bool,
}

/// What is asked for of one object: by the name under which it is answered, in the order of its first mention.
#[derive(Default)]
struct Plan(Vec<(Name, Plan)>);

impl Asked {
    /// Reads a document that was held against [`Limits`](crate::graphql::limits::Limits), so that spreading its fragments
    /// out ends soon.
    pub(super) fn of(document: &ExecutableDocument, operation: Option<&str>) -> Self {
        let mut merges = false;
        let operation = meant(document, operation);
        let plan = operation
            .map(|operation| plan(&[&operation.selection_set.node], document, &mut merges))
            .unwrap_or_default();
        Self { plan, merges }
    }

    /// Whether an object or a list is asked for in several places, whose answers are merged.
    pub(super) const fn merges(&self) -> bool {
        self.merges
    }

    /// Puts the data into the order of the operation's selections.
    pub(super) fn order(&self, data: &mut Value) {
        self.plan.apply(data);
    }
}

fn plan(selections: &[&SelectionSet], document: &ExecutableDocument, merges: &mut bool) -> Plan {
    let mut asked = IndexMap::new();
    for selection in selections {
        collect(selection, document, &mut asked);
    }
    let fields = asked.into_iter();
    let fields = fields.map(|(name, inner): (&Name, Vec<&SelectionSet>)| {
        *merges |= inner.len() > 1 && inner.iter().any(|set| !set.items.is_empty());
        (name.clone(), plan(&inner, document, merges))
    });
    Plan(fields.collect())
}

fn collect<'a>(
    selection: &'a SelectionSet,
    document: &'a ExecutableDocument,
    asked: &mut IndexMap<&'a Name, Vec<&'a SelectionSet>>,
) {
    for item in &selection.items {
        match &item.node {
            Selection::Field(field) => {
                let name = &field.node.response_key().node;
                let inner = asked.entry(name).or_default();
                inner.push(&field.node.selection_set.node);
            }
            Selection::InlineFragment(fragment) => {
                collect(&fragment.node.selection_set.node, document, asked);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name) {
                    collect(&fragment.node.selection_set.node, document, asked);
                }
            }
        }
    }
}

impl Plan {
    fn apply(&self, value: &mut Value) {
        match value {
            Value::Object(fields) if !self.0.is_empty() && !is_written(fields) => {
                self.object(fields);
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.apply(item)),
            _ => {}
        }
    }

    fn object(&self, fields: &mut IndexMap<Name, Value>) {
        if !self.is_order_of(fields) {
            let mut sorted = IndexMap::with_capacity(fields.len());
            for (name, _) in &self.0 {
                // What a fragment on another type asks for is not there.
                if let Some((name, value)) = fields.swap_remove_entry(name) {
                    sorted.insert(name, value);
                }
            }
            sorted.extend(fields.drain(..));
            *fields = sorted;
        }
        for (name, inner) in &self.0 {
            if !inner.0.is_empty()
                && let Some(value) = fields.get_mut(name)
            {
                inner.apply(value);
            }
        }
    }

    /// Most are in order by themselves, and looking costs less than sorting.
    fn is_order_of(&self, fields: &IndexMap<Name, Value>) -> bool {
        let mut asked = self.0.iter();
        fields
            .keys()
            .all(|field| asked.any(|(name, _)| name == field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use async_graphql::value;

    fn sorted(query: &str, mut data: Value) -> String {
        Asked::of(&parse_query(query).unwrap(), None).order(&mut data);
        data.to_string()
    }

    #[test]
    fn what_is_merged_is_known() {
        for (query, merges) in [
            ("{ a a b { c } }", false),
            ("{ b { c } d: b { c } }", false),
            ("{ b { c } b { d } }", true),
            ("{ ...F b { c } } fragment F on Query { b { d } }", true),
            ("{ a { ...F b { c } } } fragment F on A { b { d } }", true),
        ] {
            let document = parse_query(query).unwrap();
            assert_eq!(Asked::of(&document, None).merges(), merges, "{query}");
        }
    }

    #[test]
    fn fields_come_as_they_were_asked_for() {
        let data =
            value!({ "c": 3, "list": [{ "y": 2, "x": 1 }], "a": 1, "b": { "e": 5, "d": 4 } });
        let query = "{ a ...F c list { x y } } fragment F on Query { b { d } b { e } }";
        assert_eq!(
            sorted(query, data),
            "{a: 1, b: {d: 4, e: 5}, c: 3, list: [{x: 1, y: 2}]}"
        );
    }

    #[test]
    fn aliases_and_types_do_not_matter() {
        let data = value!({ "z": 1, "__typename": "T", "k": 2 });
        let query = "{ __typename ... on A { other } k: key ... on B { z: zed } }";
        assert_eq!(sorted(query, data), "{__typename: \"T\", k: 2, z: 1}");
    }
}
