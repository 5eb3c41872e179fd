//! A graphql-transport-ws client that does nothing by itself.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue},
};

use super::{PATIENCE, TOKEN};

pub struct Client {
    pub wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    /// Opens a socket that speaks the protocol.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::open(address, Some("graphql-transport-ws"), None)
            .await
            .unwrap()
    }

    /// Opens a socket with any subprotocol and `Authorization`.
    pub async fn open(
        address: SocketAddr,
        protocol: Option<&str>,
        authorization: Option<&str>,
    ) -> tungstenite::Result<Self> {
        let mut request = format!("ws://{address}/graphql").into_client_request()?;
        for (name, value) in [
            ("sec-websocket-protocol", protocol),
            ("authorization", authorization),
        ] {
            if let Some(value) = value {
                let value = HeaderValue::from_str(value).unwrap();
                request.headers_mut().insert(name, value);
            }
        }
        let (wire, _response) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self { wire })
    }

    /// Opens a socket as a browser does for a page of that origin.
    pub async fn from_origin(
        address: SocketAddr,
        origin: Option<&str>,
    ) -> tungstenite::Result<Self> {
        let mut request = format!("ws://{address}/graphql").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert(
            "sec-websocket-protocol",
            HeaderValue::from_static("graphql-transport-ws"),
        );
        if let Some(origin) = origin {
            headers.insert("origin", HeaderValue::from_str(origin).unwrap());
        }
        let (wire, _response) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self { wire })
    }

    pub async fn init(&mut self) {
        self.send(json!({"type": "connection_init", "payload": {"token": TOKEN}}))
            .await;
        assert_eq!(self.receive().await, json!({"type": "connection_ack"}));
    }

    pub async fn send(&mut self, message: Value) {
        self.send_raw(Message::text(message.to_string())).await;
    }

    pub async fn send_raw(&mut self, message: Message) {
        self.wire.send(message).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, document: &str) {
        self.send(json!({"id": id, "type": "subscribe", "payload": {"query": document}}))
            .await;
    }

    /// The next message of the protocol.
    pub async fn receive(&mut self) -> Value {
        match self.frame().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("not a text: {other:?}"),
        }
    }

    /// The close code and reason; what comes before is passed over.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.frame().await {
                let frame = frame.expect("a close frame has a code");
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    /// Whether the connection ended in order: the handshake of the close was completed.
    pub async fn ended(&mut self) -> bool {
        let end = tokio::time::timeout(PATIENCE, async {
            loop {
                match self.wire.next().await {
                    None | Some(Err(tungstenite::Error::ConnectionClosed)) => return true,
                    Some(Err(_)) => return false,
                    Some(Ok(_)) => {}
                }
            }
        });
        end.await.expect("the connection ends")
    }

    /// The next frame but a ping or pong of the WebSocket.
    async fn frame(&mut self) -> Message {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.wire.next()).await;
            match next.expect("a frame comes") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return message,
                other => panic!("no frame: {other:?}"),
            }
        }
    }
}
