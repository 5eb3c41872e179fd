//! Owning a running cluster.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::binaries;
use super::child::{self, Server};
use super::data_dir::{DataDir, Ownership};
use super::log::Log;
use super::pid_file::{self, PidFile};
use super::reach::Reach;
use super::run_as::RunAs;
use super::{EmbeddedError, Options, initdb, socket};

/// How long the previous owner may take to end: one that has just been told to stop, or killed,
/// is not in the way.
const OWNER_LIMIT: Duration = Duration::from_secs(1);
/// How long a start may take: after a crash it replays what was written since the last
/// checkpoint, at most about `max_wal_size` (1 GB).
pub(super) const READY_LIMIT: Duration = Duration::from_secs(120);
/// How long a fast shutdown may take: it writes what is in memory.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How long the immediate shutdown after that may take: it writes nothing.
const QUIT_LIMIT: Duration = Duration::from_secs(6);
const POLL: Duration = Duration::from_millis(5);

/// Tandem's own settings, for one application on a small machine.
const SETTINGS: [(&str, &str); 8] = [
    ("listen_addresses", ""),
    ("port", socket::PORT),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "200"),
    ("shared_buffers", "128MB"),
    // Its compiling costs more than it saves in queries of some milliseconds.
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
];
/// Further ones for a cluster whose data may go with the machine.
const NOT_DURABLE: [(&str, &str); 3] = [
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
];

/// A running cluster that this process owns.
///
/// It stops when this is dropped, and at the latest with the process, even by `kill -9` (on
/// Linux; elsewhere the next start stops it first).
pub struct Cluster {
    server: Server,
    socket_dir: PathBuf,
    /// Locked by other processes while they use the cluster.
    users: File,
    waits_for_users: bool,
    /// Held to the end: the last field, and so dropped after the server has stopped.
    ownership: Ownership,
}

impl Cluster {
    /// Starts the cluster of a data directory, which is created if there is none, for this
    /// process to own. Blocks until it takes connections; any thread may call it.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] if another process owns the cluster, and whatever else keeps it
    /// from running.
    pub fn start(options: &Options) -> Result<Self, EmbeddedError> {
        let data_dir = DataDir::open(&options.data_dir)?;
        let deadline = Instant::now() + OWNER_LIMIT;
        loop {
            if let Some(ownership) = data_dir.try_own()? {
                return Self::start_owned(&data_dir, ownership, options, false);
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::InUse {
                    holder: data_dir.owner()?.pid,
                    dir: data_dir.path,
                });
            }
            thread::sleep(POLL);
        }
    }

    /// Starts the cluster of a data directory that this process already owns. If it
    /// `waits_for_users`, it does not stop under another process that uses it.
    pub(super) fn start_owned(
        data_dir: &DataDir,
        ownership: Ownership,
        options: &Options,
        waits_for_users: bool,
    ) -> Result<Self, EmbeddedError> {
        let home =
            fs::metadata(&data_dir.path).map_err(EmbeddedError::io("read", &data_dir.path))?;
        let existing = initdb::existing(data_dir)?;
        let user = RunAs::choose(&home, existing.as_ref());
        let cluster = data_dir.cluster();
        let version = existing
            .map(|existing| initdb::version(&cluster, &existing, &user))
            .transpose()?;
        let binaries = binaries::choose(options, data_dir, &user, version)?;
        match version {
            Some(_) => pid_file::clear_the_way(&cluster, user.uid)?,
            None => initdb::create(data_dir, &binaries, &user, options.durable)?,
        }
        let users = data_dir.users()?;
        let log = Log::open(data_dir)?;
        let socket_dir = socket::prepare(&cluster, &user)?;

        let program = binaries.postgres();
        let reach = Reach::find(&cluster, &user)?;
        let mut command = child::command(&program, &user, Signal::INT);
        command.arg("-D").arg(reach.path());
        reach.pass_to(&mut command);
        configure(&mut command, &socket_dir, options);
        command.stdout(log.writer()?).stderr(log.writer()?);
        let server = Server::spawn(command).map_err(EmbeddedError::io("run", &program))?;
        // Made before it is ready: whatever fails from here on stops the server.
        let mut started = Self {
            server,
            socket_dir,
            users,
            waits_for_users,
            ownership,
        };
        wait_until_ready(&started.server, &cluster, &log)?;
        started
            .ownership
            .announce(started.server.id())
            .map_err(EmbeddedError::io("write the lock in", &data_dir.path))?;
        Ok(started)
    }

    /// Where the application connects: as role `tandem`, no superuser, to the database `tandem`
    /// that it owns, over the Unix socket.
    pub fn database_url(&self) -> String {
        socket::database_url(&self.socket_dir)
    }

    /// Stops the cluster: open transactions are rolled back, clients disconnected. Blocks until
    /// it has stopped.
    ///
    /// # Errors
    /// [`EmbeddedError::Stop`] if it had to be ended without its last checkpoint.
    pub fn stop(self) -> Result<(), EmbeddedError> {
        self.shut_down()
    }

    fn shut_down(&self) -> Result<(), EmbeddedError> {
        if self.waits_for_users && self.server.end().is_none() {
            // Whatever is wrong with the lock, the cluster has to stop.
            let _ = self.users.lock();
        }
        let clean = shut_down(&self.server);
        // Another start makes it again; what still lies in there, it removes.
        let _ = fs::remove_dir(&self.socket_dir);
        match clean {
            true => Ok(()),
            false => Err(EmbeddedError::Stop {
                seconds: STOP_LIMIT.as_secs(),
            }),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            tracing::warn!("{error}");
        }
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("server", &self.server.id())
            .field("socket_dir", &self.socket_dir)
            .finish_non_exhaustive()
    }
}

/// Tells `server` to stop, harder each time. Tells whether the first was enough.
fn shut_down(server: &Server) -> bool {
    server.signal(Signal::INT);
    if server.wait(STOP_LIMIT) {
        return true;
    }
    server.signal(Signal::QUIT);
    if !server.wait(QUIT_LIMIT) {
        server.signal(Signal::KILL);
        server.wait(QUIT_LIMIT);
    }
    false
}

/// Passes the settings. Those of `options` come last and so win.
fn configure(command: &mut Command, socket_dir: &Path, options: &Options) {
    let not_durable = NOT_DURABLE.iter().filter(|_| !options.durable);
    for (name, value) in SETTINGS.iter().chain(not_durable) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    // Quoted, since the setting is a list.
    let mut directories = OsString::from("unix_socket_directories=\"");
    directories.push(socket_dir);
    directories.push("\"");
    command.arg("-c").arg(directories);
    for (name, value) in &options.settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
}

/// Waits until `server` says in its pid file that it takes connections.
fn wait_until_ready(server: &Server, cluster: &Path, log: &Log) -> Result<(), EmbeddedError> {
    let deadline = Instant::now() + READY_LIMIT;
    loop {
        let file = PidFile::read(cluster)?;
        if file.is_some_and(|file| file.ready && file.pid == server.id()) {
            return Ok(());
        }
        if let Some(end) = server.end() {
            return Err(EmbeddedError::Start {
                detail: log.last_error().unwrap_or(end),
                log: log.path.clone(),
            });
        }
        if Instant::now() > deadline {
            return Err(EmbeddedError::NotReady {
                seconds: READY_LIMIT.as_secs(),
                log: log.path.clone(),
            });
        }
        thread::sleep(POLL);
    }
}
