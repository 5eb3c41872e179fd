//! Executing queries and mutations.

use std::any::{Any, TypeId};

use async_graphql::{Request, Response};

use super::App;
use crate::domain::access::{Origin, Viewer};
use crate::graphql::{self, Prepared, RequestState};
use crate::http::{Client, Known};

/// Executes one request. The log's position is taken before anything is read, so everything up to it is in what
/// is read.
pub(super) async fn execute(app: &App, viewer: Viewer, request: Request) -> Response {
    let request = with_origin(request);
    let inner = &app.inner;
    let known = told::<Known>(&request).cloned();
    let is_valid = known.as_ref().is_some_and(Known::is_valid);
    let schema = if is_valid {
        &inner.schema_for_valid
    } else {
        &inner.schema
    };
    let prepared = known.as_ref().and_then(Known::prepared::<Prepared>);
    let store = || inner.store.clone();
    let as_of = || inner.realtime.tail.position();
    // Who is limited is read for in a transaction in any case.
    let in_one = known.as_ref().is_some_and(Known::takes_one_statement) && viewer.limits.is_none();
    let executed = if in_one {
        let hoping = RequestState::for_one_statement(store(), viewer.clone(), as_of());
        let other = || RequestState::new(store(), viewer, as_of());
        graphql::execute_in_one(schema, request, prepared, hoping, other).await
    } else {
        let state = RequestState::new(store(), viewer, as_of());
        graphql::execute(schema, request, prepared, state).await
    };
    if let Some(known) = known {
        if executed.took_more {
            known.note_mistake();
            metrics::counter!("tandem_queries_read_twice_total").increment(1);
        }
        if executed.response.is_ok() {
            known.note_valid();
            known.note_statements(executed.statements);
            if let Some(prepared) = executed.prepared {
                known.keep_prepared(prepared);
            }
        }
    }
    executed.response
}

/// What the transport put into the data of a request.
pub(super) fn told<T: Any>(request: &Request) -> Option<&T> {
    request.data.get(&TypeId::of::<T>())?.downcast_ref()
}

/// What the transport knows of the client, in words that the rooms below understand.
fn with_origin(request: Request) -> Request {
    let origin = told::<Client>(&request).map(|client| Origin {
        address: client.address,
        user_agent: client.user_agent.clone(),
    });
    match origin {
        Some(origin) => request.data(origin),
        None => request,
    }
}
