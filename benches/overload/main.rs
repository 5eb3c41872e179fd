//! Ten times the load that the server can take: what it answers, what it sheds, what its subscribers see meanwhile, and
//! how soon all is as before.
//!
//! `cargo bench --bench overload -- --seconds 60 --times 10 --connections 4000`. First it finds out what the server
//! takes, by clients that ask again as soon as they are answered. Then it offers a multiple of that, evenly, whatever
//! becomes of it. Exit code 1 where the server did not behave. Linux.

#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod load;
mod onlookers;
#[path = "../live/socket.rs"]
#[allow(dead_code, reason = "made for another bench")]
mod socket;
#[path = "../support/mod.rs"]
mod support;
mod told;

use std::time::{Duration, Instant};

use load::{Mix, closed, open};
use onlookers::{Memory, Probe, Sample, Subscribers};
use support::server::Server;
use support::{cpu, option, percentile};
use told::Told;

/// What a request may take at most, by the server's settings (`request_seconds`).
const TIME_LIMIT: f64 = 30.0;
/// Within so many seconds after the load has ended, everything must be as before.
const RECOVERY: f64 = 10.0;
/// What memory may grow to under load, beyond what the same server has under the load that it can take, in KB.
const MEMORY: f64 = 512.0 * 1024.0;
/// How long what is normal is looked at.
const CALM: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    let server = Server::start(option("--conversations", 3_000));
    let seconds = Duration::from_secs(option("--seconds", 60));
    let (times, connections) = (option("--times", 10), option("--connections", 4_000));
    let subscribers = Subscribers::join(&server, option("--subscribers", 50)).await;
    let mix = Mix::of(&server).await;
    let memory = Memory::watch(server.processes.0);

    let probe = Probe::start(&server).await;
    tokio::time::sleep(CALM).await;
    let normal = probe.samples();
    let usual = percentile(&told::sorted(normal.iter().map(|sample| sample.took)), 0.99);
    println!(
        "alone: {}",
        Told::times(normal.iter().map(|sample| sample.took))
    );

    let taken = closed(&server, &mix, 32, CALM).await;
    let capacity = taken.answered.len() as f64 / CALM.as_secs_f64();
    println!(
        "it takes {capacity:.0} requests a second from 32 clients: {}",
        Told::times(taken.answered.iter().copied())
    );
    let before = memory.peak();

    let cpu_before = cpu::of_one(server.processes.0);
    let rate = capacity * f64::from(times);
    let offered = open(&server, &mix, rate, connections, seconds).await;
    let ended = Instant::now();
    let used = (cpu::of_one(server.processes.0) - cpu_before) / seconds.as_secs_f64();
    println!(
        "offered {rate:.0} a second for {} s, over {connections} connections:",
        seconds.as_secs()
    );
    offered.print(seconds);
    println!("  the server used {used:.2} cores");

    tokio::time::sleep(Duration::from_secs(RECOVERY as u64 + 5)).await;
    let samples = probe.stop();
    // As before is a second whose answers are all there, and of which half took no longer than three times what nearly
    // all took at first, or 50 ms: others on this machine make single ones late at any time.
    let good = (usual * 3.0).max(0.05);
    let normal_again = |second: &u64| {
        let within =
            |sample: &&Sample| sample.asked >= ended && (sample.asked - ended).as_secs() == *second;
        let of_it: Vec<_> = samples.iter().filter(within).collect();
        let took = told::sorted(of_it.iter().map(|sample| sample.took));
        of_it.iter().all(|sample| sample.answered) && percentile(&took, 0.5) <= good
    };
    let last = RECOVERY as u64 + 4;
    let late = (0..last).filter(|second| !normal_again(second)).max();
    let back = late.map_or(0.0, |second| second as f64 + 1.0);
    println!(
        "  back to answers within {:.0} ms: {back:.1} s after the end",
        good * 1e3
    );
    let grown = memory.peak() - before;
    println!(
        "  memory: {:.0} MB at its peak before, {:.0} MB more under the load",
        before / 1024.0,
        grown / 1024.0
    );
    let seen = subscribers.leave().await;
    let acknowledged = [taken.cursors, offered.cursors.clone()].concat();
    let missing = seen.missing(&acknowledged);
    println!(
        "  subscribers: {} still there of {}, {} frames each, {missing} acknowledged cascades not seen; frames {}",
        seen.there,
        seen.all,
        seen.frames,
        seen.delays(&offered.acknowledged)
    );

    let told = [
        (
            "sheds what is too much, and says when to come again",
            offered.shed.len() > offered.answered.len() && offered.bad_shed == 0,
        ),
        (
            "answers nothing else than 200 and 503",
            offered.strange.is_empty() && offered.broken == 0,
        ),
        (
            "goes on answering",
            offered.answered.len() as f64 > capacity * seconds.as_secs_f64() / 4.0,
        ),
        (
            "answers within its time limit",
            offered.answered.iter().all(|took| *took <= TIME_LIMIT),
        ),
        ("keeps its memory bounded", grown < MEMORY),
        (
            "lets subscribers see all",
            missing == 0 && seen.there == seen.all,
        ),
        ("is back to normal within seconds", back <= RECOVERY),
    ];
    for (what, holds) in told {
        println!("{} {what}", if holds { "yes:" } else { "NO: " });
    }
    if told.iter().any(|(_, holds)| !holds) {
        // The server is to stop in order, which it does not where the process ends here.
        drop(server);
        std::process::exit(1);
    }
}
