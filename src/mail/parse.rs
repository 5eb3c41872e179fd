//! One raw message to one [`Mail`].

use super::{
    Address, Limits, MailError, address, body, clean, envelope,
    header::{self, Fields},
    id, nesting,
};
use chrono::{DateTime, Utc};
use mail_parser::{HeaderName, HeaderValue, Message, MessageParser};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

/// A message as Tandem keeps it. All text is free of NUL and other control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The Message-ID without angle brackets. Where the header has none, one made from the
    /// content (`…@content.invalid`), so that the same message twice has the same id.
    pub message_id: String,
    /// The ids in In-Reply-To.
    pub in_reply_to: Vec<String>,
    /// The ids in References, the oldest first.
    pub references: Vec<String>,
    /// The author. Where a mailing list put itself into From (`Anna via Users <users@…>`), the
    /// author it names in X-Original-From or Reply-To.
    pub from: Address,
    /// The To field.
    pub to: Vec<Address>,
    /// The Cc field.
    pub cc: Vec<Address>,
    /// The Reply-To field.
    pub reply_to: Vec<Address>,
    /// The Subject in one line, cut to [`Limits::line_chars`]; none if it is empty.
    pub subject: Option<String>,
    /// When it was sent: the Date field, else the last Received field, else the mbox separator;
    /// dates before 1971 and after [`Limits::latest_date`] are passed over.
    pub date: Option<DateTime<Utc>>,
    /// The text, cut to [`Limits::text_chars`]. Forwarded messages follow, each below a line that
    /// says so, then a line `[Attachment: name]` for each attached file: files are not imported,
    /// but a reader must see that there was one. Empty if the message has neither.
    pub text: String,
    /// Names of the attached files, the media type of those without name.
    pub attachments: Vec<String>,
    /// The List-ID (RFC 2919) without its description, of a message from a mailing list.
    pub list_id: Option<String>,
    /// Written by a program: Auto-Submitted (RFC 3834) or a Precedence of bulk or junk.
    pub automatic: bool,
}

impl Mail {
    /// Its own id and all it refers to, the nearest ancestor first, each once.
    pub fn thread_ids(&self) -> impl Iterator<Item = &str> {
        let ancestors = self.in_reply_to.iter().chain(self.references.iter().rev());
        let mut seen = std::collections::HashSet::new();
        std::iter::once(&self.message_id)
            .chain(ancestors)
            .map(String::as_str)
            .filter(move |id| seen.insert(*id))
    }
}

/// Parses with the default [`Limits`]; see [`parse_with`].
///
/// # Errors
/// As [`parse_with`].
pub fn parse(raw: &[u8]) -> Result<Mail, MailError> {
    parse_with(raw, &Limits::default())
}

/// Parses a message; an mbox separator in front of it is understood.
///
/// # Errors
/// [`MailError::NoHeader`], [`MailError::NoSender`], [`MailError::TooNested`], and
/// [`MailError::ParserFailed`] if the mail library panicked.
pub fn parse_with(raw: &[u8], limits: &Limits) -> Result<Mail, MailError> {
    let unwrapped = header::unwrap(raw);
    let (block, _) = header::split_block(unwrapped.message);
    nesting::check(&Fields::of(block), unwrapped.message)?;
    let hint = header::charset_hint(block);
    let message = header::in_utf8(unwrapped.message, hint.as_deref());
    let separator = unwrapped.separator;
    // One bad message must not end an import, whatever it finds in the library.
    catch_unwind(AssertUnwindSafe(|| {
        let mail = read(&message, separator, limits, hint.as_deref())?;
        // Rare, and costly to look for: characters cut between two encoded words.
        if !mail.has_broken_characters() {
            return Ok(mail);
        }
        let joined = header::with_joined_words(&message);
        read(&joined, separator, limits, hint.as_deref())
    }))
    .unwrap_or(Err(MailError::ParserFailed))
}

impl Mail {
    fn has_broken_characters(&self) -> bool {
        let people = [&self.to, &self.cc, &self.reply_to];
        let names = people.into_iter().flatten().chain([&self.from]);
        let mut lines = names.map(|address| &address.name).chain([&self.subject]);
        lines.any(|line| line.as_ref().is_some_and(|line| line.contains('\u{fffd}')))
    }
}

fn read(
    raw: &[u8],
    separator: Option<&[u8]>,
    limits: &Limits,
    hint: Option<&str>,
) -> Result<Mail, MailError> {
    static PARSER: LazyLock<MessageParser> = LazyLock::new(MessageParser::default);
    let message = PARSER.parse(raw).ok_or(MailError::NoHeader)?;
    let (block, body) = header::split_block(raw);
    let fields = Fields::of(block);
    if message.headers().is_empty() {
        return Err(MailError::NoHeader);
    }
    let people = |field: Option<&mail_parser::Address<'_>>| address::list(field, limits.line_chars);
    let from = people(message.from()).into_iter().next();
    let from = from.ok_or_else(|| {
        let value = fields.value("From").unwrap_or_default();
        MailError::NoSender(clean::line(&value, 100).unwrap_or_default())
    })?;
    let (to, cc) = (people(message.to()), people(message.cc()));
    let reply_to = people(message.reply_to());
    let list_id = envelope::list_id(&fields);
    let from = envelope::author(from, &reply_to, list_id.as_deref(), &fields, limits);
    let message_id = id::list(header_of(&message, HeaderName::MessageId))
        .into_iter()
        .next()
        .unwrap_or_else(|| id::of_content(&fields, body));
    // Old programs name the person in In-Reply-To, in brackets as if it were an id.
    let is_id = |id: &String| {
        let known = [&to, &cc, &reply_to];
        let mut known = known.into_iter().flatten().chain([&from]);
        *id != message_id && !known.any(|person| person.email.eq_ignore_ascii_case(id))
    };
    let ids = |name| {
        let mut ids = id::list(header_of(&message, name));
        ids.retain(is_id);
        ids
    };
    let (in_reply_to, references) = (ids(HeaderName::InReplyTo), ids(HeaderName::References));
    let shown = body::read(&message, limits, hint);
    Ok(Mail {
        in_reply_to,
        references,
        subject: message
            .subject()
            .and_then(|subject| clean::line(subject, limits.line_chars)),
        date: envelope::sent(&fields, separator, limits),
        text: with_attachments(shown.text, &shown.attachments, limits),
        attachments: shown.attachments,
        automatic: envelope::is_automatic(&fields),
        message_id,
        from,
        to,
        cc,
        reply_to,
        list_id,
    })
}

fn header_of<'a>(message: &'a Message<'_>, name: HeaderName<'static>) -> &'a HeaderValue<'a> {
    message.header(name).unwrap_or(&HeaderValue::Empty)
}

fn with_attachments(text: String, names: &[String], limits: &Limits) -> String {
    let lines: Vec<String> = names
        .iter()
        .take(100)
        .map(|name| format!("[Attachment: {name}]"))
        .collect();
    if lines.is_empty() {
        return clean::cut(text, limits.text_chars);
    }
    let lines = lines.join("\n");
    // The text is cut, not the names below it.
    let room = limits.text_chars.saturating_sub(lines.chars().count() + 2);
    let mut text = clean::cut(text, room);
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    clean::cut(text + &lines, limits.text_chars)
}
