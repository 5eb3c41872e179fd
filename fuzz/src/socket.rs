//! Messages of graphql-transport-ws, on a real socket: whatever a client says, what the server says is the protocol.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use async_graphql::{Request, Response, value};
use axum::serve::Listener;
use futures_util::stream::{self, BoxStream, StreamExt};
use futures_util::{SinkExt, future::pending};
use serde_json::Value;
use tandem::http::{AuthError, Backend, Frame, Limits};
use tokio::io::{DuplexStream, duplex};
use tokio::runtime::Builder;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::Message;
use uuid::Uuid;

/// Frames of every subscription.
const FRAMES: usize = 3;
/// Messages of one input.
const MOST: usize = 40;
/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Answers everything with the same.
#[derive(Clone)]
struct Parrot;

impl Backend for Parrot {
    type Viewer = ();

    async fn authenticate(&self, token: Option<&str>) -> Result<(), AuthError> {
        match token {
            Some("down") => Err(AuthError::Unavailable),
            Some("bad") => Err(AuthError::Wrong),
            _ => Ok(()),
        }
    }

    fn user(&self, _viewer: &()) -> Uuid {
        Uuid::nil()
    }

    fn withdrawn(&self, _viewer: &()) -> impl Future<Output = ()> + Send + 'static {
        pending()
    }

    async fn execute(&self, _viewer: (), _request: Request) -> Response {
        Response::new(value!({ "ok": true }))
    }

    fn subscribe(&self, _viewer: (), _request: Request) -> BoxStream<'static, Frame> {
        let frame = Frame::Next {
            payload: r#"{"data":{"ok":true}}"#.into(),
            cursor: None,
        };
        stream::repeat(frame).take(FRAMES).boxed()
    }

    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Gives one connection.
struct Once(Option<DuplexStream>);

impl Listener for Once {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.take() {
            Some(stream) => (stream, ()),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// What a message must lead to, as far as that can be told without the server's own reader.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    /// The socket goes on.
    Nothing,
    /// `pong`, with that payload.
    Pong(Option<Value>),
    /// `connection_ack`, or the end where the token is not good.
    Welcome,
    /// An operation under that id, or the end where its payload is none.
    Operation(String),
    /// The end, with one of these codes.
    End(&'static [u16]),
    /// It depends on what this reader does not look at: keys that are there twice, escapes.
    Unsure,
}

fn due(text: &str, welcome: bool) -> Due {
    let twice = |key: &str| text.matches(key).count() > 1;
    if text.contains("\\u")
        || [r#""type""#, r#""id""#, r#""payload""#]
            .into_iter()
            .any(twice)
    {
        return Due::Unsure;
    }
    let message = match serde_json::from_str(text) {
        Ok(Value::Object(message)) => message,
        // Numbers too large and nesting too deep for values, which the server passes on unread.
        Err(error)
            if error.to_string().contains("out of range")
                || error.to_string().contains("recursion") =>
        {
            return Due::Unsure;
        }
        _ => return Due::End(&[4400]),
    };
    let kind = message.get("type").and_then(Value::as_str);
    let payload = match message.get("payload") {
        None | Some(Value::Null) => None,
        Some(payload @ Value::Object(_)) => Some(payload.clone()),
        // Nobody looks at that of a `complete`.
        Some(_) if kind == Some("complete") => None,
        Some(_) => return Due::End(&[4400]),
    };
    let id = message.get("id").and_then(Value::as_str);
    let id = id
        .filter(|id| (1..=256).contains(&id.len()))
        .map(str::to_owned);
    match (kind, id, welcome) {
        (Some("connection_init"), _, false) => Due::Welcome,
        (Some("connection_init"), _, true) => Due::End(&[4429]),
        (Some("ping"), ..) => Due::Pong(payload),
        (Some("pong"), ..) => Due::Nothing,
        (Some("complete"), Some(_), _) => Due::Nothing,
        (Some("subscribe"), Some(_), false) if payload.is_some() => Due::End(&[4401]),
        (Some("subscribe"), Some(id), true) if payload.is_some() => Due::Operation(id),
        _ => Due::End(&[4400]),
    }
}

/// What the server has said so far.
#[derive(Default)]
struct Heard {
    welcome: bool,
    /// Ids, with how often each was begun and ended.
    operations: HashMap<String, (usize, usize)>,
    pongs: usize,
    last_pong: Option<Value>,
    closed: Option<u16>,
}

impl Heard {
    fn take(&mut self, message: Message) {
        match message {
            Message::Text(text) => self.text(&text),
            Message::Close(frame) => {
                let code = frame.map(|frame| u16::from(frame.code));
                self.closed = Some(code.unwrap_or(1005));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let message: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let kind = message["type"]
            .as_str()
            .unwrap_or_else(|| panic!("no type: {text}"));
        match kind {
            "connection_ack" => {
                assert!(!self.welcome, "welcomed twice");
                self.welcome = true;
            }
            "pong" => {
                self.pongs += 1;
                self.last_pong = message.get("payload").cloned();
            }
            "ping" => {}
            "next" | "error" | "complete" => {
                assert!(self.welcome, "{text} before the welcome");
                let id = message["id"]
                    .as_str()
                    .unwrap_or_else(|| panic!("no id: {text}"));
                let (begun, ended) = self
                    .operations
                    .get_mut(id)
                    .unwrap_or_else(|| panic!("nobody asked: {text}"));
                assert!(ended < begun, "after its end: {text}");
                if kind != "next" {
                    *ended += 1;
                }
            }
            other => panic!("{other} is no message of a server"),
        }
    }
}

type Socket = WebSocketStream<DuplexStream>;

async fn connect() -> Socket {
    let (ours, theirs) = duplex(1 << 16);
    let (stop, shutdown) = tandem::http::shutdown();
    let router = tandem::http::router(Parrot, Limits::default(), shutdown);
    tokio::spawn(async move {
        let _held = stop;
        axum::serve(Once(Some(theirs)), router).await
    });
    let mut request = "ws://tandem/graphql"
        .into_client_request()
        .expect("a request");
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let (socket, _) = tokio_tungstenite::client_async(request, ours)
        .await
        .expect("a socket");
    socket
}

/// Reads until that holds, or the server closes.
async fn hear(socket: &mut Socket, heard: &mut Heard, until: impl Fn(&Heard) -> bool) {
    while heard.closed.is_none() && !until(heard) {
        match tokio::time::timeout(PATIENCE, socket.next())
            .await
            .expect("an answer in time")
        {
            Some(Ok(message)) => heard.take(message),
            Some(Err(_)) | None => heard.closed = Some(1006),
        }
    }
}

async fn converse(texts: Vec<&str>) {
    let mut socket = connect().await;
    let mut heard = Heard::default();
    for text in texts {
        let due = due(text, heard.welcome);
        if let Due::Operation(id) = &due {
            heard.operations.entry(id.clone()).or_default().0 += 1;
        } else if due == Due::Unsure {
            // It may be anything, an operation under any id too: the rest cannot be told.
            let _ = socket.send(Message::text(text)).await;
            return;
        }
        let pongs = heard.pongs;
        if socket.send(Message::text(text)).await.is_err() {
            hear(&mut socket, &mut heard, |_| false).await;
            break;
        }
        // A message is done with when a ping after it has come back.
        let probe = Message::text(r#"{"type":"ping","payload":{"probe":1}}"#);
        let _ = socket.send(probe).await;
        let mine = usize::from(matches!(due, Due::Pong(_)));
        if mine == 1 {
            hear(&mut socket, &mut heard, |heard| heard.pongs > pongs).await;
            if let (Due::Pong(payload), None) = (&due, heard.closed) {
                assert_eq!(&heard.last_pong, payload, "{text}");
            }
        }
        hear(&mut socket, &mut heard, |heard| heard.pongs > pongs + mine).await;
        match (due, heard.closed) {
            (Due::End(codes), closed) => {
                assert!(
                    closed.is_some_and(|code| codes.contains(&code)),
                    "{text}: {closed:?}"
                );
            }
            (Due::Welcome, None) => assert!(heard.welcome, "{text}"),
            (Due::Welcome, Some(code)) => assert!([4403, 1013].contains(&code), "{text}: {code}"),
            // Under an id that still runs, or without a request in it.
            (Due::Operation(_), Some(code)) => {
                assert!([4400, 4409].contains(&code), "{text}: {code}")
            }
            (Due::Nothing | Due::Pong(_), Some(code)) => panic!("{text}: {code}"),
            (_, None) | (Due::Unsure, _) => {}
        }
        if heard.closed.is_some() {
            return;
        }
    }
    // All comes to its end by itself, but for what the client has ended.
    let _ = socket.close(None).await;
}

/// Each line a message.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let texts: Vec<&str> = text.lines().take(MOST).collect();
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(converse(texts));
}
