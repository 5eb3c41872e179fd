//! A Tandem that is killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process that owns a cluster, killed at the latest at the end of the test.
pub struct Owner(Child);

impl Owner {
    pub fn spawn(data_dir: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                "embedded::owner_until_killed",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .env("TANDEM_TEST_DATA_DIR", data_dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        assert!(said.lines().any(|line| line.unwrap() == "owner is ready"));
        Self(process)
    }

    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn first_line(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned()
}
