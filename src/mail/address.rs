//! Addresses, those that list archives have made unreadable included.

use super::clean;
use mail_parser::Addr;

/// Longest address, in bytes: 64 for the mailbox, 255 for the domain (RFC 5321 4.5.3.1), `@`.
const LONGEST: usize = 320;

/// A name and an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address in lower case, with exactly one `@` and no blanks.
    pub email: String,
    /// The person's name, if it is another text than the address.
    pub name: Option<String>,
}

/// The valid addresses of a field, in their order; what is no address is left out.
pub(super) fn list(field: Option<&mail_parser::Address<'_>>, line_chars: usize) -> Vec<Address> {
    field.map_or_else(Vec::new, |field| {
        field
            .iter()
            .filter_map(|addr| one(addr, line_chars))
            .collect()
    })
}

fn one(addr: &Addr<'_>, line_chars: usize) -> Option<Address> {
    let given = addr.name.as_deref();
    let (email, name) = match addr.address.as_deref() {
        Some(address) => (email(address)?, given.map(str::to_owned)),
        // `user at example.com (Name)`: the parser takes all of it for a name.
        None => {
            let (address, comment) = match given?.split_once('(') {
                Some((address, comment)) => (address, Some(comment)),
                None => (given?, None),
            };
            let comment = comment.map(|text| text.strip_suffix(')').unwrap_or(text).to_owned());
            (email(address)?, comment)
        }
    };
    let name = name
        .and_then(|name| clean::line(unquoted(&name), line_chars))
        .filter(|name| !name.eq_ignore_ascii_case(&email));
    Some(Address { email, name })
}

/// Reads an address, also in the disguise of list archives (`user at example.com`).
pub(super) fn email(raw: &str) -> Option<String> {
    let raw = raw.trim().trim_matches(['<', '>', '\'', '"']).trim();
    let raw = match raw.split_at_checked(7) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => rest,
        _ => raw,
    };
    let joined = match raw.split_once(" at ") {
        Some((user, domain)) if !raw.contains('@') && domain.contains('.') => {
            format!("{}@{}", user.trim(), domain.trim())
        }
        _ => raw.to_owned(),
    };
    let (user, domain) = joined.rsplit_once('@')?;
    let valid = !user.is_empty()
        && !user.contains('@')
        && domain.chars().any(char::is_alphanumeric)
        && joined.len() <= LONGEST
        && !joined.contains(|c: char| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '<' | '>' | '(' | ')' | ',' | '\u{fffd}')
        });
    valid.then(|| joined.to_lowercase())
}

/// `'Anna'` and `"Anna"` are how programs quote what they had quoted before.
pub(super) fn unquoted(name: &str) -> &str {
    let name = name.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = name
            .strip_prefix(quote)
            .and_then(|name| name.strip_suffix(quote))
        {
            return inner.trim();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::{HeaderValue, parsers::MessageStream};

    fn read(field: &str) -> Vec<(String, Option<String>)> {
        let line = format!(" {field}\r\n");
        let HeaderValue::Address(value) = MessageStream::new(line.as_bytes()).parse_address()
        else {
            return Vec::new();
        };
        list(Some(&value), 1_000)
            .into_iter()
            .map(|address| (address.email, address.name))
            .collect()
    }

    #[test]
    fn addresses_of_real_fields() {
        let named = |email: &str, name: &str| vec![(email.to_owned(), Some(name.to_owned()))];
        let bare = |email: &str| vec![(email.to_owned(), None)];
        assert_eq!(
            read("Anna Nowak <Anna@Example.COM>"),
            named("anna@example.com", "Anna Nowak")
        );
        assert_eq!(
            read("anna@example.com (Anna Nowak)"),
            named("anna@example.com", "Anna Nowak")
        );
        assert_eq!(
            read("anna at example.com (Anna Nowak)"),
            named("anna@example.com", "Anna Nowak")
        );
        assert_eq!(
            read("Anna Nowak <anna at example.com>"),
            named("anna@example.com", "Anna Nowak")
        );
        assert_eq!(
            read("=?iso-8859-2?q?=A3ucja?= <l@example.pl>"),
            named("l@example.pl", "Łucja")
        );
        assert_eq!(
            read("\"'Anna'\" <anna@example.com>"),
            named("anna@example.com", "Anna")
        );
        assert_eq!(read("anna at example.com"), bare("anna@example.com"));
        assert_eq!(
            read("\"anna@example.com\" <anna@example.com>"),
            bare("anna@example.com")
        );
        assert_eq!(
            read("Nowak, Anna <anna@example.com>"),
            named("anna@example.com", "Anna")
        );
        assert_eq!(read("team: a@example.com, b@example.com;").len(), 2);
    }

    #[test]
    fn no_addresses() {
        for field in [
            "undisclosed-recipients:;",
            "undisclosed",
            "Anna at work",
            "<>",
            "MAILER-DAEMON",
            "a@",
            "@b",
        ] {
            assert_eq!(read(field), [], "{field}");
        }
    }
}
