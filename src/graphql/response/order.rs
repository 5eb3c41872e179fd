//! The order of a response's fields: that of the query, fragments where they are spread.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Value};

/// The fields of one level in their order, each with the selections below it: the same key may be asked for several
/// times, and then all of its selections are one.
struct Level<'a> {
    places: HashMap<&'a str, usize>,
    below: Vec<Vec<&'a SelectionSet>>,
}

impl<'a> Level<'a> {
    fn of(document: &'a ExecutableDocument, sets: &[&'a SelectionSet]) -> Self {
        let mut level = Self { places: HashMap::new(), below: Vec::new() };
        for set in sets {
            level.add(document, set);
        }
        level
    }

    fn add(&mut self, document: &'a ExecutableDocument, set: &'a SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    let next = self.below.len();
                    let place = *self.places.entry(key).or_insert(next);
                    if place == next {
                        self.below.push(Vec::new());
                    }
                    if let Some(below) = self.below.get_mut(place)
                        && !field.node.selection_set.node.items.is_empty()
                    {
                        below.push(&field.node.selection_set.node);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    // Validation has refused fragments that spread themselves.
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(document, &fragment.node.selection_set.node);
                    }
                }
                Selection::InlineFragment(fragment) => self.add(document, &fragment.node.selection_set.node),
            }
        }
    }
}

/// Puts the fields of `data` into the order of the operation.
pub(super) fn order(document: &ExecutableDocument, operation: &OperationDefinition, data: &mut Value) {
    sort(document, &[&operation.selection_set.node], data);
}

fn sort(document: &ExecutableDocument, sets: &[&SelectionSet], value: &mut Value) {
    if !sets.is_empty() {
        let level = Level::of(document, sets);
        let below: Vec<Vec<&SelectionSet>> = level.below.clone();
        sort_value(document, &level.places, &below, value);
    }
}

fn sort_value(
    document: &ExecutableDocument,
    places: &HashMap<&str, usize>,
    below: &[Vec<&SelectionSet>],
    value: &mut Value,
) {
    match value {
        // The items of a list share their selections: worked out once.
        Value::List(items) => {
            for item in items {
                sort_value(document, places, below, item);
            }
        }
        Value::Object(fields) => {
            let place = |name: &Name| places.get(name.as_str()).copied().unwrap_or(usize::MAX);
            if !fields.keys().map(place).is_sorted() {
                fields.sort_by_cached_key(|name, _| place(name));
            }
            for (name, value) in fields.iter_mut() {
                if let Some(sets) = places.get(name.as_str()).and_then(|place| below.get(*place)) {
                    sort(document, sets, value);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::value;

    use super::*;

    #[test]
    fn follows_the_query_through_fragments_and_lists() {
        let query = "{ b ...F a { y x } ... on T { c } a { z } } fragment F on T { d: e }";
        let document = parse_query(query).unwrap();
        let operation = super::super::operation(&document, None).unwrap();
        let mut data = value!({ "c": 1, "d": 2, "a": [{ "z": 3, "x": 4, "y": 5 }], "b": 6 });
        order(&document, operation, &mut data);
        let wanted = r#"{"b":6,"d":2,"a":[{"y":5,"x":4,"z":3}],"c":1}"#;
        assert_eq!(serde_json::to_string(&data).unwrap(), wanted);
    }
}
