//! The pages as a browser asks for them, over a small build that the tests bring.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test may panic

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::{PageOptions, files::File, router_over};

const SCRIPT: &str = "console.log('the plain script')";
const PACKED: &str = "(the script, compressed)";

fn build(path: &str) -> Option<File> {
    let text = match path {
        "index.html" => "<h1>Tandem</h1>",
        "graphiql/index.html" => "<h1>GraphiQL</h1>",
        "favicon.svg" => "<svg/>",
        "assets/main-abc123.js" => SCRIPT,
        "assets/main-abc123.js.gz" => PACKED,
        "assets/small-def456.css" => "p {}",
        "assets/../../secret" => "never to be served",
        _ => return None,
    };
    Some(File {
        bytes: Bytes::from_static(text.as_bytes()),
        hash: Sha256::digest(text).into(),
    })
}

fn nothing(_: &str) -> Option<File> {
    None
}

fn pages() -> Router {
    router_over(build, PageOptions::default())
}

/// Status, headers and body of the response to a request with these headers.
async fn ask(
    router: Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    (parts.status, parts.headers, text)
}

async fn get(path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
    ask(pages(), Method::GET, path, headers).await
}

#[tokio::test]
async fn pages_are_revalidated_and_kept_to_themselves() {
    for (path, body) in [
        ("/", "<h1>Tandem</h1>"),
        ("/graphiql/", "<h1>GraphiQL</h1>"),
    ] {
        let (status, headers, text) = get(path, &[]).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, body));
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        for rule in [
            "default-src 'none'",
            "connect-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        let scripts = policy
            .split("; ")
            .find(|rule| rule.starts_with("script-src"));
        assert_eq!(scripts, Some("script-src 'self'"), "{path}");
    }
}

#[tokio::test]
async fn graphiql_without_a_slash_leads_to_it() {
    let (status, headers, _) = get("/graphiql", &[]).await;
    assert_eq!(status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(headers[header::LOCATION], "graphiql/");
}

#[tokio::test]
async fn assets_are_kept_for_good() {
    let (status, headers, body) = get("/assets/small-def456.css", &[]).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "p {}"));
    assert_eq!(headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert_eq!(
        headers[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    assert!(
        !headers.contains_key(header::VARY),
        "it comes in one encoding only"
    );
}

#[tokio::test]
async fn who_takes_gzip_gets_what_the_build_compressed() {
    for accept in ["gzip", "br;q=1.0, GZIP;q=0.5", "deflate, *", "gzip ; q=1"] {
        let (_, headers, body) =
            get("/assets/main-abc123.js", &[("accept-encoding", accept)]).await;
        assert_eq!(body, PACKED, "{accept}");
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
        assert_eq!(
            headers[header::CONTENT_TYPE],
            "text/javascript; charset=utf-8"
        );
        assert_eq!(headers[header::VARY], "accept-encoding");
    }
    for refuse in ["", "br", "gzip;q=0", "identity, gzip;q=0.0, *", "*;q=0"] {
        let (_, headers, body) =
            get("/assets/main-abc123.js", &[("accept-encoding", refuse)]).await;
        assert_eq!(body, SCRIPT, "{refuse}");
        assert!(!headers.contains_key(header::CONTENT_ENCODING));
        assert_eq!(
            headers[header::VARY],
            "accept-encoding",
            "a cache must not mix them up"
        );
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let gzip = ("accept-encoding", "gzip");
    let path = "/assets/main-abc123.js";
    let (_, plain, _) = get(path, &[]).await;
    let (_, packed, _) = get(path, &[gzip]).await;
    let [plain, packed] = [plain, packed].map(|h| h[header::ETAG].to_str().unwrap().to_owned());
    assert_ne!(plain, packed, "two encodings are two representations");

    for known in [
        packed.clone(),
        format!("W/{packed}"),
        format!("\"x\", {packed}"),
        "*".into(),
    ] {
        let (status, headers, body) = get(path, &[gzip, ("if-none-match", &known)]).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::NOT_MODIFIED, ""),
            "{known}"
        );
        assert_eq!(headers[header::ETAG], packed.as_str());
        assert!(headers.contains_key(header::CACHE_CONTROL));
        assert!(!headers.contains_key(header::CONTENT_ENCODING));
    }
    let (status, _, body) = get(path, &[gzip, ("if-none-match", &plain)]).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, PACKED));
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let (status, headers, body) = ask(pages(), Method::HEAD, "/", &[]).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
    assert_eq!(headers[header::CONTENT_LENGTH], "15");
}

#[tokio::test]
async fn there_is_nothing_else() {
    for path in [
        "/assets/missing-000000.js",
        "/assets/main-abc123.js.gz",
        "/assets/../../secret",
        "/assets/%2e%2e/%2e%2e/secret",
        "/assets/..%2f..%2fsecret",
    ] {
        let (status, headers, _) = get(path, &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache", "{path}");
    }
    let (status, ..) = get("/elsewhere", &[]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, ..) = ask(pages(), Method::POST, "/", &[]).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_binary_without_pages_says_how_to_build_them() {
    for path in ["/", "/graphiql/"] {
        let router = router_over(nothing, PageOptions::default());
        let (status, headers, body) = ask(router, Method::GET, path, &[]).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("npm --prefix web run build"), "{body}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
        assert!(headers.contains_key(header::CONTENT_SECURITY_POLICY));
    }
}

#[tokio::test]
async fn only_a_demo_gives_its_token_away() {
    let path = "/graphiql/config.json";
    let (_, headers, body) = get(path, &[]).await;
    assert_eq!(body, r#"{"token":null,"demo":false}"#);
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");

    let demo = PageOptions {
        demo_token: Some("demo-token".into()),
    };
    let demo = router_over::<()>(build, demo);
    let own = [("sec-fetch-site", "same-origin")];
    let (_, _, body) = ask(demo.clone(), Method::GET, path, &own).await;
    assert_eq!(body, r#"{"token":"demo-token","demo":true}"#);

    for site in ["cross-site", "same-site", "anything"] {
        let other = [("sec-fetch-site", site)];
        let (status, _, body) = ask(demo.clone(), Method::GET, path, &other).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::FORBIDDEN, ""),
            "{site}"
        );
    }
}

#[tokio::test]
async fn the_pages_may_be_nested_below_a_path() {
    let router = Router::new().nest("/tandem", pages());
    let (status, _, body) = ask(router, Method::GET, "/tandem/graphiql/", &[]).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::OK, "<h1>GraphiQL</h1>")
    );
}
