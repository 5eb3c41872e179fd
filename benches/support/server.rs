//! A release server on a large account of its own, kept between runs.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

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
    child: Child,
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
        let mut child = Command::new(env!("CARGO_BIN_EXE_tandem"))
            .args(["dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&folder)
            .env_remove("DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tandem dev");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let url = lines
            .map(|line| line.expect("text"))
            .find_map(|line| Some(line.trim().strip_prefix("GraphQL")?.trim().to_owned()))
            .expect("an address");
        let address = url
            .trim_start_matches("http://")
            .trim_end_matches("/graphql")
            .to_owned();
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
            processes: (child.id(), line(0).parse().expect("a process")),
            child,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // In order, so that Postgres writes its last checkpoint.
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
    }
}
