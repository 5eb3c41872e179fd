//! The directory of the server's Unix socket. Its mode is the lock on the door: inside, every
//! local role is trusted.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use sha2::{Digest, Sha256};

use super::EmbeddedError;
use super::data_dir::DataDir;
use super::run_as::RunAs;

/// Names the socket's file; nobody listens on it over TCP.
pub(super) const PORT: &str = "5432";
/// The longest path of a socket, without the closing NUL: 107 bytes on Linux, 103 on macOS.
const LONGEST: usize = 103;

/// The socket's file in `dir`.
pub(super) fn file(dir: &Path) -> PathBuf {
    dir.join(format!(".s.PGSQL.{PORT}"))
}

/// Makes the directory for the socket of `cluster`, short whatever the path of the cluster, and
/// private to `user`. What a crashed server left in it is removed: the caller knows that none
/// runs.
pub(super) fn prepare(cluster: &Path, user: &RunAs) -> Result<PathBuf, EmbeddedError> {
    let digest = Sha256::digest(cluster.as_os_str().as_bytes());
    let hash: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("tandem-{}-{hash}", user.uid);
    let dir = [PathBuf::from("/tmp"), std::env::temp_dir()]
        .iter()
        .filter(|parent| parent.is_dir() && user.blocker(parent).is_none())
        .map(|parent| parent.join(&name))
        .find(|dir| file(dir).as_os_str().len() <= LONGEST)
        .ok_or_else(|| EmbeddedError::Io {
            doing: format!(
                "find a place for PostgreSQL's socket: set TMPDIR to a directory with a short path that user {} can enter",
                user.name
            ),
            source: io::Error::from(io::ErrorKind::InvalidFilename),
        })?;
    let existing = match fs::symlink_metadata(&dir) {
        Ok(existing) => existing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            DataDir::make_private(&dir, user)?;
            return Ok(dir);
        }
        Err(error) => return Err(EmbeddedError::io("read", &dir)(error)),
    };
    // Anybody can make a directory of this name in /tmp. One of Tandem's own user may be from
    // a start that ended before the directory was handed over.
    let ours = existing.uid() == user.uid || existing.uid() == geteuid().as_raw();
    if !existing.is_dir() || !ours || existing.permissions().mode() & 0o077 != 0 {
        return Err(EmbeddedError::SocketDir {
            dir,
            user: user.name.clone(),
        });
    }
    user.give(&dir)
        .map_err(EmbeddedError::io("take over", &dir))?;
    for left_over in [dir.join(format!(".s.PGSQL.{PORT}.lock")), file(&dir)] {
        match fs::remove_file(&left_over) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(EmbeddedError::io("remove", &left_over)(error));
            }
            _ => {}
        }
    }
    Ok(dir)
}

/// The address of the application's database behind the socket in `dir`.
pub(super) fn database_url(dir: &Path) -> String {
    let host: String = dir
        .as_os_str()
        .as_bytes()
        .iter()
        .map(|&byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    format!("postgres://tandem@{host}:{PORT}/tandem")
}
