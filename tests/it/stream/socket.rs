//! A client of graphql-transport-ws with a token of an account.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::desk::text;

/// Longer than anything here may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What subscribers of these tests ask for: all that makes a frame a whole cascade.
pub const CASCADES: &str = "subscription($filter: CascadeFilter, $after: Cursor) { \
    cascades(filter: $filter, after: $after) { id cursor command \
    effects { __typename index rule subjectId causedBy { index } } } }";

pub struct Socket {
    wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// An acknowledged socket.
    pub async fn open(url: &str, token: &str) -> Self {
        let mut socket = Self::silent(url).await;
        socket
            .send(json!({ "type": "connection_init", "payload": { "token": token } }))
            .await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// A socket on which nothing was said yet.
    pub async fn silent(url: &str) -> Self {
        let url = format!("{}/graphql", url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a request");
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (wire, _) = connect_async(request).await.expect("a socket");
        Self { wire }
    }

    /// An acknowledged socket that is subscribed to cascades under the id `1`.
    pub async fn cascades(url: &str, token: &str, filter: Value, after: Value) -> Self {
        let mut socket = Self::open(url, token).await;
        socket
            .subscribe("1", CASCADES, json!({ "filter": filter, "after": after }))
            .await;
        socket
    }

    pub async fn send(&mut self, message: Value) {
        self.wire
            .send(Message::text(message.to_string()))
            .await
            .expect("sent");
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    /// The cascade of the next frame.
    pub async fn cascade(&mut self) -> Value {
        let mut message = self.receive().await;
        assert_eq!(message["type"], "next", "{message:#}");
        let payload = message["payload"].take();
        assert!(payload.get("errors").is_none(), "{payload:#}");
        payload["data"]["cascades"].clone()
    }

    /// The cascade of the next frame; none once the connection has ended, in whatever way.
    pub async fn cascade_or_end(&mut self) -> Option<Value> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.wire.next()).await;
            match next.expect("a message in time") {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    if message["type"] != "ping" {
                        assert_eq!(message["type"], "next", "{message:#}");
                        return Some(message["payload"]["data"]["cascades"].clone());
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    /// The code of the error that ends the operation.
    pub async fn error(&mut self) -> String {
        let message = self.receive().await;
        assert_eq!(message["type"], "error", "{message:#}");
        text(&message["payload"][0]["extensions"]["code"])
    }

    /// The next message but a ping.
    pub async fn receive(&mut self) -> Value {
        let next = self.receive_or_close().await;
        next.unwrap_or_else(|code| panic!("no message: closed with {code}"))
    }

    /// The next message but a ping, or the code that the server closes with.
    pub async fn receive_or_close(&mut self) -> Result<Value, u16> {
        loop {
            match self.frame().await {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    if message["type"] != "ping" {
                        return Ok(message);
                    }
                }
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Close(frame) => return Err(frame.expect("a code").code.into()),
                other => panic!("no message: {other:?}"),
            }
        }
    }

    /// The next message but a ping, however long it takes.
    pub async fn receive_whenever(&mut self) -> Value {
        loop {
            let next = self.wire.next().await;
            if let Message::Text(text) = next.expect("a message").expect("no fault") {
                let message: Value = serde_json::from_str(&text).expect("JSON");
                if message["type"] != "ping" {
                    return message;
                }
            }
        }
    }

    /// The code that the server closes with; what comes before is passed over.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.expect("a code").code.into();
            }
        }
    }

    /// Hangs up without a word.
    pub fn hang_up(self) {
        drop(self.wire);
    }

    async fn frame(&mut self) -> Message {
        let next = tokio::time::timeout(PATIENCE, self.wire.next()).await;
        next.expect("a message in time")
            .expect("a message")
            .expect("no fault")
    }
}
