//! Encoding of data of which parts are JSON already.

use async_graphql::Value;
use async_graphql_value::RAW_VALUE_TOKEN;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// A response's data. Where resolvers wrote JSON it is copied as it is: by itself such a value is copied twice and read
/// once more, to see whether it is JSON, which took a twentieth of the CPU of a page.
///
/// No client can make such a part: its only key is not a name, so no field's alias either, and no output of the schema
/// is an object with keys of a client's choice.
pub(super) struct Data<'a>(pub &'a Value);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Data(item))?;
                }
                list.end()
            }
            Value::Object(fields) => {
                if let (1, Some(Value::String(json))) = (fields.len(), fields.get(RAW_VALUE_TOKEN))
                {
                    // As serde_json's own RawValue does it.
                    let mut written = serializer.serialize_struct(RAW_VALUE_TOKEN, 1)?;
                    written.serialize_field(RAW_VALUE_TOKEN, json)?;
                    return written.end();
                }
                let mut object = serializer.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    object.serialize_entry(key, &Data(value))?;
                }
                object.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, indexmap::IndexMap, value};

    use super::*;

    fn written(json: &str) -> Value {
        let part = (Name::new(RAW_VALUE_TOKEN), Value::String(json.to_owned()));
        Value::Object(IndexMap::from([part]))
    }

    #[test]
    fn is_encoded_as_it_would_be_by_itself() {
        let mut data = value!({
            "a": [1, -2.5, true, null, "\"quoted\"\n", { "b": {}, "c": [] }],
            "d": 18446744073709551615_u64,
        });
        let rows = r#"[{"id":"x","text":"\"\\ \u0007"},null]"#;
        if let Value::Object(fields) = &mut data {
            fields.insert(Name::new("word"), Value::Enum(Name::new("OPEN")));
            fields.insert(Name::new("rows"), written(rows));
            fields.insert(
                Name::new("list"),
                Value::List(vec![written("{}"), written("1")]),
            );
        }
        for value in [&data, &written(rows), &Value::Null] {
            let by_itself = serde_json::to_string(value).unwrap();
            assert_eq!(serde_json::to_string(&Data(value)).unwrap(), by_itself);
        }
        assert!(serde_json::to_string(&Data(&data)).unwrap().contains(rows));
    }
}
