//! Closing and reopening tickets that have one conversation each, beside the same change by one hand-written statement.
//!
//! `cargo bench --bench changes -- --conversations 20000 --clients 32 --seconds 10`: prints commits a second, times and CPU
//! time (Linux) of Tandem, over HTTP, and of pgbench, in one run, with flushes to disk. Tandem authorises, locks, plans,
//! logs and announces each; the statement does nothing of that. Each client has a ticket of its own.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;

use serde_json::{Value, json};
use support::http::{Connection, request, uuid};
use support::measured::{Measured, Run, print_head};
use support::server::Server;
use support::{option, pgbench};

const OPEN: &str = "query($after: String) {
    tickets(first: 100, after: $after, filter: { category: OPEN }) {
        pageInfo { endCursor }
        nodes { id pipeline { statuses { id category } } conversations(first: 2) { nodes { id status } } }
    }
}";
const CHANGE: &str = "mutation($ticket: ID!, $status: ID!) {
    updateTicketStatus(input: { ticketId: $ticket, statusId: $status }) { result userErrors { message } }
}";

/// A ticket with its one conversation, and the statuses that it is given in turns.
struct Ticket {
    ticket: String,
    conversation: String,
    closed: String,
    open: String,
}

impl Ticket {
    fn of(node: &Value) -> Option<Self> {
        let text = |value: &Value| value["id"].as_str().map(str::to_owned);
        let status = |category: &str| {
            let mut all = node["pipeline"]["statuses"].as_array()?.iter();
            text(all.find(|status| status["category"] == category)?)
        };
        let [conversation] = node["conversations"]["nodes"].as_array()?.as_slice() else {
            return None;
        };
        (conversation["status"] == "OPEN").then_some(())?;
        Some(Self {
            ticket: text(node)?,
            conversation: text(conversation)?,
            closed: status("CLOSED")?,
            open: status("OPEN")?,
        })
    }

    fn requests(&self, server: &Server) -> Arc<[Vec<u8>; 2]> {
        let requests = [&self.closed, &self.open].map(|status| {
            let variables = json!({ "ticket": self.ticket, "status": status });
            request(&server.address, &server.token, CHANGE, &variables)
        });
        Arc::new(requests)
    }
}

/// As many open tickets with one open conversation each.
async fn tickets(server: &Server, count: usize) -> Vec<Ticket> {
    let mut connection = Connection::to(&server.address).await;
    let (mut found, mut after) = (Vec::new(), Value::Null);
    while found.len() < count {
        let variables = json!({ "after": after });
        let mut page = connection
            .gql(&server.address, &server.token, OPEN, variables)
            .await;
        let nodes = page["tickets"]["nodes"].as_array().expect("tickets");
        assert!(!nodes.is_empty(), "there are only {} of them", found.len());
        found.extend(nodes.iter().filter_map(Ticket::of));
        after = page["tickets"]["pageInfo"]["endCursor"].take();
    }
    found.truncate(count);
    found
}

/// Closes and reopens, in turns; ends with all of them open.
async fn tandem(server: &Server, run: &Run, tickets: &[Ticket]) -> Measured {
    let ask = |mut connection: Connection, (requests, next): (Arc<[Vec<u8>; 2]>, usize)| async move {
        let body = connection.send(&requests[next]).await;
        assert!(
            body.windows(9).any(|window| window == b"\"APPLIED\""),
            "{}",
            String::from_utf8_lossy(body)
        );
        (connection, (requests, 1 - next))
    };
    let start = |number: usize| (tickets[number].requests(server), 0);
    let measured = Measured::asking(server, run, start, ask).await;
    let mut connection = Connection::to(&server.address).await;
    for ticket in tickets {
        connection.send(&ticket.requests(server)[1]).await;
    }
    measured
}

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
    let rows = tickets.iter().enumerate().map(|(client, one)| {
        let [ticket, conversation, closed, open] =
            [&one.ticket, &one.conversation, &one.closed, &one.open].map(|id| uuid(id));
        format!("({client}, '{ticket}', '{conversation}', '{closed}', '{open}')")
    });
    let rows: Vec<_> = rows.collect();
    let table = format!(
        "DROP SCHEMA IF EXISTS bench CASCADE;\nCREATE SCHEMA bench;\n\
         CREATE TABLE bench.tickets (client int PRIMARY KEY, ticket uuid, conversation uuid, closed uuid, open uuid);\n\
         INSERT INTO bench.tickets VALUES {};\n",
        rows.join(", ")
    );
    pgbench::once(&pgbench, &server, &table);
    let account = [("account", uuid(&server.account))];
    let theirs = pgbench::run(&pgbench, &server, &run, "changes/status.sql", &account);
    theirs.print("status", "pgbench");
    ours.print_ratio("status", &theirs);
    // All open again, and nothing left beside the account.
    let again = "UPDATE tickets t SET category = 0, status_id = b.open, closed_at = NULL FROM bench.tickets b WHERE t.id = b.ticket;\n\
                 UPDATE conversations c SET status = 0, closed_at = NULL FROM bench.tickets b WHERE c.id = b.conversation;\n\
                 DROP SCHEMA bench CASCADE;\n";
    pgbench::once(&pgbench, &server, again);
}
