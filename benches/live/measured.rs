//! What a frame to many costs, by Tandem and by the plain server.

use std::time::{Duration, Instant};

use super::baseline::Plain;
use super::crowd::Crowd;
use super::socket::Socket;
use super::support;
use super::support::server::Server;
use super::support::{cpu, percentile};
use super::writer::Writer;

/// What every subscriber of one operation asks for.
pub const FRAME: &str = "subscription { cascades { id cursor command occurredAt \
    effects { __typename index rule subjectId } } }";

/// What came of one crowd.
pub struct Measured {
    /// Frames a second, to all.
    pub per_second: f64,
    /// Microseconds of CPU a frame.
    pub cpu: f64,
    /// Milliseconds from the command's answer to the last subscriber's frame.
    pub median: f64,
    /// The same, of 99 in 100.
    pub p99: f64,
    /// Kilobytes that each subscriber costs while nothing happens.
    pub memory: f64,
}

impl Measured {
    /// As a row of the table.
    pub fn print(&self, who: &str, subscribers: usize) {
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

/// Lets so many subscribe, each to what `query` says for its number, and publishes by commands.
pub async fn tandem(
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
        writer.write().await;
    })
    .await
}

/// Lets so many connect to the plain server, and publishes the same bytes to them.
pub async fn plain(subscribers: usize, seconds: u64, frame: &str) -> Measured {
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
pub async fn sample(server: &Server) -> String {
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
