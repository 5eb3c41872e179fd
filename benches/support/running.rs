//! Servers in processes of their own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A server in a process of its own; it ends with this.
pub struct Running(Child);

impl Running {
    /// Starts it and waits until it has written where it listens, in a line that begins with `before`. Gives that as
    /// `127.0.0.1:port`.
    pub fn start(command: &mut Command, before: &str) -> (Self, String) {
        let spawned = command.stdout(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let url = lines
            .map(|line| line.expect("text"))
            .find_map(|line| Some(line.trim().strip_prefix(before)?.trim().to_owned()))
            .expect("an address");
        let address = url
            .trim_start_matches("http://")
            .trim_end_matches("/graphql")
            .to_owned();
        (Self(child), address)
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // In order, so that a Postgres of its own writes its last checkpoint.
        let _ = Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status();
        let _ = self.0.wait();
    }
}
