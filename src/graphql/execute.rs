//! Executing: held against the limits first, read level by level, answered in the order asked.

use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Pos, Request, Response, ServerError, Value};
use futures_util::StreamExt;

use super::Schema;
use super::gate::permit;
use super::limits::Limits;
use super::state::RequestState;
use super::variables::check_variables;
use crate::domain::access::Viewer;

mod field_order;
mod nulls;

pub use nulls::Types;

/// Holds a request against the limits and what the viewer may, before any work is done for it; returns it parsed.
///
/// # Errors
/// What is wrong with the text, that it asks for too much, or for what the viewer may not ask.
pub fn check(
    schema: &Schema,
    viewer: &Viewer,
    request: &mut Request,
) -> Result<ExecutableDocument, ServerError> {
    let document = request.parsed_query()?.clone();
    let limits = schema.data::<Limits>().copied().unwrap_or_default();
    limits
        .check(&document)
        .map_err(|error| error.into_graphql().into_server_error(Pos::default()))?;
    may_ask(schema, viewer, request)?;
    check_variables(schema, request).map(|()| document)
}

/// Whether the viewer may ask for what an operation has at its root.
///
/// # Errors
/// What is wrong with the text, or `FORBIDDEN`.
pub fn may_ask(schema: &Schema, viewer: &Viewer, request: &mut Request) -> Result<(), ServerError> {
    let name = request.operation_name.clone();
    let document = request.parsed_query()?;
    let unknown = Types::default();
    let types = schema.data::<Types>().unwrap_or(&unknown);
    permit(types, viewer, document, name.as_deref())
}

/// Executes a query or mutation for the viewer of the state.
pub async fn execute(schema: &Schema, mut request: Request, state: RequestState) -> Response {
    let document = match check(schema, state.viewer(), &mut request) {
        Ok(document) => document,
        Err(error) => return Response::from_errors(vec![error]),
    };
    let operation = request.operation_name.clone();
    let turns = state.turns();
    let response = turns.drive(schema.execute(request.data(state))).await;
    finish(schema, response, &document, operation.as_deref())
}

/// Executes a subscription, which was checked, for one pushed cascade.
pub async fn execute_frame(
    schema: &Schema,
    mut request: Request,
    state: RequestState,
) -> Option<Response> {
    let document = request.parsed_query().ok()?.clone();
    let operation = request.operation_name.clone();
    let turns = state.turns();
    let mut frames = schema.execute_stream(request.data(state));
    let response = Arc::clone(&turns).drive(frames.next()).await?;
    Some(finish(schema, response, &document, operation.as_deref()))
}

/// What async-graphql leaves to be done for a response to be what the specification wants.
fn finish(
    schema: &Schema,
    mut response: Response,
    document: &ExecutableDocument,
    operation: Option<&str>,
) -> Response {
    if let Some(types) = schema.data::<Types>()
        && !response.errors.is_empty()
    {
        nulls::propagate(types, document, operation, &mut response);
    }
    let data = std::mem::replace(&mut response.data, Value::Null);
    response.data = field_order::ordered(data, document, operation);
    response
}
