//! The same rows by pgbench: what Postgres alone needs for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::cpu;
use super::measured::{Measured, Run};
use super::server::Server;

/// Where pgbench is: in the path, or beside the server that Debian installs.
pub fn find() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut places: Vec<PathBuf> = debian
        .map(|entry| entry.path().join("bin/pgbench"))
        .collect();
    places.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    places.extend(std::env::split_paths(&path).map(|folder| folder.join("pgbench")));
    places.into_iter().rev().find(|place| place.is_file())
}

/// Runs a statement by as many clients for as long, each asking anew as soon as it is answered. As a superuser, whom
/// row-level security does not bind: nothing but the rows.
pub fn run(
    pgbench: &Path,
    server: &Server,
    run: &Run,
    file: &str,
    variables: &[(&str, String)],
) -> Measured {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pgbench");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let statement = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches")
        .join(file);
    let mut command = Command::new(pgbench);
    command
        .args([
            "-n",
            "-M",
            "prepared",
            "-j",
            "2",
            "-U",
            "postgres",
            "-l",
            "--log-prefix",
        ])
        .arg(folder.join("log"))
        .args(["-h", &server.socket.0, "-p", &server.socket.1])
        .args([
            "-c",
            &run.clients.to_string(),
            "-T",
            &run.seconds.to_string(),
        ])
        .arg("-f")
        .arg(statement);
    for (name, value) in variables {
        command.arg("-D").arg(format!("{name}={value}"));
    }
    let before = cpu::of_tree(server.processes.1);
    let output = command.arg("tandem").output().expect("pgbench");
    let used = cpu::of_tree(server.processes.1) - before;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut micros: Vec<f64> = Vec::new();
    for file in std::fs::read_dir(&folder).expect("logs").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("a log");
        // client, transaction, microseconds, …
        micros.extend(
            text.lines()
                .filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok()),
        );
    }
    Measured::of(micros, run, 0.0, used)
}

/// Runs statements once, as the same superuser.
pub fn once(pgbench: &Path, server: &Server, statements: &str) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pgbench-once.sql");
    std::fs::write(&file, statements).expect("a file");
    let output = Command::new(pgbench)
        .args(["-n", "-t", "1", "-U", "postgres"])
        .args(["-h", &server.socket.0, "-p", &server.socket.1])
        .arg("-f")
        .arg(&file)
        .arg("tandem")
        .output()
        .expect("pgbench");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
