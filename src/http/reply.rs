//! Encoding a GraphQL response.

use std::collections::BTreeMap;

use async_graphql::{Response as GraphQlResponse, ServerError, Value};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use serde::Serialize;

use super::{
    negotiate::MediaType,
    problem::{code, with_code},
    written::Data,
};

/// A response as the specification wants it: errors first, and no `data` where nothing was executed.
#[derive(Serialize)]
struct Encoded<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl<'a> From<&'a GraphQlResponse> for Encoded<'a> {
    fn from(response: &'a GraphQlResponse) -> Self {
        Self {
            errors: &response.errors,
            data: (!is_request_error(response)).then_some(Data(&response.data)),
            extensions: &response.extensions,
        }
    }
}

/// Whether nothing was executed: the document or its variables were refused. An error of execution has a path.
pub(crate) fn is_request_error(response: &GraphQlResponse) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// The code of a response in which nothing was executed; an empty one where it has none.
pub(crate) fn refusal(response: &GraphQlResponse) -> Option<&str> {
    let error = response.errors.first()?;
    let code = || match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.as_str()),
        _ => None,
    };
    is_request_error(response).then(|| code().unwrap_or_default())
}

/// Gives the errors of a refused document a code, where they have none.
pub(crate) fn name_request_errors(response: &mut GraphQlResponse) {
    if is_request_error(response) {
        name_refusals(&mut response.errors);
    }
}

/// The same for the errors that a stream ends with. An error of execution has a path, and is left as it is.
pub(crate) fn name_refusals(errors: &mut [ServerError]) {
    for error in errors.iter_mut().filter(|error| error.path.is_empty()) {
        let coded = error
            .extensions
            .as_ref()
            .is_some_and(|extensions| extensions.get("code").is_some());
        if !coded {
            let extensions = error.extensions.take();
            error.extensions = Some(with_code(extensions, code::GRAPHQL_VALIDATION_FAILED));
        }
    }
}

/// One response as JSON; `None` if it cannot be encoded.
pub(crate) fn encode(response: &GraphQlResponse) -> Option<Bytes> {
    logged(serde_json::to_vec(&Encoded::from(response)))
}

/// The responses of a batch as a JSON array; `None` if one cannot be encoded.
pub(crate) fn encode_batch(responses: &[GraphQlResponse]) -> Option<Bytes> {
    let encoded: Vec<Encoded<'_>> = responses.iter().map(Encoded::from).collect();
    logged(serde_json::to_vec(&encoded))
}

fn logged(encoded: serde_json::Result<Vec<u8>>) -> Option<Bytes> {
    match encoded {
        Ok(bytes) => Some(Bytes::from(bytes)),
        Err(error) => {
            tracing::error!(%error, "a response could not be encoded");
            None
        }
    }
}

/// An HTTP response of JSON. Without a body it is a server's fault, said without the request id because there is
/// nothing left that could be encoded.
pub(crate) fn json(status: StatusCode, media: MediaType, body: Option<Bytes>) -> Response {
    let (status, body) = match body {
        Some(body) => (status, body),
        None => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Bytes::from_static(
                br#"{"errors":[{"message":"The server failed.","extensions":{"code":"INTERNAL"}}]}"#,
            ),
        ),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media.content_type()),
    );
    response
}

#[cfg(test)]
mod tests {
    use async_graphql::{PathSegment, value};

    use super::*;

    fn text(response: &GraphQlResponse) -> String {
        String::from_utf8(encode(response).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn a_refused_document_has_no_data() {
        let mut refused =
            GraphQlResponse::from_errors(vec![ServerError::new("unknown field", None)]);
        name_request_errors(&mut refused);
        assert_eq!(
            text(&refused),
            r#"{"errors":[{"message":"unknown field","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}"#
        );
    }

    #[test]
    fn a_failed_execution_has_null_data_and_keeps_its_errors() {
        let mut failed = GraphQlResponse::from_errors(vec![
            ServerError::new("broke", None).with_path(vec![PathSegment::Field("a".into())]),
        ]);
        name_request_errors(&mut failed);
        assert_eq!(
            text(&failed),
            r#"{"errors":[{"message":"broke","path":["a"]}],"data":null}"#
        );
    }

    #[test]
    fn a_success_has_only_data() {
        assert_eq!(
            text(&GraphQlResponse::new(value!({"a": 1}))),
            r#"{"data":{"a":1}}"#
        );
    }
}
