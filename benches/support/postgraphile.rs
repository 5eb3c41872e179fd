//! PostGraphile 5 over the same Postgres, for comparison: `-- --postgraphile` asks for it, since it needs npm.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::server::Server;

/// A running PostGraphile; it ends with this.
pub struct PostGraphile {
    /// `127.0.0.1:port`
    pub address: String,
    child: Child,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/postgraphile")
}

/// Installs what the lock file says, where that has not been done yet.
fn install() {
    let changed = |file: &str| {
        let about = std::fs::metadata(folder().join(file));
        about.and_then(|about| about.modified()).ok()
    };
    if changed("node_modules/.package-lock.json") > changed("package-lock.json") {
        return;
    }
    eprintln!("Installing PostGraphile: once, half a minute.");
    let status = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder())
        .stdout(Stdio::null())
        .status()
        .expect("npm");
    assert!(status.success(), "npm ci: {status}");
}

impl PostGraphile {
    /// Starts it beside a server, if that is asked for.
    pub fn beside(server: &Server) -> Option<Self> {
        let wanted = std::env::args().any(|arg| arg == "--postgraphile");
        wanted.then(|| Self::start(server))
    }

    /// As a superuser, like pgbench: row-level security does not bind it, and it needs no transaction to say who asks.
    fn start(server: &Server) -> Self {
        install();
        // The machine's own may be too old. Where its kind of machine has none to install, it must do.
        let installed = folder().join("node_modules/.bin/node");
        let node = if installed.is_file() {
            installed
        } else {
            PathBuf::from("node")
        };
        let mut child = Command::new(node)
            .arg("server.mjs")
            .current_dir(folder())
            .env("NODE_ENV", "production")
            .env("GRAPHILE_ENV", "production")
            .env("PGHOST", &server.socket.0)
            .env("PGPORT", &server.socket.1)
            .env("PGUSER", "postgres")
            .env("PGDATABASE", "tandem")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node.js");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let url = lines
            .map(|line| line.expect("text"))
            .find_map(|line| Some(line.strip_prefix("GraphQL http://")?.to_owned()))
            .expect("an address");
        Self {
            address: url.trim_end_matches("/graphql").to_owned(),
            child,
        }
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for PostGraphile {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
