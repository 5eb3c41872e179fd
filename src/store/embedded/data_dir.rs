//! The data directory: whose it is, and which process may use it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, OFlags, access};
use rustix::process::geteuid;

use super::EmbeddedError;
use super::run_as::{RunAs, user_name};

const LOCK: &str = "tandem.lock";
const USERS: &str = "tandem.users";
/// A new file system's own directory: it does not make a mounted volume somebody's.
const LOST_AND_FOUND: &str = "lost+found";

/// A data directory that is Tandem's.
pub(super) struct DataDir {
    /// Absolute, without symbolic links.
    pub(super) path: PathBuf,
}

impl DataDir {
    /// Opens `path`, or creates it.
    pub(super) fn open(path: &Path) -> Result<Self, EmbeddedError> {
        let refused = |error: io::Error| match error.kind() {
            io::ErrorKind::PermissionDenied => EmbeddedError::NotWritable {
                dir: path.to_owned(),
                user: user_name(geteuid().as_raw()),
            },
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                EmbeddedError::NotADirectory {
                    path: path.to_owned(),
                }
            }
            _ => EmbeddedError::io("open", path)(error),
        };
        if !path.exists() {
            fs::create_dir_all(path).map_err(refused)?;
            if geteuid().is_root() {
                // Whatever root's umask: where the parents let it, Postgres passes through as
                // another user.
                fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(refused)?;
            }
        }
        let path = path.canonicalize().map_err(refused)?;
        let mut foreign = false;
        let mut ours = false;
        for entry in fs::read_dir(&path).map_err(refused)? {
            let name = entry.map_err(refused)?.file_name();
            ours |= name == LOCK;
            foreign |= name != LOST_AND_FOUND;
        }
        if foreign && !ours {
            return Err(EmbeddedError::Foreign { dir: path });
        }
        access(&path, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(io::Error::from)
            .map_err(refused)?;
        let dir = Self { path };
        dir.lock_file(LOCK)?;
        Ok(dir)
    }

    /// The cluster's directory.
    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("postgres")
    }

    /// Where a cluster is created, before it takes its place as a whole.
    pub(super) fn unfinished_cluster(&self) -> PathBuf {
        self.path.join("postgres.new")
    }

    /// Where Postgres itself is installed if the machine has none.
    pub(super) fn binaries(&self) -> PathBuf {
        self.path.join("binaries")
    }

    /// The server's log.
    pub(super) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// Claims the ownership of the cluster until the file is closed, that is at the latest at the
    /// end of this process. `None`: another process has it.
    pub(super) fn try_own(&self) -> Result<Option<Ownership>, EmbeddedError> {
        let file = self.lock_file(LOCK)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(EmbeddedError::io("lock", &self.path.join(LOCK))(error));
            }
        }
        let mut ownership = Ownership { file };
        ownership
            .write(&std::process::id().to_string())
            .map_err(EmbeddedError::io("write", &self.path.join(LOCK)))?;
        Ok(Some(ownership))
    }

    /// What the owner of the cluster says of itself.
    pub(super) fn owner(&self) -> Result<Owner, EmbeddedError> {
        let mut text = String::new();
        self.lock_file(LOCK)?
            .read_to_string(&mut text)
            .map_err(EmbeddedError::io("read", &self.path.join(LOCK)))?;
        let mut ids = text.split_whitespace();
        Ok(Owner {
            pid: ids.next().and_then(|id| id.parse().ok()),
            server: ids.next().and_then(|id| id.parse().ok()),
        })
    }

    /// The file that processes lock (shared) while they use a cluster that they do not own.
    pub(super) fn users(&self) -> Result<File, EmbeddedError> {
        self.lock_file(USERS)
    }

    /// Makes an empty directory that only `user` can enter.
    pub(super) fn make_private(dir: &Path, user: &RunAs) -> Result<(), EmbeddedError> {
        fs::DirBuilder::new()
            .mode(0o700)
            .create(dir)
            .and_then(|()| user.give(dir))
            .map_err(EmbeddedError::io("create", dir))
    }

    fn lock_file(&self, name: &str) -> Result<File, EmbeddedError> {
        let path = self.path.join(name);
        self.open_file(&path, OpenOptions::new().read(true).write(true))
            .map_err(|error| match error.kind() {
                io::ErrorKind::PermissionDenied => EmbeddedError::NotWritable {
                    dir: self.path.clone(),
                    user: user_name(geteuid().as_raw()),
                },
                _ => EmbeddedError::io("open", &path)(error),
            })
    }

    /// Opens or creates a file of the data directory. Root neither follows a link that the
    /// directory's owner may have laid, nor leaves a file there that the owner cannot write.
    pub(super) fn open_file(&self, path: &Path, options: &mut OpenOptions) -> io::Result<File> {
        let flags = i32::try_from(OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
        let file = options
            .create(true)
            .truncate(false)
            .custom_flags(flags)
            .open(path)?;
        if geteuid().is_root() {
            let owner = fs::metadata(&self.path)?;
            std::os::unix::fs::fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
        }
        Ok(file)
    }
}

/// The exclusive right to run the cluster of a data directory.
pub(super) struct Ownership {
    file: File,
}

impl Ownership {
    /// Tells other processes that the cluster can be used: from here on, not before, what its
    /// pid file says is this owner's and not a killed one's.
    pub(super) fn announce(&mut self, server: i32) -> io::Result<()> {
        self.write(&format!("{} {server}", std::process::id()))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.rewind()?;
        self.file.set_len(0)?;
        self.file.write_all(text.as_bytes())
    }
}

/// Who owns a cluster, as far as it has said so.
pub(super) struct Owner {
    /// The owning Tandem's process id.
    pub(super) pid: Option<u32>,
    /// The postmaster's process id, once it is ready.
    pub(super) server: Option<i32>,
}
