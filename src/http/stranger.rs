//! Requests without a good token: nothing is answered but a mutation that the backend lets strangers run, to sign in.

use std::sync::Arc;

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

/// The operation of a stranger, and as whom they may run it; none where it is any other request.
pub(crate) async fn read<B: Backend>(
    context: &Arc<Context<B>>,
    request: Request,
) -> Option<(B::Viewer, Operation)> {
    negotiate::require_json(request.headers()).ok()?;
    let body = axum::body::to_bytes(request.into_body(), BODY);
    let body = tokio::time::timeout(context.limits.body_timeout, body).await;
    let Body::One(request) = params::from_body(&body.ok()?.ok()?, 1).ok()? else {
        return None;
    };
    let mut operation = Operation::prepare_with_text(*request, context.limits.nesting).ok()?;
    if operation.kind != Kind::Mutation {
        return None;
    }
    let viewer = context.backend.stranger(&mut operation.request)?;
    Some((viewer, operation))
}
