//! Property values as clients send them.

use async_graphql::{InputObject, OneofObject};

use crate::domain::property::InputValue;
use crate::graphql::scalars::{Date, DateTime};
use crate::service::properties::PropertyWish;

/// A value, in the field that the property's type wants.
#[derive(Debug, Clone, OneofObject)]
pub enum PropertyInputValue {
    /// Of a `STRING` or `TEXT`.
    String(String),
    /// Of a `NUMBER`.
    Number(f64),
    /// Of a `BOOLEAN`.
    Boolean(bool),
    /// Of a `DATE`.
    Date(Date),
    /// Of a `DATETIME`.
    DateTime(DateTime),
    /// Of an `ENUMERATION`, by its value.
    Option(String),
    /// Of a `MULTI_ENUMERATION`, by their values.
    Options(Vec<String>),
}

impl From<PropertyInputValue> for InputValue {
    fn from(value: PropertyInputValue) -> Self {
        match value {
            PropertyInputValue::String(value) => Self::String(value),
            PropertyInputValue::Number(value) => Self::Number(value),
            PropertyInputValue::Boolean(value) => Self::Boolean(value),
            PropertyInputValue::Date(value) => Self::Date(value.0),
            PropertyInputValue::DateTime(value) => Self::DateTime(value.0),
            PropertyInputValue::Option(value) => Self::Option(value),
            PropertyInputValue::Options(values) => Self::Options(values),
        }
    }
}

/// A property and the value that it is to have.
#[derive(Debug, Clone, InputObject)]
pub struct PropertyInput {
    /// The definition's name.
    pub name: String,
    /// The value; `null` or left out clears it.
    pub value: Option<PropertyInputValue>,
}

impl PropertyInput {
    /// The wish that a command carries.
    #[must_use]
    pub fn wish(self) -> PropertyWish {
        PropertyWish {
            name: self.name,
            value: self.value.map(Into::into),
        }
    }
}
