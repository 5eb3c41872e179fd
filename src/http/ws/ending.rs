//! How a socket ends: close codes and reasons, from graphql-transport-ws and RFC 6455 (7.4.1).

use std::borrow::Cow;

use axum::extract::ws::CloseFrame;

/// Why a socket ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// The client closed.
    Closed,
    /// The connection broke.
    Broken,
    /// Nothing came from the client for too long, pongs included.
    Silent,
    /// The client did not take what was written to it.
    Stalled,
    /// The viewer's access was withdrawn: running operations are told, then 4403.
    Withdrawn,
    /// The server ends it with this code.
    Refused(u16, &'static str, Cow<'static, str>),
}

impl Ending {
    pub fn bad_message(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(4400, "bad_message", why.into())
    }

    pub fn unauthorized() -> Self {
        Self::Refused(4401, "unauthorized", "Unauthorized".into())
    }

    pub fn forbidden() -> Self {
        Self::Refused(4403, "forbidden", "Forbidden".into())
    }

    pub fn unknown_protocol() -> Self {
        let why = "Subprotocol not acceptable: speak graphql-transport-ws";
        Self::Refused(4406, "subprotocol", why.into())
    }

    pub fn init_timeout() -> Self {
        let why = "Connection initialisation timeout";
        Self::Refused(4408, "init_timeout", why.into())
    }

    pub fn duplicate(id: &str) -> Self {
        let why = format!("Subscriber for {id} already exists");
        Self::Refused(4409, "duplicate_id", why.into())
    }

    pub fn second_init() -> Self {
        let why = "Too many initialisation requests";
        Self::Refused(4429, "second_init", why.into())
    }

    pub fn too_many_streams() -> Self {
        let why = "Too many open streams of this user";
        Self::Refused(4429, "too_many_streams", why.into())
    }

    pub fn too_big(limit: usize) -> Self {
        let why = format!("A message may have at most {limit} bytes");
        Self::Refused(1009, "too_big", why.into())
    }

    pub fn going_away() -> Self {
        let why = "The server is shutting down, reconnect";
        Self::Refused(1001, "shutdown", why.into())
    }

    /// Clients reconnect after this code.
    pub fn unavailable() -> Self {
        let why = "The token cannot be checked now, try again";
        Self::Refused(1013, "unavailable", why.into())
    }

    /// The name in metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Broken => "broken",
            Self::Silent => "silent",
            Self::Stalled => "stalled",
            Self::Withdrawn => "withdrawn",
            Self::Refused(_, label, _) => label,
        }
    }

    /// The close frame to send, where there is somebody to read it.
    pub fn frame(&self) -> Option<CloseFrame> {
        match self {
            Self::Closed | Self::Broken | Self::Silent | Self::Stalled => None,
            Self::Withdrawn => Self::forbidden().frame(),
            Self::Refused(code, _, why) => Some(CloseFrame {
                code: *code,
                reason: shortened(why).into(),
            }),
        }
    }
}

/// A control frame holds 125 bytes, two of which are the code (RFC 6455, 5.5).
fn shortened(reason: &str) -> &str {
    reason
        .char_indices()
        .map(|(start, character)| start + character.len_utf8())
        .take_while(|end| *end <= 123)
        .last()
        .and_then(|end| reason.get(..end))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_its_frame() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"a".repeat(200)).len(), 123);
        assert_eq!(shortened(&"ä".repeat(100)).len(), 122);
        assert_eq!(shortened(""), "");
    }
}
