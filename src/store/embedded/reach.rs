//! How the programs of Postgres, which may run as another user than Tandem, get at the cluster.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustix::fs::OFlags;
use rustix::io::{FdFlags, fcntl_setfd};

use super::EmbeddedError;
use super::run_as::RunAs;

/// A cluster's directory, under a path that the user who runs Postgres can follow.
///
/// That is the directory's own path where the user may pass through all of its parents. Where
/// root keeps one of them to itself, the children inherit the directory open, and name it by the
/// link that Linux has for each open file: the kernel follows that without a look at the parents.
///
/// The working directory would be such a loophole too, but not for `initdb` and `postgres` before
/// version 16: they leave it to find their own programs and cannot come back.
pub(super) struct Reach {
    path: PathBuf,
    /// What the children inherit, if `path` is its link.
    handle: Option<Arc<File>>,
}

impl Reach {
    /// Finds the way for `user` to `dir`, the directory of a cluster that belongs to `user`.
    ///
    /// # Errors
    /// [`EmbeddedError::Unreachable`] if there is none: a parent is closed and the system has no
    /// `/proc`.
    pub(super) fn find(dir: &Path, user: &RunAs) -> Result<Self, EmbeddedError> {
        let Some(blocker) = user.blocker(dir) else {
            return Ok(Self {
                path: dir.to_owned(),
                handle: None,
            });
        };
        let handle = open(dir).map_err(EmbeddedError::io("open", dir))?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()));
        if !same(&handle, &path) {
            return Err(EmbeddedError::Unreachable {
                dir: dir.to_owned(),
                blocker,
                user: user.name.clone(),
            });
        }
        Ok(Self {
            path,
            handle: Some(Arc::new(handle)),
        })
    }

    /// What a command that got it through [`pass_to`](Self::pass_to) calls the directory.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes [`path`](Self::path) mean the directory in `command` and its own children.
    pub(super) fn pass_to(&self, command: &mut Command) {
        let Some(handle) = self.handle.clone() else {
            return;
        };
        // In the child only: no other program that Tandem starts meanwhile gets the handle.
        let keep_open = move || Ok(fcntl_setfd(&*handle, FdFlags::empty())?);
        // SAFETY: the hook runs between fork and exec, where only async-signal-safe calls are
        // allowed. It makes one plain system call and neither allocates, locks nor panics.
        unsafe { command.pre_exec(keep_open) };
    }
}

/// Opens the directory itself, not what its owner may have laid a link to.
fn open(dir: &Path) -> io::Result<File> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
    File::options()
        .read(true)
        .custom_flags(i32::try_from(flags.bits()).map_err(io::Error::other)?)
        .open(dir)
}

/// Whether `path` leads to what is open as `file`.
fn same(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(file), Ok(found)) => (file.dev(), file.ino()) == (found.dev(), found.ino()),
        _ => false,
    }
}
