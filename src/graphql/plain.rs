//! Rows answered at once: where all that is selected of them is plain values and neighbours that are known.
//!
//! async-graphql makes a future for each field, which for a page of fifty conversations with their contacts, owners,
//! tickets and messages is more than a thousand, and most of what such a response costs the server (`benches/screens`).
//! Almost all of them are ready when they are made. Here the selection is looked at once and the rows are read by it;
//! what it cannot say, such as a field with arguments, is left to async-graphql, for the whole list.
//! `tests/it/queries/plain.rs` holds one against the other.

mod plan;

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::{EnumType, enum_value, resolve_list};
use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, ScalarType, ServerResult, Value,
};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};

use super::execute::Types;
use super::loader::{Batch, Loader};
use super::loaders::Loaders;
use super::scalars::DateTime;
use super::state::{Reader, RequestState};
use crate::domain::image::Time;
pub use plan::Plan;

/// So many times neighbours of neighbours are waited for: deeper than these types reach without a list between.
const ROUNDS: usize = 6;

/// A type whose plain fields can be told without waiting.
pub trait Plain: OutputType {
    /// The value of a field without arguments; none where it is not plain, or something of it is not known (yet).
    fn plain(&self, field: &str, below: &Plan<'_>, at: &mut At<'_>) -> Option<Value> {
        let _ = (field, below, at);
        None
    }
}

/// What rows are read by.
pub struct At<'r> {
    reader: &'r Reader,
    types: &'r Types,
    /// What has to be known first.
    waits: Vec<BoxFuture<'r, ()>>,
}

impl<'r> At<'r> {
    /// What its loader knows of a neighbour; where that is nothing yet, it is asked for.
    pub fn known<B: Batch>(
        &mut self,
        loader: fn(&Loaders) -> &Loader<B>,
        key: B::Key,
    ) -> Option<Option<B::Value>> {
        let loader = loader(self.reader.loaders());
        let known = loader.known(&key);
        if known.is_none() {
            // A failure is told by async-graphql, at each field that it fails.
            self.waits.push(loader.one(key).map(|_| ()).boxed());
        }
        known
    }

    /// One object by what is selected of it.
    pub fn object<T: Plain>(&mut self, plan: &Plan<'_>, thing: &T) -> Option<Value> {
        let name = T::type_name();
        let mut fields = async_graphql::indexmap::IndexMap::with_capacity(plan.len());
        plan.each(self.types, &name, &mut |key, field, below| {
            let value = match field {
                "__typename" => Value::String(name.clone().into_owned()),
                _ => thing.plain(field, below, self)?,
            };
            // The same field twice is merged by async-graphql.
            fields
                .insert(Name::clone(key), value)
                .is_none()
                .then_some(())
        })?;
        (!fields.is_empty()).then_some(Value::Object(fields))
    }

    /// Maybe an object.
    pub fn maybe<T: Plain>(&mut self, plan: &Plan<'_>, thing: Option<&T>) -> Option<Value> {
        thing.map_or(Some(Value::Null), |thing| self.object(plan, thing))
    }
}

/// A text, or null.
pub fn text<'t>(text: impl Into<Option<&'t str>>) -> Value {
    let text: Option<&str> = text.into();
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}

/// An id.
pub fn id(id: impl ToString) -> Value {
    Value::String(id.to_string())
}

/// An enumeration's value.
pub fn word<E: EnumType>(word: impl Into<E>) -> Value {
    enum_value(word.into())
}

/// A moment, or null.
pub fn time(at: impl Into<Option<Time>>) -> Value {
    let at: Option<Time> = at.into();
    at.map_or(Value::Null, |at| DateTime(at).to_value())
}

/// Rows of a list.
pub struct Listing<'a, T>(pub Vec<&'a T>);

impl<T: Plain> Listing<'_, T> {
    /// The rows at once; none where that cannot be.
    async fn at_once(&self, ctx: &ContextSelectionSet<'_>) -> Option<Value> {
        let plan = Plan::of(&ctx.item.node, &ctx.query_env.fragments)?;
        let reader = ctx.data::<RequestState>().ok()?.reader();
        if reader.is_pushed() {
            return None;
        }
        let mut at = At {
            reader: &reader,
            types: ctx.data::<Types>().ok()?,
            waits: Vec::new(),
        };
        for _ in 0..ROUNDS {
            // Not as soon as one is missing: all are asked for together.
            let rows: Vec<_> = self.0.iter().map(|row| at.object(&plan, *row)).collect();
            if let Some(rows) = rows.into_iter().collect() {
                return Some(Value::List(rows));
            }
            if at.waits.is_empty() {
                return None;
            }
            join_all(at.waits.drain(..)).await;
        }
        None
    }
}

impl<T: Plain> OutputType for Listing<'_, T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<&T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<&T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<&T>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        match self.at_once(ctx).await {
            Some(rows) => Ok(rows),
            None => resolve_list(ctx, field, self.0.iter().copied(), Some(self.0.len())).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_graphql::parser::parse_query;

    use super::super::types::User;
    use super::*;
    use crate::domain::access::Viewer;
    use crate::domain::event::Position;
    use crate::domain::id::{AccountId, UserId};
    use crate::domain::noun::Role;
    use crate::graphql::operation::meant;
    use crate::store::Store;
    use crate::store::read::user;

    /// A user by that selection.
    fn told(query: &str) -> Option<String> {
        let store = Store::new("postgres://127.0.0.1:1/none", &Default::default()).unwrap();
        let viewer = Viewer::system(AccountId(uuid::Uuid::nil()));
        let reader = RequestState::new(store, viewer, Position(0)).reader();
        let types = Types::read(
            "interface Node { id: ID! } type User implements Node { id: ID! name: String! } type Other { id: ID! }",
        );
        let mut at = At {
            reader: &reader,
            types: &types.unwrap(),
            waits: Vec::new(),
        };
        let one = user::User {
            id: UserId(uuid::Uuid::nil()),
            name: "Ann".to_owned(),
            email: "ann@example.org".to_owned(),
            role: Role::Agent,
            active: true,
            external_id: None,
        };
        let document = parse_query(query).unwrap();
        let set = &meant(&document, None).unwrap().selection_set.node;
        let plan = Plan::of(set, &document.fragments)?;
        let told = at.object(&plan, &User(Arc::new(one)));
        assert!(at.waits.is_empty());
        told.map(|value| value.to_string())
    }

    #[test]
    fn what_is_plain_is_told_in_its_order() {
        for query in [
            "{ role name __typename as: active }",
            "{ ... on User { role ...Name } ... on Other { id } as: active } fragment Name on Node { name __typename }",
        ] {
            let expected = r#"{role: AGENT, name: "Ann", __typename: "User", as: true}"#;
            assert_eq!(told(query).as_deref(), Some(expected), "{query}");
        }
    }

    #[test]
    fn what_is_not_is_left_to_others() {
        for query in [
            "{ name name }",
            "{ name(of: 1) }",
            "{ name @some }",
            "{ ... @some { name } }",
            "{ nothing }",
            "{ ... on Other { id } }",
        ] {
            assert_eq!(told(query), None, "{query}");
        }
    }

    #[test]
    fn what_is_not_known_is_asked_for() {
        let store = Store::new("postgres://127.0.0.1:1/none", &Default::default()).unwrap();
        let viewer = Viewer::system(AccountId(uuid::Uuid::nil()));
        let reader = RequestState::new(store, viewer, Position(0)).reader();
        let mut at = At {
            reader: &reader,
            types: &Types::default(),
            waits: Vec::new(),
        };
        let id = UserId(uuid::Uuid::nil());
        assert!(at.known(|all| &all.users, id).is_none());
        assert_eq!(at.waits.len(), 1);
    }
}
