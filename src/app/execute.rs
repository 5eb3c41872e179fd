//! Executing queries and mutations.

use async_graphql::{Request, Response};

use super::App;
use crate::domain::access::Viewer;
use crate::graphql::{RequestState, response};

/// Executes one request. The log's position is taken before anything is read, so everything up to it is in what
/// is read.
pub(super) async fn execute(app: &App, viewer: Viewer, request: Request) -> Response {
    let inner = &app.inner;
    let as_of = inner.realtime.tail.position();
    let state = RequestState::new(inner.store.clone(), viewer, as_of);
    let mut request = request.data(state);
    let document = request.parsed_query().ok().cloned();
    let name = request.operation_name.clone();
    let mut response = inner.schema.execute(request).await;
    response::finish(
        &inner.types,
        document.as_ref(),
        name.as_deref(),
        &mut response,
    );
    response
}
