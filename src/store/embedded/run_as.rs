//! Which user Postgres runs as: it refuses to run as root.

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a system without a `nobody` in its user list would have it.
const NOBODY_ID: u32 = 65534;

/// The user that owns the cluster and runs its programs.
#[derive(Clone, Debug)]
pub(super) struct RunAs {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) name: String,
    /// Whether that is another user than Tandem's.
    switch: bool,
}

impl RunAs {
    /// Tandem's own user, except for root: then the owner of the cluster, else of the data
    /// directory, else `postgres`, else `nobody`.
    ///
    /// A data directory's owner without an entry in the user list is passed over, since `initdb`
    /// fails for those: so it is with a container's mounts from its host.
    pub(super) fn choose(data_dir: &Metadata, cluster: Option<&Metadata>) -> Self {
        let own = rustix::process::geteuid().as_raw();
        if own != 0 {
            return Self {
                uid: own,
                gid: rustix::process::getegid().as_raw(),
                name: user_name(own),
                switch: false,
            };
        }
        let users = users();
        let by_id = |uid: u32| users.iter().find(|user| user.uid == uid).cloned();
        let by_name = |name: &str| users.iter().find(|user| user.name == name).cloned();
        if let Some(cluster) = cluster.filter(|cluster| cluster.uid() != 0) {
            return by_id(cluster.uid()).unwrap_or_else(|| Self {
                uid: cluster.uid(),
                gid: cluster.gid(),
                name: cluster.uid().to_string(),
                switch: true,
            });
        }
        Some(data_dir.uid())
            .filter(|&uid| uid != 0)
            .and_then(by_id)
            .or_else(|| by_name("postgres"))
            .or_else(|| by_name("nobody"))
            .unwrap_or_else(|| Self {
                uid: NOBODY_ID,
                gid: NOBODY_ID,
                name: NOBODY_ID.to_string(),
                switch: true,
            })
    }

    /// Lets `command` run as this user, without Tandem's supplementary groups.
    pub(super) fn apply(&self, command: &mut Command) {
        if self.switch {
            command.uid(self.uid).gid(self.gid);
        }
    }

    /// Hands a directory that Tandem has just made to this user.
    pub(super) fn give(&self, dir: &Path) -> std::io::Result<()> {
        if self.switch {
            std::os::unix::fs::lchown(dir, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }

    /// The first directory on the way to `dir`, this included, that root keeps this user from
    /// entering, judged by the mode bits. Tandem's own user is never kept out: it is already in.
    pub(super) fn blocker(&self, dir: &Path) -> Option<PathBuf> {
        if !self.switch {
            return None;
        }
        let mut path: Vec<&Path> = dir.ancestors().collect();
        path.reverse();
        path.into_iter()
            .find(|step| fs::metadata(step).is_ok_and(|step| !self.enters(&step)))
            .map(Path::to_owned)
    }

    fn enters(&self, dir: &Metadata) -> bool {
        let bit = if dir.uid() == self.uid {
            0o100
        } else if dir.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        dir.permissions().mode() & bit != 0
    }
}

/// The name of a user, or the id where there is none.
pub(super) fn user_name(uid: u32) -> String {
    users()
        .into_iter()
        .find(|user| user.uid == uid)
        .map_or_else(|| uid.to_string(), |user| user.name)
}

/// The local users. Read from the file itself: the C library's way is not thread-safe, and who
/// is only in a network directory is named by the id.
fn users() -> Vec<RunAs> {
    let list = fs::read("/etc/passwd").unwrap_or_default();
    String::from_utf8_lossy(&list)
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(RunAs {
                uid,
                gid,
                name,
                switch: true,
            })
        })
        .collect()
}
