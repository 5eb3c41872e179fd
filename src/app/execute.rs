//! Executing queries and mutations.

use async_graphql::{Request, Response};

use super::App;
use crate::domain::access::Viewer;
use crate::graphql::{RequestState, check_variables};

/// Executes one request. The log's position is taken before anything is read, so everything up to it is in what
/// is read.
pub(super) async fn execute(app: &App, viewer: Viewer, mut request: Request) -> Response {
    let inner = &app.inner;
    if let Err(error) = check_variables(&inner.schema, &mut request) {
        return Response::from_errors(vec![error]);
    }
    let as_of = inner.realtime.tail.position();
    let state = RequestState::new(inner.store.clone(), viewer, as_of);
    inner.schema.execute(request.data(state)).await
}
