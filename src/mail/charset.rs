//! Bytes to text when the declared charset is missing or wrong.

use super::transfer;
use mail_parser::{
    HeaderName, HeaderValue, MessagePart, MimeHeaders, PartType,
    decoders::charsets::map::charset_decoder,
};
use std::borrow::Cow;

/// The text of a text part. `raw` is the message that the part is of; `hint` a charset that the
/// sender used elsewhere.
pub(super) fn part_text<'a>(
    part: &'a MessagePart<'_>,
    raw: &[u8],
    hint: Option<&str>,
) -> Cow<'a, str> {
    let (PartType::Text(parsed) | PartType::Html(parsed)) = &part.body else {
        return Cow::Borrowed("");
    };
    let declared = part.content_type().and_then(|ct| ct.attribute("charset"));
    let trusted = declared.is_some_and(|name| is_known(name) && !is_western(name));
    let plain = parsed.is_ascii() && !parsed.contains('\u{1b}');
    if !part.is_encoding_problem && (plain || trusted && !parsed.contains('\u{fffd}')) {
        return Cow::Borrowed(parsed);
    }
    let (from, to) = (part.offset_body as usize, part.offset_end as usize);
    let Some(body) = raw.get(from..to) else {
        return Cow::Borrowed(parsed);
    };
    let encoding = part
        .headers
        .iter()
        .rev()
        .find(|header| header.name == HeaderName::ContentTransferEncoding)
        .and_then(|header| match &header.value {
            HeaderValue::Text(encoding) => Some(encoding.as_ref()),
            _ => None,
        });
    let bytes = transfer::decode(body, encoding.unwrap_or_default());
    let in_markup = match &part.body {
        PartType::Html(_) => meta_charset(&bytes),
        _ => None,
    };
    Cow::Owned(decode(&bytes, declared, in_markup.as_deref().or(hint)))
}

/// Decodes bytes by the first of these that fits:
///
/// 1. UTF-8, unless another charset than a Western one is declared: text of those that happens to
///    be valid UTF-8 is next to impossible, programs that mislabel UTF-8 are common;
/// 2. the declared charset;
/// 3. UTF-8 with a few broken characters, if that is declared and most of it is right;
/// 4. the hint;
/// 5. windows-1252, in which no byte is invalid.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>, hint: Option<&str>) -> String {
    let declared = declared.map(str::trim).filter(|name| is_known(name));
    let utf8 = std::str::from_utf8(bytes).ok();
    let foreign = declared.filter(|name| !is_western(name) && !is_utf8_or_ascii(name));
    if let Some(text) = utf8 {
        let escapes = text.contains("\u{1b}$") || text.contains("\u{1b}(");
        if foreign.is_none() && !(escapes && text.is_ascii()) {
            return text.to_owned();
        }
    }
    if let Some(text) = foreign.and_then(|name| by_name(bytes, name)) {
        // A declared charset that does not fit while UTF-8 does is a wrong one.
        return match utf8 {
            Some(valid) if text.contains('\u{fffd}') => valid.to_owned(),
            _ => text,
        };
    }
    if utf8.is_some() {
        // ASCII with the escape sequences of Japanese mail.
        return by_name(bytes, "iso-2022-jp").unwrap_or_default();
    }
    if declared.is_some_and(|name| name.to_ascii_lowercase().contains("utf")) {
        let text = String::from_utf8_lossy(bytes);
        let broken = text.chars().filter(|&c| c == '\u{fffd}').count();
        let right = text.chars().filter(|c| !c.is_ascii()).count() - broken;
        if right > broken {
            return text.into_owned();
        }
    }
    let hint = hint.filter(|name| is_known(name) && !is_utf8_or_ascii(name));
    hint.and_then(|name| by_name(bytes, name))
        .or_else(|| by_name(bytes, "windows-1252"))
        .unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}

fn by_name(bytes: &[u8], name: &str) -> Option<String> {
    // Both are subsets of gb18030, and programs use its characters under their names.
    let name = match name.to_ascii_lowercase().as_str() {
        "gb2312" | "gbk" => "gb18030".to_owned(),
        other => other.to_owned(),
    };
    charset_decoder(name.as_bytes()).map(|decoder| decoder(bytes))
}

/// A charset that can be decoded.
pub(super) fn is_known(name: &str) -> bool {
    // The library's table leaves UTF-8 to the language.
    is_utf8_or_ascii(name) || charset_decoder(name.trim().as_bytes()).is_some()
}

/// UTF-8 or its subset.
pub(super) fn is_utf8_or_ascii(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    matches!(name.as_str(), "utf-8" | "utf8") || is_ascii(&name)
}

/// Charsets that programs declare without looking at the text.
fn is_western(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase().replace('_', "-");
    let latin1 = [
        "iso-8859-1",
        "iso8859-1",
        "latin1",
        "windows-1252",
        "cp1252",
    ];
    is_ascii(&name) || latin1.contains(&name.as_str())
}

fn is_ascii(lower: &str) -> bool {
    matches!(lower, "us-ascii" | "ascii" | "ansi-x3.4-1968")
}

/// The charset that an HTML document declares in its first 1,024 bytes, as browsers look for it.
fn meta_charset(html: &[u8]) -> Option<String> {
    let start = html.get(..html.len().min(1024))?;
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let (_, after) = start.split_once("charset=")?;
    let after = after.trim_start_matches(['"', '\'']);
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
    after.get(..end.unwrap_or(after.len())).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_under_a_western_name() {
        let bytes = "schöne Grüße".as_bytes();
        for declared in [
            None,
            Some("us-ascii"),
            Some("ISO-8859-1"),
            Some("no-such-thing"),
        ] {
            assert_eq!(
                decode(bytes, declared, None),
                "schöne Grüße",
                "{declared:?}"
            );
        }
    }

    #[test]
    fn not_utf8_without_a_charset() {
        let bytes = b"sch\xf6ne Gr\xfc\xdfe \x80 5";
        for declared in [None, Some("us-ascii"), Some("utf-8"), Some("iso-8859-1")] {
            assert_eq!(
                decode(bytes, declared, None),
                "schöne Grüße € 5",
                "{declared:?}"
            );
        }
        let koi8 = b"\xf0\xd2\xc9\xd7\xc5\xd4";
        assert_eq!(decode(koi8, None, Some("koi8-r")), "Привет");
        assert_eq!(decode(koi8, Some("koi8-r"), None), "Привет");
    }

    #[test]
    fn utf8_with_a_broken_character_stays_utf8() {
        assert_eq!(
            decode(b"Gr\xc3\xbc\xc3\x9fe \xc3", Some("UTF-8"), None),
            "Grüße \u{fffd}"
        );
    }

    #[test]
    fn japanese_without_a_charset() {
        assert_eq!(
            decode(b"\x1b$B$3$s$K$A$O\x1b(B!", None, None),
            "こんにちは!"
        );
        assert_eq!(
            decode(b"\x1b$B$3$s$K$A$O\x1b(B!", Some("us-ascii"), None),
            "こんにちは!"
        );
    }

    #[test]
    fn gb2312_with_characters_of_its_successors() {
        // 镕 is in GBK only.
        assert_eq!(decode(b"\xe9F", Some("gb2312"), None), "镕");
    }

    #[test]
    fn markup_declares() {
        let html = b"<html><head><META http-equiv='Content-Type' content='text/html; CHARSET=windows-1251'>";
        assert_eq!(meta_charset(html).as_deref(), Some("windows-1251"));
        assert_eq!(
            meta_charset(b"<meta charset=\"koi8-r\">").as_deref(),
            Some("koi8-r")
        );
    }
}
