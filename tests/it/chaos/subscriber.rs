//! Subscribers that reconnect and resume, whatever becomes of their connections.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::support::chaos_proxy::Dice;
use crate::support::desk::{text, uuid};

/// No more than is compared.
const CASCADES: &str = "subscription($after: Cursor) { cascades(after: $after) { cursor id } }";
/// Longer than a server is silent: it pings every 15 s.
const SILENCE: Duration = Duration::from_secs(20);

/// By which way a subscriber comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Socket,
    Events,
}

/// What a subscriber has seen: cursor and id of each cascade, in the order in which they came.
pub type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// One subscriber.
pub struct Subscriber {
    pub way: Way,
    /// The servers, by their proxies; one of them each time.
    pub servers: Vec<String>,
    pub token: String,
    pub start: String,
    pub seen: Seen,
    pub dice: Dice,
    pub stop: Arc<AtomicBool>,
    /// How often it began anew, by what it was told, if anything.
    pub ends: BTreeMap<String, usize>,
}

impl Subscriber {
    /// Subscribes again and again until it is told to stop; how often it began, and why.
    pub async fn run(mut self) -> BTreeMap<String, usize> {
        while !self.stop.load(Ordering::Relaxed) {
            let at = usize::try_from(self.dice.below(self.servers.len() as u64)).expect("a place");
            let server = self.servers[at].clone();
            let end = match self.way {
                Way::Socket => self.by_socket(&server).await,
                Way::Events => self.by_events(&server).await,
            };
            let why = end.unwrap_or_else(|| "cut".to_owned());
            let known = ["cut", "LAGGED", "UNAVAILABLE", "SERVER_UNAVAILABLE"];
            assert!(known.contains(&why.as_str()), "{:?}: {why}", self.way);
            *self.ends.entry(why).or_default() += 1;
            // A server that is down refuses at once.
            tokio::time::sleep(Duration::from_millis(self.dice.below(40))).await;
        }
        self.ends
    }

    fn after(&self) -> String {
        let seen = self.seen.lock().unwrap();
        seen.last()
            .map_or_else(|| self.start.clone(), |(cursor, _)| cursor.clone())
    }

    /// Notes a frame; the code of the error where it is one.
    fn note(&self, payload: &Value) -> Option<String> {
        if let Some(error) = payload.get("errors").map(|errors| &errors[0]) {
            if error["extensions"]["code"] == "LAGGED" {
                assert_eq!(
                    error["extensions"]["resumeAfter"],
                    self.after(),
                    "{error:#}"
                );
            }
            return Some(text(&error["extensions"]["code"]));
        }
        let cascade = &payload["data"]["cascades"];
        let cursor = text(&cascade["cursor"]);
        assert!(cursor > self.after(), "{cursor} after {}", self.after());
        let id = uuid(&text(&cascade["id"])).to_string();
        self.seen.lock().unwrap().push((cursor, id));
        None
    }

    async fn by_socket(&self, server: &str) -> Option<String> {
        let mut request = format!("ws://{server}/graphql")
            .into_client_request()
            .expect("a request");
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (mut wire, _) = tokio::time::timeout(SILENCE, connect_async(request))
            .await
            .ok()?
            .ok()?;
        let init = json!({ "type": "connection_init", "payload": { "token": self.token } });
        let variables = json!({ "after": self.after() });
        let payload = json!({ "query": CASCADES, "variables": variables });
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": payload });
        wire.send(Message::text(init.to_string())).await.ok()?;
        while let Ok(Some(Ok(message))) = tokio::time::timeout(SILENCE, wire.next()).await {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let Message::Text(message) = message else {
                continue;
            };
            let message: Value = serde_json::from_str(&message).expect("JSON");
            match message["type"].as_str().expect("a type") {
                "connection_ack" => {
                    wire.send(Message::text(subscribe.to_string())).await.ok()?;
                }
                "next" => {
                    let error = self.note(&message["payload"]);
                    assert_eq!(error, None, "{message:#}");
                }
                "error" => return self.note(&json!({ "errors": message["payload"] })),
                "ping" => {}
                other => panic!("{other}: {message:#}"),
            }
        }
        None
    }

    /// As a browser does it: the address stays, the last event's id says where to resume.
    async fn by_events(&self, server: &str) -> Option<String> {
        let variables = json!({ "after": self.start });
        let mut request = reqwest::Client::new()
            .post(format!("http://{server}/graphql"))
            .bearer_auth(&self.token)
            .header("accept", "text/event-stream")
            .json(&json!({ "query": CASCADES, "variables": variables }));
        if self.after() != self.start {
            request = request.header("last-event-id", self.after());
        }
        let sent = tokio::time::timeout(SILENCE, request.send()).await.ok()?;
        let response = sent
            .ok()
            .filter(|response| response.status().is_success())?;
        let mut chunks = response.bytes_stream();
        let mut bytes = Vec::new();
        while let Ok(Some(Ok(chunk))) = tokio::time::timeout(SILENCE, chunks.next()).await {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            bytes.extend_from_slice(&chunk);
            // Only a whole event counts: what was cut off is asked for again.
            while let Some(end) = bytes.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = bytes.drain(..end + 2).collect();
                let event = String::from_utf8(event).expect("UTF-8");
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                if field("event: ") == Some("complete") {
                    return None;
                }
                let Some(data) = field("data: ") else {
                    continue;
                };
                let payload: Value = serde_json::from_str(data).expect("JSON");
                if let Some(code) = self.note(&payload) {
                    return Some(code);
                }
                assert_eq!(field("id: "), Some(self.after().as_str()), "{event}");
            }
        }
        None
    }
}
