//! Chooses among the parts of a message what a person reads.

use super::{Limits, address, charset, clean, flowed, html};
use mail_parser::{Message, MessagePart, MessagePartId, MimeHeaders, PartType};

/// How deep forwarded messages are shown within forwarded messages.
const MAX_FORWARDS: usize = 4;

/// What is shown of a message.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// The text, forwarded messages included.
    pub(super) text: String,
    /// Names of the attached files; the media type of those without.
    pub(super) attachments: Vec<String>,
}

/// Reads the parts of `message`; `hint` is a charset for parts that declare none.
pub(super) fn read(message: &Message<'_>, limits: &Limits, hint: Option<&str>) -> Body {
    let mut reader = Reader {
        limits,
        hint,
        body: Body::default(),
    };
    reader.message(message, 0);
    reader.body
}

struct Reader<'a> {
    limits: &'a Limits,
    hint: Option<&'a str>,
    body: Body,
}

impl Reader<'_> {
    fn message(&mut self, message: &Message<'_>, depth: usize) {
        for id in self.readable_parts(message) {
            if let Some(part) = message.parts.get(id as usize) {
                self.append(&self.text_of(part, message));
            }
        }
        for id in &message.attachments {
            if let Some(part) = message.parts.get(*id as usize) {
                self.attachment(part, message, depth);
            }
        }
    }

    /// The plain parts, or the HTML parts where the alternatives in plain text are empty.
    fn readable_parts(&self, message: &Message<'_>) -> Vec<MessagePartId> {
        let is_text = |id: &&MessagePartId| {
            message
                .parts
                .get(**id as usize)
                .is_some_and(|part| matches!(part.body, PartType::Text(_) | PartType::Html(_)))
        };
        let (plain, rich) = (&message.text_body, &message.html_body);
        let mut plain_only = plain.iter().filter(|id| !rich.contains(id)).peekable();
        let empty = |id: &MessagePartId| match message.parts.get(*id as usize).map(|p| &p.body) {
            Some(PartType::Text(text)) => text.trim().is_empty(),
            _ => false,
        };
        let has_rich_only = rich.iter().any(|id| !plain.contains(id));
        let prefer_rich = has_rich_only
            && (plain.is_empty() || plain_only.peek().is_some() && plain_only.all(empty));
        let chosen = if prefer_rich { rich } else { plain };
        chosen.iter().filter(is_text).copied().collect()
    }

    fn text_of(&self, part: &MessagePart<'_>, message: &Message<'_>) -> String {
        // More than this many characters of a part cannot be kept anyway.
        let text = charset::part_text(part, &message.raw_message, self.hint);
        if matches!(part.body, PartType::Html(_)) {
            return clean::text(&html::to_text(&text, self.limits.text_chars));
        }
        let parameter = |name: &str| part.content_type().and_then(|ct| ct.attribute(name));
        let is = |name, value: &str| {
            parameter(name).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
        };
        if is("format", "flowed") {
            return clean::text(&flowed::unwrap(&text, is("delsp", "yes")));
        }
        clean::text(&text)
    }

    fn append(&mut self, text: &str) {
        let text = clean::trim_blank_lines(text);
        // A message of many large parts: what is beyond the limit is cut later anyway.
        if text.is_empty() || self.body.text.len() > self.limits.text_chars.saturating_mul(4) {
            return;
        }
        if !self.body.text.is_empty() {
            self.body.text.push_str("\n\n");
        }
        self.body.text.push_str(text);
    }

    fn attachment(&mut self, part: &MessagePart<'_>, message: &Message<'_>, depth: usize) {
        if let PartType::Message(forwarded) = &part.body {
            if depth < MAX_FORWARDS {
                self.append(&self.introduction(forwarded));
                self.message(forwarded, depth + 1);
            }
            return;
        }
        let name = part
            .attachment_name()
            .and_then(|name| clean::line(file_name(name), self.limits.line_chars));
        let kind = media_type(part);
        if is_furniture(part, &kind) {
            return;
        }
        if name.is_none() && matches!(part.body, PartType::Text(_) | PartType::Html(_)) {
            match kind.as_str() {
                // What a mail server or an alternative says again.
                "message/delivery-status" | "text/rfc822-headers" | "text/html" => return,
                // Text that a mailing list or a broken multipart has put aside.
                plain if plain == "text/plain" || plain.starts_with("multipart/") => {
                    return self.append(&self.text_of(part, message));
                }
                _ => {}
            }
        }
        let name = name.or_else(|| clean::line(&kind, self.limits.line_chars));
        self.body.attachments.extend(name);
    }

    /// The lines above a forwarded message.
    fn introduction(&self, forwarded: &Message<'_>) -> String {
        let mut lines = vec!["---------- Forwarded message ----------".to_owned()];
        let sender = address::list(forwarded.from(), self.limits.line_chars);
        if let Some(sender) = sender.into_iter().next() {
            lines.push(match sender.name {
                Some(name) => format!("From: {name} <{}>", sender.email),
                None => format!("From: {}", sender.email),
            });
        }
        if let Some(date) = forwarded.date().filter(|date| date.is_valid()) {
            lines.push(format!("Date: {}", date.to_rfc822()));
        }
        let subject = forwarded.subject();
        if let Some(subject) = subject.and_then(|text| clean::line(text, self.limits.line_chars)) {
            lines.push(format!("Subject: {subject}"));
        }
        lines.join("\n")
    }
}

fn media_type(part: &MessagePart<'_>) -> String {
    match part.content_type() {
        Some(ct) => format!("{}/{}", ct.ctype(), ct.subtype().unwrap_or_default()),
        None => "text/plain".to_owned(),
    }
}

/// Parts that no person has attached: signatures, Outlook's wrapping, pictures of the layout.
fn is_furniture(part: &MessagePart<'_>, kind: &str) -> bool {
    let attached = part
        .content_disposition()
        .is_some_and(|disposition| disposition.is_attachment());
    matches!(
        kind,
        "application/pgp-signature"
            | "application/pgp-encrypted"
            | "application/pkcs7-signature"
            | "application/x-pkcs7-signature"
            | "application/ms-tnef"
            | "application/vnd.ms-tnef"
    ) || kind.starts_with("image/") && part.content_id().is_some() && !attached
}

/// Some programs send the whole path.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
