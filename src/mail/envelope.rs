//! Who wrote a message, when, and on whose behalf.

use super::{Address, Limits, address, clean, date, header::Fields};
use chrono::{DateTime, Utc};

/// The person who wrote it. Lists that must not forge senders (DMARC) write their own address
/// into From; the author's is elsewhere then.
pub(super) fn author(
    from: Address,
    reply_to: &[Address],
    list_id: Option<&str>,
    fields: &Fields<'_>,
    limits: &Limits,
) -> Address {
    let posts = fields.value("List-Post").unwrap_or_default();
    let is_list = |email: &str| {
        list_id.is_some_and(|id| id.eq_ignore_ascii_case(&email.replace('@', ".")))
            || posts.to_lowercase().contains(&format!("mailto:{email}"))
    };
    if !is_list(&from.email) {
        return from;
    }
    let original = fields.value("X-Original-From").and_then(|value| {
        let line = format!(" {value}\r\n");
        let parsed = mail_parser::parsers::MessageStream::new(line.as_bytes()).parse_address();
        address::list(parsed.as_address(), limits.line_chars)
            .into_iter()
            .next()
    });
    let person = original.or_else(|| {
        let mut people = reply_to.iter().filter(|other| !is_list(&other.email));
        people.next().cloned()
    });
    let shown = from.name.as_deref().map(|name| {
        let name = name.rsplit_once(" via ").map_or(name, |(name, _)| name);
        address::unquoted(name).to_owned()
    });
    match person {
        Some(person) => Address {
            name: person.name.or(shown.filter(|name| !name.contains('@'))),
            email: person.email,
        },
        None => from,
    }
}

/// When it was sent, by the first of Date, the Received fields and the mbox separator that is sane.
pub(super) fn sent(
    fields: &Fields<'_>,
    separator: Option<&[u8]>,
    limits: &Limits,
) -> Option<DateTime<Utc>> {
    // Before 1971 are the dates of clocks that were never set.
    let earliest = DateTime::from_timestamp(365 * 86_400, 0)?;
    let sane = |date: &DateTime<Utc>| *date >= earliest && *date <= limits.latest_date;
    let field = |name| fields.value(name).and_then(|value| date::parse(&value));
    let received = || {
        fields
            .values("Received")
            .filter_map(|value| date::parse(value.rsplit(';').next()?))
            .find(sane)
    };
    field("Date")
        .filter(sane)
        .or_else(received)
        .or_else(|| separator.and_then(date::of_from_line).filter(sane))
}

/// `List-Id: "Users of it" <users.example.com>`, in lower case.
pub(super) fn list_id(fields: &Fields<'_>) -> Option<String> {
    let value = fields.value("List-Id")?;
    let id = match value.rsplit_once('<') {
        Some((_, id)) => id.split('>').next().unwrap_or_default(),
        None => value.as_str(),
    };
    clean::line(&id.to_lowercase(), 255).filter(|id| !id.contains(' '))
}

/// Whether a program wrote it: Auto-Submitted (RFC 3834), or the older Precedence.
pub(super) fn is_automatic(fields: &Fields<'_>) -> bool {
    let is = |name, expected: &[&str]| {
        fields.value(name).is_some_and(|value| {
            let word = value.split([';', ' ']).next().unwrap_or_default();
            expected.iter().any(|e| e.eq_ignore_ascii_case(word))
        })
    };
    is(
        "Auto-Submitted",
        &["auto-generated", "auto-replied", "auto-notified"],
    ) || is("Precedence", &["bulk", "junk", "auto_reply"])
}
