//! Live lists and numbers: what their documents are, and how they are executed.

use std::sync::Arc;

use async_graphql::{Request, ServerError, Value};
use futures_util::FutureExt;
use futures_util::stream::{BoxStream, Stream, StreamExt};

use super::{Operation, cursor, encode, ended};
use crate::app::App;
use crate::domain::access::Viewer;
use crate::domain::filter::ConversationFilter;
use crate::domain::live::{self, Spec};
use crate::graphql::RequestState;
use crate::graphql::subscription::view::watch;
use crate::http::{Frame, RequestId};
use crate::realtime::lists::{self, Document, Executed};
use crate::realtime::replay::StreamError;

/// A live list.
pub(super) fn view(
    app: App,
    viewer: Viewer,
    operation: Arc<Operation>,
    mut spec: Spec,
) -> BoxStream<'static, Frame> {
    spec.filter = viewer.within(spec.filter);
    if let Some(document) = operation.document() {
        spec.watch = watch(document);
    }
    let document = document(&operation, &viewer);
    let request = operation.request_id.clone();
    let field = "conversationView";
    let realtime = app.inner.realtime.clone();
    let who = viewer.clone();
    let execute = Arc::new(move |frame: Arc<live::Frame>| {
        let (store, viewer) = (app.inner.store.clone(), who.clone());
        let state = match &*frame {
            live::Frame::Change(live::Change {
                entry: Some(entry), ..
            }) => RequestState::live(store, viewer, Arc::clone(entry)),
            live::Frame::Change(change) => RequestState::new(store, viewer, change.at),
            live::Frame::Snapshot(page) => RequestState::new(store, viewer, page.at),
        };
        let request = operation.request().data(frame);
        execute(app.clone(), Arc::clone(&operation), request, state).boxed()
    });
    shown(
        realtime.view(&viewer, spec, document, execute),
        field,
        request,
    )
}

/// Live numbers.
pub(super) fn counts(
    app: App,
    viewer: Viewer,
    operation: Arc<Operation>,
    filters: Vec<ConversationFilter>,
) -> BoxStream<'static, Frame> {
    let filters = filters.into_iter();
    let filters = filters.map(|filter| viewer.within(filter)).collect();
    let document = document(&operation, &viewer);
    let request = operation.request_id.clone();
    let realtime = app.inner.realtime.clone();
    let who = viewer.clone();
    let execute = Arc::new(move |values: Arc<Vec<i64>>| {
        let viewer = who.clone();
        let as_of = app.inner.realtime.tail.position();
        let state = RequestState::new(app.inner.store.clone(), viewer, as_of);
        let request = operation.request().data(values);
        execute(app.clone(), Arc::clone(&operation), request, state).boxed()
    });
    shown(
        realtime.counts(&viewer, filters, document, execute),
        "counts",
        request,
    )
}

fn document(operation: &Operation, viewer: &Viewer) -> Document {
    Document {
        operation: operation.text.as_str().into(),
        name: operation.name.as_deref().map(Into::into),
        variables: serde_json::to_string(&operation.variables)
            .unwrap_or_default()
            .into(),
        access: operation.access(viewer).into(),
    }
}

async fn execute(
    app: App,
    operation: Arc<Operation>,
    request: Request,
    state: RequestState,
) -> Executed {
    let response = operation.execute(&app, request, state).await;
    let bytes = encode(&response);
    if response.data == Value::Null {
        Err(bytes)
    } else {
        Ok(bytes)
    }
}

fn shown(
    frames: impl Stream<Item = Result<lists::Frame, StreamError>> + Send + 'static,
    field: &'static str,
    request: Option<RequestId>,
) -> BoxStream<'static, Frame> {
    let error = move |reason: &StreamError| -> ServerError {
        let mut error = ended(reason, request.as_ref());
        error.path = vec![async_graphql::PathSegment::Field(field.to_owned())];
        error
    };
    frames
        .map(move |frame| match frame {
            Ok(frame) => Frame::Next {
                payload: frame.bytes,
                cursor: Some(cursor(frame.position)),
            },
            Err(reason) => Frame::Error(vec![error(&reason)]),
        })
        .boxed()
}
