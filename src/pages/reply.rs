//! A file of the build as an HTTP response: what the client has already is not sent again, and what
//! was compressed when the pages were built is sent as it is (RFC 9110, sections 8.8, 12.5.3, 13.1).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    files::{File, Lookup, media_type},
    policy,
};

/// How long a client may keep a file without asking.
#[derive(Clone, Copy)]
pub(super) enum Caching {
    /// The name contains a hash of the content, so it never changes.
    Forever,
    /// Ask each time; the answer is short if nothing changed.
    Revalidate,
}

impl Caching {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Revalidate => "no-cache",
        })
    }
}

/// The response with the file at `path`, or `None` if the build has no such file.
pub(super) fn file(
    lookup: Lookup,
    path: &str,
    request: &HeaderMap,
    caching: Caching,
    policy: &'static str,
) -> Option<Response> {
    // A debug build looks on the disk; and the compressed files are no pages of their own.
    if path.split(['/', '\\']).any(|part| part == "..") || path.ends_with(".gz") {
        return None;
    }
    let packed = lookup(&format!("{path}.gz"));
    let varies = packed.is_some();
    let (file, encoding) = match packed {
        Some(packed) if accepts_gzip(request) => (packed, Some("gzip")),
        _ => (lookup(path)?, None),
    };

    let tag = entity_tag(&file, encoding);
    let mut response = if is_known(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(file.bytes));
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(media_type(path)),
        );
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, caching.header());
    if varies {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    policy::apply(headers, policy);
    Some(response)
}

/// What is sent for a file that the build does not have.
pub(super) fn not_found() -> Response {
    let fresh = [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    (StatusCode::NOT_FOUND, fresh, "There is no such file.\n").into_response()
}

/// What is sent in place of a page by a binary that was built without them.
pub(super) fn unbuilt() -> Response {
    let mut response = axum::response::Html(include_str!("unbuilt.html")).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, Caching::Revalidate.header());
    policy::apply(headers, policy::UNBUILT);
    response
}

/// A strong tag: each encoding of a file is a representation with a tag of its own. Half of the hash
/// is 128 bits, which is plenty.
fn entity_tag(file: &File, encoding: Option<&str>) -> String {
    let half = file.hash.iter().take(16);
    let hash: String = half.map(|byte| format!("{byte:02x}")).collect();
    match encoding {
        Some(encoding) => format!("\"{hash}-{encoding}\""),
        None => format!("\"{hash}\""),
    }
}

/// Whether `If-None-Match` names the tag. The comparison is the weak one, as the header asks for: a
/// proxy that recompresses makes our tags weak.
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    list(request, &header::IF_NONE_MATCH)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// Whether the client takes gzip: it names it, or everything, with a weight above zero.
fn accepts_gzip(request: &HeaderMap) -> bool {
    let weight = |wanted: &str| {
        list(request, &header::ACCEPT_ENCODING).find_map(|item| {
            let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = parameters.trim().strip_prefix("q=").unwrap_or("1");
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| weight.parse::<f32>().unwrap_or(0.0))
        })
    };
    weight("gzip")
        .or_else(|| weight("*"))
        .is_some_and(|weight| weight > 0.0)
}

/// The items of a header that is a list, which may come in several lines.
fn list<'a>(
    headers: &'a HeaderMap,
    name: &header::HeaderName,
) -> impl Iterator<Item = &'a str> + use<'a> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(',').map(str::trim))
}
