//! The one seam between the transports and what they carry.

use std::{future::Future, sync::Arc};

use async_graphql::{Request, Response, ServerError};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use uuid::Uuid;

/// What answers operations. The transports know nothing else of the application.
///
/// Every request that reaches [`execute`](Self::execute) and [`subscribe`](Self::subscribe) carries a
/// [`RequestId`] in its data, a [`Client`](super::Client) where it came by `POST`, and a [`LastEventId`] where the client
/// sent one.
pub trait Backend: Clone + Send + Sync + 'static {
    /// Who asks: what a token stands for.
    type Viewer: Clone + Send + Sync + 'static;

    /// Finds who stands behind a bearer token; `None` where the client sent none.
    fn authenticate(
        &self,
        token: Option<&str>,
    ) -> impl Future<Output = Result<Self::Viewer, AuthError>> + Send;

    /// Who may run this mutation although their request has no token, or none that is good: somebody who wants to sign
    /// in. None where it takes a token.
    fn stranger(&self, _request: &mut Request) -> Option<Self::Viewer> {
        None
    }

    /// The user behind a viewer: open streams are counted against it (see `Limits::streams_per_user`).
    fn user(&self, viewer: &Self::Viewer) -> Uuid;

    /// Resolves when the viewer's access ends: the user was deactivated or the token revoked.
    /// Streams then end with `FORBIDDEN` and sockets close with 4403, within a second. It must resolve also when that
    /// happened between [`authenticate`](Self::authenticate) and this call.
    fn withdrawn(&self, viewer: &Self::Viewer) -> impl Future<Output = ()> + Send + 'static;

    /// Runs one query or mutation to its end.
    ///
    /// A mutation's future is never dropped before it is done; a query's is, when nobody waits for it any more.
    fn execute(
        &self,
        viewer: Self::Viewer,
        request: Request,
    ) -> impl Future<Output = Response> + Send;

    /// Starts a subscription. Dropping the stream ends it. The stream must bound what it holds for a slow reader.
    fn subscribe(&self, viewer: Self::Viewer, request: Request) -> BoxStream<'static, Frame>;

    /// Whether requests can be served now; else one sentence on why not, which `/health/ready` shows to anybody.
    fn ready(&self) -> impl Future<Output = Result<(), String>> + Send;
}

/// Why nobody could be found behind a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The client sent no token.
    #[error("no token")]
    Missing,
    /// The token is unknown, revoked, or its user is not active.
    #[error("the token is not valid")]
    Wrong,
    /// The token could not be checked now; the client may try again.
    #[error("the token cannot be checked now")]
    Unavailable,
}

/// One item of a subscription.
#[derive(Debug, Clone)]
pub enum Frame {
    /// A result: one execution, with its execution errors if it had some.
    Next {
        /// The encoded result, `{"data":…}`, UTF-8. Equal subscriptions share these bytes.
        payload: Bytes,
        /// Where to resume after this frame; becomes the id of a server-sent event.
        cursor: Option<Cursor>,
    },
    /// The operation was refused, or ends here for this reason. Nothing follows.
    Error(Vec<ServerError>),
}

/// Where a stream can be resumed. It is written out only where it is shown, which to most subscribers it is not.
#[derive(Debug, Clone, Copy)]
pub struct Cursor {
    place: i64,
    write: fn(i64) -> String,
}

impl Cursor {
    /// A place, and how it is written.
    #[must_use]
    pub const fn new(place: i64, write: fn(i64) -> String) -> Self {
        Self { place, write }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&(self.write)(self.place))
    }
}

/// The cursor with which a browser's `EventSource` resumes (`Last-Event-ID`); in the data of a request. The browser
/// repeats the address it began with, so where the operation has an `after` too, this one is the later and holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastEventId(pub Arc<str>);

/// Names one HTTP request, or one socket, in the answer's `x-request-id` and in the log; in the data of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub Arc<str>);

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
