//! Values as JSON, written one after the other.

use std::fmt::Display;
use std::io::Write;

use async_graphql::indexmap::IndexMap;
use async_graphql::resolver_utils::EnumType;
use async_graphql::{Name, ScalarType, Value};
use async_graphql_value::RAW_VALUE_TOKEN;

use super::{At, Plain, Plan};
use crate::domain::image::Time;
use crate::graphql::scalars::DateTime;

/// A value was written, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written;

/// Whether it is a value that was written already: nothing of it can be looked into or changed any more.
pub fn is_written(fields: &IndexMap<Name, Value>) -> bool {
    fields.len() == 1 && fields.contains_key(RAW_VALUE_TOKEN)
}

impl At<'_> {
    /// What was written, as a value.
    pub(super) fn written(self) -> Option<Value> {
        let json = String::from_utf8(self.json).ok()?;
        let mut fields = IndexMap::with_capacity(1);
        fields.insert(Name::new(RAW_VALUE_TOKEN), Value::String(json));
        Some(Value::Object(fields))
    }

    /// All rows, or none. The first that is missing something does not end it, so that all of it is asked for together.
    pub(super) fn list<T: Plain>(&mut self, plan: &Plan<'_>, rows: &[&T]) -> Option<Written> {
        self.json.clear();
        self.json.push(b'[');
        let mut whole = Some(Written);
        for (place, row) in rows.iter().enumerate() {
            if place > 0 {
                self.json.push(b',');
            }
            whole = self.object(plan, *row).and(whole);
        }
        self.json.push(b']');
        whole
    }

    /// One object by what is selected of it.
    pub fn object<T: Plain>(&mut self, plan: &Plan<'_>, thing: &T) -> Option<Written> {
        let name = T::type_name();
        self.json.push(b'{');
        let begun = self.json.len();
        plan.each(self.types, &name, &mut |key, field, below| {
            if self.json.len() > begun {
                self.json.push(b',');
            }
            self.quote(key.as_bytes());
            self.json.push(b':');
            match field {
                "__typename" => self.text(&*name),
                _ => thing.plain(field, below, self),
            }
        })?;
        // Not even a fragment fits: left to async-graphql, like all that is odd.
        if self.json.len() == begun {
            return None;
        }
        self.json.push(b'}');
        Some(Written)
    }

    /// Maybe an object.
    pub fn maybe<T: Plain>(&mut self, plan: &Plan<'_>, thing: Option<&T>) -> Option<Written> {
        match thing {
            Some(thing) => self.object(plan, thing),
            None => self.null(),
        }
    }

    /// Null.
    pub fn null(&mut self) -> Option<Written> {
        self.json.extend_from_slice(b"null");
        Some(Written)
    }

    /// A text, or null.
    pub fn text<'t>(&mut self, text: impl Into<Option<&'t str>>) -> Option<Written> {
        self.json(&text.into())
    }

    /// An id, or another text that has nothing to be escaped.
    pub fn id(&mut self, id: impl Display) -> Option<Written> {
        self.json.push(b'"');
        write!(self.json, "{id}").ok()?;
        self.json.push(b'"');
        Some(Written)
    }

    /// A name, which has nothing that JSON would escape.
    fn quote(&mut self, name: &[u8]) {
        self.json.push(b'"');
        self.json.extend_from_slice(name);
        self.json.push(b'"');
    }

    /// An enumeration's value.
    pub fn word<E: EnumType>(&mut self, word: impl Into<E>) -> Option<Written> {
        let word = word.into();
        let item = E::items().iter().find(|item| item.value == word)?;
        self.quote(item.name.as_bytes());
        Some(Written)
    }

    /// A moment, or null.
    pub fn time(&mut self, at: impl Into<Option<Time>>) -> Option<Written> {
        match at.into() {
            Some(at) => self.json(&DateTime(at).to_value()),
            None => self.null(),
        }
    }

    /// A number, or whether something is so.
    pub fn json(&mut self, value: &impl serde::Serialize) -> Option<Written> {
        serde_json::to_writer(&mut self.json, value).ok()?;
        Some(Written)
    }
}
