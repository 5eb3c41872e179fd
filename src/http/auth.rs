//! Finding the token in a request and who stands behind it.

use axum::http::{HeaderMap, header};
use serde::Deserialize;

use super::{
    backend::{AuthError, Backend},
    limits::Limits,
};

/// Beyond this many bytes nothing is a token, and it is not worth a look: ours are short, and an identity provider's have
/// a few thousand.
const LONGEST_TOKEN: usize = 8 << 10;

/// What a client may send as the payload of `connection_init`. Other entries are its own business.
#[derive(Deserialize, Default)]
struct InitPayload {
    authorization: Option<serde_json::Value>,
    #[serde(rename = "Authorization")]
    capitalised: Option<serde_json::Value>,
    token: Option<serde_json::Value>,
}

/// The token of `Authorization: Bearer …`.
pub(crate) fn token_in_headers(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(bearer)
}

/// The token in the payload of `connection_init`: `{"authorization":"Bearer …"}`, with a capital or not, or
/// `{"token":"…"}`.
pub(crate) fn token_in_init(payload: Option<&str>) -> Option<String> {
    let payload: InitPayload = serde_json::from_str(payload?).ok()?;
    let text = |value: Option<serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => Some(text),
        _ => None,
    };
    text(payload.authorization)
        .or_else(|| text(payload.capitalised))
        .and_then(|value| bearer(&value).map(str::to_owned))
        .or_else(|| text(payload.token))
        .filter(|token| !token.is_empty())
}

/// The scheme's name is compared without regard to case (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Asks the backend, which gets only as much time as the limits say.
pub(crate) async fn authenticate<B: Backend>(
    backend: &B,
    limits: &Limits,
    token: Option<&str>,
) -> Result<B::Viewer, AuthError> {
    if token.is_some_and(|token| token.len() > LONGEST_TOKEN) {
        return Err(AuthError::Wrong);
    }
    tokio::time::timeout(limits.auth_timeout, backend.authenticate(token))
        .await
        .unwrap_or(Err(AuthError::Unavailable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_found() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Bearer", None),
            ("Bearer ", None),
            ("Basic abc", None),
            ("abc", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, header.parse().unwrap());
            assert_eq!(token_in_headers(&headers), token, "{header}");
        }
    }

    #[test]
    fn a_token_is_found_in_the_init_payload() {
        for (payload, token) in [
            (r#"{"authorization":"Bearer abc"}"#, Some("abc")),
            (r#"{"Authorization":"bearer abc"}"#, Some("abc")),
            (r#"{"token":"abc","other":1}"#, Some("abc")),
            (r#"{"authorization":5,"token":"abc"}"#, Some("abc")),
            (r#"{"authorization":"abc"}"#, None),
            (r#"{"token":""}"#, None),
            (r#"{"token":7}"#, None),
            ("{}", None),
        ] {
            assert_eq!(token_in_init(Some(payload)).as_deref(), token, "{payload}");
        }
        assert_eq!(token_in_init(None), None);
    }
}
