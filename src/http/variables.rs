//! Checking variables before anything runs.
//!
//! async-graphql notices a missing or wrong variable only where an argument uses it, so it becomes an error of that
//! field beside the data of others. The specification (6.1.2, "Coercing Variable Values") makes it an error of the
//! request. What needs no schema is checked here: whether a value is there, lists, and the built-in scalars. Of other
//! types the backend knows.

use async_graphql::{
    Positioned, ServerError, Value, Variables,
    parser::types::{BaseType, Type, VariableDefinition},
};

use super::problem::{code, server_error};

/// Refuses the first variable whose value its type cannot take.
pub(crate) fn check(
    definitions: &[Positioned<VariableDefinition>],
    variables: &Variables,
) -> Result<(), ServerError> {
    for definition in definitions {
        let VariableDefinition {
            name,
            var_type,
            default_value,
            ..
        } = &definition.node;
        let (name, ty) = (&name.node, &var_type.node);
        let verdict = match variables.get(name) {
            Some(value) => fits(ty, value),
            None if ty.nullable || default_value.is_some() => Ok(()),
            None => Err("it is not given".to_owned()),
        };
        verdict.map_err(|why| {
            let message = format!("The variable \"${name}\" must be of type \"{ty}\": {why}.");
            let mut error = server_error(code::GRAPHQL_VALIDATION_FAILED, message);
            error.locations = vec![definition.pos];
            error
        })?;
    }
    Ok(())
}

fn fits(ty: &Type, value: &Value) -> Result<(), String> {
    if *value == Value::Null {
        return match ty.nullable {
            true => Ok(()),
            false => Err("it is null".into()),
        };
    }
    match (&ty.base, value) {
        (BaseType::List(item), Value::List(values)) => {
            values.iter().enumerate().try_for_each(|(index, value)| {
                fits(item, value).map_err(|why| format!("at index {index} {why}"))
            })
        }
        // A single value stands for a list of one.
        (BaseType::List(item), value) => fits(item, value),
        (BaseType::Named(name), value) => {
            let fits = match name.as_str() {
                "Int" => matches!(value, Value::Number(number) if is_whole(number)),
                "Float" => matches!(value, Value::Number(_)),
                "String" => matches!(value, Value::String(_)),
                "Boolean" => matches!(value, Value::Boolean(_)),
                "ID" => match value {
                    Value::String(_) => true,
                    Value::Number(number) => is_whole(number),
                    _ => false,
                },
                _ => true,
            };
            match fits {
                true => Ok(()),
                false => Err(format!("it is {}", kind(value))),
            }
        }
    }
}

fn is_whole(number: &serde_json::Number) -> bool {
    number.is_i64() || number.is_u64()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Number(number) if is_whole(number) => "a whole number",
        Value::Number(_) => "a fraction",
        Value::String(_) => "a string",
        Value::Boolean(_) => "a boolean",
        Value::Enum(_) => "a name",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
        Value::Binary(_) => "binary",
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Request, parser::types::DocumentOperations};
    use serde_json::json;

    use super::*;

    fn verdict(ty: &str, variables: serde_json::Value) -> Result<(), String> {
        let mut request = Request::new(format!("query A($x: {ty}) {{ a }}"));
        let DocumentOperations::Multiple(operations) = &request.parsed_query().unwrap().operations
        else {
            panic!("named")
        };
        let definitions = &operations
            .values()
            .next()
            .unwrap()
            .node
            .variable_definitions;
        check(definitions, &Variables::from_json(variables)).map_err(|error| error.message)
    }

    #[test]
    fn values_fit_their_types() {
        for (ty, value) in [
            ("Int!", json!(1)),
            ("Int", json!(null)),
            ("Float!", json!(1)),
            ("Float!", json!(1.5)),
            ("ID!", json!(7)),
            ("ID!", json!("a")),
            ("[Int!]!", json!([1, 2])),
            ("[Int!]!", json!(1)),
            ("[[Int]]", json!([[1, null], null])),
            ("TicketFilter!", json!({"a": 1})),
            ("DateTime!", json!("yesterday")),
        ] {
            verdict(ty, json!({ "x": value })).unwrap();
        }
        verdict("Int", json!({})).unwrap();
        verdict("Int! = 5", json!({})).unwrap();
    }

    #[test]
    fn values_that_do_not_fit_are_named() {
        for (ty, value, why) in [
            ("Int!", json!(null), "it is null"),
            ("Int! = 5", json!(null), "it is null"),
            ("Int!", json!("1"), "it is a string"),
            ("Int", json!(1.5), "it is a fraction"),
            ("String", json!(1), "it is a whole number"),
            ("Boolean", json!(0), "it is a whole number"),
            ("ID!", json!(true), "it is a boolean"),
            ("ID!", json!({}), "it is an object"),
            ("[Int!]!", json!([1, null]), "at index 1 it is null"),
            ("String!", json!(["a"]), "it is a list"),
            ("TicketFilter!", json!(null), "it is null"),
        ] {
            let error = verdict(ty, json!({ "x": value })).unwrap_err();
            assert!(error.contains(why) && error.contains("\"$x\""), "{error}");
        }
        assert!(
            verdict("Int!", json!({}))
                .unwrap_err()
                .contains("not given")
        );
    }
}
