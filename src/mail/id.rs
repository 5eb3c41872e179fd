//! Message-IDs.

use super::header::Fields;
use mail_parser::HeaderValue;
use sha2::{Digest, Sha256};

/// Longest id kept as it is: the longest line that RFC 5322 allows. Longer ones are replaced by
/// their hash, the same wherever they occur.
const LONGEST: usize = 998;

/// Ids kept of one field besides the first: enough to find the thread, and few enough that no
/// sender can fill the store with ids.
const MOST: usize = 100;

/// The ids of a field, without angle brackets, in their order and each once.
///
/// In-Reply-To of old programs is prose (`Your message of Monday`), which has none.
pub(super) fn list(value: &HeaderValue<'_>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let given = value.as_text_list().unwrap_or_default();
    let middle = 1..given.len().saturating_sub(MOST);
    for (_, raw) in given
        .iter()
        .enumerate()
        .filter(|(at, _)| !middle.contains(at))
    {
        let words: Vec<&str> = raw.split_whitespace().collect();
        let each_an_id = words.iter().all(|word| word.contains('@'));
        let found = if each_an_id {
            words.into_iter().filter_map(clean).collect()
        } else if raw.contains('@') || words.len() == 1 {
            // Folded within an id.
            clean(raw).into_iter().collect()
        } else {
            Vec::new()
        };
        for id in found {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}

fn clean(raw: &str) -> Option<String> {
    let id: String = raw
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>'))
        .collect();
    if !id.chars().any(char::is_alphanumeric) {
        return None;
    }
    if id.len() > LONGEST {
        return Some(format!("{}@long.invalid", hex(Sha256::digest(&id))));
    }
    Some(id)
}

/// An id for a message without one: a hash of sender, date, subject and body as they were sent.
/// Line ends, blanks at line ends and blank lines around the body do not count, since mail stores
/// change them; Received fields do not count either, since each copy has its own.
pub(super) fn of_content(fields: &Fields<'_>, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for name in ["From", "Date", "Subject"] {
        let value = fields.value(name).unwrap_or_default();
        hash.update(value.as_bytes());
        hash.update([0]);
    }
    for line in body.trim_ascii().split(|&b| b == b'\n') {
        hash.update(line.trim_ascii_end());
        hash.update(b"\n");
    }
    format!("{}@content.invalid", hex(hash.finalize()))
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    use std::fmt::Write;
    bytes.as_ref().iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::parsers::MessageStream;

    fn content_id(block: &[u8], body: &[u8]) -> String {
        of_content(&Fields::of(block), body)
    }

    fn ids(field: &str) -> Vec<String> {
        list(&MessageStream::new(format!("{field}\r\n").as_bytes()).parse_id())
    }

    #[test]
    fn ids_of_real_fields() {
        assert_eq!(ids(" <a@b> <c@d>\r\n\t<a@b>"), ["a@b", "c@d"]);
        assert_eq!(ids(" <folded\r\n  @example.com>"), ["folded@example.com"]);
        assert_eq!(ids(" bare@example.com"), ["bare@example.com"]);
        assert_eq!(ids(" Your message of \"Mon, 1 Jan\" <a@b>"), ["a@b"]);
        assert_eq!(ids(" Your message of Monday"), [""; 0]);
        assert_eq!(ids(" a@b c@d"), ["a@b", "c@d"]);
        assert_eq!(ids(" <>"), [""; 0]);
        assert_eq!(ids(" <no-at-sign>"), ["no-at-sign"]);
    }

    #[test]
    fn of_very_many_ids_the_ends_are_kept() {
        let field: String = (0..5_000).map(|n| format!(" <{n}@b>")).collect();
        let ids = ids(&field);
        assert_eq!(ids.len(), 101);
        assert_eq!(
            (ids[0].as_str(), ids[1].as_str(), ids[100].as_str()),
            ("0@b", "4900@b", "4999@b")
        );
    }

    #[test]
    fn long_ids_are_hashed() {
        let id = ids(&format!(" <{}@b>", "x".repeat(2_000)));
        assert_eq!(id.len(), 1);
        assert!(id[0].len() < 100);
    }

    #[test]
    fn content_id_is_that_of_the_sent_message() {
        let a = content_id(b"From: a@b\r\nSubject: x\r\n", b"\r\nHello\r\nyou\r\n");
        let b = content_id(
            b"Received: z\nFrom: a@b\nSubject: x\n",
            b"\nHello  \nyou\n\n\n",
        );
        let c = content_id(b"From: a@b\nSubject: x\n", b"\nHello\nme\n");
        assert_eq!(a, b);
        assert_ne!(a, c);
    }
}
