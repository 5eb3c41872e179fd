//! Names every request, and turns a panic into an answer that shows the name and nothing else.

use std::{panic::AssertUnwindSafe, time::Instant};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;
use tracing::Instrument;
use uuid::Uuid;

use super::{
    backend::RequestId,
    negotiate::MediaType,
    problem::{Problem, panic_text},
};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request, given by [`name_request`]; a new one where that layer is not in the way.
pub(crate) fn of(request: &Request) -> RequestId {
    let named = request.extensions().get::<RequestId>();
    named.cloned().unwrap_or_else(fresh)
}

/// The outermost layer: takes the client's `x-request-id` if it is a sane one, else makes one; logs the request under
/// it (method, path and status, never the query string, a header or a body) and answers with it.
pub(crate) async fn name_request(mut request: Request, next: Next) -> Response {
    let id = of_client(request.headers()).unwrap_or_else(fresh);
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        method = %request.method(),
        path = request.uri().path(),
    );
    let began = Instant::now();
    let mut response = async {
        let caught = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let response = caught.unwrap_or_else(|panic| {
            tracing::error!(cause = %panic_text(&*panic), "a handler panicked");
            Problem::internal(&id).respond(MediaType::AnyJson)
        });
        let (status, seconds) = (response.status(), began.elapsed().as_secs_f64());
        metrics::counter!("tandem_http_responses_total", "status" => status.as_str().to_owned())
            .increment(1);
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), seconds, "answered");
        } else {
            tracing::debug!(status = status.as_u16(), seconds, "answered");
        }
        response
    }
    .instrument(span)
    .await;
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// A client's id goes into the log, so only short plain ones are taken: letters, digits and `-_.:/+=`.
fn of_client(headers: &HeaderMap) -> Option<RequestId> {
    let id = headers.get(HEADER)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    ((1..=128).contains(&id.len()) && id.bytes().all(plain)).then(|| RequestId(id.into()))
}

fn fresh() -> RequestId {
    RequestId(Uuid::now_v7().to_string().into())
}
