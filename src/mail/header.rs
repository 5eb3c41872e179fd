//! The header block: cut off what is in front of it, and mend what its senders broke.

use super::charset;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::borrow::Cow;

/// A raw message without what mail stores put in front of its header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unwrapped<'a> {
    /// The mbox separator, if there is one.
    pub(super) separator: Option<&'a [u8]>,
    /// From the first header field on.
    pub(super) message: &'a [u8],
}

/// Takes off byte order mark, blank lines and separators.
pub(super) fn unwrap(raw: &[u8]) -> Unwrapped<'_> {
    let mut message = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let mut separator = None;
    loop {
        let (line, rest) = split_line(message);
        let text = line.trim_ascii();
        if text.starts_with(b"From ") || text.starts_with(b">From ") {
            separator = separator.or(Some(line));
        } else if !text.is_empty() || rest.is_empty() {
            return Unwrapped { separator, message };
        }
        message = rest;
    }
}

/// Splits at the blank line behind the header; the blank line stays with the second half.
pub(super) fn split_block(message: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in message.split_inclusive(|&b| b == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
        at += line.len();
    }
    message.split_at_checked(at).unwrap_or((message, b""))
}

/// The fields of a header block, found in one pass.
#[derive(Debug)]
pub(super) struct Fields<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> Fields<'a> {
    /// Lines that are no field and continue none are left out.
    pub(super) fn of(block: &'a [u8]) -> Self {
        let mut fields = Vec::new();
        let mut rest = block;
        while !rest.is_empty() {
            let mut length = split_line(rest).0.len();
            while let Some(b' ' | b'\t') = rest.get(length) {
                length += split_line(rest.get(length..).unwrap_or_default()).0.len();
            }
            let (field, tail) = rest.split_at_checked(length).unwrap_or((rest, b""));
            rest = tail;
            if let Some(colon) = field.iter().position(|&b| b == b':') {
                let (name, value) = field.split_at_checked(colon).unwrap_or_default();
                let value = value.strip_prefix(b":").unwrap_or(value);
                fields.push((name.trim_ascii_end(), value));
            }
        }
        Self(fields)
    }

    /// The value of the first field of that name, unfolded; bytes that are no UTF-8 are replaced.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.values(name).next()
    }

    /// The values of all fields of that name, in their order.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = String> {
        let named = move |(found, _): &&(&[u8], &[u8])| found.eq_ignore_ascii_case(name.as_bytes());
        self.0.iter().filter(named).map(|(_, value)| {
            let lines = value.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
            let words: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
            String::from_utf8_lossy(&words.join(&b' ')).into_owned()
        })
    }
}

/// The message with a header block of UTF-8. Some programs write names and subjects in the
/// charset of the body without saying so.
pub(super) fn in_utf8<'a>(message: &'a [u8], hint: Option<&str>) -> Cow<'a, [u8]> {
    let (block, body) = split_block(message);
    if std::str::from_utf8(block).is_ok() {
        return Cow::Borrowed(message);
    }
    let content_type = Fields::of(block).value("Content-Type");
    let declared = content_type.and_then(|value| charset_parameter(&value));
    let mut mended = charset::decode(block, declared.as_deref(), hint).into_bytes();
    mended.extend_from_slice(body);
    Cow::Owned(mended)
}

/// The charset of the first encoded word that is not UTF-8: what the sender's program used.
pub(super) fn charset_hint(block: &[u8]) -> Option<String> {
    if !block.windows(2).any(|pair| pair == b"=?") {
        return None;
    }
    let text = String::from_utf8_lossy(block);
    text.split("=?").skip(1).find_map(|word| {
        let charset = word.split(['?', '*']).next()?;
        let known = charset::is_known(charset) && !charset::is_utf8_or_ascii(charset);
        known.then(|| charset.to_owned())
    })
}

fn charset_parameter(content_type: &str) -> Option<String> {
    let at = content_type.to_ascii_lowercase().find("charset=")?;
    let value = content_type.get(at + "charset=".len()..)?;
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(['"', '\'', ';', ' ']).unwrap_or(value.len());
    value.get(..end).map(str::to_owned)
}

/// The message with neighbouring encoded words of one charset made one word. RFC 2047 forbids to
/// cut a character between two words; programs that count bytes do it all the same.
pub(super) fn with_joined_words(message: &[u8]) -> Vec<u8> {
    let (block, body) = split_block(message);
    let text = String::from_utf8_lossy(block);
    let mut out = String::with_capacity(text.len());
    let mut open: Option<(&str, Vec<u8>)> = None;
    let mut rest = text.as_ref();
    while let Some(at) = rest.find("=?") {
        let (before, word) = rest.split_at(at);
        let between_words = before.trim_ascii().is_empty();
        match encoded_word(word) {
            Some((charset, bytes, tail)) => {
                match &mut open {
                    Some((same, joined)) if between_words && same.eq_ignore_ascii_case(charset) => {
                        joined.extend_from_slice(&bytes);
                    }
                    _ => {
                        close_word(&mut out, open.take());
                        out.push_str(before);
                        open = Some((charset, bytes));
                    }
                }
                rest = tail;
            }
            None => {
                close_word(&mut out, open.take());
                let (mark, tail) = word.split_at(2);
                out.push_str(before);
                out.push_str(mark);
                rest = tail;
            }
        }
    }
    close_word(&mut out, open.take());
    out.push_str(rest);
    let mut mended = out.into_bytes();
    mended.extend_from_slice(body);
    mended
}

fn close_word(out: &mut String, word: Option<(&str, Vec<u8>)>) {
    if let Some((charset, bytes)) = word {
        out.push_str(&format!("=?{charset}?B?{}?=", STANDARD.encode(bytes)));
    }
}

/// Splits `=?charset?B?…?=` off `text`: charset, decoded bytes, what follows.
fn encoded_word(text: &str) -> Option<(&str, Vec<u8>, &str)> {
    let mut parts = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (content, tail) = rest.split_once("?=")?;
    if charset.is_empty() || content.len() > 1_000 {
        return None;
    }
    let charset = charset.split('*').next()?;
    let bytes = match encoding {
        "B" | "b" => super::transfer::decode(content.as_bytes(), "base64"),
        "Q" | "q" => {
            super::transfer::decode(content.replace('_', " ").as_bytes(), "quoted-printable")
        }
        _ => return None,
    };
    Some((charset, bytes, tail))
}

fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes
        .iter()
        .position(|&b| b == b'\n')
        .map_or(bytes.len(), |at| at + 1);
    bytes.split_at_checked(end).unwrap_or((bytes, b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unwraps_to_the_first_field() {
        let raw = b"\xef\xbb\xbf\r\nFrom a Tue\n>From b Wed\nSubject: x\n\nFrom here\n";
        let found = unwrap(raw);
        assert_eq!(found.separator, Some(&b"From a Tue\n"[..]));
        assert_eq!(found.message, b"Subject: x\n\nFrom here\n");
        assert_eq!(unwrap(b"From a Tue\n").message, b"");
        assert_eq!(unwrap(b"\n\n").message, b"\n");
    }

    #[test]
    fn values_are_unfolded_and_found_in_any_case() {
        let block = b"SUBJECT : a\r\n b\r\nX-Subject: no\r\nsubject:c\r\n";
        let fields = Fields::of(block);
        assert_eq!(fields.values("Subject").collect::<Vec<_>>(), ["a b", "c"]);
        assert_eq!(fields.value("To"), None);
    }

    #[test]
    fn cut_characters_are_joined() {
        // „Größe“ in UTF-8, cut within ö and ß.
        let message = b"Subject: =?UTF-8?Q?Gr=C3?=\r\n =?utf-8?B?tsOf?= =?utf-8?q?e?= =?x\r\n\r\nx";
        let mended = with_joined_words(message);
        let expected = format!(
            "Subject: =?UTF-8?B?{}?= =?x\r\n\r\nx",
            STANDARD.encode("Größe")
        );
        assert_eq!(String::from_utf8(mended).unwrap(), expected);
    }

    #[test]
    fn undeclared_header_bytes() {
        let message = b"Subject: Gr\xfc\xdfe\nContent-Type: text/plain\n\n\xfc";
        assert_eq!(
            in_utf8(message, None).as_ref(),
            b"Subject: Gr\xc3\xbc\xc3\x9fe\nContent-Type: text/plain\n\n\xfc"
        );
        let message =
            b"Subject: \xb3\xf3d\xbc\nContent-Type: text/plain; charset=\"iso-8859-2\"\n\n";
        assert!(in_utf8(message, None).starts_with("Subject: łódź".as_bytes()));
    }
}
