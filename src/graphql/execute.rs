//! Executing: held against the limits first, read level by level, answered in the order asked.

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Pos, Request, Response, ServerError};
use futures_util::StreamExt;

use super::Schema;
use super::limits::Limits;
use super::response::{self, Types};
use super::state::RequestState;

/// Holds a request against the limits, before any work is done for it; returns it parsed.
///
/// # Errors
/// What is wrong with the text, or that it asks for too much.
pub fn check(schema: &Schema, request: &mut Request) -> Result<ExecutableDocument, ServerError> {
    let document = request.parsed_query()?.clone();
    let limits = schema.data::<Limits>().copied().unwrap_or_default();
    match limits.check(&document) {
        Ok(()) => Ok(document),
        Err(error) => Err(error.into_graphql().into_server_error(Pos::default())),
    }
}

/// Executes a query or mutation for the viewer of the state.
pub async fn execute(
    schema: &Schema,
    types: &Types,
    mut request: Request,
    state: RequestState,
) -> Response {
    let document = match check(schema, &mut request) {
        Ok(document) => document,
        Err(error) => return Response::from_errors(vec![error]),
    };
    let name = request.operation_name.clone();
    let turns = state.turns();
    let mut response = turns.drive(schema.execute(request.data(state))).await;
    response::finish(types, Some(&document), name.as_deref(), &mut response);
    response
}

/// Executes a subscription, which was checked, for one pushed cascade.
pub async fn execute_frame(
    schema: &Schema,
    types: &Types,
    mut request: Request,
    state: RequestState,
) -> Option<Response> {
    let document = request.parsed_query().ok()?.clone();
    let name = request.operation_name.clone();
    let turns = state.turns();
    let mut frames = schema.execute_stream(request.data(state));
    let mut response = turns.drive(frames.next()).await?;
    response::finish(types, Some(&document), name.as_deref(), &mut response);
    Some(response)
}
