//! Why a file or a message could not be read.

use std::{io, path::PathBuf};

/// Why a file or a message could not be read. None of these ends an import but the ones of
/// [`open`](super::open).
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The file or directory cannot be opened or read on.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file starts neither with an mbox separator nor with a header field.
    #[error("{} is neither an mbox file nor a message", .0.display())]
    NotMail(PathBuf),
    /// The file is compressed.
    #[error("{} is compressed; unpack it first", .0.display())]
    Compressed(PathBuf),
    /// The message is larger than [`Limits::message_bytes`](super::Limits::message_bytes).
    #[error("the message has {bytes} bytes, the limit is {limit}")]
    TooLarge {
        /// Size of the raw message.
        bytes: u64,
        /// The limit in force.
        limit: u64,
    },
    /// The bytes have no header.
    #[error("no mail header found")]
    NoHeader,
    /// The From field has no e-mail address.
    #[error("no sender's address in From: {0:?}")]
    NoSender(String),
    /// Reading it would take too much memory or time: more than 500 nested messages, or too many
    /// multiparts for its size.
    #[error("too many nested parts")]
    TooNested,
    /// The mail library failed on it; a defect of that library.
    #[error("the message upset the mail parser")]
    ParserFailed,
}
