//! Holding the variables of a request against the schema before anything of it runs.
//!
//! async-graphql notices a wrong variable only where a field uses it. A mutation with two fields would then do the
//! first and refuse the second; the specification (6.1.2, "Coercing Variable Values") refuses the whole request.

mod left_out;

pub use left_out::leave_out;

use std::collections::{HashMap, HashSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, InputObjectType, Type, TypeKind, TypeSystemDefinition,
    VariableDefinition,
};
use async_graphql::{Name, Request, ScalarType, ServerError, Value, Variables, indexmap::IndexMap};

use super::Schema;
use super::operation::meant;
use super::scalars::{Date, DateTime};

/// The types that inputs are made of, as the schema's own text has them.
#[derive(Debug, Default)]
pub struct InputTypes(HashMap<String, InputType>);

#[derive(Debug)]
enum InputType {
    Enum(HashSet<String>),
    Object {
        fields: HashMap<String, Field>,
        one_of: bool,
    },
}

#[derive(Debug)]
struct Field {
    ty: Type,
    has_default: bool,
}

impl InputTypes {
    /// Reads a schema's text.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let mut types = HashMap::new();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let definition = definition.node;
            let one_of = definition
                .directives
                .iter()
                .any(|directive| directive.node.name.node == "oneOf");
            let read = match definition.kind {
                TypeKind::Enum(values) => {
                    let names = values.values.into_iter();
                    InputType::Enum(
                        names
                            .map(|value| value.node.value.node.to_string())
                            .collect(),
                    )
                }
                TypeKind::InputObject(object) => InputType::Object {
                    fields: fields(object),
                    one_of,
                },
                _ => continue,
            };
            types.insert(definition.name.node.to_string(), read);
        }
        Ok(Self(types))
    }

    /// Refuses the first variable of the operation whose value its type cannot take.
    ///
    /// # Errors
    /// `GRAPHQL_VALIDATION_FAILED`, with the variable and the place in it.
    pub fn check(
        &self,
        document: &ExecutableDocument,
        operation: Option<&str>,
        variables: &Variables,
    ) -> Result<(), ServerError> {
        // Without an operation there is nothing to run, which is told elsewhere.
        let operation = meant(document, operation);
        let definitions = operation.map(|operation| &operation.variable_definitions);
        for definition in definitions.into_iter().flatten() {
            let VariableDefinition { name, var_type, .. } = &definition.node;
            let Some(value) = variables.get(&name.node) else {
                continue;
            };
            self.fits(&var_type.node, value).map_err(|wrong| {
                let message = format!(
                    "The variable \"${}\" must be of type \"{}\": {}.",
                    name.node,
                    var_type.node,
                    wrong.say()
                );
                let mut error = ServerError::new(message, Some(definition.pos));
                let extensions = error.extensions.get_or_insert_default();
                extensions.set("code", "GRAPHQL_VALIDATION_FAILED");
                error
            })?;
        }
        Ok(())
    }

    fn fits(&self, ty: &Type, value: &Value) -> Result<(), Wrong> {
        if *value == Value::Null {
            return if ty.nullable {
                Ok(())
            } else {
                Err(Wrong::new("it is null"))
            };
        }
        match (&ty.base, value) {
            (BaseType::List(item), Value::List(values)) => {
                values.iter().enumerate().try_for_each(|(index, value)| {
                    self.fits(item, value)
                        .map_err(|wrong| wrong.within(index.to_string()))
                })
            }
            // A single value stands for a list of one.
            (BaseType::List(item), value) => self.fits(item, value),
            (BaseType::Named(name), value) => match (self.0.get(name.as_str()), value) {
                (Some(InputType::Enum(values)), Value::String(word)) if values.contains(word) => {
                    Ok(())
                }
                (Some(InputType::Enum(values)), Value::Enum(word))
                    if values.contains(word.as_str()) =>
                {
                    Ok(())
                }
                (Some(InputType::Enum(_)), _) => Err(Wrong::new(format!("it is no {name}"))),
                (Some(InputType::Object { fields, one_of }), Value::Object(object)) => {
                    self.object_fits(fields, *one_of, object)
                }
                (Some(InputType::Object { .. }), _) => Err(Wrong::new("it is no object")),
                (None, value) if scalar_fits(name, value) => Ok(()),
                (None, _) => Err(Wrong::new(format!("it is no {name}"))),
            },
        }
    }

    fn object_fits(
        &self,
        fields: &HashMap<String, Field>,
        one_of: bool,
        object: &IndexMap<Name, Value>,
    ) -> Result<(), Wrong> {
        if let Some(name) = object
            .keys()
            .find(|name| !fields.contains_key(name.as_str()))
        {
            return Err(Wrong::new(format!("there is no field `{}`", shown(name))));
        }
        for (name, field) in fields {
            match object.get(name.as_str()) {
                Some(value) => self
                    .fits(&field.ty, value)
                    .map_err(|wrong| wrong.within(name.clone()))?,
                None if field.ty.nullable || field.has_default => {}
                None => return Err(Wrong::new("it is not given").within(name.clone())),
            }
        }
        if one_of && (object.len() != 1 || object.values().any(|value| *value == Value::Null)) {
            return Err(Wrong::new("exactly one of its fields must be given"));
        }
        Ok(())
    }
}

fn fields(object: InputObjectType) -> HashMap<String, Field> {
    let fields = object.fields.into_iter().map(|field| {
        let field = field.node;
        let has_default = field.default_value.is_some();
        let ty = field.ty.node;
        (field.name.node.to_string(), Field { ty, has_default })
    });
    fields.collect()
}

/// Whether a scalar takes a value. What is not known here, its own type judges when it is used.
fn scalar_fits(name: &str, value: &Value) -> bool {
    match name {
        "Int" => {
            matches!(value, Value::Number(n) if n.as_i64().is_some_and(|n| i32::try_from(n).is_ok()))
        }
        "Float" => matches!(value, Value::Number(_)),
        "String" => matches!(value, Value::String(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        "ID" => match value {
            Value::String(_) => true,
            Value::Number(number) => number.is_i64() || number.is_u64(),
            _ => false,
        },
        "Date" => <Date as ScalarType>::parse(value.clone()).is_ok(),
        "DateTime" => <DateTime as ScalarType>::parse(value.clone()).is_ok(),
        _ => true,
    }
}

/// What is wrong, and where in the value, innermost first.
struct Wrong {
    why: String,
    place: Vec<String>,
}

impl Wrong {
    fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            place: Vec::new(),
        }
    }

    fn within(mut self, place: String) -> Self {
        self.place.push(place);
        self
    }

    fn say(mut self) -> String {
        if self.place.is_empty() {
            return self.why;
        }
        self.place.reverse();
        format!("at `{}` {}", self.place.join("."), self.why)
    }
}

/// A name that a client made up, fit to be shown.
fn shown(name: &Name) -> String {
    name.chars().filter(|c| !c.is_control()).take(48).collect()
}

/// Holds a request's variables against the schema.
///
/// # Errors
/// What is wrong with a variable.
pub fn check_variables(
    schema: &Schema,
    document: &ExecutableDocument,
    request: &Request,
) -> Result<(), ServerError> {
    match schema.data::<InputTypes>() {
        Some(types) => types.check(
            document,
            request.operation_name.as_deref(),
            &request.variables,
        ),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    const SDL: &str = "enum Word { YES NO } scalar Cursor \
        input One @oneOf { a: Int b: String } \
        input Outer { id: ID! words: [Word!]! one: One deep: [Outer!] at: DateTime count: Int! = 7 after: Cursor }";

    fn say(ty: &str, value: serde_json::Value) -> Option<String> {
        let types = InputTypes::read(SDL).unwrap();
        let document = parse_query(format!("query($v: {ty}) {{ a }}")).unwrap();
        let variables = Variables::from_json(json!({ "v": value }));
        let error = types.check(&document, None, &variables).err()?;
        Some(error.message.rsplit_once("\": ").unwrap().1.to_owned())
    }

    #[test]
    fn the_place_of_what_is_wrong_is_named() {
        let outer = |field: &str, value: serde_json::Value| {
            let mut outer = json!({ "id": "x", "words": ["YES"] });
            outer[field] = value;
            outer
        };
        for (ty, value, expected) in [
            ("Outer", outer("id", json!(7)), None),
            ("Outer", outer("words", json!("NO")), None),
            ("Outer", outer("one", json!({ "a": 1 })), None),
            ("Outer", outer("after", json!({ "any": "thing" })), None),
            ("Outer", outer("at", json!("2026-04-01T00:00:00Z")), None),
            ("Outer", json!(null), None),
            ("Outer!", json!(null), Some("it is null.")),
            ("Outer", json!("x"), Some("it is no object.")),
            (
                "Outer",
                json!({ "words": [] }),
                Some("at `id` it is not given."),
            ),
            (
                "Outer",
                outer("more", json!(1)),
                Some("there is no field `more`."),
            ),
            (
                "Outer",
                outer("words", json!(["YES", "MAYBE"])),
                Some("at `words.1` it is no Word."),
            ),
            (
                "Outer",
                outer("words", json!([null])),
                Some("at `words.0` it is null."),
            ),
            (
                "Outer",
                outer("count", json!(2_147_483_648_i64)),
                Some("at `count` it is no Int."),
            ),
            (
                "Outer",
                outer("at", json!("yesterday")),
                Some("at `at` it is no DateTime."),
            ),
            (
                "Outer",
                outer("one", json!({})),
                Some("at `one` exactly one of its fields must be given."),
            ),
            (
                "Outer",
                outer("one", json!({ "a": 1, "b": "x" })),
                Some("at `one` exactly one of its fields must be given."),
            ),
            (
                "Outer",
                outer(
                    "deep",
                    json!([{ "id": "y", "words": [], "one": { "b": 1 } }]),
                ),
                Some("at `deep.0.one.b` it is no String."),
            ),
            ("[Int!]", json!([1, 1.5]), Some("at `1` it is no Int.")),
        ] {
            assert_eq!(say(ty, value.clone()).as_deref(), expected, "{ty} {value}");
        }
    }
}
