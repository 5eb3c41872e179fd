//! Executing: held against the limits first, read level by level, answered in the order asked.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use async_graphql::parser::types::{ExecutableDocument, OperationType};
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
use crate::store::read::Flight;

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
    let cost = hold(schema, &document, request)?;
    Ok(Checked { document, cost })
}

/// Holds what may be asked against the limits, with its variables; returns what it costs.
fn hold(
    schema: &Schema,
    document: &ExecutableDocument,
    request: &mut Request,
) -> Result<u64, ServerError> {
    let limits = schema.data::<Limits>().copied().unwrap_or_default();
    limits.check_lists(&request.variables).map_err(shown)?;
    check_variables(schema, document, request)?;
    leave_out(request);
    let operation = meant(document, request.operation_name.as_deref());
    let cost = match (operation, schema.data::<Types>()) {
        (Some(operation), Some(types)) => {
            cost(types, &limits, document, operation, &request.variables)
        }
        // Which operation is meant is for the execution to ask.
        _ => 0,
    };
    limits.check_cost(cost).map_err(shown)?;
    Ok(cost)
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
    permitted(schema, viewer, document, name.as_deref())
}

fn permitted(
    schema: &Schema,
    viewer: &Viewer,
    document: &ExecutableDocument,
    operation: Option<&str>,
) -> Result<(), ServerError> {
    let unknown = Types::default();
    let types = schema.data::<Types>().unwrap_or(&unknown);
    permit(types, viewer, document, operation).map_err(shown)
}

fn shown(error: Error) -> ServerError {
    error.into_graphql().into_server_error(Pos::default())
}

/// What came of a request.
pub struct Executed {
    /// The response.
    pub response: Response,
    /// How many statements it was read by.
    pub statements: u32,
    /// Whether one statement was hoped to be enough and was not, so that it was executed again.
    pub took_more: bool,
    /// What the next request for the document need not prepare again; none where this one was refused.
    pub prepared: Option<Arc<Prepared>>,
}

/// Executes a query or mutation for the viewer of the state, and by what an earlier request for the document prepared.
pub async fn execute(
    schema: &Schema,
    mut request: Request,
    prepared: Option<Arc<Prepared>>,
    state: RequestState,
) -> Executed {
    let (prepared, cost) = match prepare(schema, state.viewer(), &mut request, prepared) {
        Ok(prepared) => prepared,
        Err(error) => return Executed::refused(error),
    };
    let begun = Instant::now();
    let executed = attempt(schema, &prepared, request, state).await;
    executed.at_cost(cost, begun, prepared)
}

/// The same where one statement is hoped to be enough, with a state for that. Where it is not, nothing of that attempt is
/// shown, and the query is executed with the other state.
pub async fn execute_in_one(
    schema: &Schema,
    mut request: Request,
    prepared: Option<Arc<Prepared>>,
    hoping: RequestState,
    other: impl FnOnce() -> RequestState,
) -> Executed {
    let (prepared, cost) = match prepare(schema, hoping.viewer(), &mut request, prepared) {
        Ok(prepared) => prepared,
        Err(error) => return Executed::refused(error),
    };
    let begun = Instant::now();
    // What writes is never executed twice.
    if !prepared.is_query() {
        let executed = attempt(schema, &prepared, request, other()).await;
        return executed.at_cost(cost, begun, prepared);
    }
    let again = prepared.again(&request);
    let executed = match hope(schema, &prepared, request, hoping).await {
        Some(executed) => executed,
        None => Executed {
            took_more: true,
            ..Box::pin(attempt(schema, &prepared, again, other())).await
        },
    };
    executed.at_cost(cost, begun, prepared)
}

/// Holds a request against the limits and what its viewer may; returns what is to be executed, and what it costs. What
/// is prepared was held against the limits of documents before.
fn prepare(
    schema: &Schema,
    viewer: &Viewer,
    request: &mut Request,
    prepared: Option<Arc<Prepared>>,
) -> Result<(Arc<Prepared>, u64), ServerError> {
    let begun = Instant::now();
    let prepared = prepared.filter(|prepared| prepared.operation == request.operation_name);
    let (prepared, cost) = if let Some(prepared) = prepared {
        let operation = prepared.operation.as_deref();
        permitted(schema, viewer, &prepared.document, operation)?;
        let cost = hold(schema, &prepared.document, request)?;
        (prepared, cost)
    } else {
        let Checked { document, cost } = check(schema, viewer, request)?;
        let prepared = Prepared::new(document, request.operation_name.as_deref());
        (Arc::new(prepared), cost)
    };
    stage("check", begun.elapsed());
    Ok((prepared, cost))
}

impl Executed {
    fn refused(error: ServerError) -> Self {
        Self {
            response: Response::from_errors(vec![error]),
            statements: 0,
            took_more: false,
            prepared: None,
        }
    }

    fn of(schema: &Schema, prepared: &Prepared, response: Response, flight: &Flight) -> Self {
        stage("statements", flight.waited());
        Self {
            response: prepared.finish(schema, response),
            statements: flight.sent(),
            took_more: false,
            prepared: None,
        }
    }

    fn at_cost(mut self, cost: u64, begun: Instant, prepared: Arc<Prepared>) -> Self {
        self.prepared = Some(prepared);
        stage("execute", begun.elapsed());
        let extensions = &mut self.response.extensions;
        extensions.insert("cost".to_owned(), cost.into());
        self
    }
}

async fn attempt(
    schema: &Schema,
    prepared: &Prepared,
    request: Request,
    mut state: RequestState,
) -> Executed {
    // What is merged must be there in parts.
    state.write_rows(!prepared.asked.merges());
    let turns = state.turns();
    let flight = Arc::clone(turns.flight());
    let response = turns.drive(schema.execute(request.data(state))).await;
    Executed::of(schema, prepared, response, &flight)
}

/// Answers with what one statement tells; none where that is not enough.
async fn hope(
    schema: &Schema,
    prepared: &Prepared,
    request: Request,
    mut state: RequestState,
) -> Option<Executed> {
    state.write_rows(!prepared.asked.merges());
    let turns = state.turns();
    let flight = Arc::clone(turns.flight());
    let mut execution = pin!(schema.execute(request.data(state)));
    let enough = poll_fn(|cx| match execution.as_mut().poll(cx) {
        Poll::Ready(response) => Poll::Ready(Some(response)),
        Poll::Pending if flight.needs_more() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    let response = turns.drive(enough).await?;
    Some(Executed::of(schema, prepared, response, &flight))
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

    fn is_query(&self) -> bool {
        let operation = meant(&self.document, self.operation.as_deref());
        operation.is_some_and(|operation| operation.ty == OperationType::Query)
    }

    /// The same query again. What the transport says of the client is for commands.
    fn again(&self, first: &Request) -> Request {
        let mut request = Request::new("").variables(first.variables.clone());
        request.set_parsed_query(self.document.clone());
        request.operation_name.clone_from(&self.operation);
        request
    }

    /// What async-graphql leaves to be done for a response to be what the specification wants.
    fn finish(&self, schema: &Schema, mut response: Response) -> Response {
        if let Some(types) = schema.data::<Types>()
            && !response.errors.is_empty()
        {
            let operation = self.operation.as_deref();
            nulls::propagate(types, &self.document, operation, &mut response);
        }
        self.asked.order(&mut response.data);
        response
    }
}

/// Executes a subscription, which was checked, for one pushed cascade. The schema is that of [`super::schema_for_valid`].
pub async fn execute_frame(
    schema: &Schema,
    prepared: &Prepared,
    mut request: Request,
    mut state: RequestState,
) -> Option<Response> {
    request.set_parsed_query(prepared.document.clone());
    request.operation_name.clone_from(&prepared.operation);
    state.write_rows(!prepared.asked.merges());
    let turns = state.turns();
    let mut frames = schema.execute_stream(request.data(state));
    let response = Arc::clone(&turns).drive(frames.next()).await?;
    Some(prepared.finish(schema, response))
}
