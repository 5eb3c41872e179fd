//! Those who look on: subscribers, one who asks now and then, and how much memory the server has.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinHandle;

use super::load::LIST;
use super::socket::Socket;
use super::support::cpu;
use super::support::http::{Connection, request};
use super::support::server::Server;
use super::told::Told;

const FRAME: &str =
    "subscription { cascades { cursor command effects { __typename index rule subjectId } } }";
/// How long what is under way may take to arrive.
const SILENCE: Duration = Duration::from_secs(3);
/// The one who asks now and then does it so often.
const EVERY: Duration = Duration::from_millis(50);

/// What one subscriber has got, and when.
type Frames = HashMap<String, Instant>;

/// What one subscriber has got so far, and whether the server still sends.
#[derive(Default)]
struct Seat {
    frames: Mutex<Frames>,
    gone: AtomicBool,
}

/// Subscribers to everything.
pub struct Subscribers(Vec<(Arc<Seat>, JoinHandle<()>)>);

/// What subscribers have seen.
pub struct Seen {
    /// How many came.
    pub all: usize,
    /// How many the server has not let go.
    pub there: usize,
    /// Of the one who has seen least.
    pub frames: usize,
    each: Vec<Frames>,
}

impl Subscribers {
    /// So many, each over a socket of its own.
    pub async fn join(server: &Server, count: usize) -> Self {
        let mut all = Vec::new();
        for _ in 0..count {
            let socket = Socket::subscribe(&server.address, &server.token, FRAME).await;
            let seat = Arc::new(Seat::default());
            all.push((Arc::clone(&seat), tokio::spawn(follow(socket, seat))));
        }
        Self(all)
    }

    /// Waits for what is under way to arrive, and ends them.
    pub async fn leave(self) -> Seen {
        tokio::time::sleep(SILENCE).await;
        let mut seen = Seen {
            all: self.0.len(),
            there: 0,
            frames: usize::MAX,
            each: Vec::new(),
        };
        for (seat, task) in self.0 {
            // Looked at before the task is ended here.
            seen.there += usize::from(!seat.gone.load(Ordering::Relaxed) && !task.is_finished());
            task.abort();
            let frames = std::mem::take(&mut *seat.frames.lock().expect("no panic"));
            seen.frames = seen.frames.min(frames.len());
            seen.each.push(frames);
        }
        seen
    }
}

async fn follow(mut socket: Socket, seat: Arc<Seat>) {
    let mut last = String::new();
    while let Some(frame) = socket.frame().await {
        let now = Instant::now();
        let text = String::from_utf8(frame).expect("text");
        let (_, rest) = text.split_once("\"cursor\":\"").expect("a cursor");
        let cursor = &rest[..16];
        assert!(*cursor > *last, "{cursor} after {last}");
        cursor.clone_into(&mut last);
        seat.frames
            .lock()
            .expect("no panic")
            .insert(last.clone(), now);
    }
    seat.gone.store(true, Ordering::Relaxed);
}

impl Seen {
    /// How many of these somebody has not seen.
    pub fn missing(&self, cursors: &[String]) -> usize {
        let all = |cursor: &&String| self.each.iter().all(|frames| frames.contains_key(*cursor));
        cursors.iter().filter(|cursor| !all(cursor)).count()
    }

    /// How long after their acknowledgement frames came to the last subscriber.
    pub fn delays(&self, acknowledged: &HashMap<String, Instant>) -> String {
        let last = |cursor: &String| {
            self.each
                .iter()
                .filter_map(|frames| frames.get(cursor))
                .max()
        };
        let delays = acknowledged.iter().filter_map(|(cursor, at)| {
            Some(last(cursor)?.saturating_duration_since(*at).as_secs_f64())
        });
        Told::times(delays)
    }
}

/// One question and its answer.
#[derive(Clone, Copy)]
pub struct Sample {
    /// When it was asked.
    pub asked: Instant,
    /// The seconds until the answer.
    pub took: f64,
    /// Whether it was an answer, and no refusal.
    pub answered: bool,
}

/// One who asks for the list now and then, whatever happens.
pub struct Probe {
    samples: Arc<Mutex<Vec<Sample>>>,
    task: JoinHandle<()>,
}

impl Probe {
    /// Begins to ask.
    pub async fn start(server: &Server) -> Self {
        let mut connection = Connection::to(&server.address).await;
        let (address, list) = (
            server.address.clone(),
            request(&server.address, &server.token, LIST, &json!({})),
        );
        let samples = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&samples);
        let task = tokio::spawn(async move {
            loop {
                let asked = Instant::now();
                let answer = connection.exchange(&list).await;
                noted.lock().expect("no panic").push(Sample {
                    asked,
                    took: asked.elapsed().as_secs_f64(),
                    answered: answer.as_ref().is_ok_and(|answer| answer.status == 200),
                });
                if answer.is_err() {
                    connection = Connection::to(&address).await;
                }
                tokio::time::sleep(EVERY).await;
            }
        });
        Self { samples, task }
    }

    /// What there is so far.
    pub fn samples(&self) -> Vec<Sample> {
        self.samples.lock().expect("no panic").clone()
    }

    /// Ends it.
    pub fn stop(self) -> Vec<Sample> {
        self.task.abort();
        self.samples()
    }
}

/// The most memory that a process has had.
pub struct Memory(Arc<Mutex<f64>>);

impl Memory {
    /// Looks at it four times a second, for as long as the bench runs.
    pub fn watch(process: u32) -> Self {
        let peak = Arc::new(Mutex::new(cpu::memory(process)));
        let noted = Arc::clone(&peak);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(250)).await;
                let now = cpu::memory(process);
                let mut peak = noted.lock().expect("no panic");
                *peak = peak.max(now);
            }
        });
        Self(peak)
    }

    /// In KB, so far.
    pub fn peak(&self) -> f64 {
        *self.0.lock().expect("no panic")
    }
}
