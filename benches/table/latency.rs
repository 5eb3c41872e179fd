//! From a commit to the frame in a subscriber's hand.
//!
//! Nobody outside knows when Postgres committed: it was after the request was sent and before it was answered. So both
//! are told: from the request to the frame it is at most, from the answer to the frame at least.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::frames::FRAME;
use super::socket::Socket;
use super::support::http::{Connection, request};
use super::support::percentile;
use super::support::server::Server;

const CHANGE: &str = "mutation($id: ID!, $status: ConversationStatus!) { updateConversationStatus(input: \
    { conversationId: $id, status: $status }) { result cascade { cursor } userErrors { message } } }";
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

/// One who changes a conversation of their own, again and again.
struct Writer {
    connection: Connection,
    requests: [Vec<u8>; 2],
}

impl Writer {
    async fn all(server: &Server, count: usize) -> Vec<Self> {
        let mut connection = Connection::to(&server.address).await;
        let oldest = "{ conversations(first: 100, filter: { hasTicket: false, status: CLOSED },
            orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id } } }";
        let found = connection
            .gql(&server.address, &server.token, oldest, json!({}))
            .await;
        let nodes = found["conversations"]["nodes"].as_array();
        let nodes = nodes.expect("conversations");
        assert!(nodes.len() >= count, "there are only {}", nodes.len());
        let mut writers = Vec::new();
        for node in nodes.iter().take(count) {
            let requests = ["OPEN", "CLOSED"].map(|status| {
                let variables = json!({ "id": node["id"], "status": status });
                request(&server.address, &server.token, CHANGE, &variables)
            });
            writers.push(Self {
                connection: Connection::to(&server.address).await,
                requests,
            });
        }
        writers
    }

    /// Opens or closes it; the cursor of that.
    async fn change(&mut self, which: usize) -> String {
        let body = self.connection.send(&self.requests[which]).await;
        let answer: Value = serde_json::from_slice(body).expect("JSON");
        let cursor = &answer["data"]["updateConversationStatus"]["cascade"]["cursor"];
        cursor.as_str().expect("a cursor").to_owned()
    }

    /// Opens and closes it until then, with pauses; notes when each was sent and answered.
    async fn write(mut self, end: Instant, pause: Duration, noted: Moments<(Instant, Instant)>) {
        while Instant::now() < end {
            for which in [0, 1] {
                tokio::time::sleep(pause).await;
                let sent = Instant::now();
                let cursor = self.change(which).await;
                let moments = (sent, Instant::now());
                noted.lock().expect("no panic").insert(cursor, moments);
            }
        }
    }
}

fn cursor(frame: &[u8]) -> String {
    let text = std::str::from_utf8(frame).expect("text");
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
    let mut writers = Writer::all(server, 1).await;
    for which in [0, 1].into_iter().cycle() {
        writers[0].change(which).await;
        let there = !moments.lock().expect("no panic").is_empty();
        if there && which == 1 {
            break;
        }
    }
    moments
}

/// So many writers for so long, each with such a pause before each change.
pub async fn measure(
    server: &Server,
    writers: usize,
    during: Duration,
    pause: Duration,
) -> Latency {
    let arrived = subscribe(server).await;
    let written = Moments::default();
    let end = Instant::now() + during;
    let all = Writer::all(server, writers).await.into_iter();
    let tasks = all.map(|writer| tokio::spawn(writer.write(end, pause, Arc::clone(&written))));
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
