//! A request: read, held against the limits, executed, written; and what the transport adds.

use async_graphql::parser::parse_query;
use async_graphql::{Request, Response, Value};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde_json::json;
use tandem::domain::access::Viewer;
use tandem::graphql::check;
use tandem::http::{self, AuthError, Backend, Frame, Limits};
use tower::ServiceExt;
use uuid::Uuid;

use super::desk::{Desk, INBOX, encoded, rows, variables};
use super::made::agent;
use super::path::{Path, work};

/// All of them.
pub const PATHS: [Path; 4] = [
    Path::new("request: read the document of the inbox page", || {
        work(INBOX, |text| parse_query(text).expect("a document"))
    }),
    Path::new(
        "request: what the inbox page costs, and whether it may",
        || {
            work((Desk::shared(), agent()), |(desk, agent)| {
                let checked = check(&desk.schema, agent, &mut desk.asking());
                checked.expect("a good request").cost
            })
        },
    ),
    Path::new("request: execute the inbox page, 50 rows", || {
        let (desk, rows) = (Desk::shared(), rows());
        work((desk, rows), |(desk, rows)| encoded(&desk.inbox_page(rows)))
    }),
    Path::new("request: HTTP around the inbox page", || {
        let desk = Desk::shared();
        let known = Known(desk.inbox_page(&rows()).data);
        // Dropped, it would stop the server.
        let (stop, shutdown) = http::shutdown();
        let router = http::router(known, Limits::default(), shutdown);
        let body = json!({ "query": INBOX, "variables": variables() }).to_string();
        work((desk, router, body, stop), |(desk, router, body, _)| {
            desk.runtime.block_on(post(router, body))
        })
    }),
];

async fn post(router: &Router, body: &str) -> Bytes {
    let request = axum::http::Request::post("/graphql")
        .header("authorization", "Bearer any")
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let answer = router.clone().oneshot(request).await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    let bytes = to_bytes(answer.into_body(), usize::MAX).await;
    bytes.expect("a body")
}

/// Answers everything with the same, at once: what is left is the transport.
#[derive(Clone)]
struct Known(Value);

impl Backend for Known {
    type Viewer = Viewer;

    async fn authenticate(&self, _: Option<&str>) -> Result<Viewer, AuthError> {
        Ok(agent())
    }

    fn user(&self, _: &Viewer) -> Uuid {
        Uuid::nil()
    }

    fn withdrawn(&self, _: &Viewer) -> impl Future<Output = ()> + Send + 'static {
        std::future::pending()
    }

    async fn execute(&self, _: Viewer, _: Request) -> Response {
        Response::new(self.0.clone())
    }

    fn subscribe(&self, _: Viewer, _: Request) -> BoxStream<'static, Frame> {
        stream::empty().boxed()
    }

    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}
