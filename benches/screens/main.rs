//! The three screens of an agent on a large account, beside the same data by one hand-written statement each.
//!
//! `cargo bench --bench screens -- --conversations 200000 --clients 32 --seconds 10`: prints medians, 99th percentiles, requests a
//! second and CPU time a request (Linux) of Tandem, over HTTP, and of pgbench, in turns in one run. Both ask for the same
//! conversation and inbox, which are in Postgres' memory for both.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod pgbench;
#[path = "../support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::http::{Connection, request};
use support::server::Server;
use support::{cpu, option, percentile};

/// How hard it is asked.
pub struct Run {
    clients: usize,
    seconds: u64,
}

/// What came of it.
pub struct Measured {
    per_second: f64,
    median: f64,
    p99: f64,
    /// CPU microseconds a request: of the server, of Postgres.
    cpu: (f64, f64),
}

impl Measured {
    fn of(mut micros: Vec<f64>, run: &Run, server: f64, postgres: f64) -> Self {
        micros.sort_by(f64::total_cmp);
        let count = micros.len() as f64;
        Self {
            per_second: count / run.seconds as f64,
            median: percentile(&micros, 0.5) / 1e3,
            p99: percentile(&micros, 0.99) / 1e3,
            cpu: (server / count * 1e6, postgres / count * 1e6),
        }
    }

    fn print(&self, screen: &str, by: &str) {
        println!(
            "{screen:<10} {by:<8} {:>9.0} {:>9.2} {:>9.2} {:>11.0} {:>11.0}",
            self.per_second, self.median, self.p99, self.cpu.0, self.cpu.1
        );
    }
}

async fn tandem(server: &Server, run: &Run, request: &[u8]) -> Measured {
    let before = (
        cpu::of_one(server.processes.0),
        cpu::of_tree(server.processes.1),
    );
    let end = Instant::now() + Duration::from_secs(run.seconds);
    let clients = (0..run.clients).map(|_| {
        let (address, request) = (server.address.clone(), request.to_vec());
        tokio::spawn(async move {
            let mut connection = Connection::to(&address).await;
            let mut micros = Vec::new();
            while Instant::now() < end {
                let start = Instant::now();
                let body = connection.send(&request).await;
                assert!(
                    !body.starts_with(b"{\"errors\""),
                    "{}",
                    String::from_utf8_lossy(body)
                );
                micros.push(start.elapsed().as_secs_f64() * 1e6);
            }
            micros
        })
    });
    let mut micros = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        micros.extend(client.await.expect("a client"));
    }
    let used = (
        cpu::of_one(server.processes.0) - before.0,
        cpu::of_tree(server.processes.1) - before.1,
    );
    // Postgres is the server's child, but has not ended: the server's own time is without it.
    Measured::of(micros, run, used.0, used.1)
}

/// The UUID in an id, which is behind the kind's name in base 32.
fn uuid(id: &str) -> String {
    let digits = id.rsplit('_').next().unwrap_or_default();
    let alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    let value = digits.chars().fold(0u128, |sum, digit| {
        (sum << 5) | alphabet.find(digit).unwrap_or_default() as u128
    });
    let hex = format!("{value:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// A busy inbox, and a conversation that has a ticket, five previous ones and many messages.
async fn subjects(server: &Server) -> (String, String) {
    let mut connection = Connection::to(&server.address).await;
    let inboxes = "{ inboxes { id } }";
    let mut found = connection
        .gql(&server.address, &server.token, inboxes, json!({}))
        .await;
    let inbox = found["inboxes"][0]["id"].take();
    let candidates = "{ conversations(first: 100, filter: { hasTicket: true }) { nodes { id
        messages(last: 20) { nodes { id } } previousConversations(first: 5) { nodes { id } } } } }";
    let found = connection
        .gql(&server.address, &server.token, candidates, json!({}))
        .await;
    let nodes = found["conversations"]["nodes"]
        .as_array()
        .expect("conversations");
    let length = |value: &Value| value["nodes"].as_array().map_or(0, Vec::len);
    let weight =
        |node: &&Value| length(&node["messages"]) + 20 * length(&node["previousConversations"]);
    let conversation = nodes.iter().max_by_key(weight).expect("a conversation");
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    (text(&inbox), text(&conversation["id"]))
}

#[tokio::main]
async fn main() {
    // cargo says --bench to every bench.
    let run = Run {
        clients: option("--clients", 32),
        seconds: option("--seconds", 10),
    };
    let conversations = option("--conversations", 200_000);
    let server = Server::start(conversations);
    let (inbox, conversation) = subjects(&server).await;
    let pgbench = pgbench::find();
    println!(
        "{conversations} conversations, {} clients, {} s each",
        run.clients, run.seconds
    );
    println!(
        "{:<10} {:<8} {:>9} {:>9} {:>9} {:>11} {:>11}",
        "screen", "by", "per s", "median ms", "p99 ms", "server µs", "Postgres µs"
    );
    let account = ("account", uuid(&server.account));
    for (screen, query, variables, named) in [
        (
            "inbox",
            include_str!("inbox.graphql"),
            json!({ "inbox": inbox }),
            vec![account.clone(), ("inbox", uuid(&inbox))],
        ),
        (
            "tickets",
            include_str!("tickets.graphql"),
            json!({}),
            vec![account.clone()],
        ),
        (
            "sidebar",
            include_str!("sidebar.graphql"),
            json!({ "conversation": conversation }),
            vec![account.clone(), ("conversation", uuid(&conversation))],
        ),
    ] {
        let request = request(&server.address, &server.token, query, &variables);
        let warm = Run { seconds: 1, ..run };
        tandem(&server, &warm, &request).await;
        let ours = tandem(&server, &run, &request).await;
        ours.print(screen, "tandem");
        match &pgbench {
            Some(pgbench) => {
                let theirs = pgbench::run(pgbench, &server, &run, &format!("{screen}.sql"), &named);
                theirs.print(screen, "pgbench");
                let cpu = (ours.cpu.0 + ours.cpu.1) / theirs.cpu.1;
                println!(
                    "{screen:<10} ratio    {:>9.2} {:>9.2} {:>9.2} {:>23.2}",
                    ours.per_second / theirs.per_second,
                    ours.median / theirs.median,
                    ours.p99 / theirs.p99,
                    cpu
                );
            }
            None => println!("{screen:<10} pgbench  is not installed"),
        }
    }
}
