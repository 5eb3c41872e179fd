//! Finds the messages in a file or directory and reads them one at a time.

use super::{Limits, MailError, mbox::Mbox, mbox::is_header_field};
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// Where one raw message begins, for reports of errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file.
    pub path: PathBuf,
    /// Bytes from the start of the file; 0 where the file is the message.
    pub offset: u64,
    /// Which message of the whole source it is, counted from 1.
    pub ordinal: usize,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        write!(f, "{path}, byte {}, message {}", self.offset, self.ordinal)
    }
}

/// One message as it was stored, the quoting of an mbox undone. In an mbox it starts with the
/// separator, which [`parse`](super::parse()) knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Where it was found.
    pub position: Position,
    /// The message.
    pub bytes: Vec<u8>,
}

/// Opens `path` with the default [`Limits`]; see [`open_with`].
///
/// # Errors
/// As [`open_with`].
pub fn open(path: &Path) -> Result<Source, MailError> {
    open_with(path, &Limits::default())
}

/// Opens what holds mail: an mbox file, a file with a single message, a Maildir with its folders
/// (`.Sent`, `.Work.Reports` of Maildir++, or plain subdirectories), or a directory with `.eml`
/// files and mbox files. Files are read in the order of their names, which in a Maildir is the
/// order of arrival; in directories, what is no mail is passed over.
///
/// # Errors
/// [`MailError::Read`], and for a file that holds no mail [`MailError::Compressed`] and
/// [`MailError::NotMail`]. An empty file is an mbox without messages.
pub fn open_with(path: &Path, limits: &Limits) -> Result<Source, MailError> {
    let kind = fs::metadata(path).map_err(|source| read_error(path, source))?;
    let start = if kind.is_dir() {
        fs::read_dir(path).map_err(|source| read_error(path, source))?;
        Entry::Directory(path.to_owned())
    } else {
        match sniff(path)? {
            Content::Mbox => Entry::Mbox(path.to_owned()),
            Content::Message => Entry::Message(path.to_owned()),
            Content::Compressed => return Err(MailError::Compressed(path.to_owned())),
            Content::Other => return Err(MailError::NotMail(path.to_owned())),
        }
    };
    Ok(Source {
        message_bytes: limits.message_bytes,
        pending: vec![start],
        mbox: None,
        finished_bytes: 0,
        ordinal: 0,
    })
}

/// Bytes that a [`Source`] of `path` will read, to compare with [`Source::bytes_read`]; what
/// cannot be read counts as 0.
#[must_use]
pub fn total_bytes(path: &Path) -> u64 {
    let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    if !path.is_dir() {
        return size(path);
    }
    let mut pending = vec![Entry::Directory(path.to_owned())];
    let mut total = 0;
    while let Some(entry) = pending.pop() {
        match entry {
            Entry::Directory(path) => pending.extend(list(&path).unwrap_or_default()),
            Entry::Message(path) => total += size(&path),
            Entry::Mbox(path) | Entry::Unknown(path) => {
                if matches!(sniff(&path), Ok(Content::Mbox)) {
                    total += size(&path);
                }
            }
        }
    }
    total
}

#[derive(Debug)]
enum Entry {
    Directory(PathBuf),
    Message(PathBuf),
    Mbox(PathBuf),
    /// A file in a directory that is mail only if it looks like an mbox.
    Unknown(PathBuf),
}

/// The messages of what was [`open`]ed. At no time more than one of them is in memory. A message
/// that cannot be read is an error, after which the next one follows.
#[derive(Debug)]
pub struct Source {
    message_bytes: u64,
    /// What is still to be read, the next one last.
    pending: Vec<Entry>,
    mbox: Option<(PathBuf, Mbox<BufReader<File>>)>,
    finished_bytes: u64,
    ordinal: usize,
}

impl Source {
    /// Bytes of mail read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        let current = self.mbox.as_ref().map_or(0, |(_, mbox)| mbox.bytes_read());
        self.finished_bytes + current
    }

    fn position(&mut self, path: &Path, offset: u64) -> Position {
        self.ordinal += 1;
        Position {
            path: path.to_owned(),
            offset,
            ordinal: self.ordinal,
        }
    }

    fn open_mbox(&mut self, path: PathBuf) -> Result<(), (Position, MailError)> {
        match File::open(&path) {
            Ok(file) => {
                let reader = BufReader::with_capacity(256 << 10, file);
                self.mbox = Some((path, Mbox::new(reader, self.message_bytes)));
                Ok(())
            }
            Err(source) => Err((self.position(&path, 0), read_error(&path, source))),
        }
    }

    fn next_of_mbox(&mut self) -> Option<Result<Raw, (Position, MailError)>> {
        let (path, mut mbox) = self.mbox.take()?;
        let next = mbox.next();
        let item = match next {
            None => {
                self.finished_bytes += mbox.bytes_read();
                return None;
            }
            // The rest of the file is out of reach.
            Some(Err(source)) => {
                self.finished_bytes += fs::metadata(&path).map_or(0, |file| file.len());
                let position = self.position(&path, mbox.bytes_read());
                return Some(Err((position, read_error(&path, source))));
            }
            // Blank lines before the first separator, or a file of nothing else.
            Some(Ok(piece)) if piece.bytes.trim_ascii().is_empty() && piece.size < 1024 => {
                self.mbox = Some((path, mbox));
                return self.next_of_mbox();
            }
            Some(Ok(piece)) if piece.size > self.message_bytes => {
                let error = MailError::TooLarge {
                    bytes: piece.size,
                    limit: self.message_bytes,
                };
                Err((self.position(&path, piece.offset), error))
            }
            Some(Ok(piece)) => Ok(Raw {
                position: self.position(&path, piece.offset),
                bytes: piece.into_message(),
            }),
        };
        self.mbox = Some((path, mbox));
        Some(item)
    }

    fn read_message(&mut self, path: &Path) -> Result<Raw, (Position, MailError)> {
        let position = self.position(path, 0);
        let limit = self.message_bytes;
        let read = || -> io::Result<(u64, Vec<u8>)> {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            let mut bytes = Vec::new();
            if size <= limit {
                file.take(limit).read_to_end(&mut bytes)?;
            }
            Ok((size, bytes))
        };
        match read() {
            Err(source) => Err((position, read_error(path, source))),
            Ok((size, _)) if size > limit => {
                self.finished_bytes += size;
                Err((position, MailError::TooLarge { bytes: size, limit }))
            }
            Ok((size, bytes)) => {
                self.finished_bytes += size;
                Ok(Raw { position, bytes })
            }
        }
    }
}

impl Iterator for Source {
    type Item = Result<Raw, (Position, MailError)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.next_of_mbox() {
                return Some(item);
            }
            let opened = match self.pending.pop()? {
                Entry::Message(path) => return Some(self.read_message(&path)),
                Entry::Mbox(path) => self.open_mbox(path),
                Entry::Unknown(path) => match sniff(&path) {
                    Ok(Content::Mbox) => self.open_mbox(path),
                    _ => Ok(()),
                },
                Entry::Directory(path) => match list(&path) {
                    Ok(entries) => {
                        self.pending.extend(entries);
                        Ok(())
                    }
                    Err(source) => Err((self.position(&path, 0), read_error(&path, source))),
                },
            };
            if let Err(error) = opened {
                return Some(Err(error));
            }
        }
    }
}

fn read_error(path: &Path, source: io::Error) -> MailError {
    MailError::Read {
        path: path.to_owned(),
        source,
    }
}

/// What a directory holds, the first to be read last. Links to directories are not followed, so
/// that a circle of them ends.
fn list(directory: &Path) -> io::Result<Vec<Entry>> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            folders.push(path);
        } else if kind.is_file() || path.is_file() {
            files.push(path);
        }
    }
    let named = |path: &Path, names: &[&str]| {
        path.file_name()
            .is_some_and(|name| names.iter().any(|other| name == *other))
    };
    let hidden = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    };
    let maildir = folders.iter().any(|path| named(path, &["cur", "new"]));
    let mut entries = Vec::new();
    if maildir {
        let mut messages = Vec::new();
        for folder in folders.iter().filter(|path| named(path, &["cur", "new"])) {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_file() && !hidden(&path) {
                    messages.push(path);
                }
            }
        }
        // A Maildir's file names start with the time of arrival.
        messages.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        entries.extend(messages.into_iter().map(Entry::Message));
        folders.retain(|path| !named(path, &["cur", "new", "tmp"]));
    } else {
        files.retain(|path| !hidden(path));
        folders.retain(|path| !hidden(path));
        files.sort();
        entries.extend(files.into_iter().map(|path| {
            let is_eml = path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("eml"));
            match is_eml {
                true => Entry::Message(path),
                false => Entry::Unknown(path),
            }
        }));
    }
    folders.sort();
    entries.extend(folders.into_iter().map(Entry::Directory));
    entries.reverse();
    Ok(entries)
}

enum Content {
    Mbox,
    Message,
    Compressed,
    Other,
}

/// Tells from its first line what a file is.
fn sniff(path: &Path) -> Result<Content, MailError> {
    let error = |source| read_error(path, source);
    let mut file = BufReader::new(File::open(path).map_err(error)?.take(16 << 10));
    let start = file.fill_buf().map_err(error)?;
    // gzip, bzip2, xz, zstd, zip
    let packed: [&[u8]; 5] = [
        b"\x1f\x8b",
        b"BZh",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f\xfd",
        b"PK\x03\x04",
    ];
    if packed.iter().any(|magic| start.starts_with(magic)) {
        return Ok(Content::Compressed);
    }
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = start.trim_ascii_start();
    let first = text.split(|&b| b == b'\n').next().unwrap_or_default();
    Ok(if text.is_empty() || text.starts_with(b"From ") {
        Content::Mbox
    } else if is_header_field(first) {
        Content::Message
    } else {
        Content::Other
    })
}
