//! Variables that the client left out: what is given such a variable is left out itself.
//!
//! async-graphql reads them as null wherever they stand. The specification (3.10, "Input Coercion"; 6.4.1) wants the
//! argument or the field of an input left out, and the difference is one between "unchanged" and "cleared", or between
//! "any owner" and "nobody".

use std::collections::HashSet;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Request, Variables};
use async_graphql_value::Value;

use crate::graphql::operation::{meant, meant_mut};

/// Takes out of the request's document whatever is given a variable without a value. A list keeps its null.
pub fn leave_out(request: &mut Request) {
    let (name, variables) = (request.operation_name.clone(), request.variables.clone());
    let Ok(document) = request.parsed_query() else {
        // What cannot be read is told elsewhere.
        return;
    };
    let missing = missing(document, name.as_deref(), &variables);
    if missing.is_empty() {
        return;
    }
    let mut document = document.clone();
    take_out(&mut document, name.as_deref(), &missing);
    request.set_parsed_query(document);
}

/// The variables of the operation that have neither a value nor a default.
fn missing(
    document: &ExecutableDocument,
    operation: Option<&str>,
    variables: &Variables,
) -> HashSet<Name> {
    let operation = meant(document, operation);
    let definitions = operation.map(|operation| &operation.variable_definitions);
    let definitions = definitions.into_iter().flatten().map(|one| &one.node);
    definitions
        .filter(|one| one.default_value.is_none() && !variables.contains_key(&one.name.node))
        // One that must be given is told elsewhere.
        .filter(|one| one.var_type.node.nullable)
        .map(|one| one.name.node.clone())
        .collect()
}

fn take_out(document: &mut ExecutableDocument, operation: Option<&str>, missing: &HashSet<Name>) {
    let mut taken = HashSet::new();
    let mut take = |selection: &mut SelectionSet| {
        each_value(selection, &mut |arguments| {
            arguments.retain_mut(|(_, value)| keeps(&mut value.node, missing, &mut taken));
        });
    };
    for fragment in document.fragments.values_mut() {
        take(&mut fragment.node.selection_set.node);
    }
    if let Some(operation) = meant_mut(document, operation) {
        take(&mut operation.selection_set.node);
    }
    // A variable that nothing uses is refused: one that was taken out everywhere goes with its uses.
    let mut used = HashSet::new();
    for fragment in document.fragments.values_mut() {
        uses(&mut fragment.node.selection_set.node, &mut used);
    }
    let forget = |operation: &mut OperationDefinition| {
        let mut used = used.clone();
        uses(&mut operation.selection_set.node, &mut used);
        operation.variable_definitions.retain(|definition| {
            let name = &definition.node.name.node;
            used.contains(name) || !taken.contains(name)
        });
    };
    match &mut document.operations {
        DocumentOperations::Single(only) => forget(&mut only.node),
        DocumentOperations::Multiple(all) => {
            all.values_mut().for_each(|one| forget(&mut one.node));
        }
    }
}

type Arguments = Vec<(Positioned<Name>, Positioned<Value>)>;

/// Shows the arguments of each field within. The document was held against the limits of nesting before.
fn each_value(selection: &mut SelectionSet, see: &mut impl FnMut(&mut Arguments)) {
    for item in &mut selection.items {
        match &mut item.node {
            Selection::Field(field) => {
                see(&mut field.node.arguments);
                each_value(&mut field.node.selection_set.node, see);
            }
            Selection::InlineFragment(fragment) => {
                each_value(&mut fragment.node.selection_set.node, see);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// Whether the value stays; takes out what does not within it.
fn keeps(value: &mut Value, missing: &HashSet<Name>, taken: &mut HashSet<Name>) -> bool {
    match value {
        Value::Variable(name) if missing.contains(name) => {
            taken.insert(name.clone());
            false
        }
        Value::Object(fields) => {
            fields.retain(|_, value| keeps(value, missing, taken));
            true
        }
        Value::List(items) => {
            for item in items {
                if !matches!(item, Value::Variable(_)) {
                    keeps(item, missing, taken);
                }
            }
            true
        }
        _ => true,
    }
}

/// Collects the variables that are used within, those of directives too.
fn uses(selection: &mut SelectionSet, used: &mut HashSet<Name>) {
    each_value(selection, &mut |arguments| {
        for (_, value) in arguments {
            variables_of(&value.node, used);
        }
    });
    each_directive(selection, used);
}

fn each_directive(selection: &SelectionSet, used: &mut HashSet<Name>) {
    for item in &selection.items {
        let (directives, inner) = match &item.node {
            Selection::Field(field) => {
                let field = &field.node;
                (&field.directives, Some(&field.selection_set.node))
            }
            Selection::InlineFragment(fragment) => {
                let fragment = &fragment.node;
                (&fragment.directives, Some(&fragment.selection_set.node))
            }
            Selection::FragmentSpread(spread) => (&spread.node.directives, None),
        };
        let values = directives.iter().flat_map(|one| &one.node.arguments);
        values.for_each(|(_, value)| variables_of(&value.node, used));
        if let Some(inner) = inner {
            each_directive(inner, used);
        }
    }
}

fn variables_of(value: &Value, used: &mut HashSet<Name>) {
    match value {
        Value::Variable(name) => {
            used.insert(name.clone());
        }
        Value::Object(fields) => fields.values().for_each(|one| variables_of(one, used)),
        Value::List(items) => items.iter().for_each(|one| variables_of(one, used)),
        _ => {}
    }
}
