//! Running operations: mutations, and what a socket asks for beside others, in tasks of their own; everything as a stream
//! of frames where the transport streams.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use async_graphql::{Response, ServerError};
use futures_util::{
    FutureExt, Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
    time::timeout,
};
use tracing::Instrument;

use super::{
    backend::{Backend, Frame, RequestId},
    lifecycle::{self, OperationGuard, Transport},
    limits::Limits,
    operation::{Kind, Operation, Reading},
    problem::{Problem, code, internal_error, panic_text, server_error},
    rate::Rate,
    reply,
    shutdown::Shutdown,
    slots::Slots,
};

/// What all transports share.
#[derive(Debug)]
pub(crate) struct Context<B> {
    pub backend: B,
    pub limits: Limits,
    pub shutdown: Shutdown,
    pub slots: Slots,
    pub reading: Reading,
    pub per_token: Rate,
    pub per_address: Rate,
    /// One for each query and mutation that runs.
    pub running: Arc<Semaphore>,
}

impl<B> Context<B> {
    pub fn new(backend: B, limits: Limits, shutdown: Shutdown) -> Self {
        Self {
            backend,
            shutdown,
            slots: Slots::default(),
            reading: Reading::new(&limits),
            per_token: Rate::new("token", limits.rate_per_token),
            per_address: Rate::new("address", limits.rate_per_address),
            running: Arc::new(Semaphore::new(limits.requests_at_once)),
            limits,
        }
    }
}

const BUSY: &str = "The server is busy; try again in a moment.";
/// A query ends by its own limit; this is for what may not be given up, and comes a little later.
const GRACE: Duration = Duration::from_millis(100);
const TOO_LONG: &str = "The operation took longer than a request may.";

/// The answer to an operation that was not executed, or is no longer waited for.
fn refused(code: &str, message: impl Into<String>) -> Response {
    Response::from_errors(vec![server_error(code, message)])
}

/// The backend panicked; the log has the cause.
#[derive(Debug)]
pub(crate) struct Panicked;

/// A task whose work is given up with it only if nothing is lost by that.
struct Task<T> {
    handle: JoinHandle<T>,
    cancel: bool,
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if self.cancel {
            self.handle.abort();
        }
    }
}

impl<T: Send + 'static> Task<T> {
    /// `cancel`: whether the work ends when nobody waits for it any more.
    fn spawn(work: impl Future<Output = T> + Send + 'static, cancel: bool) -> Self {
        Self {
            handle: tokio::spawn(work.in_current_span()),
            cancel,
        }
    }

    async fn result(mut self) -> Result<T, Panicked> {
        (&mut self.handle).await.map_err(|error| {
            match error.try_into_panic() {
                Ok(panic) => log_panic(&*panic),
                Err(error) => tracing::error!(%error, "an operation was lost"),
            }
            Panicked
        })
    }
}

fn log_panic(panic: &(dyn std::any::Any + Send)) {
    tracing::error!(cause = %panic_text(panic), "an operation panicked");
}

impl<B: Backend> Context<B> {
    /// Turns a request away at the door where all places are taken, before anything is asked or read for it: under
    /// a load of many times what can be answered, finding out whom to refuse would else be most of the work. Who gets
    /// past it needs a place all the same when it comes to [`Context::execute`].
    pub fn at_the_door(&self) -> Result<(), Problem> {
        if self.running.available_permits() > 0 {
            return Ok(());
        }
        lifecycle::turned_away(Transport::Http);
        Err(Problem::busy(BUSY))
    }

    /// Runs a query or mutation. A mutation goes on when the caller is dropped: axum drops a handler when its client
    /// hangs up, and no command may be left half done. So does what may be a mutation.
    pub async fn execute(
        &self,
        viewer: B::Viewer,
        operation: Operation,
        transport: Transport,
        id: &RequestId,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<Response, Panicked> {
        let Operation {
            request,
            kind,
            name,
        } = operation;
        let mut guard = OperationGuard::begin(transport, kind, name.as_deref());
        // More at once would only make all of them wait; so who comes now is told at once to come again.
        let Ok(running) = self.running.clone().try_acquire_owned() else {
            guard.ends("shed");
            return Ok(refused(code::UNAVAILABLE, BUSY));
        };
        let request = request.data(id.clone());
        let limit = self.limits.request_timeout;
        let (backend, lifeline) = (self.backend.clone(), self.shutdown.lifeline());
        let work = async move {
            let _held = (lifeline, permit, running);
            let executed = backend.execute(viewer, request);
            let mut response = match kind {
                Kind::Query => match timeout(limit, executed).await {
                    Ok(response) => response,
                    Err(_elapsed) => {
                        guard.ends("timeout");
                        return refused(code::TIMEOUT, format!("{TOO_LONG} Ask for less of it."));
                    }
                },
                // It is never given up half done.
                _ => executed.await,
            };
            guard.ends(if response.is_ok() {
                "ok"
            } else if reply::is_request_error(&response) {
                "refused"
            } else {
                "error"
            });
            reply::name_request_errors(&mut response);
            response
        };
        let span = tracing::info_span!(
            "operation",
            otel.name = name.as_deref(),
            kind = kind.label()
        );
        let work = work.instrument(span);
        if kind == Kind::Query && transport == Transport::Http {
            // Whoever waits for it waits for nothing else, and with them it is given up: it needs no task of its own. A
            // panic is caught here already, so that its answer gets the headers that browsers want.
            let done = AssertUnwindSafe(work).catch_unwind().await;
            return done.map_err(|panic| {
                log_panic(&*panic);
                Panicked
            });
        }
        let task = Task::spawn(work, kind == Kind::Query);
        match timeout(limit + GRACE, task.result()).await {
            Ok(done) => done,
            Err(_elapsed) => {
                let message = format!(
                    "{TOO_LONG} Whether it happens is not known yet: look before you repeat it."
                );
                Ok(refused(code::TIMEOUT, message))
            }
        }
    }

    /// Runs a batch, one after the other. What was refused gives its error in its place.
    pub async fn execute_batch(
        self: &Arc<Self>,
        viewer: B::Viewer,
        batch: Vec<Result<Operation, ServerError>>,
        id: &RequestId,
    ) -> Result<Vec<Response>, Panicked> {
        let cancel = batch
            .iter()
            .flatten()
            .all(|operation| operation.kind == Kind::Query);
        let (context, id) = (self.clone(), id.clone());
        let work = async move {
            let mut responses = Vec::with_capacity(batch.len());
            for item in batch {
                responses.push(match item {
                    Ok(operation) => {
                        let viewer = viewer.clone();
                        context
                            .execute(viewer, operation, Transport::Http, &id, None)
                            .await?
                    }
                    Err(refused) => Response::from_errors(vec![refused]),
                });
            }
            Ok(responses)
        };
        Task::spawn(work, cancel).result().await?
    }

    /// Starts any operation as a stream: of many frames, or of the one result.
    pub fn start(
        self: &Arc<Self>,
        viewer: B::Viewer,
        operation: Operation,
        transport: Transport,
        id: &RequestId,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Frames {
        if operation.kind == Kind::Subscription {
            let guard = OperationGuard::begin(transport, operation.kind, operation.name.as_deref());
            let request = operation.request.data(id.clone());
            let started =
                catch_unwind(AssertUnwindSafe(|| self.backend.subscribe(viewer, request)));
            let inner = started.unwrap_or_else(|panic| {
                log_panic(&*panic);
                let error = internal_error(id);
                stream::once(async { Frame::Error(vec![error]) }).boxed()
            });
            return Frames::new(inner, Some(guard), permit, id);
        }
        let (context, this_id) = (self.clone(), id.clone());
        let inner = async move {
            let done = context.execute(viewer, operation, transport, &this_id, permit);
            match done.await {
                Ok(response) if reply::is_request_error(&response) => Frame::Error(response.errors),
                Ok(response) => match reply::encode(&response) {
                    Some(payload) => Frame::Next {
                        payload,
                        cursor: None,
                    },
                    None => Frame::Error(vec![internal_error(&this_id)]),
                },
                Err(Panicked) => Frame::Error(vec![internal_error(&this_id)]),
            }
        };
        // It runs when its frame is asked for, and belongs to whoever starts it. Its task has a guard and the permit.
        let inner = inner.in_current_span();
        Frames::new(inner.into_stream().boxed(), None, None, id)
    }
}

/// The frames of one operation, ended by an error or by the stream's end. A panic becomes an error.
pub(crate) struct Frames {
    inner: Option<BoxStream<'static, Frame>>,
    guard: Option<OperationGuard>,
    permit: Option<OwnedSemaphorePermit>,
    id: RequestId,
}

impl Frames {
    pub fn new(
        inner: BoxStream<'static, Frame>,
        guard: Option<OperationGuard>,
        permit: Option<OwnedSemaphorePermit>,
        id: &RequestId,
    ) -> Self {
        Self {
            inner: Some(inner),
            guard,
            permit,
            id: id.clone(),
        }
    }

    /// Lets go of everything that the operation held.
    fn end(&mut self, outcome: &'static str) {
        self.inner = None;
        if let Some(mut guard) = self.guard.take() {
            guard.ends(outcome);
        }
        self.permit = None;
    }
}

impl Stream for Frames {
    type Item = Frame;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Frame>> {
        let this = self.get_mut();
        let Some(inner) = &mut this.inner else {
            return Poll::Ready(None);
        };
        match catch_unwind(AssertUnwindSafe(|| inner.poll_next_unpin(cx))) {
            Ok(Poll::Ready(Some(Frame::Error(mut errors)))) => {
                this.end("error");
                reply::name_refusals(&mut errors);
                Poll::Ready(Some(Frame::Error(errors)))
            }
            Ok(Poll::Ready(None)) => {
                this.end("ok");
                Poll::Ready(None)
            }
            Ok(other) => other,
            Err(panic) => {
                let span = tracing::info_span!("operation", request_id = %this.id);
                span.in_scope(|| log_panic(&*panic));
                this.end("failed");
                Poll::Ready(Some(Frame::Error(vec![internal_error(&this.id)])))
            }
        }
    }
}
