//! The messages of graphql-transport-ws.

use std::borrow::Cow;

use async_graphql::ServerError;
use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Beyond this many bytes an id is no id; each is kept and sent with every frame.
const LONGEST_ID: usize = 256;

/// A message of the client, its payload still to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ClientMessage<'a> {
    ConnectionInit { payload: Option<&'a str> },
    Ping { payload: Option<&'a str> },
    Pong,
    Subscribe { id: Cow<'a, str>, payload: &'a str },
    Complete { id: Cow<'a, str> },
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

impl<'a> ClientMessage<'a> {
    /// Reads a message; an error is the reason to close with 4400.
    pub fn read(text: &'a str) -> Result<Self, String> {
        // Asked first, because an array of the right parts would pass for a struct.
        if text.trim_start().starts_with('[') {
            return Err("Invalid message: it must be an object with a `type`".into());
        }
        let raw: Raw<'a> =
            serde_json::from_str(text).map_err(|error| format!("Invalid message: {error}"))?;
        let payload = raw.payload.map(RawValue::get);
        let object = || match payload {
            Some(payload) if !payload.starts_with('{') => Err(format!(
                "Invalid message: the payload of {} must be an object",
                raw.kind
            )),
            other => Ok(other),
        };
        match &*raw.kind {
            "connection_init" => Ok(Self::ConnectionInit { payload: object()? }),
            "ping" => Ok(Self::Ping { payload: object()? }),
            "pong" => object().map(|_| Self::Pong),
            "subscribe" => Ok(Self::Subscribe {
                id: read_id(raw.id)?,
                payload: object()?.ok_or("Invalid message: subscribe needs a payload")?,
            }),
            "complete" => Ok(Self::Complete {
                id: read_id(raw.id)?,
            }),
            other => Err(format!("Invalid message: unexpected type {other:?}")),
        }
    }
}

fn read_id(id: Option<&RawValue>) -> Result<Cow<'_, str>, String> {
    let id: Cow<'_, str> = id
        .and_then(|id| serde_json::from_str(id.get()).ok())
        .ok_or("Invalid message: it needs an id, a string")?;
    match id.len() {
        0 => Err("Invalid message: its id is empty".into()),
        1..=LONGEST_ID => Ok(id),
        _ => Err(format!(
            "Invalid message: its id is longer than {LONGEST_ID} bytes"
        )),
    }
}

/// `connection_ack`.
pub(super) const ACK: Utf8Bytes = Utf8Bytes::from_static(r#"{"type":"connection_ack"}"#);
/// `ping`.
pub(super) const PING: Utf8Bytes = Utf8Bytes::from_static(r#"{"type":"ping"}"#);

/// `pong`, with what the ping brought.
pub(super) fn pong(payload: Option<&str>) -> Utf8Bytes {
    match payload {
        Some(payload) => format!(r#"{{"type":"pong","payload":{payload}}}"#).into(),
        None => Utf8Bytes::from_static(r#"{"type":"pong"}"#),
    }
}

/// Everything of an operation's `next` messages but the payload.
#[derive(Debug)]
pub(super) struct Envelope {
    /// `{"id":"…","type":"next","payload":`
    head: Box<str>,
}

impl Envelope {
    pub fn new(id: &str) -> Self {
        Self {
            head: format!(r#"{{"id":{},"type":"next","payload":"#, quoted(id)).into(),
        }
    }

    /// The message around a finished payload, which is neither parsed nor encoded again; `None` if it is not UTF-8.
    pub fn next(&self, payload: &[u8]) -> Option<Utf8Bytes> {
        let payload = std::str::from_utf8(payload).ok()?;
        let mut message = String::with_capacity(self.head.len() + payload.len() + 1);
        message.push_str(&self.head);
        message.push_str(payload);
        message.push('}');
        Some(message.into())
    }
}

/// `error`: the operation's end.
pub(super) fn error(id: &str, errors: &[ServerError]) -> Utf8Bytes {
    #[derive(Serialize)]
    struct Message<'a> {
        id: &'a str,
        #[serde(rename = "type")]
        kind: &'static str,
        payload: &'a [ServerError],
    }
    let message = Message {
        id,
        kind: "error",
        payload: errors,
    };
    serde_json::to_string(&message)
        .unwrap_or_else(|error| {
            tracing::error!(%error, "errors could not be encoded");
            format!(
                r#"{{"id":{},"type":"error","payload":[{{"message":"The server failed."}}]}}"#,
                quoted(id)
            )
        })
        .into()
}

/// `complete`: the operation's end.
pub(super) fn complete(id: &str) -> Utf8Bytes {
    format!(r#"{{"id":{},"type":"complete"}}"#, quoted(id)).into()
}

fn quoted(id: &str) -> serde_json::Value {
    serde_json::Value::String(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read() {
        for (text, expected) in [
            (
                r#"{"type":"connection_init"}"#,
                ClientMessage::ConnectionInit { payload: None },
            ),
            (
                r#"{"type":"connection_init","payload":null}"#,
                ClientMessage::ConnectionInit { payload: None },
            ),
            (
                r#"{"type":"ping","payload":{"a":1}}"#,
                ClientMessage::Ping {
                    payload: Some(r#"{"a":1}"#),
                },
            ),
            (r#"{"type":"pong"}"#, ClientMessage::Pong),
            (
                r#"{"id":"\u0061","type":"subscribe","payload":{"query":"{a}"},"more":1}"#,
                ClientMessage::Subscribe {
                    id: "a".into(),
                    payload: r#"{"query":"{a}"}"#,
                },
            ),
            (
                r#"{"id":"a","type":"complete"}"#,
                ClientMessage::Complete { id: "a".into() },
            ),
        ] {
            assert_eq!(ClientMessage::read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn bad_messages_are_told_apart() {
        for (text, expected) in [
            ("", "EOF"),
            ("hello", "expected value"),
            ("[]", "an object with a `type`"),
            (r#"["pong",null,null]"#, "an object with a `type`"),
            ("{}", "missing field `type`"),
            (r#"{"type":1}"#, "invalid type"),
            (r#"{"type":"connection_ack"}"#, "connection_ack"),
            (r#"{"type":"start","id":"1"}"#, "unexpected type"),
            (r#"{"type":"connection_init","payload":1}"#, "an object"),
            (r#"{"type":"ping","payload":"x"}"#, "an object"),
            (r#"{"type":"subscribe","payload":{"query":"{a}"}}"#, "id"),
            (r#"{"type":"subscribe","id":1,"payload":{}}"#, "id"),
            (r#"{"type":"subscribe","id":"","payload":{}}"#, "empty"),
            (r#"{"type":"subscribe","id":"1"}"#, "payload"),
            (r#"{"type":"complete"}"#, "id"),
        ] {
            let reason = ClientMessage::read(text).unwrap_err();
            assert!(reason.contains(expected), "{text}: {reason}");
        }
    }

    #[test]
    fn a_payload_is_spliced_into_its_message() {
        let envelope = Envelope::new("a\"b");
        assert_eq!(
            envelope.next(br#"{"data":{"a":1}}"#).unwrap().as_str(),
            r#"{"id":"a\"b","type":"next","payload":{"data":{"a":1}}}"#
        );
        assert!(envelope.next(b"\xff").is_none());
        assert_eq!(
            complete("a\"b").as_str(),
            r#"{"id":"a\"b","type":"complete"}"#
        );
    }
}
