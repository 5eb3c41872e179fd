//! Live subscriptions: what a frame to many costs, beside a plain axum WebSocket that broadcasts the same bytes.
//!
//! `cargo bench --bench live -- --seconds 10` measures, with `--subscribers 5000` only that crowd; `cargo bench --bench live -- --soak 300 --sockets 2000` lets
//! sockets come and go for that many seconds, and counts what is left. Linux.

#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod baseline;
mod crowd;
mod soak;
mod socket;
#[path = "../support/mod.rs"]
mod support;
mod writer;

use std::time::{Duration, Instant};

use baseline::Plain;
use crowd::Crowd;
use socket::Socket;
use support::server::Server;
use support::{cpu, option, percentile};
use writer::Writer;

/// What every subscriber of one operation asks for.
pub const FRAME: &str = "subscription { cascades { id cursor command occurredAt \
    effects { __typename index rule subjectId } } }";

/// What came of one crowd.
struct Measured {
    per_second: f64,
    cpu: f64,
    median: f64,
    p99: f64,
    memory: f64,
}

impl Measured {
    fn print(&self, who: &str, subscribers: usize) {
        println!(
            "{who:<26} {subscribers:>6} {:>11.0} {:>11.1} {:>10.2} {:>10.2} {:>10.1}",
            self.per_second, self.cpu, self.median, self.p99, self.memory
        );
    }
}

/// Publishes for so long, one after the other, each as soon as everybody has the one before.
async fn measure(
    crowd: &Crowd,
    process: u32,
    seconds: u64,
    memory: f64,
    mut publish: impl AsyncFnMut(),
) -> Measured {
    publish().await;
    crowd.all_have(0).await;
    let (cpu_before, frames_before) = (cpu::of_one(process), crowd.frames());
    let (start, mut delays) = (Instant::now(), Vec::new());
    let mut number = 1;
    while start.elapsed() < Duration::from_secs(seconds) {
        publish().await;
        let answered = Instant::now();
        let last = crowd.all_have(number).await;
        delays.push(last.saturating_duration_since(answered).as_secs_f64() * 1e3);
        number += 1;
    }
    let frames = (crowd.frames() - frames_before) as f64;
    delays.sort_by(f64::total_cmp);
    Measured {
        per_second: frames / start.elapsed().as_secs_f64(),
        cpu: (cpu::of_one(process) - cpu_before) / frames * 1e6,
        median: percentile(&delays, 0.5),
        p99: percentile(&delays, 0.99),
        memory,
    }
}

/// Kilobytes of memory that each of a crowd costs while nothing happens.
async fn settled(process: u32, before: f64, subscribers: usize) -> f64 {
    tokio::time::sleep(Duration::from_secs(1)).await;
    (cpu::memory(process) - before) / subscribers as f64
}

async fn tandem(
    server: &Server,
    subscribers: usize,
    seconds: u64,
    query: impl Fn(usize) -> String,
) -> Measured {
    let process = server.processes.0;
    let before = cpu::memory(process);
    let mut crowd = Crowd::empty();
    for number in 0..subscribers {
        let socket = Socket::subscribe(&server.address, &server.token, &query(number)).await;
        crowd.join(socket, true);
    }
    let memory = settled(process, before, subscribers).await;
    let mut writer = Writer::start(server).await;
    measure(&crowd, process, seconds, memory, async || {
        writer.write().await
    })
    .await
}

async fn plain(subscribers: usize, seconds: u64, frame: &str) -> Measured {
    let server = Plain::start();
    let before = cpu::memory(server.process());
    let mut crowd = Crowd::empty();
    for _ in 0..subscribers {
        crowd.join(Socket::open(&server.address, "/live").await, false);
    }
    let memory = settled(server.process(), before, subscribers).await;
    let mut connection = support::http::Connection::to(&server.address).await;
    let request = format!(
        "POST /publish HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{frame}",
        frame.len()
    );
    let publish = async || {
        connection.send(request.as_bytes()).await;
    };
    measure(&crowd, server.process(), seconds, memory, publish).await
}

/// A frame as it comes, so that the plain server sends the same bytes.
async fn sample(server: &Server) -> String {
    let mut socket = Socket::subscribe(&server.address, &server.token, FRAME).await;
    let mut writer = Writer::start(server).await;
    // The first may be committed before the subscription stands.
    let frame = loop {
        writer.write().await;
        let frame = tokio::time::timeout(Duration::from_millis(500), socket.frame());
        if let Ok(frame) = frame.await {
            break frame.expect("a frame");
        }
    };
    String::from_utf8(frame).expect("text")
}

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
