//! Counting the instructions of each path under valgrind's callgrind: the same on a busy machine as on an idle one.
//!
//! This program runs itself under valgrind, all paths one after the other. Only what [`counted_path`] does is counted, and
//! after each path its count is written to a file of its own.

use std::collections::BTreeMap;
use std::path::{Path as File, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use super::path::{Path, Work};
use super::verdict::{Counts, PER_CENT};

/// The argument with which this program, under valgrind, does each path.
pub const INSIDE: &str = "--inside-valgrind";
/// How often each path is done before it is counted: what is done only once, or grows at first, is no part of it.
const BEFORE: u32 = 3;
/// How often it is counted: tables with random seeds make it differ a little from one time to the next.
const TIMES: u32 = 10;

/// Does each path; valgrind looks at it.
pub fn inside(paths: &[&Path]) {
    for path in paths {
        let mut work = (path.prepare)();
        for _ in 0..BEFORE {
            work();
        }
        counted_path(&mut work);
        path_is_done();
    }
}

/// Valgrind writes down what was counted when it comes here, and begins anew.
#[inline(never)]
fn path_is_done() {
    std::hint::black_box(());
}

/// What is counted: valgrind knows it by its name.
#[inline(never)]
fn counted_path(work: &mut Work) {
    for _ in 0..TIMES {
        work();
    }
}

/// Counts all paths and holds them against what was accepted, or accepts them.
pub fn run(paths: &[&Path], accept: bool) -> ExitCode {
    let counts = match count(paths) {
        Ok(counts) => counts,
        Err(why) => {
            eprintln!("The instructions cannot be counted: {why}");
            return ExitCode::FAILURE;
        }
    };
    let file = File::new(env!("CARGO_MANIFEST_DIR")).join("benches/micro/accepted.toml");
    if accept {
        let text = toml::to_string(&counts).expect("TOML");
        let text =
            format!("# Written by `cargo count --accept`; docs/performance.md says when.\n{text}");
        std::fs::write(&file, text).expect("the file of accepted instructions");
        println!("{} paths accepted.", counts.instructions.len());
        return ExitCode::SUCCESS;
    }
    let text = std::fs::read_to_string(&file).expect("the file of accepted instructions");
    let accepted: Counts = toml::from_str(&text).expect("accepted instructions");
    print(&counts, &accepted)
}

fn print(counts: &Counts, accepted: &Counts) -> ExitCode {
    println!("{:<58} {:>12} {:>12}", "instructions", "now", "accepted");
    for (path, now) in &counts.instructions {
        let before = accepted.instructions.get(path);
        let before = before.map_or_else(|| "-".to_owned(), u64::to_string);
        println!("{path:<58} {now:>12} {before:>12}");
    }
    if !counts.are_like(accepted) {
        println!(
            "Not compared: accepted were those of {} for {}, these are of {} for {}.",
            accepted.rustc, accepted.target, counts.rustc, counts.target
        );
        return ExitCode::SUCCESS;
    }
    let verdict = counts.against(accepted);
    for hint in &verdict.hints {
        println!("Cheaper: {hint}. `cargo count --accept` keeps it so.");
    }
    for failure in &verdict.failures {
        println!("FAILED: {failure}.");
    }
    if verdict.failures.is_empty() {
        println!("No path takes over {PER_CENT} % more than accepted.");
        return ExitCode::SUCCESS;
    }
    println!("If this is as it must be, `cargo count --accept` accepts it; say in the commit why.");
    ExitCode::FAILURE
}

fn count(paths: &[&Path]) -> Result<Counts, String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("counts");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let status = Command::new("valgrind")
        .args(["-q", "--tool=callgrind", "--collect-atstart=no"])
        .args([
            "--toggle-collect=*counted_path*",
            "--dump-before=*path_is_done*",
        ])
        .arg(format!(
            "--callgrind-out-file={}",
            folder.join("out").display()
        ))
        .arg(program)
        .arg(INSIDE)
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !status.success() {
        return Err(format!("under valgrind it ended with {status}"));
    }
    let mut instructions = BTreeMap::new();
    for (place, path) in paths.iter().enumerate() {
        let total = total(&folder.join(format!("out.{}", place + 1)))?;
        instructions.insert(path.name.to_owned(), total / u64::from(TIMES));
    }
    if instructions.len() != paths.len() {
        return Err("two paths have the same name".to_owned());
    }
    let said = said_by_rustc()?;
    let line = |start: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(start));
        line.map(str::to_owned)
            .ok_or_else(|| format!("rustc does not say {start}"))
    };
    Ok(Counts {
        rustc: line("rustc ")?,
        target: line("host: ")?,
        instructions,
    })
}

/// The one number of a dump: what was counted since the one before.
fn total(dump: &File) -> Result<u64, String> {
    let text =
        std::fs::read_to_string(dump).map_err(|error| format!("{}: {error}", dump.display()))?;
    let total = text.lines().find_map(|line| line.strip_prefix("summary: "));
    let total = total.and_then(|total| total.trim().parse().ok());
    total
        .filter(|total| *total > 0)
        .ok_or_else(|| format!("{}: nothing was counted", dump.display()))
}

fn said_by_rustc() -> Result<String, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output();
    let output = output.map_err(|error| format!("rustc: {error}"))?;
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
