//! CPU time of processes, as Linux counts it.

use std::fs;

/// Clock ticks a second: what every Linux has that Rust runs on.
const TICKS: f64 = 100.0;

/// The CPU seconds that a process has used, its ended children included; none elsewhere than on Linux.
fn of(process: u32) -> Option<(u32, f64)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may have spaces.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let field = |place: usize| fields.get(place)?.parse::<f64>().ok();
    let used = field(11)? + field(12)? + field(13)? + field(14)?;
    Some((field(1)? as u32, used / TICKS))
}

/// The CPU seconds of a process, and of all that it started.
pub fn of_tree(root: u32) -> f64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<(u32, u32, f64)> = processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|process| of(process).map(|(parent, used)| (process, parent, used)))
        .collect();
    let mut tree = vec![root];
    let mut total = 0.0;
    while let Some(process) = tree.pop() {
        total += all
            .iter()
            .filter(|(id, _, _)| *id == process)
            .map(|(_, _, used)| used)
            .sum::<f64>();
        let children = all.iter().filter(|(_, parent, _)| *parent == process);
        tree.extend(children.map(|(id, _, _)| *id));
    }
    total
}

/// The CPU seconds of a process alone.
pub fn of_one(process: u32) -> f64 {
    of(process).map_or(0.0, |(_, used)| used)
}

/// The kilobytes of memory that a process holds.
pub fn memory(process: u32) -> f64 {
    kilobytes(process, "VmRSS:")
}

/// The most kilobytes of memory that a process has held since it began.
pub fn peak_memory(process: u32) -> f64 {
    kilobytes(process, "VmHWM:")
}

fn kilobytes(process: u32, which: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(which));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or(f64::NAN)
}

/// How many processes a process has started that still run.
pub fn children(process: u32) -> usize {
    let tasks = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    tasks.unwrap_or_default().split_whitespace().count()
}
