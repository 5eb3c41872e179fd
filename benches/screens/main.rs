//! The three screens of an agent on a large account, beside the same data by one hand-written statement each.
//!
//! `cargo bench --bench screens -- --conversations 200000 --clients 32 --seconds 10`: prints medians, 99th percentiles, requests a
//! second and CPU time a request (Linux) of Tandem, over HTTP, and of pgbench, in turns in one run. Both ask for the same
//! conversation and inbox, which are in Postgres' memory for both.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;

use serde_json::{Value, json};
use support::http::{Connection, request, uuid};
use support::measured::{Measured, Run, print_head};
use support::server::Server;
use support::{option, pgbench};

/// Asks for the same again and again.
async fn tandem(server: &Server, run: &Run, request: &[u8]) -> Measured {
    let request: Arc<[u8]> = request.into();
    let ask = |mut connection: Connection, request: Arc<[u8]>| async {
        let body = connection.send(&request).await;
        assert!(
            !body.starts_with(b"{\"errors\""),
            "{}",
            String::from_utf8_lossy(body)
        );
        (connection, request)
    };
    Measured::asking(server, run, |_| Arc::clone(&request), ask).await
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
    print_head("screen");
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
                let theirs = pgbench::run(
                    pgbench,
                    &server,
                    &run,
                    &format!("screens/{screen}.sql"),
                    &named,
                );
                theirs.print(screen, "pgbench");
                ours.print_ratio(screen, &theirs);
            }
            None => println!("{screen:<10} pgbench  is not installed"),
        }
    }
}
