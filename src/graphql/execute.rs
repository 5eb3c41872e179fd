//! Executing: held against the limits first, read level by level, answered in the order asked.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use async_graphql::{Request, Response, ServerError};
use futures_util::StreamExt;

use super::Schema;
use super::state::RequestState;
use crate::domain::access::Viewer;
use crate::store::read::Flight;

mod check;
mod field_order;
mod nulls;
mod prepared;

pub use check::{Checked, check, may_ask};
use check::{hold, permitted};
pub use nulls::Types;
pub use prepared::Prepared;

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
    let turns = prepared.turns(&mut state);
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
    let turns = prepared.turns(&mut state);
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

/// Executes a subscription, which was checked, for one pushed cascade. The schema is that of [`super::schema_for_valid`].
pub async fn execute_frame(
    schema: &Schema,
    prepared: &Prepared,
    mut request: Request,
    mut state: RequestState,
) -> Option<Response> {
    request.set_parsed_query(prepared.document.clone());
    request.operation_name.clone_from(&prepared.operation);
    let turns = prepared.turns(&mut state);
    let mut frames = schema.execute_stream(request.data(state));
    let response = Arc::clone(&turns).drive(frames.next()).await?;
    Some(prepared.finish(schema, response))
}
