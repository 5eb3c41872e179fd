//! A release server on a large account of its own, kept between runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::running::Running;

/// A running `tandem dev`; it ends with this.
pub struct Server {
    /// `127.0.0.1:port`
    pub address: String,
    /// An administrator's token.
    pub token: String,
    /// The large account's id.
    pub account: String,
    /// The folder of Postgres' socket, and its port.
    pub socket: (String, String),
    /// Process ids: the server's, Postgres'.
    pub processes: (u32, u32),
    /// Held for its end.
    _running: Running,
}

fn tandem(arguments: &[&str], data_dir: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tandem"))
        .args(arguments)
        .arg("--data-dir")
        .arg(data_dir)
        .env_remove("DATABASE_URL")
        .stderr(Stdio::inherit())
        .output()
        .expect("tandem");
    assert!(
        output.status.success(),
        "tandem {arguments:?}: {}",
        output.status
    );
    String::from_utf8(output.stdout).expect("text")
}

/// Makes the account where it is not there yet, and tells what `load` said of it.
fn account(data_dir: &Path, conversations: u32) -> Value {
    let known = data_dir.join("load.json");
    if let Ok(text) = std::fs::read_to_string(&known) {
        return serde_json::from_str(&text).expect("what load said");
    }
    eprintln!(
        "Making an account of {conversations} conversations in {}: once, a minute or more.",
        data_dir.display()
    );
    tandem(&["migrate"], data_dir);
    let said = tandem(
        &[
            "load",
            "--json",
            "--conversations",
            &conversations.to_string(),
        ],
        data_dir,
    );
    std::fs::write(&known, &said).expect("a note of it");
    serde_json::from_str(&said).expect("JSON")
}

impl Server {
    /// Starts it on an account of that many conversations.
    pub fn start(conversations: u32) -> Self {
        let folder =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{conversations}"));
        let said = account(&folder, conversations);
        let text = |key: &str| said[key].as_str().expect("text").to_owned();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
        command
            .args(["dev", "--listen", "127.0.0.1:0"])
            // One client asks for all.
            .args([
                "--rate-per-token",
                "0",
                "--rate-per-address",
                "0",
                "--data-dir",
            ])
            .arg(&folder)
            .env_remove("DATABASE_URL")
            .stderr(Stdio::null());
        let (running, address) = Running::start(&mut command, "GraphQL");
        let postgres = std::fs::read_to_string(folder.join("postgres/postmaster.pid"))
            .or_else(|_| std::fs::read_to_string(folder.join("postmaster.pid")))
            .expect("Postgres' own note");
        let line = |number: usize| {
            postgres
                .lines()
                .nth(number)
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        Self {
            address,
            token: text("token"),
            account: text("accountId"),
            socket: (line(4), line(3)),
            processes: (running.process(), line(0).parse().expect("a process")),
            _running: running,
        }
    }
}
