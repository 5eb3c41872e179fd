//! Health, for load balancers and supervisors. Needs no token and shows nothing of the data.

use std::{sync::Arc, time::Duration};

use axum::{extract::State, http::StatusCode};

use super::{backend::Backend, run::Context};

/// A probe waits no longer, so neither does the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs and can answer.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// Requests can be served: not while the database is away, nor during a shutdown.
pub(crate) async fn ready<B: Backend>(
    State(context): State<Arc<Context<B>>>,
) -> (StatusCode, String) {
    let ready = if context.shutdown.has_begun() {
        Err("shutting down".to_owned())
    } else {
        tokio::time::timeout(PATIENCE, context.backend.ready())
            .await
            .unwrap_or_else(|_elapsed| Err("the check took too long".to_owned()))
    };
    match ready {
        Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}
