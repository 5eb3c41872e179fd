//! Sockets that come and go under writes, for minutes: nothing may be left of those that went.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::socket::Socket;
use super::support::cpu;
use super::support::server::Server;
use super::writer::Writer;

/// What the server holds.
struct Held {
    kilobytes: f64,
    files: usize,
    connections: usize,
}

impl Held {
    fn by(server: &Server) -> Self {
        let process = server.processes.0;
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count);
        Self {
            kilobytes: cpu::memory(process),
            files,
            connections: cpu::children(server.processes.1),
        }
    }

    fn print(&self, when: &str) {
        println!(
            "{when:<28} {:>8.0} KB {:>6} open files {:>4} Postgres processes",
            self.kilobytes, self.files, self.connections
        );
    }
}

/// A number that looks random and is the same each run.
fn mixed(seed: u64) -> u64 {
    let mut value = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    value ^= value >> 32;
    value.wrapping_mul(0xd6e8_feb8_6659_fd93) >> 11
}

/// One place in the crowd: a socket that subscribes, stays a while, leaves, and comes again.
async fn come_and_go(
    address: String,
    token: String,
    number: u64,
    stop: Arc<AtomicBool>,
    frames: Arc<AtomicU64>,
) {
    let mut turn = 0;
    while !stop.load(Ordering::Relaxed) {
        turn += 1;
        let dice = mixed(number * 1_000 + turn);
        let query = match dice % 4 {
            0 => "subscription { conversationView(first: 5) { __typename } }".to_owned(),
            1 => "subscription { counts(filters: [{}, { status: OPEN }]) }".to_owned(),
            _ => super::FRAME.to_owned(),
        };
        let mut socket = Socket::subscribe(&address, &token, &query).await;
        let until = Instant::now() + Duration::from_millis(500 + dice % 20_000);
        while !stop.load(Ordering::Relaxed) && Instant::now() < until {
            let left = until
                .saturating_duration_since(Instant::now())
                .min(Duration::from_millis(500));
            match tokio::time::timeout(left, socket.frame()).await {
                Ok(Some(_)) => frames.fetch_add(1, Ordering::Relaxed),
                Ok(None) => break,
                Err(_) => 0,
            };
        }
        // Dropped without a word, as a laptop that is closed.
    }
}

/// Waits until the server has let go of the sockets.
async fn quiet(server: &Server, files: usize) {
    let patience = Instant::now() + Duration::from_secs(60);
    // Connections to the database that were opened meanwhile stay in their pool.
    while Held::by(server).files > files + 40 && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Runs it and prints what is held before, meanwhile and after each half; the second must not hold more than the first.
pub async fn run(server: &Server, seconds: u64, sockets: u64) {
    println!("{sockets} sockets come and go for {seconds} s, in two halves, under 4 writers");
    let before = Held::by(server);
    before.print("before");
    let frames = Arc::new(AtomicU64::new(0));
    let mut after = Vec::new();
    for half in ["first half", "second half"] {
        let stop = Arc::new(AtomicBool::new(false));
        let crowd: Vec<_> = (0..sockets)
            .map(|number| {
                let (address, token) = (server.address.clone(), server.token.clone());
                let (stop, frames) = (Arc::clone(&stop), Arc::clone(&frames));
                tokio::spawn(come_and_go(address, token, number, stop, frames))
            })
            .collect();
        let mut writers = Vec::new();
        for number in 0..4 {
            let (mut writer, stop) = (Writer::nth(server, number).await, Arc::clone(&stop));
            writers.push(tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    writer.write().await;
                    writer.write().await;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }));
        }
        tokio::time::sleep(Duration::from_secs(seconds / 2)).await;
        Held::by(server).print(&format!("at the end of the {half}"));
        stop.store(true, Ordering::Relaxed);
        for task in crowd.into_iter().chain(writers) {
            task.await.expect("an orderly end");
        }
        quiet(server, before.files).await;
        let held = Held::by(server);
        held.print(&format!("after the {half}"));
        after.push(held);
    }
    println!("{} frames arrived", frames.load(Ordering::Relaxed));
    let (first, second) = (&after[0], &after[1]);
    assert!(second.files <= first.files + 8, "files are left open");
    assert!(
        second.connections <= first.connections + 2,
        "connections are left open"
    );
    assert!(
        second.kilobytes <= first.kilobytes * 1.15 + 4_096.0,
        "memory grows"
    );
    println!("nothing is left behind");
}
