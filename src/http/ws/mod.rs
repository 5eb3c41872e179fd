//! graphql-transport-ws: from the HTTP upgrade to a running socket.
//!
//! `message` reads and writes the protocol's messages, `operations` holds what runs on a socket, `socket` is its loop,
//! `gate` keeps what seldom happens out of it, and `ending` says with which close code it ends.

mod ending;
mod gate;
mod message;
mod operations;
mod socket;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, ws::WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    auth,
    backend::{Backend, RequestId},
    negotiate::MediaType,
    origin::may_open_socket,
    problem::{Problem, code},
    rate::Asker,
    run::Context,
};

/// The protocol's name, as its specification gives it.
const PROTOCOL: &str = "graphql-transport-ws";
/// axum's default of 128 KiB is taken by each socket at once, while what clients send is short.
const READ_BUFFER: usize = 1 << 10;
/// Frames that are ready together go out in one write; a single one is flushed at once. Taken only when used.
const WRITE_BUFFER: usize = 4 << 10;

/// Whether a request asks for a WebSocket.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Answers an upgrade and lets the socket run.
pub(crate) async fn upgrade<B: Backend>(
    context: Arc<Context<B>>,
    request: Request,
    id: RequestId,
    address: Option<Asker>,
) -> Response {
    if !may_open_socket(request.headers(), &context.limits.origins) {
        let message = "Pages of this origin may not open a socket here.";
        return Problem::new(StatusCode::FORBIDDEN, code::FORBIDDEN, message)
            .respond(MediaType::AnyJson);
    }
    if context.shutdown.has_begun() {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return Problem::new(status, code::UNAVAILABLE, "The server is shutting down.")
            .respond(MediaType::AnyJson);
    }
    let (mut parts, _body) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            return Problem::new(rejection.status(), code::BAD_REQUEST, rejection.body_text())
                .respond(MediaType::AnyJson);
        }
    };
    let limits = &context.limits;
    let mut upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(limits.ws_message_bytes)
        .max_frame_size(limits.ws_message_bytes)
        .protocols([PROTOCOL]);
    let spoken = upgrade.selected_protocol().is_some();
    if !spoken {
        // Clients give up on an answer that names none of their protocols, and would never see the close code.
        let offered: Option<HeaderValue> = upgrade.requested_protocols().next().cloned();
        if let Some(offered) = offered {
            upgrade.set_selected_protocol(offered);
        }
    }
    let token = auth::token_in_headers(&parts.headers).map(str::to_owned);
    upgrade.on_upgrade(move |wire| {
        // Most of a socket's memory is this future, so it is kept out of the task that upgrades.
        Box::pin(socket::run(wire, context, id, spoken, token, address))
    })
}
