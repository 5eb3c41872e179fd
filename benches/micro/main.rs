//! Hot paths alone, without a server or a database: the planner, ids and cursors, requests, frames.
//!
//! `cargo bench --bench micro` times them; `cargo bench --bench micro -- planner` only those whose name has that.
//! `cargo count` counts their instructions under valgrind and holds them against `accepted.toml`; `cargo count --accept`
//! writes it anew.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod counted;
mod desk;
mod frames;
mod made;
mod names;
mod path;
mod planner;
mod requests;
mod verdict;

use std::process::ExitCode;
use std::time::Duration;

use criterion::Criterion;
use path::Path;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// All hot paths.
fn paths() -> Vec<&'static Path> {
    let all = [
        &planner::PATHS[..],
        &names::PATHS,
        &requests::PATHS,
        &frames::PATHS,
    ];
    all.into_iter().flatten().collect()
}

fn main() -> ExitCode {
    let has = |argument: &str| std::env::args().any(|given| given == argument);
    if has(counted::INSIDE) {
        counted::inside(&paths());
    } else if has("--count") {
        return counted::run(&paths(), has("--accept"));
    } else {
        let mut criterion = Criterion::default()
            .warm_up_time(Duration::from_secs(1))
            .measurement_time(Duration::from_secs(2))
            .configure_from_args();
        for path in paths() {
            let mut work = (path.prepare)();
            criterion.bench_function(path.name, |bencher| bencher.iter(&mut work));
        }
        criterion.final_summary();
    }
    ExitCode::SUCCESS
}
