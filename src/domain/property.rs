//! Ticket properties: what a definition allows, and what a value looks like.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::id::PropertyId;
use super::noun::PropertyType;
use super::text;

/// The most options that one definition has (a limit that CRMs have).
pub const OPTIONS: usize = 5_000;

/// One choice of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyOption {
    /// What programs read; unique within the definition.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// What the values of one property may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyDefinition {
    /// Its id.
    pub id: PropertyId,
    /// What programs call it; unique in the account, never changed.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it holds; never changed.
    pub kind: PropertyType,
    /// The choices of an enumeration, in the order in which they are shown.
    pub options: Vec<PropertyOption>,
    /// Whether a ticket cannot be created without it, nor lose it.
    pub required: bool,
    /// Whether only a ticket's creation sets it.
    pub read_only: bool,
    /// Whether it is out of use: kept on tickets that have it, offered to none.
    pub archived: bool,
}

/// A value, typed as its definition says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Of a `STRING` or `TEXT`.
    String(String),
    /// Of a `NUMBER`; finite.
    Number(f64),
    /// Of a `BOOLEAN`.
    Boolean(bool),
    /// Of a `DATE`.
    Date(NaiveDate),
    /// Of a `DATETIME`.
    DateTime(DateTime<Utc>),
    /// Of an `ENUMERATION` (one) or `MULTI_ENUMERATION`, in the definition's order.
    Options(Vec<String>),
}

/// A value as a client sends it, before it is held against a definition.
#[derive(Debug, Clone, PartialEq)]
pub enum InputValue {
    /// `string`
    String(String),
    /// `number`
    Number(f64),
    /// `boolean`
    Boolean(bool),
    /// `date`
    Date(NaiveDate),
    /// `dateTime`
    DateTime(DateTime<Utc>),
    /// `option`
    Option(String),
    /// `options`
    Options(Vec<String>),
}

impl InputValue {
    /// The name of the input field that carries it.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::String(_) => "string",
            Self::Number(_) => "number",
            Self::Boolean(_) => "boolean",
            Self::Date(_) => "date",
            Self::DateTime(_) => "dateTime",
            Self::Option(_) => "option",
            Self::Options(_) => "options",
        }
    }
}

/// The name of the input field that a property of this type wants.
#[must_use]
pub const fn wanted_field(kind: PropertyType) -> &'static str {
    match kind {
        PropertyType::String | PropertyType::Text => "string",
        PropertyType::Number => "number",
        PropertyType::Boolean => "boolean",
        PropertyType::Date => "date",
        PropertyType::Datetime => "dateTime",
        PropertyType::Enumeration => "option",
        PropertyType::MultiEnumeration => "options",
    }
}

impl PropertyDefinition {
    /// Turns what a client sent into a value of this property.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the value and what would be right.
    pub fn accept(&self, input: InputValue) -> Result<Value, String> {
        use PropertyType as T;
        match (self.kind, input) {
            (T::String | T::Text, InputValue::String(value)) => {
                match text::check_filled(&value, text::PROPERTY_CHARS) {
                    Ok(()) => Ok(Value::String(value)),
                    Err(text::TextError::Empty) => Err(format!(
                        "`{}` must not be empty; send null to clear it",
                        self.name
                    )),
                    Err(error) => Err(format!("`{}` {error}", self.name)),
                }
            }
            (T::Number, InputValue::Number(value)) if value.is_finite() => Ok(Value::Number(value)),
            (T::Number, InputValue::Number(_)) => {
                Err(format!("`{}` must be a finite number", self.name))
            }
            (T::Boolean, InputValue::Boolean(value)) => Ok(Value::Boolean(value)),
            (T::Date, InputValue::Date(value)) => Ok(Value::Date(value)),
            (T::Datetime, InputValue::DateTime(value)) => Ok(Value::DateTime(value)),
            (T::Enumeration, InputValue::Option(value)) => {
                self.known(&value)?;
                Ok(Value::Options(vec![value]))
            }
            (T::MultiEnumeration, InputValue::Options(values)) => self.accept_set(&values),
            (kind, input) => Err(format!(
                "`{}` takes `{}`, not `{}`",
                self.name,
                wanted_field(kind),
                input.field()
            )),
        }
    }

    /// A set of options has the definition's order, so that equal sets are equal values.
    fn accept_set(&self, values: &[String]) -> Result<Value, String> {
        if values.is_empty() {
            return Err(format!(
                "`{}` needs an option; send null to clear it",
                self.name
            ));
        }
        for value in values {
            self.known(value)?;
        }
        let chosen = self.options.iter().map(|option| &option.value);
        Ok(Value::Options(
            chosen
                .filter(|value| values.contains(value))
                .cloned()
                .collect(),
        ))
    }

    fn known(&self, value: &str) -> Result<(), String> {
        if self.options.iter().any(|option| option.value == value) {
            return Ok(());
        }
        let shown: String = value.chars().filter(|c| !c.is_control()).take(48).collect();
        let some: Vec<_> = self
            .options
            .iter()
            .take(10)
            .map(|option| option.value.as_str())
            .collect();
        Err(format!(
            "`{shown}` is not an option of `{}`; its options are {}{}",
            self.name,
            some.join(", "),
            if self.options.len() > some.len() {
                ", …"
            } else {
                ""
            }
        ))
    }

    /// The value as people read it. An option that the definition no longer has shows its value.
    #[must_use]
    pub fn display(&self, value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Boolean(true) => "Yes".to_owned(),
            Value::Boolean(false) => "No".to_owned(),
            Value::Date(date) => date.to_string(),
            Value::DateTime(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Value::Options(values) => {
                let labels: Vec<_> = values
                    .iter()
                    .map(|value| {
                        let option = self.options.iter().find(|option| option.value == *value);
                        option.map_or(value.as_str(), |option| option.label.as_str())
                    })
                    .collect();
                labels.join(", ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(kind: PropertyType) -> PropertyDefinition {
        let option = |value: &str| PropertyOption {
            value: value.into(),
            label: value.to_uppercase(),
        };
        PropertyDefinition {
            id: PropertyId(uuid::Uuid::nil()),
            name: "tags".into(),
            label: "Tags".into(),
            kind,
            options: vec![option("a"), option("b"), option("c")],
            required: false,
            read_only: false,
            archived: false,
        }
    }

    #[test]
    fn equal_sets_are_equal_values() {
        let tags = definition(PropertyType::MultiEnumeration);
        let set =
            |values: &[&str]| InputValue::Options(values.iter().map(|v| (*v).into()).collect());
        assert_eq!(
            tags.accept(set(&["c", "a", "a"])),
            tags.accept(set(&["a", "c"]))
        );
        assert_eq!(
            tags.display(&tags.accept(set(&["c", "a"])).unwrap()),
            "A, C"
        );
        assert!(
            tags.accept(set(&["d"]))
                .unwrap_err()
                .contains("its options are a, b, c")
        );
        assert!(tags.accept(set(&[])).is_err());
    }

    #[test]
    fn names_the_field_that_is_wanted() {
        let number = definition(PropertyType::Number);
        let error = number.accept(InputValue::String("1".into())).unwrap_err();
        assert_eq!(error, "`tags` takes `number`, not `string`");
        assert!(number.accept(InputValue::Number(f64::NAN)).is_err());
        assert_eq!(number.display(&Value::Number(12.5)), "12.5");
        assert_eq!(number.display(&Value::Number(3.0)), "3");
    }
}
