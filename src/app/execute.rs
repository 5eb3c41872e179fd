//! Executing queries and mutations.

use std::any::{Any, TypeId};

use async_graphql::{Request, Response};

use super::App;
use crate::domain::access::{Origin, Viewer};
use crate::graphql::{self, RequestState};
use crate::http::{Client, Valid};

/// Executes one request. The log's position is taken before anything is read, so everything up to it is in what
/// is read.
pub(super) async fn execute(app: &App, viewer: Viewer, request: Request) -> Response {
    let request = with_origin(request);
    let inner = &app.inner;
    let as_of = inner.realtime.tail.position();
    let state = RequestState::new(inner.store.clone(), viewer, as_of);
    let valid = told::<Valid>(&request).cloned();
    if valid.as_ref().is_some_and(Valid::is_known) {
        return graphql::execute(&inner.schema_for_valid, request, state).await;
    }
    let response = graphql::execute(&inner.schema, request, state).await;
    if let Some(valid) = valid
        && response.is_ok()
    {
        valid.note();
    }
    response
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
