//! Running the binary.

use std::ffi::OsStr;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::support::program;

/// The longest that a start or an end may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program with these arguments.
fn command(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::from(program());
    command.args(arguments).kill_on_drop(true);
    command
}

/// What a command that ends by itself has said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let code = output
            .status
            .code()
            .unwrap_or_else(|| panic!("ended by a signal: {}", output.status));
        Self {
            code,
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// What it printed as JSON, having done its work.
    pub fn json(&self) -> Value {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The one sentence that says why it did not, after `tandem: `.
    pub fn refusal(&self, code: i32) -> &str {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{self:?}");
        let lines: Vec<_> = self.err.lines().collect();
        let [line] = lines.as_slice() else {
            panic!("not one line: {self:?}")
        };
        line.strip_prefix("tandem: ")
            .unwrap_or_else(|| panic!("not by the name: {self:?}"))
    }
}

/// Runs a command to its end.
pub async fn run(arguments: &[&str]) -> Said {
    let output = tokio::time::timeout(PATIENCE, command(arguments).output()).await;
    Said::of(output.expect("an end").expect("a start"))
}

/// A server that runs in a process of its own; killed where a test leaves it.
pub struct Server {
    pub url: String,
    /// What it said on standard output until it was ready.
    pub greeting: String,
    child: Child,
    rest: JoinHandle<String>,
}

impl Server {
    /// `tandem serve` on that database.
    pub async fn serve(database_url: &str) -> Self {
        Self::serve_with(database_url, &[]).await
    }

    /// `tandem serve` on that database with these flags.
    pub async fn serve_with(database_url: &str, flags: &[&str]) -> Self {
        Self::logging(database_url, "info", flags).await
    }

    /// The same, which logs what the filter says.
    pub async fn logging(database_url: &str, filter: &str, flags: &[&str]) -> Self {
        let arguments = [
            "--log-json",
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            database_url,
        ];
        let mut child = command(arguments.iter().chain(flags))
            .env("TANDEM_LOG", filter)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("a start");
        let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.expect("a line") {
                let entry: Value =
                    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                if entry["fields"]["message"] == "serving" {
                    return format!(
                        "http://{}",
                        entry["fields"]["address"].as_str().expect("an address")
                    );
                }
            }
            panic!("it ended before it was ready");
        };
        let url = tokio::time::timeout(PATIENCE, ready)
            .await
            .expect("ready in time");
        Self {
            url,
            greeting: String::new(),
            child,
            rest: tokio::spawn(read_out(lines)),
        }
    }

    /// `tandem dev` with that data directory.
    pub async fn dev(data_dir: &str) -> Self {
        let arguments = [
            "dev",
            "--listen",
            "127.0.0.1:0",
            "--no-fetch",
            "--data-dir",
            data_dir,
        ];
        let mut child = command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a start");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut greeting = String::new();
        let ready = async {
            while let Some(line) = lines.next_line().await.expect("a line") {
                greeting.push_str(&line);
                greeting.push('\n');
                if line.starts_with("Stop it") {
                    return;
                }
            }
            panic!("it ended before it was ready: {greeting}");
        };
        tokio::time::timeout(PATIENCE, ready)
            .await
            .expect("ready in time");
        let pages = greeting
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .expect("an address");
        let url = pages.trim_end_matches('/').to_owned();
        Self {
            url,
            greeting,
            child,
            rest: tokio::spawn(read_out(lines)),
        }
    }

    /// Ends it as a crash does: not a line of its code runs any more.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Asks it to end; its exit code, and what else it said.
    pub async fn terminate(mut self) -> (Option<i32>, String) {
        let id = i32::try_from(self.child.id().expect("it runs")).expect("an id");
        let process = rustix::process::Pid::from_raw(id).expect("an id");
        rustix::process::kill_process(process, rustix::process::Signal::TERM).expect("told");
        let status = tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .expect("an end")
            .expect("a status");
        (status.code(), self.rest.await.expect("its last words"))
    }
}

async fn read_out(mut lines: Lines<BufReader<impl AsyncRead + Unpin>>) -> String {
    let mut rest = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        rest.push_str(&line);
        rest.push('\n');
    }
    rest
}
