//! Tickets with one conversation that are closed and reopened, by Tandem and by a statement.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::support::http::{Connection, request, uuid};
use super::support::measured::{Measured, Run};
use super::support::pgbench;
use super::support::server::Server;

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
pub struct Ticket {
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
pub async fn tickets(server: &Server, count: usize) -> Vec<Ticket> {
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
pub async fn tandem(server: &Server, run: &Run, tickets: &[Ticket]) -> Measured {
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
    let measured = Measured::asking(&server.address, server.processes, run, start, ask).await;
    let mut connection = Connection::to(&server.address).await;
    for ticket in tickets {
        connection.send(&ticket.requests(server)[1]).await;
    }
    measured
}

/// Lets pgbench change the same tickets by one statement, and ends with all of them open and nothing left
/// beside the account.
pub fn floor(pgbench: &Path, server: &Server, run: &Run, tickets: &[Ticket]) -> Measured {
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
    pgbench::once(pgbench, server, &table);
    let account = [("account", uuid(&server.account))];
    let measured = pgbench::run(pgbench, server, run, "changes/status.sql", &account);
    let again = "UPDATE tickets t SET category = 0, status_id = b.open, closed_at = NULL FROM bench.tickets b WHERE t.id = b.ticket;\n\
                 UPDATE conversations c SET status = 0, closed_at = NULL FROM bench.tickets b WHERE c.id = b.conversation;\n\
                 DROP SCHEMA bench CASCADE;\n";
    pgbench::once(pgbench, server, again);
    measured
}
