//! Live subscriptions: what a frame to many costs, beside a plain axum WebSocket that broadcasts the same bytes.
//!
//! `cargo bench --bench live -- --seconds 10` measures, with `--subscribers 5000` only that crowd; `cargo bench --bench
//! live -- --soak 300 --sockets 2000` lets sockets come and go for that many seconds, and counts what is left. Linux.

#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod baseline;
mod crowd;
mod measured;
mod soak;
mod socket;
#[path = "../support/mod.rs"]
mod support;
mod writer;

use measured::{FRAME, plain, sample, tandem};
use support::option;
use support::server::Server;

#[tokio::main]
async fn main() {
    if std::env::args().any(|arg| arg == baseline::ARGUMENT) {
        return baseline::serve().await;
    }
    let server = Server::start(option("--conversations", 20_000));
    let soak = option("--soak", 0);
    if soak > 0 {
        return soak::run(&server, soak, option("--sockets", 2_000)).await;
    }
    let seconds = option("--seconds", 10);
    let frame = sample(&server).await;
    println!(
        "frames of {} bytes, {seconds} s each, each published once everybody has the one before",
        frame.len()
    );
    println!(
        "{:<26} {:>6} {:>11} {:>11} {:>10} {:>10} {:>10}",
        "", "subs", "frames/s", "CPU µs", "median ms", "p99 ms", "KB a sub"
    );
    let only = option("--subscribers", 0);
    let crowds = [100, 1_000, 5_000].into_iter();
    for subscribers in crowds.filter(|crowd| only == 0 || only == *crowd) {
        let ours = tandem(&server, subscribers, seconds, |_| FRAME.to_owned()).await;
        ours.print("tandem, one operation", subscribers);
        let theirs = plain(subscribers, seconds, &frame).await;
        theirs.print("plain axum WebSocket", subscribers);
        println!(
            "{:<26} {subscribers:>6} {:>11.2} {:>11.2} {:>10.2} {:>10.2}",
            "ratio",
            ours.per_second / theirs.per_second,
            ours.cpu / theirs.cpu,
            ours.median / theirs.median,
            ours.p99 / theirs.p99
        );
    }
    let different = |number| FRAME.replacen("id ", &format!("id{number}: id "), 1);
    let ours = tandem(&server, 1_000, seconds, different).await;
    ours.print("tandem, all different", 1_000);
}
