//! Executing subscriptions: read once what is wanted, then execute for each cascade, together with all who asked the
//! same.

mod lists;
mod presence;

use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection};
use async_graphql::{PathSegment, Request, Response, ServerError, Variables};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use tracing::Instrument;

use super::App;
use super::execute::told;
use crate::domain::access::{Limits, Viewer};
use crate::domain::event::{CascadeFilter, Entry, Position};
use crate::error::Error;
use crate::graphql::operation::meant;
use crate::graphql::subscription::{Opening, Wanted};
use crate::graphql::variables::leave_out;
use crate::graphql::{self, Prepared, RequestState};
use crate::http::{Cursor, Frame, LastEventId, RequestId};
use crate::realtime::replay::StreamError;
use crate::realtime::share::{Execute, GroupKey};

pub(super) use presence::on_typing;

/// An operation that is executed again and again.
struct Operation {
    text: String,
    name: Option<String>,
    variables: Variables,
    prepared: Option<Prepared>,
    /// Under which name its failures are logged.
    request_id: Option<RequestId>,
}

impl Operation {
    fn of(request: &mut Request) -> Self {
        // For every frame, not only for the opening.
        leave_out(request);
        Self {
            request_id: told(request).cloned(),
            prepared: request
                .parsed_query()
                .ok()
                .cloned()
                .map(|document| Prepared::new(document, request.operation_name.as_deref())),
            text: request.query.clone(),
            name: request.operation_name.clone(),
            variables: request.variables.clone(),
        }
    }

    /// For one frame: the document goes with it, so its text is not needed.
    fn request(&self) -> Request {
        Request::new("").variables(self.variables.clone())
    }

    async fn execute(&self, app: &App, request: Request, state: RequestState) -> Response {
        let response = match &self.prepared {
            Some(prepared) => {
                let schema = &app.inner.schema_for_valid;
                graphql::execute_frame(schema, prepared, request, state).await
            }
            None => None,
        };
        response.unwrap_or_else(|| Response::new(async_graphql::Value::Null))
    }

    fn document(&self) -> Option<&ExecutableDocument> {
        self.prepared.as_ref().map(Prepared::document)
    }

    fn definition(&self) -> Option<&OperationDefinition> {
        meant(self.document()?, self.name.as_deref())
    }

    /// The variables that decide what a frame looks like: all but the one that says where to resume.
    fn variables_of_frames(&self) -> String {
        let mut variables = self.variables.clone();
        if let Some(definition) = self.definition() {
            for selection in &definition.selection_set.node.items {
                if let Selection::Field(field) = &selection.node
                    && let Some(after) = field.node.get_argument("after")
                    && let Some(name) = after.node.to_string().strip_prefix('$')
                {
                    variables.remove(name);
                }
            }
        }
        serde_json::to_string(&variables).unwrap_or_default()
    }

    /// What of the viewer a frame depends on: the panel is each user's own (rule 9), and so is what `ownedByMe` finds,
    /// whether the text has it or a variable.
    /// And always the inboxes that the viewer is limited to.
    fn access(&self, viewer: &Viewer) -> String {
        let limits = viewer.limits.as_ref().map(Limits::literal);
        let limits = limits.unwrap_or_default();
        let personal = ["details", "detailsPanel", "viewer"];
        let owned = "ownedByMe";
        if personal.iter().any(|field| self.text.contains(field))
            || self.text.contains(owned)
            || self.variables_of_frames().contains(owned)
        {
            format!("{:?}{limits}", viewer.principal)
        } else {
            limits
        }
    }
}

/// What a stream of frames for cascades is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// The cascades themselves.
    Cascades,
    /// One thing that they change, until it is gone.
    OneThing,
}

/// The frames of a subscription.
pub(super) fn subscribe(
    app: App,
    viewer: Viewer,
    mut request: Request,
) -> BoxStream<'static, Frame> {
    let operation = Arc::new(Operation::of(&mut request));
    let resumed = told::<LastEventId>(&request).cloned();
    let opened = async move {
        match open(&app, viewer.clone(), &operation, request).await {
            Ok(Wanted::Cascades { filter, after }) => {
                // What a browser says by itself is newer than what its address still says.
                let resumed = resumed
                    .map(|id| Position::parse(&id.0).ok_or_else(bad_cursor))
                    .transpose();
                match resumed {
                    Ok(resumed) => {
                        let after = resumed.or(after);
                        cascades(&app, viewer, operation, filter, after, About::Cascades)
                    }
                    Err(error) => tokio_stream::once(Frame::Error(vec![error])).boxed(),
                }
            }
            Ok(Wanted::View(spec)) => lists::view(app, viewer, operation, spec),
            Ok(Wanted::Counts(filters)) => lists::counts(app, viewer, operation, filters),
            Ok(Wanted::Changed { filter }) => changed(app, viewer, operation, filter).await,
            Ok(Wanted::Presence { conversation }) => {
                presence::presence(app, viewer, operation, conversation)
            }
            Err(errors) => tokio_stream::once(Frame::Error(errors)).boxed(),
        }
    };
    // Boxed by itself, so that its space is free again once the stream stands; and in the span of whoever asks, which
    // ends with it.
    let opened = opened.in_current_span().boxed();
    opened.flatten_stream().boxed()
}

fn cursor(position: Position) -> Cursor {
    Cursor::new(position.0, |place| Position(place).to_string())
}

fn bad_cursor() -> ServerError {
    error(
        "BAD_CURSOR",
        "The event id to resume from is no cursor of the log; start anew without it.",
    )
}

fn error(code: &str, message: &str) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// Reads what is wanted, by the schema's own rules.
async fn open(
    app: &App,
    viewer: Viewer,
    operation: &Operation,
    request: Request,
) -> Result<Wanted, Vec<ServerError>> {
    let opening = Opening::default();
    let state = RequestState::new(
        app.inner.store.clone(),
        viewer.clone(),
        app.inner.realtime.tail.position(),
    );
    let mut request = request.data(opening.clone()).data(state);
    if let Some(document) = operation.document() {
        request.set_parsed_query(document.clone());
    }
    graphql::check(&app.inner.schema, &viewer, &mut request).map_err(|error| vec![error])?;
    let mut responses = app.inner.schema.execute_stream(request).boxed();
    if let Some(response) = responses.next().await
        && !response.errors.is_empty()
    {
        return Err(response.errors);
    }
    opening
        .take()
        .ok_or_else(|| vec![error("BAD_REQUEST", "This subscribes to nothing.")])
}

fn cascades(
    app: &App,
    viewer: Viewer,
    operation: Arc<Operation>,
    filter: Option<CascadeFilter>,
    after: Option<Position>,
    about: About,
) -> BoxStream<'static, Frame> {
    let realtime = &app.inner.realtime;
    let Some(filter) = filter else {
        // Nothing can pass the filter: a stream without items, until access ends.
        let withdrawn = realtime.access.watch(&viewer);
        return stream::once(async move {
            withdrawn.await;
            Frame::Error(vec![ended(&StreamError::Forbidden, None)])
        })
        .boxed();
    };
    let key = GroupKey {
        account: viewer.account,
        operation: operation.text.as_str().into(),
        name: operation.name.as_deref().map(Into::into),
        variables: operation.variables_of_frames().into(),
        access: operation.access(&viewer).into(),
        filter: filter.clone(),
    };
    let request = operation.request_id.clone();
    let execute = executor(app, viewer.clone(), operation, filter, about);
    let frames = realtime.shared(&viewer, key, after, execute);
    frames
        .map(move |frame| match frame {
            Ok(frame) => Frame::Next {
                payload: frame.bytes,
                cursor: Some(cursor(frame.position)),
            },
            Err(error) => Frame::Error(vec![ended(&error, request.as_ref())]),
        })
        .boxed()
}

/// One thing as it is now, and then after each cascade that touches it, until it is gone.
async fn changed(
    app: App,
    viewer: Viewer,
    operation: Arc<Operation>,
    filter: CascadeFilter,
) -> BoxStream<'static, Frame> {
    // Taken before the first frame is read: what happens meanwhile comes again, and nothing is missed.
    let as_of = app.inner.realtime.tail.position();
    let state = RequestState::new(app.inner.store.clone(), viewer.clone(), as_of);
    let response = operation.execute(&app, operation.request(), state).await;
    if !response.errors.is_empty() {
        return tokio_stream::once(Frame::Error(response.errors)).boxed();
    }
    let first = Frame::Next {
        payload: encode(&response),
        cursor: Some(cursor(as_of)),
    };
    let about = About::OneThing;
    let rest = cascades(&app, viewer, operation, Some(filter), Some(as_of), about);
    let rest = rest.map(|frame| match &frame {
        Frame::Next { payload, .. } if shows_nothing(payload) => Frame::Error(vec![error(
            "NOT_FOUND",
            "What was followed has been deleted for good.",
        )]),
        _ => frame,
    });
    tokio_stream::once(first).chain(rest).boxed()
}

/// Whether a frame says that what was followed is not there any more. Only frames without data are looked into, and a
/// frame that failed for another reason is no end.
fn shows_nothing(payload: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Shown {
        errors: Vec<Failed>,
    }
    #[derive(serde::Deserialize)]
    struct Failed {
        extensions: Option<Extensions>,
    }
    #[derive(serde::Deserialize)]
    struct Extensions {
        code: Option<String>,
    }
    let gone = |failed: &Failed| {
        let code = failed
            .extensions
            .as_ref()
            .and_then(|all| all.code.as_deref());
        code == Some("NOT_FOUND")
    };
    has_no_data(payload)
        && serde_json::from_slice::<Shown>(payload).is_ok_and(|shown| shown.errors.iter().any(gone))
}

fn has_no_data(payload: &[u8]) -> bool {
    payload.starts_with(br#"{"data":null"#)
}

/// What executes the operation for one cascade, with loaders and a moment of its own.
fn executor(
    app: &App,
    viewer: Viewer,
    operation: Arc<Operation>,
    filter: CascadeFilter,
    about: About,
) -> Execute {
    let app = app.clone();
    let filter = Arc::new(filter);
    Arc::new(move |entry: Arc<Entry>| {
        let (app, operation) = (app.clone(), Arc::clone(&operation));
        let (viewer, filter) = (viewer.clone(), Arc::clone(&filter));
        async move {
            // Cascades come by account already; what is pushed is decided where everything else is.
            if !viewer.sees(&entry) {
                let refused = vec![ended(&StreamError::Forbidden, None)];
                return Some(encode(&Response::from_errors(refused)));
            }
            let state = RequestState::live(app.inner.store.clone(), viewer, Arc::clone(&entry));
            // Of the same moment as all else in the frame. What filters found it by must be there too.
            let shown = match state.shown(entry).await {
                Ok(shown) => shown.filter(|shown| filter.matches(shown)),
                Err(failed) => {
                    let failed = failed.into_server_error(async_graphql::Pos::default());
                    return Some(encode(&Response::from_errors(vec![failed])));
                }
            };
            let request = match (&shown, about) {
                (Some(shown), _) => operation.request().data(Arc::clone(shown)),
                (None, About::Cascades) => return None,
                // Nothing of it is there, but what is followed may be gone: then the stream ends.
                (None, About::OneThing) => operation.request(),
            };
            let bytes = encode(&operation.execute(&app, request, state).await);
            (shown.is_some() || has_no_data(&bytes)).then_some(bytes)
        }
        .boxed()
    })
}

fn encode(response: &Response) -> Bytes {
    match serde_json::to_vec(response) {
        Ok(bytes) => bytes.into(),
        Err(error) => {
            tracing::error!(%error, "a frame could not be written");
            Bytes::from_static(
                br#"{"data":null,"errors":[{"message":"Something went wrong on the server."}]}"#,
            )
        }
    }
}

/// Why a stream ends, as the client sees it; its request is named where that goes into the log.
fn ended(reason: &StreamError, request: Option<&RequestId>) -> ServerError {
    let mut error = match reason {
        StreamError::BadCursor => error(
            "BAD_CURSOR",
            "The cursor is not of this account's log; start from `asOf`.",
        ),
        StreamError::CursorExpired => error(
            "CURSOR_EXPIRED",
            "The log no longer reaches back that far; read anew and go on from `asOf`.",
        ),
        StreamError::Lagged(_) => error(
            "LAGGED",
            "The stream was read too slowly; resume after `resumeAfter`.",
        ),
        StreamError::Forbidden => error("FORBIDDEN", "Access has been withdrawn."),
        StreamError::Failed(cause) => {
            let request_id = request.map(tracing::field::display);
            tracing::error!(request_id, %cause, "a stream failed");
            let shown = match cause {
                Error::Unavailable(_) => (
                    "UNAVAILABLE",
                    "The database is away; resume from the last cursor soon.",
                ),
                _ => (
                    "INTERNAL",
                    "Something went wrong on the server; resume from the last cursor.",
                ),
            };
            error(shown.0, shown.1)
        }
    };
    if let StreamError::Lagged(position) = reason {
        error
            .extensions
            .get_or_insert_default()
            .set("resumeAfter", position.to_string());
    }
    error.path = vec![PathSegment::Field("cascades".to_owned())];
    error
}
