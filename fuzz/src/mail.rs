//! Mail: single messages, and files of many.

use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, Datelike, Utc};
use tandem::mail::{Limits, Mail, MailError, Threader, open_with, parse_with, total_bytes};

fn limits() -> Limits {
    Limits {
        message_bytes: 4_096,
        text_chars: 300,
        line_chars: 40,
        latest_date: DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(30_000),
    }
}

/// What is cut says so, in so many characters at most.
const NOTE: usize = 200;

fn is_clean(text: &str, lines: bool) -> bool {
    let allowed = |c: char| lines && matches!(c, '\n' | '\t');
    text.chars().all(|c| allowed(c) || !c.is_control())
}

fn sound(mail: &Mail, limits: &Limits) {
    assert!(
        !mail.message_id.is_empty() && is_clean(&mail.message_id, false),
        "{mail:?}"
    );
    let people = [&mail.to, &mail.cc, &mail.reply_to];
    for address in people.into_iter().flatten().chain([&mail.from]) {
        assert!(is_clean(&format!("{address:?}"), false));
    }
    let subject = mail.subject.as_deref();
    assert!(
        subject.is_none_or(|subject| !subject.is_empty() && is_clean(subject, false)),
        "{mail:?}"
    );
    assert!(
        subject.is_none_or(|subject| subject.chars().count() <= limits.line_chars + 1),
        "{mail:?}"
    );
    assert!(is_clean(&mail.text, true), "{mail:?}");
    assert!(
        mail.date
            .is_none_or(|date| date.year() >= 1971 && date <= limits.latest_date),
        "{mail:?}"
    );
    let ids: Vec<&str> = mail.thread_ids().collect();
    assert_eq!(ids.first(), Some(&mail.message_id.as_str()));
    assert!(
        ids.iter()
            .enumerate()
            .all(|(at, id)| !ids[..at].contains(id)),
        "{ids:?}"
    );
    let listed: usize = mail
        .attachments
        .iter()
        .map(|name| name.chars().count() + NOTE)
        .sum();
    assert!(
        mail.text.chars().count() <= limits.text_chars + NOTE + listed,
        "{mail:?}"
    );
}

fn message(raw: &[u8]) {
    let limits = limits();
    match parse_with(raw, &limits) {
        Ok(mail) => {
            sound(&mail, &limits);
            assert_eq!(
                parse_with(raw, &limits).ok().as_ref(),
                Some(&mail),
                "the same twice"
            );
            let mut threads = Threader::<u32>::new();
            let (first, second) = (threads.place(&mail), threads.place(&mail));
            assert!(!first.repeated && second.repeated);
            assert_eq!(threads.find(first.thread), threads.find(second.thread));
        }
        Err(MailError::ParserFailed) => panic!("the library panicked"),
        Err(_) => {}
    }
}

/// A file of messages: each begins after the one before, none is larger than allowed, and all of it is read.
fn file(bytes: &[u8]) {
    let thread = format!("{:?}", std::thread::current().id());
    let name = format!("tandem-fuzz-{}-{}", std::process::id(), thread.len());
    let path: PathBuf = std::env::temp_dir().join(name);
    fs::write(&path, bytes).expect("a file");
    let limits = limits();
    if let Ok(mut source) = open_with(&path, &limits) {
        let (mut ordinal, mut offset) = (0, None);
        for next in source.by_ref() {
            let (Ok(tandem::mail::Raw { position, .. }) | Err((position, _))) = &next;
            ordinal += 1;
            assert_eq!(position.ordinal, ordinal);
            assert!(
                offset.is_none_or(|before| position.offset > before),
                "{position}"
            );
            offset = Some(position.offset);
            if let Ok(raw) = next {
                assert!(raw.bytes.len() as u64 <= limits.message_bytes);
                message(&raw.bytes);
            }
            assert!(ordinal <= bytes.len() + 1, "without end");
        }
        assert_eq!(source.bytes_read(), total_bytes(&path), "all of it is read");
    }
    fs::remove_file(&path).expect("the file");
}

/// The bytes as a message and as a file of messages.
pub fn check(data: &[u8]) {
    message(data);
    file(data);
}
