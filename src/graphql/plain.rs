//! Rows answered at once: where all that is selected of them is plain values and neighbours that are known.
//!
//! async-graphql makes a future for each field, and a value with a name for each of its answers, which for a page of fifty
//! conversations with their contacts, owners, tickets and messages is more than a thousand of both, and most of what such
//! a response costs the server (`benches/screens`). Almost all of them are ready when they are made. Here the selection is
//! looked at once and the rows are written by it, as the JSON that they become; what it cannot say, such as a field with
//! arguments, is left to async-graphql, for the whole list. `tests/it/queries/plain.rs` holds one against the other.

mod plan;
mod write;

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_list;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};

use super::execute::Types;
use super::loader::{Batch, Loader};
use super::loaders::Loaders;
use super::state::{Reader, RequestState};
pub use plan::Plan;
pub use write::{Written, is_written};

/// So many times neighbours of neighbours are waited for: deeper than these types reach without a list between.
const ROUNDS: usize = 6;

/// A type whose plain fields can be told without waiting.
pub trait Plain: OutputType {
    /// Writes the value of a field without arguments; none where it is not plain, or something of it is not known (yet).
    fn plain(&self, field: &str, below: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        let _ = (field, below, at);
        None
    }
}

/// What rows are read by, and written to.
pub struct At<'r> {
    reader: &'r Reader,
    types: &'r Types,
    /// What has to be known first.
    waits: Vec<BoxFuture<'r, ()>>,
    json: Vec<u8>,
}

impl<'r> At<'r> {
    const fn new(reader: &'r Reader, types: &'r Types) -> Self {
        Self {
            reader,
            types,
            waits: Vec::new(),
            json: Vec::new(),
        }
    }

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
}

/// Rows of a list.
pub struct Listing<'a, T>(pub Vec<&'a T>);

impl<T: Plain> Listing<'_, T> {
    /// The rows at once; none where that cannot be.
    async fn at_once(&self, ctx: &ContextSelectionSet<'_>) -> Option<Value> {
        let state = ctx.data::<RequestState>().ok()?;
        let reader = state.reader();
        if reader.is_pushed() || !state.writes_rows() {
            return None;
        }
        let plan = Plan::of(&ctx.item.node, &ctx.query_env.fragments)?;
        let mut at = At::new(&reader, ctx.data::<Types>().ok()?);
        for _ in 0..ROUNDS {
            if at.list(&plan, &self.0).is_some() {
                return at.written();
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
        let types = types.unwrap();
        let mut at = At::new(&reader, &types);
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
        told.map(|_| String::from_utf8(at.json).unwrap())
    }

    #[test]
    fn what_is_plain_is_told_in_its_order() {
        for query in [
            "{ role name __typename as: active }",
            "{ ... on User { role ...Name } ... on Other { id } as: active } fragment Name on Node { name __typename }",
        ] {
            let expected = r#"{"role":"AGENT","name":"Ann","__typename":"User","as":true}"#;
            assert_eq!(told(query).as_deref(), Some(expected), "{query}");
        }
    }

    #[test]
    fn what_is_not_is_left_to_others() {
        for query in [
            "{ name name }",
            "{ ... on User { name } ... on Node { name } }",
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
        let types = Types::default();
        let mut at = At::new(&reader, &types);
        let id = UserId(uuid::Uuid::nil());
        assert!(at.known(|all| &all.users, id).is_none());
        assert_eq!(at.waits.len(), 1);
    }
}
