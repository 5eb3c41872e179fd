//! Pages of other sites: which may use the API (CORS), and which may open a WebSocket, which browsers let any page do.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what was allowed: Chrome takes no more than two hours.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

/// The layer that answers browsers for these origins, such as `https://desk.example.com`. No credentials: a token is
/// sent by the page's own code, never by the browser alone.
pub(crate) fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| origin.parse().ok());
    let last_event_id = HeaderName::from_static("last-event-id");
    let request_id = HeaderName::from_static("x-request-id");
    let told = ["ratelimit", "ratelimit-policy"].map(HeaderName::from_static);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            last_event_id,
            request_id.clone(),
        ])
        .expose_headers(
            told.into_iter()
                .chain([header::RETRY_AFTER, request_id])
                .collect::<Vec<_>>(),
        )
        .max_age(REMEMBERED)
}

/// Whether a WebSocket may be opened: by whoever is no browser and so names no origin, by the server's own pages, and
/// by those of the origins.
pub(crate) fn may_open_socket(headers: &HeaderMap, origins: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    origins.iter().any(|allowed| allowed == origin) || is_own(origin, headers.get(header::HOST))
}

/// Whether an origin is the server that was asked. Of `https://a` and `https://a:443` browsers send the first in both
/// headers. The scheme is not known here, behind a proxy that speaks TLS; another scheme of the same host is the same
/// operator's.
fn is_own(origin: &str, host: Option<&HeaderValue>) -> bool {
    let authority = origin.parse::<Uri>().ok();
    let authority = authority.as_ref().and_then(Uri::authority);
    match (authority, host.and_then(|host| host.to_str().ok())) {
        (Some(authority), Some(host)) => authority.as_str().eq_ignore_ascii_case(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_pages_named_origins_and_programs_may() {
        let allowed = ["https://desk.example.com".to_owned()];
        for (origin, may) in [
            (None, true),
            (Some("http://127.0.0.1:4000"), true),
            (Some("https://127.0.0.1:4000"), true),
            (Some("http://127.0.0.1:4001"), false),
            (Some("https://desk.example.com"), true),
            (Some("https://desk.example.com.evil.example"), false),
            (Some("http://desk.example.com"), false),
            (Some("null"), false),
            (Some(""), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "127.0.0.1:4000".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(may_open_socket(&headers, &allowed), may, "{origin:?}");
        }
    }
}
