//! The GraphQL surface: resolvers that take arguments apart, call one function and wrap what it returns.
//!
//! No resolver knows SQL. All that one response shows is read from one snapshot of the database, held by
//! [`RequestState`], through loaders that ask once for many.

mod ahead;
pub mod connection;
mod cost;
pub mod cursor;
mod execute;
mod gate;
pub mod inputs;
mod joins;
pub mod limits;
pub mod loader;
mod loaders;
pub mod mutation;
pub mod operation;
mod plain;
mod query;
pub mod scalars;
mod state;
pub mod subscription;
mod turns;
pub mod types;
pub mod variables;

use async_graphql::{SchemaBuilder, ValidationMode};

pub use execute::{
    Checked, Executed, Prepared, check, execute, execute_frame, execute_in_one, may_ask,
};
pub use limits::Limits;
pub use mutation::Mutation;
pub use query::Query;
pub use state::{Reader, RequestState};
pub use subscription::Subscription;
pub use turns::Turns;

/// The schema that Tandem serves.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema, with the limits that requests are held to.
#[must_use]
pub fn schema(limits: Limits) -> SchemaBuilder<Query, Mutation, Subscription> {
    // Its own text is always readable; without it, what is only worked out from it is left out.
    let unreadable = |error: &async_graphql::parser::Error| {
        tracing::error!(%error, "the schema's own text");
    };
    let text = sdl();
    let types = execute::Types::read(&text).inspect_err(unreadable);
    let inputs = variables::InputTypes::read(&text).inspect_err(unreadable);
    let schema = async_graphql::Schema::build(Query, Mutation, Subscription)
        .limit_depth(limits.depth)
        .data(limits)
        .data(types.unwrap_or_default())
        .data(inputs.unwrap_or_default());
    if limits.introspection {
        schema
    } else {
        schema.disable_introspection()
    }
}

/// The same for documents that were validated before: the frames of a subscription, whose document was validated when it
/// was opened, and documents that are kept. Validating again would take a large part of the time that a frame takes.
#[must_use]
pub fn schema_for_valid(limits: Limits) -> SchemaBuilder<Query, Mutation, Subscription> {
    schema(limits).validation_mode(ValidationMode::Fast)
}

/// The schema as text: what `schema.graphql` holds.
#[must_use]
pub fn sdl() -> String {
    async_graphql::Schema::build(Query, Mutation, Subscription)
        .finish()
        .sdl()
}

/// What an error becomes towards the client. Resolvers use this and never a bare `?` on an [`crate::error::Error`],
/// which async-graphql would show with its text and without its code.
pub trait Shown<T> {
    /// The same result, fit for a client.
    ///
    /// # Errors
    /// The same.
    fn shown(self) -> async_graphql::Result<T>;
}

impl<T> Shown<T> for crate::error::Result<T> {
    fn shown(self) -> async_graphql::Result<T> {
        self.map_err(crate::error::Error::into_graphql)
    }
}
