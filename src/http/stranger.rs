//! Requests without a good token: nothing is answered but a mutation that the backend lets strangers run, to sign in.

use std::sync::Arc;

use async_graphql::ServerError;
use axum::extract::Request;

use super::{
    backend::Backend,
    negotiate,
    operation::{Kind, Operation},
    params::{self, Body},
    run::Context,
};

/// The most bytes of a body that are read for somebody who has not shown a token.
const BODY: usize = 16 << 10;

/// What of a stranger's request is answered at all.
pub(crate) enum Answered<V> {
    /// An operation that they may run, and as whom.
    Run(V, Box<Operation>),
    /// Only the hash of a document came, and this is why it cannot be run: the client then sends the text.
    Unknown(ServerError),
}

/// Reads a stranger's request; none where it takes a token.
pub(crate) async fn read<B: Backend>(
    context: &Arc<Context<B>>,
    request: Request,
) -> Option<Answered<B::Viewer>> {
    negotiate::require_json(request.headers()).ok()?;
    let body = axum::body::to_bytes(request.into_body(), BODY);
    let body = tokio::time::timeout(context.limits.body_timeout, body).await;
    let Body::One(request) = params::from_body(&body.ok()?.ok()?, 1).ok()? else {
        return None;
    };
    let only_hash = request.query.is_empty();
    let mut operation = match Operation::prepare_for_stranger(*request, &context.reading) {
        Ok(operation) => operation,
        Err(error) => return only_hash.then_some(Answered::Unknown(error)),
    };
    if operation.kind != Kind::Mutation {
        return None;
    }
    let viewer = context.backend.stranger(&mut operation.request)?;
    Some(Answered::Run(viewer, Box::new(operation)))
}
