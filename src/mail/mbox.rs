//! Splits an mbox file into messages, one at a time.
//!
//! An mbox has no grammar that all programs keep to. A separator is a line that starts with
//! `From ` and ends with a date, stands at the start of the file or after a blank line, and is
//! followed by a header field. `Content-Length` is not used: it is wrong as soon as a program has
//! touched the text. The pieces together are the file, byte for byte.

use super::date;
use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

/// Longest piece of a line read at once: a file without line ends must not be read whole.
const LINE_PIECE: u64 = 64 << 10;

/// One message of an mbox, its separator line included.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where it starts in the file, in bytes.
    pub(super) offset: u64,
    /// Its size in the file, in bytes.
    pub(super) size: u64,
    /// Its bytes as they are in the file; empty if it is larger than the limit.
    pub(super) bytes: Vec<u8>,
    /// It has lines whose `From ` was quoted.
    quoted: bool,
}

impl Piece {
    /// The bytes without the quoting of `From `: one `>` less in front of it. That is the rule of
    /// mboxrd; in the older mboxo it also touches lines that were written with `>From `.
    pub(super) fn into_message(self) -> Vec<u8> {
        if !self.quoted {
            return self.bytes;
        }
        let mut out = Vec::with_capacity(self.bytes.len());
        for line in self.bytes.split_inclusive(|&b| b == b'\n') {
            match line.split_first() {
                Some((b'>', shorter)) if is_quoted_from(line) => out.extend_from_slice(shorter),
                _ => out.extend_from_slice(line),
            }
        }
        out
    }
}

/// The messages of an mbox. After an error the iteration is over.
#[derive(Debug)]
pub(super) struct Mbox<R> {
    reader: R,
    limit: u64,
    /// Lines read to see whether a separator is one, not yet part of a piece.
    ahead: VecDeque<Vec<u8>>,
    /// Where the next piece starts.
    offset: u64,
    failed: bool,
    /// The file itself is what `git format-patch` writes.
    patches: bool,
}

impl<R: BufRead> Mbox<R> {
    /// Messages of more than `limit` bytes are passed over in bounded memory.
    pub(super) fn new(reader: R, limit: u64) -> Self {
        Self {
            reader,
            limit,
            ahead: VecDeque::new(),
            offset: 0,
            failed: false,
            patches: false,
        }
    }

    /// Bytes of the file in the pieces so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.offset
    }

    /// Appends the next line, or a piece of one that is very long; false at the end of the file.
    fn read_line(&mut self, into: &mut Vec<u8>) -> io::Result<bool> {
        if let Some(line) = self.ahead.pop_front() {
            into.extend_from_slice(&line);
            return Ok(!line.is_empty());
        }
        let count = (&mut self.reader)
            .take(LINE_PIECE)
            .read_until(b'\n', into)?;
        Ok(count > 0)
    }

    fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        let mut piece = Piece {
            offset: self.offset,
            size: 0,
            bytes: Vec::new(),
            quoted: false,
        };
        let (mut line_start, mut after_blank) = (true, false);
        loop {
            let start = piece.bytes.len();
            if !self.read_line(&mut piece.bytes)? {
                break;
            }
            let line = piece.bytes.get(start..).unwrap_or_default();
            if piece.size == 0 {
                self.patches |= self.offset == 0 && is_patch(line);
            } else if line_start && after_blank && self.is_separator(line) {
                let separator = line.to_vec();
                let mut next = Vec::new();
                // A file cut just behind a separator: the cut message is reported, not hidden in
                // the text of the one before.
                if !self.read_line(&mut next)? || is_header_field(&next) {
                    piece.bytes.truncate(start);
                    self.ahead = VecDeque::from([separator, next]);
                    break;
                }
                self.ahead.push_back(next);
            }
            let line = piece.bytes.get(start..).unwrap_or_default();
            piece.size += line.len() as u64;
            piece.quoted |= line_start && is_quoted_from(line);
            after_blank = line_start && matches!(line, b"\n" | b"\r\n");
            line_start = line.ends_with(b"\n");
            if piece.size > self.limit {
                piece.bytes.clear();
            }
        }
        self.offset += piece.size;
        Ok((piece.size > 0).then_some(piece))
    }

    fn is_separator(&self, line: &[u8]) -> bool {
        line.starts_with(b"From ")
            && date::of_from_line(line).is_some()
            && (self.patches || !is_patch(line))
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let piece = self.next_piece();
        self.failed = piece.is_err();
        piece.transpose()
    }
}

/// `From <commit> Mon Sep 17 00:00:00 2001`: what git writes above each patch. Inside a message
/// it is the start of an attached patch that the mail program did not quote.
fn is_patch(line: &[u8]) -> bool {
    let Some((hash, rest)) = line
        .strip_prefix(b"From ")
        .and_then(|rest| rest.split_at_checked(40))
    else {
        return false;
    };
    hash.iter().all(u8::is_ascii_hexdigit) && rest.starts_with(b" Mon Sep 17 00:00:00 2001")
}

/// `>From `, `>>From ` and so on.
fn is_quoted_from(line: &[u8]) -> bool {
    let quotes = line.iter().take_while(|&&b| b == b'>').count();
    quotes > 0
        && line
            .get(quotes..)
            .is_some_and(|text| text.starts_with(b"From "))
}

/// A header field, or a second separator that was quoted on the way (`>From `).
pub(super) fn is_header_field(line: &[u8]) -> bool {
    if is_quoted_from(line) {
        return true;
    }
    let name = line
        .split(|&b| b == b':')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    name.len() < line.trim_ascii_end().len()
        && !name.is_empty()
        && name.iter().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(file: &[u8], limit: u64) -> Vec<Piece> {
        Mbox::new(file, limit).map(Result::unwrap).collect()
    }

    fn texts(file: &str) -> Vec<String> {
        split(file.as_bytes(), 1 << 20)
            .into_iter()
            .map(|piece| String::from_utf8(piece.into_message()).unwrap())
            .collect()
    }

    const A: &str = "From a@example.com Tue Jan  2 10:00:00 2007\n";
    const B: &str = "From b at example.com  Wed Jan  3 10:00:00 2007\n";

    #[test]
    fn splits_at_separators_only() {
        let first = format!("{A}Subject: 1\n\nFrom the start.\nFrom here\n\nFrom Mon to Tue\n\n");
        let second = format!("{B}Subject: 2\n\n{A}follows no blank line: no separator\n");
        let both = format!("{first}{second}");
        assert_eq!(texts(&both), [first.clone(), second.clone()]);
        let crlf = both.replace('\n', "\r\n");
        assert_eq!(
            texts(&crlf),
            [first.replace('\n', "\r\n"), second.replace('\n', "\r\n")]
        );
    }

    #[test]
    fn separator_needs_a_header_field_behind_it() {
        let file = format!("{A}Subject: 1\n\nHe wrote:\n\n{B}and more\n\n{B}\n{B}Subject: 2\n\nx");
        let pieces = texts(&file);
        assert_eq!(pieces.len(), 2, "{pieces:?}");
        assert!(pieces[1].ends_with("Subject: 2\n\nx"));
    }

    #[test]
    fn cut_behind_a_separator_is_a_message_of_its_own() {
        assert_eq!(
            texts(&format!("{A}Subject: 1\n\nx\n\n{B}")).last().unwrap(),
            B
        );
    }

    #[test]
    fn quoting_goes_one_level_down() {
        let file = format!("{A}S: 1\n\n>From me\n>>From you\n> From him\n");
        assert_eq!(
            texts(&file),
            [format!("{A}S: 1\n\nFrom me\n>From you\n> From him\n")]
        );
    }

    #[test]
    fn attached_patch_does_not_split_but_a_file_of_patches_does() {
        let patch = format!(
            "From {} Mon Sep 17 00:00:00 2001\nFrom: a\n\nx\n\n",
            "0a".repeat(20)
        );
        assert_eq!(texts(&format!("{A}Subject: 1\n\n{patch}")).len(), 1);
        assert_eq!(texts(&format!("{patch}{patch}")).len(), 2);
    }

    #[test]
    fn too_large_is_passed_over_in_bounded_memory() {
        let file = format!(
            "{A}S: 1\n\n{}\n\n{B}S: 2\n\nx\n",
            "long line".repeat(50_000)
        );
        let pieces = split(file.as_bytes(), 1_000);
        assert_eq!(pieces.len(), 2);
        assert!(pieces[0].bytes.is_empty() && pieces[0].size > 450_000);
        assert!(pieces[0].bytes.capacity() < 2 * LINE_PIECE as usize);
        assert!(pieces[1].bytes.starts_with(B.as_bytes()));
    }

    /// Files with something of everything that decides on a split, and noise.
    fn files() -> impl Strategy<Value = Vec<u8>> {
        let line = prop_oneof![
            Just(A.as_bytes().to_vec()),
            Just(B.as_bytes().to_vec()),
            Just(b"\n".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"Subject: x\n".to_vec()),
            Just(b">From x\n".to_vec()),
            Just(b"From ".to_vec()),
            prop::collection::vec(any::<u8>(), 0..40),
        ];
        prop::collection::vec(line, 0..40).prop_map(|lines| lines.concat())
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(file in files(), limit in 0_u64..200) {
            let whole: Vec<u8> = split(&file, u64::MAX).into_iter().flat_map(|p| p.bytes).collect();
            prop_assert_eq!(&whole, &file);
            let mut next = 0;
            for piece in split(&file, limit) {
                prop_assert_eq!(piece.offset, next);
                next += piece.size;
                if piece.size <= limit {
                    let (from, to) = (piece.offset as usize, next as usize);
                    prop_assert_eq!(&piece.bytes, &file[from..to]);
                } else {
                    prop_assert!(piece.bytes.is_empty());
                }
            }
            prop_assert_eq!(next, file.len() as u64);
        }
    }
}
