//! What a transport refuses, in the shape of a GraphQL error.

use std::borrow::Cow;

use async_graphql::{ErrorExtensionValues, Response as GraphQlResponse, ServerError};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    backend::{AuthError, RequestId},
    negotiate::MediaType,
    reply,
};

/// `extensions.code` of what the transports refuse.
pub mod code {
    /// No token, or one that is not valid.
    pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
    /// Access was withdrawn while a stream ran.
    pub const FORBIDDEN: &str = "FORBIDDEN";
    /// Not a GraphQL request.
    pub const BAD_REQUEST: &str = "BAD_REQUEST";
    /// A body beyond the limit.
    pub const PAYLOAD_TOO_LARGE: &str = "PAYLOAD_TOO_LARGE";
    /// A body that did not arrive in time.
    pub const REQUEST_TIMEOUT: &str = "REQUEST_TIMEOUT";
    /// A body that is not JSON in UTF-8.
    pub const UNSUPPORTED_MEDIA_TYPE: &str = "UNSUPPORTED_MEDIA_TYPE";
    /// No media type that the client takes can be given.
    pub const NOT_ACCEPTABLE: &str = "NOT_ACCEPTABLE";
    /// A method, or an operation over GET, that is not served.
    pub const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
    /// No such path.
    pub const NOT_FOUND: &str = "NOT_FOUND";
    /// Too many streams of one user.
    pub const TOO_MANY_STREAMS: &str = "TOO_MANY_STREAMS";
    /// Too many operations on one socket.
    pub const TOO_MANY_OPERATIONS: &str = "TOO_MANY_OPERATIONS";
    /// Something needed is not there now; try again.
    pub const UNAVAILABLE: &str = "UNAVAILABLE";
    /// A fault of the server; the log has the cause under the request id.
    pub const INTERNAL: &str = "INTERNAL";
    /// The document is not GraphQL.
    pub const GRAPHQL_PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    /// The document does not fit the schema, or its variables do not.
    pub const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
    /// More requests than are allowed; `Retry-After` says when to come again.
    pub const RATE_LIMITED: &str = "RATE_LIMITED";
    /// The operation took longer than a request may.
    pub const TIMEOUT: &str = "TIMEOUT";
    /// Only the hash of a document came, and this server keeps none.
    pub const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
    /// The server runs only the documents of its list.
    pub const PERSISTED_QUERY_NOT_IN_LIST: &str = "PERSISTED_QUERY_NOT_IN_LIST";
    /// Only the hash of a document came; send its text. The name is the one that clients know from Apollo.
    pub const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
}

/// A request that is refused before anything is executed.
#[derive(Debug)]
pub(crate) struct Problem {
    pub status: StatusCode,
    pub error: Box<ServerError>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            error: Box::new(server_error(code, message)),
            header: None,
        }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, message)
    }

    pub fn method_not_allowed(allow: &'static str, message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            code::METHOD_NOT_ALLOWED,
            message,
        )
        .with(header::ALLOW, allow)
    }

    pub fn unauthenticated(error: AuthError) -> Self {
        let refuse = |message, challenge| {
            Self::new(StatusCode::UNAUTHORIZED, code::UNAUTHENTICATED, message)
                .with(header::WWW_AUTHENTICATE, challenge)
        };
        match error {
            AuthError::Missing => refuse(
                "A token is needed: `Authorization: Bearer …`.",
                r#"Bearer realm="tandem""#,
            ),
            AuthError::Wrong => refuse(
                "The token is not valid.",
                r#"Bearer realm="tandem", error="invalid_token""#,
            ),
            AuthError::Unavailable => Self::busy("The token cannot be checked now. Try again."),
        }
    }

    /// Come again in a second.
    pub fn busy(message: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, message)
            .with(header::RETRY_AFTER, "1")
    }

    /// The only thing a client learns of a fault of the server.
    pub fn internal(id: &RequestId) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: Box::new(internal_error(id)),
            header: None,
        }
    }

    fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, HeaderValue::from_static(value)));
        self
    }

    pub fn respond(self, media: MediaType) -> Response {
        let body = GraphQlResponse::from_errors(vec![*self.error]);
        let mut response = reply::json(self.status, media, reply::encode(&body));
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// A GraphQL error with a code.
pub(crate) fn server_error(code: &str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions = Some(with_code(None, code));
    error
}

pub(crate) fn with_code(
    extensions: Option<ErrorExtensionValues>,
    code: &str,
) -> ErrorExtensionValues {
    let mut extensions = extensions.unwrap_or_default();
    extensions.set("code", code);
    extensions
}

pub(crate) fn internal_error(id: &RequestId) -> ServerError {
    let mut error = server_error(
        code::INTERNAL,
        format!("The server failed. The log has the cause under request id {id}."),
    );
    if let Some(extensions) = &mut error.extensions {
        extensions.set("requestId", id.to_string());
    }
    error
}

pub(crate) fn forbidden() -> ServerError {
    server_error(
        code::FORBIDDEN,
        "Access was withdrawn: the user was deactivated, or the session or token has ended.",
    )
}

/// The text of a panic, for the log.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> Cow<'static, str> {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        Cow::Borrowed(text)
    } else if let Some(text) = payload.downcast_ref::<String>() {
        Cow::Owned(text.clone())
    } else {
        Cow::Borrowed("a panic without text")
    }
}
