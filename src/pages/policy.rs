//! What a browser may do with the pages. Nothing in them comes from, or goes to, another machine.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The content security policy of the pages. `'self'` in `connect-src` covers the WebSocket of the
/// same origin too (Chrome 71, Firefox 63, Safari 15.5 and later).
pub(super) const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// GraphiQL's editor writes style elements, runs its language services in workers, and has fonts
/// within its style sheets.
pub(super) const GRAPHIQL: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
    connect-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page of a binary without pages has one style element and nothing else.
pub(super) const UNBUILT: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Adds the policy, and the other headers that keep a page to itself.
pub(super) fn apply(headers: &mut HeaderMap, policy: &'static str) {
    let rules: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in rules {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
