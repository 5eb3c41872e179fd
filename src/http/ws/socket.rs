//! One socket: its handshake, its loop, its end.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use async_graphql::ServerError;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use futures_util::{FutureExt, SinkExt, future::BoxFuture};
use tokio::{
    sync::Semaphore,
    time::{MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tracing::{Instrument, Span};

use super::{
    ending::Ending,
    gate::Gate,
    message::{self, ClientMessage},
    operations::Operations,
};
use crate::http::{
    auth,
    backend::{AuthError, Backend, RequestId},
    lifecycle::{SocketGuard, Transport},
    operation::Operation,
    params,
    problem::{code, forbidden, server_error},
    rate::Asker,
    run::Context,
    slots::Slot,
};

/// Time to write the last messages and to hear the client's answer to them. Short: a server that stops, and a user
/// who was shut out, wait for it.
const FAREWELL: Duration = Duration::from_secs(1);

/// Runs a socket to its end.
pub(super) async fn run<B: Backend>(
    wire: WebSocket,
    context: Arc<Context<B>>,
    id: RequestId,
    spoken: bool,
    token: Option<String>,
    address: Option<Asker>,
) {
    let _lifeline = context.shutdown.lifeline();
    let mut guard = SocketGuard::open();
    let mut socket = Socket {
        permits: Arc::new(Semaphore::new(context.limits.operations_per_socket)),
        context,
        wire,
        id: id.clone(),
        operations: Operations::default(),
        heard: Instant::now(),
        withdrawn: std::future::pending().boxed(),
        gate: Gate::default(),
        address,
        asker: None,
        sent: metrics::counter!("tandem_socket_messages_total"),
    };
    // Boxed, as are single messages below: an idle socket keeps only the space of its loop.
    let shaking = socket.handshake(spoken, token).instrument(span(&id));
    let ending = match Box::pin(shaking).await {
        Ok((viewer, _slot)) => socket.session(&viewer).await,
        Err(ending) => ending,
    };
    guard.ends(ending.label());
    Box::pin(socket.farewell(&ending)).await;
}

/// What the log says of a socket. One is made for each message of the client: kept for the socket, it would be entered
/// and left for each frame, and its space be taken for as long as nothing happens.
fn span(id: &RequestId) -> Span {
    tracing::info_span!("socket", request_id = %id)
}

/// What a session waits for beside its operations.
enum Outside {
    Withdrawn,
    Shutdown,
    /// The time to end operations is over.
    Drained,
    /// It is time for a ping.
    Quiet,
    Incoming(Option<Result<Message, axum::Error>>),
}

struct Socket<B: Backend> {
    context: Arc<Context<B>>,
    wire: WebSocket,
    id: RequestId,
    operations: Operations,
    /// One for each operation, given back when its work is done, not when the client has lost interest.
    permits: Arc<Semaphore>,
    /// When the client last gave a sign of life.
    heard: Instant,
    withdrawn: BoxFuture<'static, ()>,
    /// Before all that a session waits for beside its operations.
    gate: Gate,
    /// By whom operations are counted: the address, and since the handshake the token.
    address: Option<Asker>,
    asker: Option<Asker>,
    /// Found once: to look a counter up costs more than to count.
    sent: metrics::Counter,
}

impl<B: Backend> Socket<B> {
    /// From the opening to `connection_ack`.
    async fn handshake(
        &mut self,
        spoken: bool,
        header: Option<String>,
    ) -> Result<(B::Viewer, Slot), Ending> {
        if !spoken {
            return Err(Ending::unknown_protocol());
        }
        let shutdown = self.context.shutdown.begun();
        let limit = self.context.limits.init_timeout;
        let init = tokio::select! {
            init = timeout(limit, self.init()) => init.unwrap_or_else(|_elapsed| Err(Ending::init_timeout()))?,
            () = shutdown => return Err(Ending::going_away()),
        };
        let token = init.or(header);
        let context = self.context.clone();
        let viewer = auth::authenticate(&context.backend, &context.limits, token.as_deref())
            .await
            .map_err(|error| match error {
                AuthError::Missing | AuthError::Wrong => Ending::forbidden(),
                AuthError::Unavailable => Ending::unavailable(),
            })?;
        let user = context.backend.user(&viewer);
        let slot = context
            .slots
            .take(user, context.limits.streams_per_user)
            .ok_or_else(Ending::too_many_streams)?;
        self.withdrawn = context.backend.withdrawn(&viewer).boxed();
        self.asker = Some(context.asker(token.as_deref(), &viewer));
        self.say(message::ACK).await?;
        Ok((viewer, slot))
    }

    /// Waits for `connection_init`; gives the token in it.
    async fn init(&mut self) -> Result<Option<String>, Ending> {
        loop {
            let incoming = self.wire.recv().await;
            let Some(text) = self.text(incoming)? else {
                continue;
            };
            match ClientMessage::read(&text).map_err(Ending::bad_message)? {
                ClientMessage::ConnectionInit { payload } => {
                    return Ok(auth::token_in_init(payload));
                }
                ClientMessage::Ping { payload } => {
                    self.say(message::pong(payload)).await?;
                }
                ClientMessage::Subscribe { .. } => return Err(Ending::unauthorized()),
                ClientMessage::Pong | ClientMessage::Complete { .. } => {}
            }
        }
    }

    /// From `connection_ack` to the end. Client and operations are asked first by turns, so neither a busy client nor
    /// busy operations keep the others from their turn.
    async fn session(&mut self, viewer: &B::Viewer) -> Ending {
        let context = self.context.clone();
        let limits = &context.limits;
        let mut shutdown = self.context.shutdown.begun().boxed();
        let mut drained: Option<tokio::time::Instant> = None;
        let first = tokio::time::Instant::now() + limits.ping_interval;
        let mut ping = interval_at(first, limits.ping_interval);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut burst = Vec::new();
        let mut outside_first = false;
        loop {
            if drained.is_some() && !self.operations.any_finite() {
                return Ending::going_away();
            }
            if drained.is_some() {
                // Its timer is a new one each time.
                self.gate.open();
            }
            let outside = {
                let (withdrawn, wire) = (&mut self.withdrawn, &mut self.wire);
                let outside = async {
                    tokio::select! {
                        () = withdrawn => Outside::Withdrawn,
                        () = &mut shutdown, if drained.is_none() => Outside::Shutdown,
                        () = until(drained), if drained.is_some() => Outside::Drained,
                        _ = ping.tick() => Outside::Quiet,
                        incoming = wire.recv() => Outside::Incoming(incoming),
                    }
                };
                let mut outside = pin!(self.gate.through(outside));
                let operations = &mut self.operations;
                // Not `select!`, which now and then sleeps before it asks either (see `Operations::poll_burst`).
                poll_fn(|cx| {
                    outside_first = !outside_first;
                    if outside_first && let Poll::Ready(outside) = outside.as_mut().poll(cx) {
                        return Poll::Ready(Some(outside));
                    }
                    if operations.poll_burst(cx, &mut burst).is_ready() {
                        return Poll::Ready(None);
                    }
                    if outside_first {
                        return Poll::Pending;
                    }
                    outside.as_mut().poll(cx).map(Some)
                })
                .await
            };
            if outside.is_some() {
                self.operations.ask_again();
            }
            let step = match outside {
                None => {
                    let count = u64::try_from(burst.len()).unwrap_or(u64::MAX);
                    self.sent.increment(count);
                    self.send(burst.drain(..).map(Message::Text)).await
                }
                Some(Outside::Withdrawn) => Err(Ending::Withdrawn),
                Some(Outside::Shutdown) => {
                    drained = Some(tokio::time::Instant::now() + limits.drain);
                    Ok(())
                }
                Some(Outside::Drained) => Err(Ending::going_away()),
                Some(Outside::Quiet) => self.ping().await,
                Some(Outside::Incoming(incoming)) => match self.text(incoming) {
                    Ok(Some(text)) => {
                        let span = span(&self.id);
                        let message = self.message(viewer, &text, drained.is_some());
                        Box::pin(message.instrument(span)).await
                    }
                    Ok(None) => Ok(()),
                    Err(ending) => Err(ending),
                },
            };
            if let Err(ending) = step {
                return ending;
            }
        }
    }

    /// A ping of the WebSocket, which every client's library answers by itself, so that one that only listens is
    /// never taken for dead; and one of the protocol, because a browser's code sees no other and can tell by it
    /// that the server lives.
    async fn ping(&mut self) -> Result<(), Ending> {
        if self.heard.elapsed() > self.context.limits.ping_interval * 2 {
            return Err(Ending::Silent);
        }
        let ping = Message::Ping(bytes::Bytes::new());
        self.send([ping, Message::Text(message::PING)]).await
    }

    /// The text of an incoming message, if it is one.
    fn text(
        &mut self,
        incoming: Option<Result<Message, axum::Error>>,
    ) -> Result<Option<Utf8Bytes>, Ending> {
        self.heard = Instant::now();
        match incoming {
            Some(Ok(Message::Text(text))) => Ok(Some(text)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Binary(_))) => Err(Ending::bad_message(
                "Invalid message: messages are text, not binary",
            )),
            Some(Ok(Message::Close(_))) => Err(Ending::Closed),
            Some(Err(error)) => Err(self.broken(&error)),
            None => Err(Ending::Broken),
        }
    }

    /// tungstenite's own error type is not to be had through axum, so the text has to tell.
    fn broken(&self, error: &axum::Error) -> Ending {
        let text = error.to_string();
        if text.contains("Space limit exceeded") {
            Ending::too_big(self.context.limits.ws_message_bytes)
        } else if text.contains("UTF-8") {
            Ending::Refused(1007, "not_utf8", "A text message must be UTF-8".into())
        } else {
            Ending::Broken
        }
    }

    async fn message(
        &mut self,
        viewer: &B::Viewer,
        text: &str,
        draining: bool,
    ) -> Result<(), Ending> {
        match ClientMessage::read(text).map_err(Ending::bad_message)? {
            ClientMessage::ConnectionInit { .. } => Err(Ending::second_init()),
            ClientMessage::Ping { payload } => self.say(message::pong(payload)).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Complete { id } => {
                self.operations.cancel(&id);
                Ok(())
            }
            // The client repeats it on its next socket, which this one's close will make it open.
            ClientMessage::Subscribe { .. } if draining => Ok(()),
            ClientMessage::Subscribe { id, payload } => self.subscribe(viewer, &id, payload).await,
        }
    }

    async fn subscribe(
        &mut self,
        viewer: &B::Viewer,
        id: &str,
        payload: &str,
    ) -> Result<(), Ending> {
        if self.operations.contains(id) {
            return Err(Ending::duplicate(id));
        }
        let request = params::from_json(payload).map_err(Ending::bad_message)?;
        if let Some(error) = self.too_often() {
            return self.say(message::error(id, &[error])).await;
        }
        let limits = &self.context.limits;
        let operation = match Operation::prepare(request, &self.context.reading) {
            Ok(operation) => operation,
            Err(error) => return self.say(message::error(id, &[error])).await,
        };
        let Ok(permit) = self.permits.clone().try_acquire_owned() else {
            let error = server_error(
                code::TOO_MANY_OPERATIONS,
                format!(
                    "This socket runs {} operations already.",
                    limits.operations_per_socket
                ),
            );
            return self.say(message::error(id, &[error])).await;
        };
        let kind = operation.kind;
        let frames = self.context.start(
            viewer.clone(),
            operation,
            Transport::Socket,
            &self.id,
            Some(permit),
        );
        self.operations.start(id, kind, frames, &self.id);
        Ok(())
    }

    /// Counts one more operation; what refuses it, if it is one too many.
    fn too_often(&self) -> Option<ServerError> {
        let context = &self.context;
        let by_address = self
            .address
            .and_then(|asker| context.per_address.ask(asker, 1));
        let by_token = self.asker.and_then(|asker| context.per_token.ask(asker, 1));
        let standings = [by_address, by_token].into_iter().flatten();
        let refused = standings
            .into_iter()
            .find(|standing| standing.retry.is_some())?;
        let mut error = server_error(code::RATE_LIMITED, refused.refusal()?);
        if let (Some(extensions), Some(retry)) = (&mut error.extensions, refused.retry_seconds()) {
            extensions.set("retryAfter", retry);
        }
        Some(error)
    }

    async fn say(&mut self, text: Utf8Bytes) -> Result<(), Ending> {
        self.send([Message::Text(text)]).await
    }

    /// Writes messages together. A client that takes them too slowly is dropped, which costs nobody else anything;
    /// one whose access ends meanwhile is not waited for.
    async fn send(
        &mut self,
        messages: impl IntoIterator<Item = Message, IntoIter: Send> + Send,
    ) -> Result<(), Ending> {
        let messages = messages.into_iter();
        let wire = &mut self.wire;
        let write = async {
            for message in messages {
                wire.feed(message).await?;
            }
            wire.flush().await
        };
        let mut write = pin!(write);
        let written = match poll_fn(|cx| Poll::Ready(write.as_mut().poll(cx))).await {
            // Nearly always the client has room, and no clock is needed.
            Poll::Ready(written) => Ok(written),
            Poll::Pending => {
                self.operations.ask_again();
                let (gate, withdrawn) = (&self.gate, &mut self.withdrawn);
                let withdrawn = poll_fn(|cx| {
                    // It now wakes this, and not the gate.
                    gate.open();
                    withdrawn.poll_unpin(cx)
                });
                let written = timeout(self.context.limits.write_timeout, write);
                Box::pin(async {
                    tokio::select! {
                        biased;
                        written = written => written.map_err(|_elapsed| Ending::Stalled),
                        () = withdrawn => Err(Ending::Withdrawn),
                    }
                })
                .await
            }
        };
        written?.map_err(|_broken| Ending::Broken)
    }

    /// Says what is left to say, and goes on reading until the client has closed too: a connection that is dropped
    /// with something unread is reset, and the client would not see the close code.
    async fn farewell(mut self, ending: &Ending) {
        let ids = self.operations.cancel_all();
        let Some(frame) = ending.frame() else {
            if *ending == Ending::Closed {
                let _ = timeout(FAREWELL, self.read_out()).await;
            }
            return;
        };
        let say = async {
            if *ending == Ending::Withdrawn {
                for id in ids {
                    let text = message::error(&id, &[forbidden()]);
                    self.wire.feed(Message::Text(text)).await?;
                }
            }
            self.wire.send(Message::Close(Some(frame))).await
        };
        if matches!(timeout(FAREWELL, say).await, Ok(Ok(()))) {
            let _ = timeout(FAREWELL, self.read_out()).await;
        }
    }

    async fn read_out(&mut self) {
        while let Some(Ok(_)) = self.wire.recv().await {}
    }
}

async fn until(deadline: Option<tokio::time::Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
