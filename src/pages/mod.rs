//! The browser pages: what `web/` builds, embedded in the binary and served from memory.
//!
//! [`router`] has all of it: `/`, `/graphiql/`, and the files that they load. `files` finds a
//! file of the build, `reply` turns it into a response (caching, compression), `policy` says
//! what a browser may do with it. A binary that was built without the pages says how to build them.

mod files;
mod policy;
mod reply;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use serde::Serialize;

use files::Lookup;
use reply::Caching;

/// What the pages are told about the server that they come from.
#[derive(Clone, Default)]
pub struct PageOptions {
    /// Under `tandem dev`, the token that GraphiQL fills in by itself. Every visitor gets it, so it
    /// must be `None` wherever the data is not a demo's.
    pub demo_token: Option<String>,
}

/// The routes of the pages: `/`, `/graphiql` with what is below it, `/assets/…`, `/favicon.svg`.
///
/// It has no fallback: an unknown path outside `/assets` is left to the router that this is merged
/// into. All addresses in the pages are relative, so the router may be nested below a path.
pub fn router<S>(options: PageOptions) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router_over(files::embedded, options)
}

fn router_over<S>(lookup: Lookup, options: PageOptions) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let config = Config {
        demo: options.demo_token.is_some(),
        token: options.demo_token.map(Arc::from),
    };
    Router::new()
        .route("/", page(lookup, "index.html", policy::PAGE))
        .route("/graphiql", get(redirect_to_graphiql()))
        .route(
            "/graphiql/",
            page(lookup, "graphiql/index.html", policy::GRAPHIQL),
        )
        .route(
            "/graphiql/config.json",
            get(move |headers: HeaderMap| async move { tell_config(&headers, config) }),
        )
        .route(
            "/assets/{*path}",
            get(
                move |Path(path): Path<String>, headers: HeaderMap| async move {
                    let path = format!("assets/{path}");
                    reply::file(lookup, &path, &headers, Caching::Forever, policy::PAGE)
                        .unwrap_or_else(reply::not_found)
                },
            ),
        )
        .route(
            "/favicon.svg",
            get(move |headers: HeaderMap| async move {
                let path = "favicon.svg";
                reply::file(lookup, path, &headers, Caching::Revalidate, policy::PAGE)
                    .unwrap_or_else(reply::not_found)
            }),
        )
}

/// An HTML page; in its place, if this binary has none, how to build it.
fn page<S>(lookup: Lookup, path: &'static str, policy: &'static str) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(move |headers: HeaderMap| async move {
        reply::file(lookup, path, &headers, Caching::Revalidate, policy)
            .unwrap_or_else(reply::unbuilt)
    })
}

/// The page's own addresses are relative to `/graphiql/`. The target is relative too, so that it
/// holds below the path of a reverse proxy.
fn redirect_to_graphiql() -> impl IntoResponse + Clone + Send + Sync + 'static {
    (
        StatusCode::PERMANENT_REDIRECT,
        [(header::LOCATION, "graphiql/")],
    )
}

/// The body of `graphiql/config.json`; `ServerConfig` in `web/src/shared/session.ts` reads it.
#[derive(Clone, Serialize)]
struct Config {
    token: Option<Arc<str>>,
    demo: bool,
}

/// Tells the pages the configuration, and no page of another site: with a permissive CORS policy on
/// the outer router, any site open in the developer's browser could otherwise read the token.
fn tell_config(headers: &HeaderMap, config: Config) -> Response {
    let from = headers
        .get("sec-fetch-site")
        .map_or(b"none".as_slice(), HeaderValue::as_bytes);
    if from != b"same-origin" && from != b"none" {
        return StatusCode::FORBIDDEN.into_response();
    }
    let secret = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (secret, Json(config)).into_response()
}
