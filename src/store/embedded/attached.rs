//! Using a cluster that another process may own.

use std::fs::{File, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use super::cluster::{Cluster, READY_LIMIT};
use super::data_dir::DataDir;
use super::pid_file::PidFile;
use super::{EmbeddedError, Options, socket};

const POLL: Duration = Duration::from_millis(20);

/// A cluster for the duration of one command: another process's, or its own.
#[derive(Debug)]
pub struct Attached {
    database_url: String,
    hold: Hold,
}

#[derive(Debug)]
enum Hold {
    /// The lock that tells the owner that the cluster is in use.
    Used { _users: File },
    /// Started for this command.
    Owned(Cluster),
}

/// Uses the cluster of a data directory if a process runs it, or else starts it until the result
/// is dropped. Blocks until it takes connections.
///
/// Commands that run at once share the first one's cluster, which stops with the last of them;
/// only the one of [`Cluster::start`] stops under those that use it.
///
/// # Errors
/// As [`Cluster::start`], and [`EmbeddedError::OwnerNotReady`] if the owner's cluster cannot be
/// reached.
pub fn attach_or_start(options: &Options) -> Result<Attached, EmbeddedError> {
    let data_dir = DataDir::open(&options.data_dir)?;
    let deadline = Instant::now() + READY_LIMIT;
    loop {
        if let Some(ownership) = data_dir.try_own()? {
            let cluster = Cluster::start_owned(&data_dir, ownership, options, true)?;
            return Ok(Attached {
                database_url: cluster.database_url(),
                hold: Hold::Owned(cluster),
            });
        }
        if let Some(attached) = attach(&data_dir)? {
            return Ok(attached);
        }
        if Instant::now() > deadline {
            return Err(EmbeddedError::OwnerNotReady {
                holder: data_dir.owner()?.pid,
                dir: data_dir.path,
                seconds: READY_LIMIT.as_secs(),
            });
        }
        thread::sleep(POLL);
    }
}

/// Uses the owner's cluster; `None` if it is not ready yet or is about to stop.
fn attach(data_dir: &DataDir) -> Result<Option<Attached>, EmbeddedError> {
    let users = data_dir.users()?;
    match users.try_lock_shared() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => {
            return Err(EmbeddedError::io("lock", &data_dir.path)(error));
        }
    }
    let Some(server) = data_dir.owner()?.server else {
        return Ok(None);
    };
    let file = PidFile::read(&data_dir.cluster())?
        .filter(|file| file.ready && file.pid == server && file.reachable());
    Ok(file.and_then(|file| file.socket_dir).map(|dir| Attached {
        database_url: socket::database_url(&dir),
        hold: Hold::Used { _users: users },
    }))
}

impl Attached {
    /// As [`Cluster::database_url`].
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Whether the cluster was started for this command alone.
    pub fn is_owned(&self) -> bool {
        matches!(self.hold, Hold::Owned(_))
    }

    /// Ends the use. A cluster of its own stops once no other command uses it; this blocks until
    /// then.
    ///
    /// # Errors
    /// As [`Cluster::stop`].
    pub fn release(self) -> Result<(), EmbeddedError> {
        match self.hold {
            Hold::Used { .. } => Ok(()),
            Hold::Owned(cluster) => cluster.stop(),
        }
    }
}
