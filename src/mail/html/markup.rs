//! Tells tags from text as tolerantly as mail needs it.

use mail_parser::decoders::html::add_html_token;
use std::borrow::Cow;

/// What starts at a `<`.
pub(super) enum Markup<'a> {
    /// A start tag.
    Open(Tag<'a>),
    /// An end tag, its name in lower case.
    Close(String),
    /// A `<` that is text.
    Literal(&'a str),
    /// A comment, doctype or processing instruction.
    Nothing,
}

/// A start tag.
pub(super) struct Tag<'a> {
    /// In lower case.
    pub(super) name: String,
    attributes: &'a str,
}

/// Splits at the next markup: text before it, the markup, what follows. `None`: only text left.
pub(super) fn next(html: &str) -> Option<(&str, Markup<'_>, &str)> {
    let (before, at) = html.split_at(html.find('<')?);
    if let Some(comment) = at.strip_prefix("<!--") {
        // `<!-->` is a comment too. One that does not end is as long as the document.
        let after = comment
            .strip_prefix('>')
            .unwrap_or_else(|| comment.split_once("-->").map_or("", |(_, after)| after));
        return Some((before, Markup::Nothing, after));
    }
    let (first, inner) = at.split_at(1);
    match inner.chars().next() {
        Some('!' | '?') => {
            let after = inner.split_once('>').map_or("", |(_, after)| after);
            Some((before, Markup::Nothing, after))
        }
        Some('/') => {
            let (tag, after) = inner.split_once('>').unwrap_or((inner, ""));
            let name = name_of(tag.trim_start_matches('/'));
            Some((before, Markup::Close(name.to_ascii_lowercase()), after))
        }
        Some(c) if c.is_ascii_alphabetic() => {
            let (tag, after) = split_tag(inner);
            let name = name_of(tag);
            let attributes = tag.strip_prefix(name).unwrap_or_default();
            let name = name.to_ascii_lowercase();
            Some((before, Markup::Open(Tag { name, attributes }), after))
        }
        _ => Some((before, Markup::Literal(first), inner)),
    }
}

fn name_of(tag: &str) -> &str {
    tag.split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
        .next()
        .unwrap_or_default()
}

/// Splits behind the `>` that ends the tag; one within quotes does not, unless the quotes never
/// close.
fn split_tag(inner: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, byte) in inner.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => {
                return match inner.split_at_checked(at) {
                    Some((tag, after)) => (tag, after.strip_prefix('>').unwrap_or(after)),
                    None => (inner, ""),
                };
            }
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            // Quotes in tags are short: a longer one is a typing error of the sender.
            (_, Some(_)) if at > 100_000 => break,
            _ => {}
        }
    }
    inner.split_once('>').unwrap_or((inner, ""))
}

impl Tag<'_> {
    /// The value of an attribute, its entities decoded.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=')?;
            let (found, after) = rest.split_at(end);
            let after = after.trim_ascii_start();
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                continue;
            };
            let value = value.trim_ascii_start();
            let quoted = ['"', '\''].into_iter().find_map(|quote| {
                value
                    .strip_prefix(quote)
                    .and_then(|value| value.split_once(quote))
            });
            let (value, tail) = quoted.unwrap_or_else(|| {
                let end = value.find(|c: char| c.is_ascii_whitespace());
                value.split_at(end.unwrap_or(value.len()))
            });
            if found.eq_ignore_ascii_case(name) {
                return Some(unescape(value).into_owned());
            }
            rest = tail;
        }
    }

    /// Senders hide preview texts in elements that are not displayed.
    pub(super) fn is_hidden(&self) -> bool {
        self.attribute("style").is_some_and(|style| {
            let style: String = style.split_whitespace().collect();
            style.to_ascii_lowercase().contains("display:none")
        })
    }
}

/// Elements whose end can be found by counting: they always have an end tag.
pub(super) fn can_nest(name: &str) -> bool {
    matches!(name, "div" | "span" | "table" | "center" | "font" | "a")
}

/// What follows the end tag of an element whose content is no text; nothing if it never ends.
pub(super) fn skip_element<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("</") {
        if after
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
        {
            return after.split_once('>').map_or("", |(_, after)| after);
        }
        rest = after;
    }
    ""
}

/// Decodes entities. One without `;`, or an unknown one, stays as it is.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('&') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        out.push_str(before);
        // The longest name has 31 letters.
        let name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'#';
        let length = entity.bytes().skip(1).take(33).take_while(name).count();
        match entity.split_at_checked(length + 2) {
            Some((entity, after)) if entity.ends_with(';') => {
                match windows_1252(entity) {
                    Some(c) => out.push(c),
                    None => add_html_token(&mut out, entity.as_bytes(), false),
                }
                rest = after;
            }
            _ => {
                let (mark, after) = entity.split_at(1);
                out.push_str(mark);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// `&#150;` and its like mean windows-1252, as browsers read them.
fn windows_1252(entity: &str) -> Option<char> {
    let code = entity.strip_prefix("&#")?.strip_suffix(';')?;
    let code = code
        .parse::<u8>()
        .ok()
        .filter(|code| (128..160).contains(code))?;
    let decoder = mail_parser::decoders::charsets::map::charset_decoder(b"windows-1252")?;
    decoder(&[code]).chars().next()
}
