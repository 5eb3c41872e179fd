//! The transports: GraphQL over HTTP, graphql-transport-ws, GraphQL over server-sent events, and health.
//!
//! They carry operations to one [`Backend`] and know nothing of what these do. Follow a request: [`router`] →
//! `graphql` (HTTP), `events` (server-sent events) or `ws` (WebSocket) → `run` → [`Backend`].
//!
//! | path | what |
//! |---|---|
//! | `POST /graphql` | queries, mutations, batches; subscriptions with `Accept: text/event-stream` |
//! | `GET /graphql` | queries; subscriptions with `Accept: text/event-stream`; WebSocket upgrades |
//! | `GET /health/live`, `GET /health/ready` | health |

mod address;
mod auth;
mod backend;
mod client;
mod documents;
mod events;
mod graphql;
mod health;
mod kept;
mod known;
mod lifecycle;
mod limits;
mod lost;
mod names;
mod negotiate;
mod nesting;
mod operation;
mod origin;
mod params;
mod problem;
mod rate;
mod reply;
mod request_id;
mod run;
mod serve;
mod shutdown;
mod slots;
mod stranger;
mod timed;

mod variables;
mod written;
mod ws;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::Response,
    routing::{any, get},
};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate, SizeAbove},
    },
};

pub use address::Network;
pub use backend::{AuthError, Backend, Cursor, Frame, LastEventId, RequestId};
pub use client::Client;
pub use documents::{Manifest, Persisted, hash as document_hash};
pub use known::Known;
pub use limits::Limits;
pub use problem::code;
pub use serve::serve;
pub use shutdown::{Shutdown, Stop, shutdown};

use self::{negotiate::MediaType, problem::Problem, run::Context};

/// Below this many bytes a compressed body saves no packet.
const WORTH_COMPRESSING: u16 = 1024;

/// The complete service: [`routes`] within [`layers`].
pub fn router<B: Backend>(backend: B, limits: Limits, shutdown: Shutdown) -> Router {
    let origins = limits.origins.clone();
    layers(
        routes(backend, limits, shutdown).fallback(not_found),
        &origins,
    )
}

/// The transports' own routes, to be merged with others before [`layers`] goes around all.
pub fn routes<B: Backend>(backend: B, limits: Limits, shutdown: Shutdown) -> Router {
    let body_limit = DefaultBodyLimit::max(limits.body_bytes);
    let context = Arc::new(Context::new(backend, limits, shutdown));
    Router::new()
        .route("/graphql", any(graphql::graphql::<B>))
        .layer(body_limit)
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready::<B>))
        .with_state(context)
}

/// What holds for every route, from the outside in: a request id, its log line and the answer to a panic; headers
/// that browsers heed; compression; what pages of other origins may do, where some may (CORS).
pub fn layers(routes: Router, origins: &[String]) -> Router {
    let worth = DefaultPredicate::new().and(SizeAbove::new(WORTH_COMPRESSING.into()));
    // The fastest level: the next ones cost several times its CPU for a few percent of size.
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(worth);
    let routes = routes
        .layer(compression)
        .layer(middleware::from_fn(browser_headers));
    let routes = match origins {
        [] => routes,
        origins => routes.layer(origin::cors(origins)),
    };
    routes.layer(middleware::from_fn(request_id::name_request))
}

/// Answers have the type they say, are kept by no cache unless they say so, and name no address to third parties.
async fn browser_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The fallback: no such path, in the shape of every other error.
pub async fn not_found() -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        code::NOT_FOUND,
        "There is nothing at this path; GraphQL is at /graphql.",
    )
    .respond(MediaType::AnyJson)
}
