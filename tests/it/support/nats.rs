//! A real nats-server, of a test's own.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A NATS server on a port of its own; killed where a test leaves it.
pub struct Nats {
    program: PathBuf,
    port: u16,
    running: Option<Child>,
}

/// Where the program is, if it is anywhere. Debian's package puts it where only root's path leads.
///
/// Without it the tests of NATS say so and do nothing: `cargo test` shall run on any machine. `.ci/run`, which installs
/// it, sets `TEST_NATS`, and then it must be there.
fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("NATS_SERVER") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> = std::env::split_paths(&path).collect();
    places.extend(
        [
            "/usr/sbin",
            "/usr/local/sbin",
            "/usr/local/bin",
            "/opt/homebrew/bin",
        ]
        .map(Into::into),
    );
    let mut programs = places.into_iter().map(|place| place.join("nats-server"));
    let found = programs.find(|program| program.is_file());
    let how = "install nats-server (Debian, Ubuntu: `apt-get install nats-server`; macOS: `brew install nats-server`), \
               or name it in NATS_SERVER";
    if found.is_none() {
        assert!(std::env::var_os("TEST_NATS").is_none(), "{how}");
        eprintln!("not tried, for want of a nats-server; {how}");
    }
    found
}

impl Nats {
    /// A server that runs; none where the program is not installed.
    pub async fn start() -> Option<Self> {
        let mut nats = Self {
            program: program()?,
            port: 0,
            running: None,
        };
        nats.begin().await;
        Some(nats)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Starts it again, on the same port.
    pub async fn begin(&mut self) {
        let port = match self.port {
            0 => "-1".to_owned(),
            port => port.to_string(),
        };
        let mut child = Command::new(&self.program)
            .args(["--addr", "127.0.0.1", "--port", &port])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("nats-server starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let ready = async {
            let mut said = String::new();
            while let Some(line) = lines.next_line().await.expect("a line") {
                if let Some((_, address)) = line.split_once("client connections on ") {
                    let (_, port) = address.rsplit_once(':').expect("a port");
                    self.port = port.trim().parse().expect("a port");
                }
                if line.contains("Server is ready") {
                    return;
                }
                said += &line;
            }
            panic!("nats-server ended before it was ready: {said}");
        };
        tokio::time::timeout(Duration::from_secs(30), ready)
            .await
            .expect("nats-server is ready in time");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.running = Some(child);
    }

    /// Ends it as a crash does.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            child.kill().await.expect("killed");
        }
    }
}
