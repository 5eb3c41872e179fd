//! Nulls: a field that failed and may not be null makes its parent null, and so on up.

use std::collections::HashMap;

use crate::graphql::operation::meant;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, FieldDefinition, OperationType, Selection, SelectionSet, Type,
    TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, PathSegment, Positioned, Response, Value};

use crate::domain::access::decisions::Root;

/// What each field may be, read from the schema's own text.
#[derive(Debug, Default)]
pub struct Types {
    fields: HashMap<String, HashMap<String, Type>>,
    /// The objects behind interfaces and unions.
    members: HashMap<String, Vec<String>>,
}

impl Types {
    /// Reads a schema.
    ///
    /// # Errors
    /// When the text is none.
    pub fn read(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let mut types = Self::default();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::Object(object) => {
                    for interface in &object.implements {
                        types
                            .members
                            .entry(interface.node.to_string())
                            .or_default()
                            .push(name.clone());
                    }
                    types.add(name, object.fields);
                }
                TypeKind::Interface(interface) => types.add(name, interface.fields),
                TypeKind::Union(union) => {
                    let members = union.members.iter().map(|member| member.node.to_string());
                    types.members.entry(name).or_default().extend(members);
                }
                _ => {}
            }
        }
        Ok(types)
    }

    fn add(&mut self, name: String, fields: Vec<Positioned<FieldDefinition>>) {
        let field = |field: Positioned<FieldDefinition>| {
            (field.node.name.node.to_string(), field.node.ty.node)
        };
        self.fields
            .insert(name, fields.into_iter().map(field).collect());
    }

    /// Whether a root is known not to have a field.
    pub(in crate::graphql) fn lacks(&self, root: Root, field: &str) -> bool {
        let name = match root {
            Root::Query => "Query",
            Root::Mutation => "Mutation",
            Root::Subscription => "Subscription",
        };
        let fields = self.fields.get(name);
        fields.is_some_and(|fields| !fields.contains_key(field))
    }

    /// Whether an interface or union has that object.
    pub(in crate::graphql) fn has_member(&self, whole: &str, object: &str) -> bool {
        let members = self.members.get(whole);
        members.is_some_and(|members| members.iter().any(|member| member == object))
    }

    /// The type of a field. Where only an interface or union is known, that of the first member with such a field:
    /// fields of one name that differ could not be asked for in one query.
    pub(in crate::graphql) fn field(&self, parent: &str, field: &str) -> Option<&Type> {
        let own = self.fields.get(parent).and_then(|fields| fields.get(field));
        own.or_else(|| {
            let mut members = self.members.get(parent)?.iter();
            members.find_map(|member| self.fields.get(member)?.get(field))
        })
    }
}

/// Sets to null what the errors of a response make null.
pub(super) fn propagate(
    types: &Types,
    document: &ExecutableDocument,
    operation: Option<&str>,
    response: &mut Response,
) {
    let Some(operation) = meant(document, operation) else {
        return;
    };
    let root = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let data = &mut response.data;
    for error in &response.errors {
        if error.path.is_empty() || *data == Value::Null {
            continue;
        }
        let place = Place {
            types,
            document,
            sets: vec![&operation.selection_set.node],
        };
        if !place.settle(root, &error.path, data) {
            *data = Value::Null;
        }
    }
}

/// Where a walk along an error's path stands.
struct Place<'a> {
    types: &'a Types,
    document: &'a ExecutableDocument,
    sets: Vec<&'a SelectionSet>,
}

impl<'a> Place<'a> {
    /// Goes down to what failed and sets it, or the nearest that may be, to null. False: this object itself must be.
    fn settle(&self, parent: &str, path: &[PathSegment], value: &mut Value) -> bool {
        let (Some((PathSegment::Field(key), rest)), Value::Object(fields)) =
            (path.split_first(), value)
        else {
            return true;
        };
        let mut found = Vec::new();
        for set in &self.sets {
            find(self.document, set, key, &mut found);
        }
        let Some((name, _)) = found.first() else {
            return true;
        };
        // Introspection never fails.
        let Some(ty) = self.types.field(parent, name) else {
            return true;
        };
        let below = Place {
            types: self.types,
            document: self.document,
            sets: found.iter().map(|(_, set)| *set).collect(),
        };
        let settled = match fields.get_mut(key.as_str()) {
            None => false,
            Some(Value::Null) => return true,
            Some(value) => below.settle_value(ty, rest, value),
        };
        if !settled && ty.nullable {
            fields.insert(Name::new(key), Value::Null);
            return true;
        }
        settled
    }

    /// The same for a value of a field, which may be a list.
    fn settle_value(&self, ty: &Type, path: &[PathSegment], value: &mut Value) -> bool {
        match (&ty.base, path.split_first(), value) {
            (BaseType::List(item), Some((PathSegment::Index(index), rest)), Value::List(items)) => {
                let Some(one) = items.get_mut(*index) else {
                    return true;
                };
                // The executor may have emptied the place of an item that failed, whether that may be null or not.
                if *one == Value::Null {
                    return item.nullable;
                }
                let settled = self.settle_value(item, rest, one);
                if !settled && item.nullable {
                    *one = Value::Null;
                    return true;
                }
                settled
            }
            (BaseType::Named(name), _, value) => self.settle(name, path, value),
            _ => true,
        }
    }
}

/// The fields that a response key stands for, with what is selected below them.
fn find<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    key: &str,
    found: &mut Vec<(&'a str, &'a SelectionSet)>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if field.node.response_key().node == key => {
                found.push((
                    field.node.name.node.as_str(),
                    &field.node.selection_set.node,
                ));
            }
            Selection::Field(_) => {}
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    find(document, &fragment.node.selection_set.node, key, found);
                }
            }
            Selection::InlineFragment(fragment) => {
                find(document, &fragment.node.selection_set.node, key, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::{ServerError, value};

    use super::*;

    const SDL: &str =
        "type Query { must: T! may: T list: [T!] items: [T]! } type T { x: Int! y: Int t: T! }";

    fn after(query: &str, mut data: Value, path: &[PathSegment]) -> String {
        let types = Types::read(SDL).unwrap();
        let document = parse_query(query).unwrap();
        let mut error = ServerError::new("x", None);
        error.path = path.to_vec();
        let mut response = Response::new(std::mem::take(&mut data));
        response.errors.push(error);
        propagate(&types, &document, None, &mut response);
        serde_json::to_string(&response.data).unwrap()
    }

    fn key(name: &str) -> PathSegment {
        PathSegment::Field(name.to_owned())
    }

    #[test]
    fn the_nearest_that_may_be_null_is() {
        let at = PathSegment::Index;
        let (x, y) = (value!({ "y": 1 }), value!({ "x": 1 }));
        assert_eq!(
            after(
                "{ must { x y } }",
                value!({ "must": x.clone() }),
                &[key("must"), key("x")]
            ),
            "null"
        );
        assert_eq!(
            after(
                "{ must { x y } }",
                value!({ "must": y }),
                &[key("must"), key("y")]
            ),
            r#"{"must":{"x":1,"y":null}}"#
        );
        assert_eq!(
            after(
                "{ a: may { x y } }",
                value!({ "a": x.clone() }),
                &[key("a"), key("x")]
            ),
            r#"{"a":null}"#
        );
        assert_eq!(
            after(
                "{ list { x } }",
                value!({ "list": [{}] }),
                &[key("list"), at(0), key("x")]
            ),
            r#"{"list":null}"#
        );
        assert_eq!(
            after(
                "{ items { x } }",
                value!({ "items": [{}] }),
                &[key("items"), at(0), key("x")]
            ),
            r#"{"items":[null]}"#
        );
        assert_eq!(
            after(
                "{ list { t { x } } }",
                value!({ "list": [null] }),
                &[key("list"), at(0), key("t"), key("x")]
            ),
            r#"{"list":null}"#
        );
        let deep = value!({ "may": { "t": {} } });
        assert_eq!(
            after(
                "{ may { t { x } } }",
                deep,
                &[key("may"), key("t"), key("x")]
            ),
            r#"{"may":null}"#
        );
        assert_eq!(after("{ must { x } }", value!({}), &[key("must")]), "null");
    }
}
