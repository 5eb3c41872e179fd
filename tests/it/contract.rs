//! The schema against the contract that clients rely on: names, arguments, types, nullability and defaults.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};

use tandem::graphql::sdl;

type Types = BTreeMap<String, TypeDefinition>;

fn types(sdl: &str) -> Types {
    let document = parse_schema(sdl).expect("a schema");
    let types = document.definitions.into_iter();
    let types = types.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types
        .map(|definition| (definition.name.node.to_string(), definition))
        .collect()
}

/// Holds one list of arguments or input fields against the other.
fn compare_inputs(
    place: &str,
    wanted: &[Positioned<InputValueDefinition>],
    found: &[Positioned<InputValueDefinition>],
    differences: &mut Vec<String>,
) {
    for input in wanted.iter().map(|one| &one.node) {
        let same = found
            .iter()
            .find(|one| one.node.name.node == input.name.node);
        let place = format!("{place}({})", input.name.node);
        let Some(same) = same.map(|one| &one.node) else {
            differences.push(format!("{place} is not there"));
            continue;
        };
        if same.ty.node != input.ty.node {
            differences.push(format!(
                "{place} is {}, not {}",
                same.ty.node, input.ty.node
            ));
        }
        let value = |one: &InputValueDefinition| {
            one.default_value
                .as_ref()
                .map(|value| value.node.to_string())
        };
        if value(input).is_some() && value(same) != value(input) {
            differences.push(format!("{place} has the default {:?}", value(same)));
        }
    }
    let known: BTreeSet<_> = wanted.iter().map(|one| &one.node.name.node).collect();
    for input in found.iter().map(|one| &one.node) {
        let optional = input.ty.node.nullable || input.default_value.is_some();
        if !known.contains(&input.name.node) && !optional {
            differences.push(format!(
                "{place}({}) is added and not optional",
                input.name.node
            ));
        }
    }
}

fn compare_fields(
    place: &str,
    wanted: &[Positioned<FieldDefinition>],
    found: &[Positioned<FieldDefinition>],
    missing: &mut BTreeSet<String>,
    differences: &mut Vec<String>,
) {
    for field in wanted.iter().map(|one| &one.node) {
        let place = format!("{place}.{}", field.name.node);
        let same = found
            .iter()
            .find(|one| one.node.name.node == field.name.node);
        let Some(same) = same.map(|one| &one.node) else {
            missing.insert(place);
            continue;
        };
        if same.ty.node != field.ty.node {
            differences.push(format!(
                "{place} is {}, not {}",
                same.ty.node, field.ty.node
            ));
        }
        compare_inputs(&place, &field.arguments, &same.arguments, differences);
    }
}

fn names(names: &[Positioned<async_graphql::Name>]) -> BTreeSet<String> {
    names.iter().map(|name| name.node.to_string()).collect()
}

#[test]
fn the_schema_keeps_the_contract() {
    let contract = types(include_str!("contract.graphql"));
    let schema = types(&sdl());
    let (mut missing, mut differences) = (BTreeSet::new(), Vec::new());
    for (name, wanted) in &contract {
        let Some(found) = schema.get(name) else {
            missing.insert(name.clone());
            continue;
        };
        match (&wanted.kind, &found.kind) {
            (TypeKind::Scalar, TypeKind::Scalar) => {}
            (TypeKind::Object(wanted), TypeKind::Object(found)) => {
                if !names(&wanted.implements).is_subset(&names(&found.implements)) {
                    differences.push(format!("{name} does not implement all that it should"));
                }
                compare_fields(
                    name,
                    &wanted.fields,
                    &found.fields,
                    &mut missing,
                    &mut differences,
                );
            }
            (TypeKind::Interface(wanted), TypeKind::Interface(found)) => {
                compare_fields(
                    name,
                    &wanted.fields,
                    &found.fields,
                    &mut missing,
                    &mut differences,
                );
            }
            (TypeKind::Union(wanted), TypeKind::Union(found)) => {
                if names(&wanted.members) != names(&found.members) {
                    differences.push(format!("{name} has other members"));
                }
            }
            (TypeKind::Enum(wanted), TypeKind::Enum(found)) => {
                let values = |one: &async_graphql::parser::types::EnumType| -> BTreeSet<_> {
                    one.values
                        .iter()
                        .map(|one| one.node.value.node.to_string())
                        .collect()
                };
                if values(wanted) != values(found) {
                    differences.push(format!("{name} has other values"));
                }
            }
            (TypeKind::InputObject(wanted), TypeKind::InputObject(found)) => {
                compare_inputs(name, &wanted.fields, &found.fields, &mut differences);
            }
            _ => differences.push(format!("{name} is another kind of type")),
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(missing.is_empty(), "not built: {missing:#?}");
}

#[test]
fn every_connection_is_a_relay_connection() {
    let schema = types(&sdl());
    let connections: Vec<_> = schema
        .keys()
        .filter(|name| name.ends_with("Connection"))
        .collect();
    assert!(connections.len() >= 5, "{connections:?}");
    for name in connections {
        let node = name.trim_end_matches("Connection");
        let shown = |name: &str| match &schema[name].kind {
            TypeKind::Object(object) => object
                .fields
                .iter()
                .map(|field| {
                    (
                        field.node.name.node.to_string(),
                        field.node.ty.node.to_string(),
                    )
                })
                .collect::<BTreeMap<_, _>>(),
            other => panic!("{other:?}"),
        };
        let connection = shown(name);
        assert_eq!(connection["edges"], format!("[{node}Edge!]!"));
        assert_eq!(connection["pageInfo"], "PageInfo!");
        assert_eq!(connection["totalCount"], "Int!");
        let edge = shown(&format!("{node}Edge"));
        assert_eq!(edge["cursor"], "String!");
        assert_eq!(format!("[{}]!", edge["node"]), connection["nodes"]);
        let info = shown("PageInfo");
        assert_eq!(info["hasNextPage"], "Boolean!");
        assert_eq!(info["hasPreviousPage"], "Boolean!");
        assert_eq!(info["startCursor"], "String");
        assert_eq!(info["endCursor"], "String");
    }
}

#[test]
fn everything_is_described() {
    let mut bare = Vec::new();
    for (name, definition) in types(&sdl()) {
        if definition.description.is_none() && !matches!(name.as_str(), "Mutation" | "Subscription")
        {
            bare.push(name.clone());
        }
        let inputs = |place: &str, inputs: &[Positioned<InputValueDefinition>]| {
            // The one argument of a mutation is described by its type.
            let bare = inputs.iter().filter(|input| {
                input.node.description.is_none() && input.node.name.node != "input"
            });
            bare.map(|input| format!("{place}({})", input.node.name.node))
                .collect::<Vec<_>>()
        };
        match &definition.kind {
            TypeKind::Object(async_graphql::parser::types::ObjectType { fields, .. })
            | TypeKind::Interface(async_graphql::parser::types::InterfaceType { fields, .. }) => {
                for field in fields.iter().map(|field| &field.node) {
                    let place = format!("{name}.{}", field.name.node);
                    bare.extend(inputs(&place, &field.arguments));
                    if field.description.is_none() {
                        bare.push(place);
                    }
                }
            }
            TypeKind::InputObject(input) => bare.extend(inputs(&name, &input.fields)),
            TypeKind::Enum(all) => {
                for value in all
                    .values
                    .iter()
                    .filter(|one| one.node.description.is_none())
                {
                    bare.push(format!("{name}.{}", value.node.value.node));
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

#[test]
fn the_exported_schema_is_up_to_date() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let exported = std::fs::read_to_string(file).expect("schema.graphql");
    assert!(
        exported == sdl(),
        "the API changed: run `cargo run -- schema > schema.graphql` and look at what `git diff` shows"
    );
}
