//! Reads real mail: mbox files, Maildir folders, `.eml` files; the parsing half of `tandem import`.
//!
//! Nothing here knows of the database. The importer takes [`Raw`] messages from a [`Source`],
//! turns each into a [`Mail`] with [`parse()`], and asks a [`Threader`] which conversation it is of:
//!
//! ```text
//! open(path) ─► Source ─► Raw ─► parse ─► Mail ─► Threader ─► conversation
//! ```
//!
//! Every step is bounded in memory by the largest message allowed ([`Limits`]), and a message that
//! cannot be read is an error with its [`Position`], after which the next one follows.
//!
//! The MIME grammar and the charsets are the `mail-parser` crate's. Ours is what it leaves open:
//! wrong or missing charsets, `format=flowed`, HTML to text, obfuscated list archives, dates that
//! no grammar knows. HTML is rendered in one pass over the bytes: renderers that build
//! a tree first took more than quadratic time on deeply nested markup, which any sender can write.

mod address;
mod body;
mod charset;
mod clean;
mod date;
mod envelope;
mod error;
mod flowed;
mod header;
mod html;
mod id;
mod mbox;
mod nesting;
mod parse;
mod source;
mod thread;
mod transfer;

pub use address::Address;
pub use error::MailError;
pub use parse::{Mail, parse, parse_with};
pub use source::{Position, Raw, Source, open, open_with, total_bytes};
pub use thread::{Placement, Thread, Threader};

use chrono::{DateTime, TimeDelta, Utc};

/// What one message may cost, and what is cut.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest raw message in bytes; a larger one is reported and skipped. 64 MiB by default,
    /// above what common mail servers let in (25 to 50 MB).
    pub message_bytes: u64,
    /// Longest text in characters; the rest is cut with a note that says so.
    pub text_chars: usize,
    /// Longest subject, name and file name in characters; the rest is cut.
    pub line_chars: usize,
    /// Dates after this one are taken for a wrong clock and left out in favour of the next source.
    pub latest_date: DateTime<Utc>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 64 << 20,
            text_chars: 1_000_000,
            line_chars: 1_000,
            latest_date: Utc::now() + TimeDelta::days(1),
        }
    }
}
