//! From a commit to the frame in a subscriber's hand.
//!
//! Nobody outside knows when Postgres committed: it was after the request was sent and before it was answered. So both
//! are told: from the request to the frame it is at most, from the answer to the frame at least.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::frames::FRAME;
use super::socket::Socket;
use super::support::percentile;
use super::support::server::Server;
use super::writer::Writer;

/// How long what is on its way may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// When something that is known by its cursor happened.
type Moments<T> = Arc<Mutex<HashMap<String, T>>>;

/// Milliseconds, sorted.
pub struct Latency {
    /// From the request to the frame.
    pub at_most: Vec<f64>,
    /// From the answer to the frame; 0 where the frame was there first.
    pub at_least: Vec<f64>,
}

impl Latency {
    /// The one below which this share is: at least, and at most.
    pub fn share(&self, share: f64) -> (f64, f64) {
        (
            percentile(&self.at_least, share),
            percentile(&self.at_most, share),
        )
    }
}

/// So many who change a conversation of their own each.
async fn writers(server: &Server, count: usize) -> Vec<Writer> {
    let mut writers = Vec::new();
    for number in 0..count {
        writers.push(Writer::told(server, number, "cascade { cursor }").await);
    }
    writers
}

/// One change; its cursor.
async fn change(writer: &mut Writer) -> String {
    cursor(writer.write().await)
}

/// Opens and closes until then, with pauses; notes when each change was sent and answered.
async fn write(
    mut writer: Writer,
    end: Instant,
    pause: Duration,
    noted: Moments<(Instant, Instant)>,
) {
    while Instant::now() < end {
        for _ in 0..2 {
            tokio::time::sleep(pause).await;
            let sent = Instant::now();
            let cursor = change(&mut writer).await;
            let moments = (sent, Instant::now());
            noted.lock().expect("no panic").insert(cursor, moments);
        }
    }
}

/// The cursor in the text of an answer or a frame.
fn cursor(text: &[u8]) -> String {
    let text = std::str::from_utf8(text).expect("text");
    let (_, rest) = text.split_once("\"cursor\":\"").expect("a cursor");
    rest[..16].to_owned()
}

/// A subscriber that notes when it had each frame.
async fn subscribe(server: &Server) -> Moments<Instant> {
    let mut socket = Socket::subscribe(&server.address, &server.token, FRAME).await;
    let moments = Moments::default();
    let noted = Arc::clone(&moments);
    tokio::spawn(async move {
        while let Some(frame) = socket.frame().await {
            let now = Instant::now();
            noted.lock().expect("no panic").insert(cursor(&frame), now);
        }
    });
    // What was committed before the subscription stands does not come.
    let mut writers = writers(server, 1).await;
    while moments.lock().expect("no panic").is_empty() {
        for _ in 0..2 {
            change(&mut writers[0]).await;
        }
    }
    moments
}

/// So many writers for so long, each with such a pause before each change.
pub async fn measure(server: &Server, count: usize, during: Duration, pause: Duration) -> Latency {
    let arrived = subscribe(server).await;
    let written = Moments::default();
    let end = Instant::now() + during;
    let all = writers(server, count).await.into_iter();
    let tasks = all.map(|writer| tokio::spawn(write(writer, end, pause, Arc::clone(&written))));
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("a writer");
    }
    let written = std::mem::take(&mut *written.lock().expect("no panic"));
    let patience = Instant::now() + PATIENCE;
    let missing = || {
        let arrived = arrived.lock().expect("no panic");
        written
            .keys()
            .filter(|key| !arrived.contains_key(*key))
            .count()
    };
    while missing() > 0 {
        assert!(Instant::now() < patience, "{} frames never came", missing());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let arrived = arrived.lock().expect("no panic");
    let sorted = |since: fn(&(Instant, Instant)) -> Instant| {
        let delays = written.iter().map(|(cursor, moments)| {
            let delay = arrived[cursor].saturating_duration_since(since(moments));
            delay.as_secs_f64() * 1e3
        });
        let mut delays: Vec<_> = delays.collect();
        delays.sort_by(f64::total_cmp);
        delays
    };
    Latency {
        at_most: sorted(|moments| moments.0),
        at_least: sorted(|moments| moments.1),
    }
}
