//! Data directories of the tests' own.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tandem::store::embedded::Options;

/// A directory of the test's own, removed at its end.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// `name` becomes part of the path.
    pub fn new(name: &str) -> Self {
        let id = uuid::Uuid::now_v7().simple();
        let dir = Path::new("/tmp").join(format!("{name}-{id}"));
        fs::create_dir(&dir).unwrap();
        // Postgres must get in whatever the umask.
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        Self(dir)
    }

    /// Makes the directory `name`, which only this user can enter.
    pub fn closed(&self, name: &str) -> PathBuf {
        let dir = self.0.join(name);
        fs::create_dir(&dir).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
        dir
    }

    /// To run a cluster in the data directory `name`, which is not made yet.
    pub fn options(&self, name: &str) -> Options {
        Options {
            durable: false,
            fetch: false,
            ..Options::new(self.0.join(name))
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// All files below `dir` with their change times: equal before and after means untouched.
pub fn census(dir: &Path) -> Vec<(PathBuf, i64, i64)> {
    let mut files = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            files.push((entry.path(), metadata.ctime(), metadata.ctime_nsec()));
            if metadata.is_dir() {
                dirs.push(entry.path());
            }
        }
    }
    files.sort();
    files
}
