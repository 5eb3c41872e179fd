//! The server's log.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::EmbeddedError;
use super::data_dir::DataDir;

/// A log that has grown larger than this many bytes begins anew with the next start.
const LARGEST: u64 = 16 << 20;

/// The log, and where in it this start begins.
pub(super) struct Log {
    pub(super) path: PathBuf,
    file: File,
    begin: u64,
}

impl Log {
    pub(super) fn open(data_dir: &DataDir) -> Result<Self, EmbeddedError> {
        let path = data_dir.log();
        let open = || {
            let file = data_dir.open_file(&path, OpenOptions::new().read(true).append(true))?;
            if file.metadata()?.len() > LARGEST {
                file.set_len(0)?;
            }
            let begin = file.metadata()?.len();
            Ok((file, begin))
        };
        let (file, begin) = open().map_err(EmbeddedError::io("open", &path))?;
        Ok(Self { path, file, begin })
    }

    /// Another handle, for the server to write to.
    pub(super) fn writer(&self) -> Result<File, EmbeddedError> {
        self.file
            .try_clone()
            .map_err(EmbeddedError::io("open", &self.path))
    }

    /// The last error since this start.
    pub(super) fn last_error(&self) -> Option<String> {
        let mut text = Vec::new();
        let mut file = &self.file;
        let read: io::Result<usize> = file
            .seek(SeekFrom::Start(self.begin))
            .and_then(|_| file.read_to_end(&mut text));
        read.ok()?;
        String::from_utf8_lossy(&text)
            .lines()
            .rev()
            .find_map(|line| {
                line.split_once("FATAL:")
                    .or_else(|| line.split_once("PANIC:"))
            })
            .map(|(_, error)| error.trim().to_owned())
    }
}
