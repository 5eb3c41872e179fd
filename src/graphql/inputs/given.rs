//! What a client gave, beside what was read of it.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{InputType, InputValueError, InputValueResult, Value};

/// An input together with the very value that it was read from: what is given back to the client later must be what it
/// gave, with `null` told from what it left out.
#[derive(Debug, Clone)]
pub struct Given<T> {
    /// As the client gave it, variables put in.
    pub value: Value,
    /// What it means.
    pub read: T,
}

impl<T: InputType> InputType for Given<T> {
    type RawValueType = T::RawValueType;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let read = T::parse(value.clone()).map_err(InputValueError::propagate)?;
        Ok(Self {
            value: value.unwrap_or_default(),
            read,
        })
    }

    fn to_value(&self) -> Value {
        self.value.clone()
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        self.read.as_raw_value()
    }
}
