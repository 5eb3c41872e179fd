//! PostGraphile 5 over the same Postgres, for comparison: `-- --postgraphile` asks for it, since it needs npm.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::http::uuid;
use super::running::Running;
use super::server::Server;

/// A running PostGraphile; it ends with this.
pub struct PostGraphile {
    /// What tables call it.
    pub name: &'static str,
    /// `127.0.0.1:port`
    pub address: String,
    running: Running,
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
    /// Starts it beside a server, if that is asked for: as a superuser, like pgbench, whom row-level security does not bind
    /// and who needs no transaction to say who asks; and as the role that Tandem has, bound by it.
    pub fn beside(server: &Server) -> Vec<Self> {
        if !std::env::args().any(|arg| arg == "--postgraphile") {
            return Vec::new();
        }
        install();
        let bound = [
            ("PGUSER", "tandem".to_owned()),
            ("TANDEM_ACCOUNT", uuid(&server.account)),
        ];
        let unbound = [("PGUSER", "postgres".to_owned())];
        vec![
            Self::start("PostGraphile", server, &unbound),
            Self::start("PostGraphile+RLS", server, &bound),
        ]
    }

    fn start(name: &'static str, server: &Server, settings: &[(&str, String)]) -> Self {
        // The machine's own may be too old. Where its kind of machine has none to install, it must do.
        let installed = folder().join("node_modules/.bin/node");
        let node = if installed.is_file() {
            installed
        } else {
            PathBuf::from("node")
        };
        let mut command = Command::new(node);
        command
            .arg("server.mjs")
            .current_dir(folder())
            .env("NODE_ENV", "production")
            .env("GRAPHILE_ENV", "production")
            .env("PGHOST", &server.socket.0)
            .env("PGPORT", &server.socket.1)
            .env("PGDATABASE", "tandem")
            .envs(settings.iter().cloned())
            .stdin(Stdio::piped());
        let (running, address) = Running::start(&mut command, "GraphQL");
        Self {
            name,
            address,
            running,
        }
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.running.process()
    }
}
