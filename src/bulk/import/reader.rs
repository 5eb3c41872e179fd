//! Reads and parses, in batches.

use tokio::sync::mpsc::Sender;

use crate::mail::{Limits, Mail, MailError, Position, Source, parse_with};

/// The most messages of a batch. The same for every run: a repeated import has the same batches.
const MESSAGES: usize = 500;
/// A batch ends sooner where its texts are this long, in bytes.
const TEXT: usize = 8 << 20;

/// What was read at once.
pub struct Read {
    /// The messages in the order in which they stand.
    pub mails: Vec<Mail>,
    /// What could not be read on the way.
    pub skipped: Vec<(Position, MailError)>,
    /// How far this is, in bytes from the start of the first source.
    pub bytes: u64,
}

/// Reads sources to their end, or until nobody takes the batches any more.
pub fn read(sources: Vec<Source>, limits: &Limits, batches: &Sender<Read>) {
    let mut finished = 0;
    for mut source in sources {
        let mut batch = Read {
            mails: Vec::with_capacity(MESSAGES),
            skipped: Vec::new(),
            bytes: finished,
        };
        let mut text = 0;
        while let Some(next) = source.next() {
            let position = match next {
                Ok(raw) => match parse_with(&raw.bytes, limits) {
                    Ok(mail) => {
                        text += mail.text.len();
                        batch.mails.push(mail);
                        None
                    }
                    Err(error) => Some((raw.position, error)),
                },
                Err(skipped) => Some(skipped),
            };
            batch.skipped.extend(position);
            batch.bytes = finished + source.bytes_read();
            if batch.mails.len() == MESSAGES || text >= TEXT {
                let bytes = batch.bytes;
                let full = std::mem::replace(
                    &mut batch,
                    Read {
                        mails: Vec::with_capacity(MESSAGES),
                        skipped: Vec::new(),
                        bytes,
                    },
                );
                if batches.blocking_send(full).is_err() {
                    return;
                }
                text = 0;
            }
        }
        finished += source.bytes_read();
        batch.bytes = finished;
        if batches.blocking_send(batch).is_err() {
            return;
        }
    }
}
