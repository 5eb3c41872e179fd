//! The program as users run it.

use std::process::{Command, Stdio};

/// The program, with nothing of what the test's own surroundings say to it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.stdin(Stdio::null());
    let ours = |name: &str| name == "DATABASE_URL" || name.starts_with("TANDEM_");
    for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command
}
