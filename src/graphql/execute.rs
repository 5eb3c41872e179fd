//! Executing: held against the limits first, read level by level, answered in the order asked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Pos, Request, Response, ServerError};
use futures_util::StreamExt;

use super::Schema;
use super::cost::cost;
use super::gate::permit;
use super::limits::Limits;
use super::operation::meant;
use super::state::RequestState;
use super::variables::{check_variables, leave_out};
use crate::domain::access::Viewer;
use crate::error::Error;

mod field_order;
mod nulls;

use field_order::Asked;
pub use nulls::Types;

/// A request that was held against the limits and what its viewer may.
pub struct Checked {
    /// Its document.
    pub document: ExecutableDocument,
    /// What it costs.
    pub cost: u64,
}

/// Holds a request against the limits and what the viewer may, before any work is done for it; returns it parsed.
///
/// # Errors
/// What is wrong with the text, that it asks for too much, or for what the viewer may not ask.
pub fn check(
    schema: &Schema,
    viewer: &Viewer,
    request: &mut Request,
) -> Result<Checked, ServerError> {
    may_ask(schema, viewer, request)?;
    let document = request.parsed_query()?.clone();
    let limits = schema.data::<Limits>().copied().unwrap_or_default();
    limits.check_lists(&request.variables).map_err(shown)?;
    check_variables(schema, &document, request)?;
    leave_out(request);
    let operation = meant(&document, request.operation_name.as_deref());
    let cost = match (operation, schema.data::<Types>()) {
        (Some(operation), Some(types)) => {
            cost(types, &limits, &document, operation, &request.variables)
        }
        // Which operation is meant is for the execution to ask.
        _ => 0,
    };
    limits.check_cost(cost).map_err(shown)?;
    Ok(Checked { document, cost })
}

/// Whether the viewer may ask for what an operation has at its root. Its text is held against the limits first, since
/// also strangers are looked at so: fragments that double would else be followed for ever.
///
/// # Errors
/// What is wrong with the text, that there is too much of it, or `FORBIDDEN`.
pub fn may_ask(schema: &Schema, viewer: &Viewer, request: &mut Request) -> Result<(), ServerError> {
    let name = request.operation_name.clone();
    let document = request.parsed_query()?;
    let limits = schema.data::<Limits>().copied().unwrap_or_default();
    limits.check(document).map_err(shown)?;
    let unknown = Types::default();
    let types = schema.data::<Types>().unwrap_or(&unknown);
    permit(types, viewer, document, name.as_deref()).map_err(shown)
}

fn shown(error: Error) -> ServerError {
    error.into_graphql().into_server_error(Pos::default())
}

/// Executes a query or mutation for the viewer of the state.
pub async fn execute(schema: &Schema, mut request: Request, mut state: RequestState) -> Response {
    let begun = Instant::now();
    let Checked { document, cost } = match check(schema, state.viewer(), &mut request) {
        Ok(checked) => checked,
        Err(error) => return Response::from_errors(vec![error]),
    };
    stage("check", begun.elapsed());
    let operation = request.operation_name.clone();
    let asked = Asked::of(&document, operation.as_deref());
    // What is merged must be there in parts.
    state.write_rows(!asked.merges());
    let turns = state.turns();
    let flight = Arc::clone(turns.flight());
    let begun = Instant::now();
    let response = turns.drive(schema.execute(request.data(state))).await;
    stage("execute", begun.elapsed());
    stage("statements", flight.waited());
    let mut response = finish(schema, response, &document, operation.as_deref(), &asked);
    response.extensions.insert("cost".to_owned(), cost.into());
    response
}

/// Tells the metrics how long a stage of a request took.
fn stage(stage: &'static str, took: Duration) {
    metrics::histogram!("tandem_stage_seconds", "stage" => stage).record(took);
}

/// A document that is executed again and again: what is to be known of it is found once.
pub struct Prepared {
    document: ExecutableDocument,
    operation: Option<String>,
    asked: Asked,
}

impl Prepared {
    /// Of a document and which of its operations is meant.
    #[must_use]
    pub fn new(document: ExecutableDocument, operation: Option<&str>) -> Self {
        Self {
            asked: Asked::of(&document, operation),
            operation: operation.map(str::to_owned),
            document,
        }
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &ExecutableDocument {
        &self.document
    }
}

/// Executes a subscription, which was checked, for one pushed cascade. The schema is that of [`super::schema_for_valid`].
pub async fn execute_frame(
    schema: &Schema,
    prepared: &Prepared,
    mut request: Request,
    mut state: RequestState,
) -> Option<Response> {
    let Prepared {
        document,
        operation,
        asked,
    } = prepared;
    request.set_parsed_query(document.clone());
    request.operation_name.clone_from(operation);
    state.write_rows(!asked.merges());
    let turns = state.turns();
    let mut frames = schema.execute_stream(request.data(state));
    let response = Arc::clone(&turns).drive(frames.next()).await?;
    let operation = operation.as_deref();
    Some(finish(schema, response, document, operation, asked))
}

/// What async-graphql leaves to be done for a response to be what the specification wants.
fn finish(
    schema: &Schema,
    mut response: Response,
    document: &ExecutableDocument,
    operation: Option<&str>,
    asked: &Asked,
) -> Response {
    if let Some(types) = schema.data::<Types>()
        && !response.errors.is_empty()
    {
        nulls::propagate(types, document, operation, &mut response);
    }
    asked.order(&mut response.data);
    response
}
