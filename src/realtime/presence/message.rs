//! What servers say to each other about presence: JSON, each message small enough for a notification of Postgres.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The form of the messages. A server passes over those of another form: while an update is rolled out, old and new
/// servers do not see each other's people.
const VERSION: u8 = 1;
/// The most bytes of lines in one message. Postgres takes 7,999 for a payload; the rest is for what is around them.
const MOST_BYTES: usize = 7_600;

/// One message of a server to all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Message {
    v: u8,
    /// The server that says it: an id for as long as it runs.
    #[serde(rename = "s")]
    pub server: Uuid,
    /// The number of its last message with lines; this one's own, if it has lines.
    #[serde(rename = "n")]
    pub number: u64,
    /// What it says.
    #[serde(rename = "w")]
    pub word: Word,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Word {
    /// What has changed.
    #[serde(rename = "c")]
    Changes(Vec<Line>),
    /// A part of all that there is: which one, of how many.
    #[serde(rename = "p")]
    Part(u32, u32, Vec<Line>),
    /// "I am still here."
    #[serde(rename = "b")]
    Beat,
    /// "Tell me all that you have": that server, or everybody.
    #[serde(rename = "a")]
    Ask(Option<Uuid>),
    /// "I stop."
    #[serde(rename = "e")]
    Bye,
}

/// All that a server has of one user at one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(rename = "a")]
    pub account: Uuid,
    #[serde(rename = "c")]
    pub conversation: Uuid,
    #[serde(rename = "u")]
    pub user: Uuid,
    /// Since when they look, in microseconds since 1970; none when they do not.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub looks: Option<i64>,
    /// By which tokens they write, since when, and for how many milliseconds more.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<(Uuid, i64, u64)>,
    /// By which tokens they have said that they write no more.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<Uuid>,
}

impl Message {
    pub fn new(server: Uuid, number: u64, word: Word) -> Self {
        Self {
            v: VERSION,
            server,
            number,
            word,
        }
    }

    /// Reads a message; none where it is of another form.
    pub fn read(text: &str) -> Option<Self> {
        let message: Self = serde_json::from_str(text).ok()?;
        (message.v == VERSION).then_some(message)
    }

    pub fn write(&self) -> String {
        // Numbers, texts and ids: nothing that JSON could refuse.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Puts lines together as they fit into messages; at least one group, which may be empty.
pub(super) fn grouped(lines: impl IntoIterator<Item = Line>) -> Vec<Vec<Line>> {
    let (mut groups, mut last, mut bytes) = (Vec::new(), Vec::new(), 0);
    for line in lines {
        let size = serde_json::to_string(&line).map_or(0, |text| text.len() + 1);
        if bytes + size > MOST_BYTES && !last.is_empty() {
            groups.push(std::mem::take(&mut last));
            bytes = 0;
        }
        bytes += size;
        last.push(line);
    }
    groups.push(last);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u128) -> Line {
        Line {
            account: Uuid::from_u128(u128::MAX - n),
            conversation: Uuid::from_u128(u128::MAX),
            user: Uuid::from_u128(n),
            looks: Some(i64::MAX),
            types: vec![(Uuid::from_u128(n), i64::MAX, u64::MAX); 4],
            stopped: vec![Uuid::from_u128(n); 8],
        }
    }

    #[test]
    fn every_message_fits_into_a_notification_and_nothing_is_lost() {
        let lines: Vec<_> = (0..500).map(line).collect();
        let groups = grouped(lines.clone());
        let mut read = Vec::new();
        for group in groups {
            let word = Word::Part(u32::MAX, u32::MAX, group);
            let text = Message::new(Uuid::max(), u64::MAX, word).write();
            assert!(text.len() < 8_000, "{}", text.len());
            match Message::read(&text).expect("its own form").word {
                Word::Part(_, _, group) => read.extend(group),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(read, lines);
    }

    #[test]
    fn other_forms_are_passed_over() {
        let text = Message::new(Uuid::nil(), 7, Word::Beat).write();
        assert_eq!(
            Message::read(&text).map(|message| message.word),
            Some(Word::Beat)
        );
        assert_eq!(Message::read(&text.replace("\"v\":1", "\"v\":2")), None);
        assert_eq!(Message::read("17"), None);
    }
}
