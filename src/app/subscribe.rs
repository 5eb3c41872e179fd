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

use super::App;
use crate::domain::access::Viewer;
use crate::domain::event::{CascadeFilter, Entry, Position};
use crate::error::Error;
use crate::graphql::operation::meant;
use crate::graphql::subscription::{Opening, Wanted};
use crate::graphql::variables::leave_out;
use crate::graphql::{self, RequestState};
use crate::http::{Frame, LastEventId};
use crate::realtime::replay::StreamError;
use crate::realtime::share::{Execute, GroupKey};

pub(super) use presence::on_typing;

/// An operation that is executed again and again.
struct Operation {
    text: String,
    name: Option<String>,
    variables: Variables,
    document: Option<ExecutableDocument>,
}

impl Operation {
    fn of(request: &mut Request) -> Self {
        // For every frame, not only for the opening.
        leave_out(request);
        Self {
            document: request.parsed_query().ok().cloned(),
            text: request.query.clone(),
            name: request.operation_name.clone(),
            variables: request.variables.clone(),
        }
    }

    fn request(&self) -> Request {
        let mut request = Request::new(self.text.clone()).variables(self.variables.clone());
        request.operation_name.clone_from(&self.name);
        if let Some(document) = &self.document {
            request.set_parsed_query(document.clone());
        }
        request
    }

    fn definition(&self) -> Option<&OperationDefinition> {
        meant(self.document.as_ref()?, self.name.as_deref())
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
    fn access(&self, viewer: &Viewer) -> String {
        let personal = ["details", "detailsPanel", "viewer"];
        let owned = "ownedByMe";
        if personal.iter().any(|field| self.text.contains(field))
            || self.text.contains(owned)
            || self.variables_of_frames().contains(owned)
        {
            format!("{:?}", viewer.principal)
        } else {
            String::new()
        }
    }
}

/// The frames of a subscription.
pub(super) fn subscribe(
    app: App,
    viewer: Viewer,
    mut request: Request,
) -> BoxStream<'static, Frame> {
    let operation = Arc::new(Operation::of(&mut request));
    let resumed = request.data.get(&std::any::TypeId::of::<LastEventId>());
    let resumed = resumed
        .and_then(|id| id.downcast_ref::<LastEventId>())
        .cloned();
    let opened = async move {
        match open(&app, viewer, &operation, request).await {
            Ok(Wanted::Cascades { filter, after }) => {
                // What a browser says by itself is newer than what its address still says.
                let resumed = resumed
                    .map(|id| Position::parse(&id.0).ok_or_else(bad_cursor))
                    .transpose();
                match resumed {
                    Ok(resumed) => cascades(&app, viewer, operation, filter, resumed.or(after)),
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
    opened.flatten_stream().boxed()
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
        viewer,
        app.inner.realtime.tail.position(),
    );
    let mut request = request.data(opening.clone()).data(state);
    if let Some(document) = &operation.document {
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
) -> BoxStream<'static, Frame> {
    let realtime = &app.inner.realtime;
    let Some(filter) = filter else {
        // Nothing can pass the filter: a stream without items, until access ends.
        let withdrawn = realtime.access.watch(&viewer);
        return stream::once(async move {
            withdrawn.await;
            Frame::Error(vec![ended(&StreamError::Forbidden)])
        })
        .boxed();
    };
    let key = GroupKey {
        account: viewer.account,
        operation: operation.text.as_str().into(),
        name: operation.name.as_deref().map(Into::into),
        variables: operation.variables_of_frames().into(),
        access: operation.access(&viewer).into(),
        filter,
    };
    let execute = executor(app, viewer, operation);
    let frames = realtime.shared(&viewer, key, after, execute);
    frames
        .map(|frame| match frame {
            Ok(frame) => Frame::Next {
                payload: frame.bytes,
                cursor: Some(frame.position.to_string().into()),
            },
            Err(error) => Frame::Error(vec![ended(&error)]),
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
    let state = RequestState::new(app.inner.store.clone(), viewer, as_of);
    let response = graphql::execute_frame(&app.inner.schema, operation.request(), state).await;
    let response = response.unwrap_or_else(|| Response::new(async_graphql::Value::Null));
    if !response.errors.is_empty() {
        return tokio_stream::once(Frame::Error(response.errors)).boxed();
    }
    let first = Frame::Next {
        payload: encode(&response),
        cursor: Some(as_of.to_string().into()),
    };
    let rest = cascades(&app, viewer, operation, Some(filter), Some(as_of));
    let rest = rest.map(|frame| match &frame {
        Frame::Next { payload, .. } if shows_nothing(payload) => Frame::Error(vec![error(
            "NOT_FOUND",
            "What was followed has been deleted for good.",
        )]),
        _ => frame,
    });
    tokio_stream::once(first).chain(rest).boxed()
}

/// Whether a frame has no data: what was followed is not there any more. Only frames with errors are looked into.
fn shows_nothing(payload: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Shown<'a> {
        #[serde(borrow)]
        data: Option<&'a serde_json::value::RawValue>,
    }
    let shown = payload
        .starts_with(b"{\"errors\"")
        .then(|| serde_json::from_slice::<Shown<'_>>(payload));
    shown.is_some_and(|shown| shown.is_ok_and(|shown| shown.data.is_none()))
}

/// What executes the operation for one cascade, with loaders and a moment of its own.
fn executor(app: &App, viewer: Viewer, operation: Arc<Operation>) -> Execute {
    let app = app.clone();
    Arc::new(move |entry: Arc<Entry>| {
        let (app, operation) = (app.clone(), Arc::clone(&operation));
        async move {
            // Cascades come by account already; what is pushed is decided where everything else is.
            if !viewer.sees(&entry) {
                let refused = vec![ended(&StreamError::Forbidden)];
                return encode(&Response::from_errors(refused));
            }
            let state = RequestState::live(app.inner.store.clone(), viewer, Arc::clone(&entry));
            let request = operation.request().data(entry);
            let response = graphql::execute_frame(&app.inner.schema, request, state).await;
            encode(&response.unwrap_or_else(|| Response::new(async_graphql::Value::Null)))
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

/// Why a stream ends, as the client sees it.
fn ended(reason: &StreamError) -> ServerError {
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
            tracing::error!(%cause, "a stream failed");
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
