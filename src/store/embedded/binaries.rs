//! Finding the programs of Postgres.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::data_dir::DataDir;
use super::run_as::RunAs;
use super::{EmbeddedError, OLDEST_VERSION, Options, child, fetch};

/// Where packages put the programs outside PATH, as parent, start of the name, and the rest:
/// Debian and Alpine, the PostgreSQL project's own RPMs, openSUSE, Homebrew on ARM and on Intel.
const PACKAGED: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// An installation of Postgres that `initdb` and `postgres` can be run from.
pub(super) struct Binaries {
    dir: PathBuf,
}

impl Binaries {
    pub(super) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }
}

/// Chooses the installation for a cluster that was created by the major version `cluster`, or
/// the first new enough one for a new cluster; installs one where none is and `options` allow it.
pub(super) fn choose(
    options: &Options,
    data_dir: &DataDir,
    user: &RunAs,
    cluster: Option<u32>,
) -> Result<Binaries, EmbeddedError> {
    let named = env::var_os("PG_BIN_DIR")
        .filter(|dir| !dir.is_empty() && options.bin_dirs.is_none())
        .map(PathBuf::from);
    let mut places = match (&named, &options.bin_dirs) {
        (Some(named), _) => vec![named.clone()],
        (None, Some(given)) => given.clone(),
        (None, None) => usual_places(),
    };
    places.extend(fetch::installed(data_dir, user));
    let mut found = None;
    let mut unusable = Vec::new();
    let mut fits = |dir: PathBuf| {
        let major = match version(&dir, user)? {
            Ok(major) => major,
            Err(reason) => {
                unusable.push(reason);
                return None;
            }
        };
        if major < OLDEST_VERSION {
            unusable.push(format!("{} is version {major}", dir.display()));
            return None;
        }
        found = found.or(Some(major));
        (cluster.is_none_or(|cluster| cluster == major)).then_some(Binaries { dir })
    };
    if let Some(binaries) = places.into_iter().find_map(&mut fits) {
        return Ok(binaries);
    }
    let fetchable = cluster.is_none_or(|cluster| cluster == fetch::MAJOR);
    // Whoever names a directory wants nothing else.
    if options.fetch
        && fetchable
        && named.is_none()
        && let Some(dir) = fetch::install(data_dir, user)?
        && let Some(binaries) = fits(dir)
    {
        return Ok(binaries);
    }
    if let Some(named) = named.filter(|_| unusable.is_empty() && found.is_none()) {
        unusable.push(format!(
            "PG_BIN_DIR names {}, which lacks postgres or initdb",
            named.display()
        ));
    }
    Err(match cluster {
        Some(cluster) => EmbeddedError::VersionMismatch {
            dir: data_dir.cluster(),
            cluster,
            found,
        },
        None => EmbeddedError::NoBinaries {
            unusable: if unusable.is_empty() {
                String::new()
            } else {
                format!(" ({})", unusable.join(", "))
            },
        },
    })
}

/// The directories to look in, best first.
fn usual_places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = PACKAGED
        .iter()
        .flat_map(|&(parent, start, rest)| versions_in(Path::new(parent), start, rest))
        .collect();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        places.push(PathBuf::from(
            String::from_utf8_lossy(&output.stdout).trim(),
        ));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    places.extend(env::split_paths(&path).filter(|dir| dir.is_absolute()));
    places
}

/// `parent/<start><version>/<rest>` for each version there, newest first.
fn versions_in(parent: &Path, start: &str, rest: &str) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(start)?.parse().ok()?;
            Some((version, entry.path().join(rest)))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

/// The major version of the programs in `dir`, or why they do not serve; `None` if there are
/// none. Asked as the user that is to run them.
fn version(dir: &Path, user: &RunAs) -> Option<Result<u32, String>> {
    let postgres = dir.join("postgres");
    if !postgres.is_file() || !dir.join("initdb").is_file() {
        return None;
    }
    let output = child::command(&postgres, user, Signal::TERM)
        .arg("--version")
        .output();
    let failed = |reason: String| Some(Err(format!("{} fails: {reason}", postgres.display())));
    match output {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            match major(&text) {
                Some(major) => Some(Ok(major)),
                None => failed(text.trim().to_owned()),
            }
        }
        Ok(output) => failed(child::last_words(&output)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Some(Err(format!(
            "user {} cannot run {}",
            user.name,
            postgres.display()
        ))),
        Err(error) => failed(error.to_string()),
    }
}

/// The major version in what `postgres --version` prints: `postgres (PostgreSQL) 15.18 (Debian
/// …)`, `postgres (PostgreSQL) 19beta1`.
fn major(text: &str) -> Option<u32> {
    let version = text.split_whitespace().nth(2)?;
    version
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn reads_the_major_version() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major("postgres (PostgreSQL) devel"), None);
        assert_eq!(major(""), None);
    }
}
