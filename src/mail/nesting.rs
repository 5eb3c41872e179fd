//! Refuses messages that are built to exhaust the parser.

use super::{MailError, header::Fields};

/// Dropping a message within a message within … needs stack, and a multipart whose end is missing
/// is searched to the end of the message: both must be few.
pub(super) fn check(fields: &Fields<'_>, message: &[u8]) -> Result<(), MailError> {
    /// Messages in a message; digests of mailing lists have some dozens.
    const MAX_MESSAGES: usize = 500;
    /// Bytes searched: some seconds of work.
    const MAX_SEARCHED: usize = 4 << 30;
    let kind = fields.value("Content-Type").unwrap_or_default();
    let kind = kind.trim_start().to_ascii_lowercase();
    if !kind.starts_with("multipart/") && !kind.starts_with("message/") {
        return Ok(());
    }
    let (mut messages, mut multiparts) = (0_usize, 0_usize);
    let mut start = 0;
    for part in message.split_inclusive(|&b| b == b'/') {
        start += part.len();
        let ends_with = |word: &[u8]| {
            part.len()
                .checked_sub(word.len())
                .and_then(|at| part.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(word))
        };
        if ends_with(b"message/") {
            messages += 1;
        } else if ends_with(b"multipart/") {
            multiparts += 1;
            let subtype = message.get(start..start + 6).unwrap_or_default();
            messages += usize::from(subtype.eq_ignore_ascii_case(b"digest"));
        }
    }
    match messages > MAX_MESSAGES || multiparts.saturating_mul(message.len()) > MAX_SEARCHED {
        true => Err(MailError::TooNested),
        false => Ok(()),
    }
}
