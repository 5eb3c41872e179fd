//! `postmaster.pid`, through which Postgres says who runs a cluster and whether it is ready.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};

use super::{EmbeddedError, socket};

/// How long a stopping postmaster of an earlier Tandem may take for its last checkpoint.
const STOP_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);

/// What a postmaster says of itself. Its lines are written one after the other while it starts.
pub(super) struct PidFile {
    /// Line 1.
    pub(super) pid: i32,
    /// Line 5.
    pub(super) socket_dir: Option<PathBuf>,
    /// Line 8: whether it takes connections.
    pub(super) ready: bool,
}

impl PidFile {
    /// The file of `cluster`; `None` if there is none or it is not written yet.
    pub(super) fn read(cluster: &Path) -> Result<Option<Self>, EmbeddedError> {
        let path = cluster.join("postmaster.pid");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(EmbeddedError::io("read", &path)(error)),
        };
        let line = |number: usize| text.lines().nth(number - 1).map(str::trim);
        Ok(line(1).and_then(|pid| pid.parse().ok()).map(|pid| Self {
            pid,
            socket_dir: line(5).filter(|dir| !dir.is_empty()).map(PathBuf::from),
            ready: line(8) == Some("ready"),
        }))
    }

    /// Whether somebody listens on the socket.
    pub(super) fn reachable(&self) -> bool {
        self.socket_dir
            .as_deref()
            .is_some_and(|dir| UnixStream::connect(socket::file(dir)).is_ok())
    }

    /// Whether the postmaster that wrote this still runs. After a crash of the machine, or in
    /// the next container, its process id may be another's.
    fn alive(&self, cluster: &Path, owner: u32) -> bool {
        let process = PathBuf::from(format!("/proc/{}", self.pid));
        // Root must not signal whatever process the owner of the directory has named here.
        // Without /proc the kernel is left to judge.
        let owned = match fs::metadata(&process) {
            Ok(process) => process.uid() == owner,
            Err(_) => !Path::new("/proc/self").exists(),
        };
        let works_here = || fs::read_link(process.join("cwd")).is_ok_and(|dir| dir == cluster);
        owned && (works_here() || self.reachable())
    }
}

/// Waits for a postmaster that an earlier Tandem left behind (killed, so that the kernel has told
/// Postgres to stop; or on a system whose kernel does not, so that it is told here).
///
/// The caller owns the data directory, so nobody starts another one meanwhile.
pub(super) fn clear_the_way(cluster: &Path, owner: u32) -> Result<(), EmbeddedError> {
    let deadline = Instant::now() + STOP_LIMIT;
    let mut told = false;
    while let Some(file) = PidFile::read(cluster)? {
        if !file.alive(cluster, owner) {
            return disown(cluster);
        }
        if let Some(pid) = Pid::from_raw(file.pid).filter(|_| !told) {
            // A refusal shows as a postmaster that does not end.
            let _ = kill_process(pid, Signal::INT);
            told = true;
        }
        if Instant::now() > deadline {
            return Err(EmbeddedError::StillRunning {
                dir: cluster.to_owned(),
                pid: file.pid,
                seconds: STOP_LIMIT.as_secs(),
            });
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Puts our own process id in a dead postmaster's file.
///
/// Postgres takes a file that names its parent for a stale one, whoever has the old process id
/// by now. The file is not removed: through its shared memory key Postgres still finds back ends
/// that survived their postmaster, and refuses to start beside them.
fn disown(cluster: &Path) -> Result<(), EmbeddedError> {
    let path = cluster.join("postmaster.pid");
    rewrite(&path).map_err(EmbeddedError::io("rewrite", &path))
}

fn rewrite(path: &Path) -> io::Result<()> {
    let flags = i32::try_from(OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
    let mut file = File::options()
        .read(true)
        .write(true)
        .custom_flags(flags)
        .open(path)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    file.rewind()?;
    file.set_len(0)?;
    write!(file, "{}\n{rest}", std::process::id())
}
