//! Closing and reopening tickets that have one conversation each, beside the same change by one hand-written statement.
//!
//! `cargo bench --bench changes -- --conversations 20000 --clients 32 --seconds 10`: prints commits a second, times and CPU
//! time (Linux) of Tandem, over HTTP, and of pgbench, in one run, with flushes to disk. Tandem authorises, locks, plans,
//! logs and announces each; the statement does nothing of that. Each client has a ticket of its own.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "../support/mod.rs"]
mod support;
mod tickets;

use support::measured::{Run, print_head};
use support::server::Server;
use support::{option, pgbench};
use tickets::{floor, tandem, tickets};

#[tokio::main]
async fn main() {
    let run = Run {
        clients: option("--clients", 32),
        seconds: option("--seconds", 10),
    };
    let conversations = option("--conversations", 20_000);
    let server = Server::start(conversations);
    let tickets = tickets(&server, run.clients).await;
    println!(
        "{conversations} conversations, {} clients, {} s each, flushed to disk",
        run.clients, run.seconds
    );
    print_head("change");
    tandem(&server, &Run { seconds: 1, ..run }, &tickets).await;
    let ours = tandem(&server, &run, &tickets).await;
    ours.print("status", "tandem");
    let Some(pgbench) = pgbench::find() else {
        println!("status     pgbench  is not installed");
        return;
    };
    let theirs = floor(&pgbench, &server, &run, &tickets);
    theirs.print("status", "pgbench");
    ours.print_ratio("status", &theirs);
}
