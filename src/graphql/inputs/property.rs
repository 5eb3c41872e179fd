//! Values of properties, as clients send them.

use async_graphql::OneofObject;

use crate::domain::property::InputValue;
use crate::graphql::scalars::{Date, DateTime};

/// A value of a property: the field that its definition's type asks for.
#[derive(OneofObject, Debug, Clone)]
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
    /// One option of an `ENUMERATION`.
    Option(String),
    /// Options of a `MULTI_ENUMERATION`.
    Options(Vec<String>),
}

impl From<PropertyInputValue> for InputValue {
    fn from(value: PropertyInputValue) -> Self {
        use PropertyInputValue as P;
        match value {
            P::String(text) => Self::String(text),
            P::Number(number) => Self::Number(number),
            P::Boolean(yes) => Self::Boolean(yes),
            P::Date(date) => Self::Date(date.0),
            P::DateTime(time) => Self::DateTime(time.0),
            P::Option(option) => Self::Option(option),
            P::Options(options) => Self::Options(options),
        }
    }
}
