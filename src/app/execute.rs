//! Executing queries and mutations.

use async_graphql::{Request, Response};

use super::App;
use crate::domain::access::Viewer;
use crate::graphql::{self, RequestState};

/// Executes one request. The log's position is taken before anything is read, so everything up to it is in what
/// is read.
pub(super) async fn execute(app: &App, viewer: Viewer, request: Request) -> Response {
    let inner = &app.inner;
    let as_of = inner.realtime.tail.position();
    let state = RequestState::new(inner.store.clone(), viewer, as_of);
    graphql::execute(&inner.schema, &inner.types, request, state).await
}
