//! kill -9 in the middle of writes: what was acknowledged is seen once, in order, by whoever resumes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::process::{PATIENCE, Server};
use crate::stream::socket::Socket;
use crate::support::desk::{document, text};
use crate::support::sql::{connect_across, texts};
use crate::support::{Client, TestApp, database};

/// Writes of one writer against one server, until that server dies or the writer is told to stop.
struct Writer {
    url: String,
    token: String,
    http: reqwest::Client,
    acknowledged: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Writer {
    /// One mutation; none where the server did not answer any more.
    async fn payload(&self, mutation: &str, input: Value) -> Option<Value> {
        let body = json!({ "query": document(mutation), "variables": { "input": input } });
        let request = self
            .http
            .post(format!("{}/graphql", self.url))
            .bearer_auth(&self.token)
            .json(&body);
        let mut answer: Value = request.send().await.ok()?.json().await.ok()?;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        Some(answer["data"][mutation].take())
    }

    /// Closes and opens the ticket and writes notes, as fast as the server answers.
    async fn write(self, ticket: String, conversation: String, statuses: [String; 2]) {
        for turn in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let payload = if turn % 3 == 0 {
                self.payload(
                    "addNote",
                    json!({ "conversationId": conversation, "text": format!("note {turn}") }),
                )
                .await
            } else {
                let status = &statuses[turn % 2];
                self.payload(
                    "updateTicketStatus",
                    json!({ "ticketId": ticket, "statusId": status }),
                )
                .await
            };
            let Some(payload) = payload else { return };
            if payload["result"] == "APPLIED" {
                self.acknowledged
                    .lock()
                    .unwrap()
                    .push(text(&payload["cascade"]["cursor"]));
            }
        }
    }
}

/// A subscriber that notes what it sees until its connection ends.
fn follow(url: &str, token: &str, seen: Arc<Mutex<Vec<String>>>, after: Value) -> JoinHandle<()> {
    let (url, token) = (url.to_owned(), token.to_owned());
    tokio::spawn(async move {
        let mut socket = Socket::cascades(&url, &token, Value::Null, after).await;
        while let Some(cascade) = socket.cascade_or_end().await {
            seen.lock().unwrap().push(text(&cascade["cursor"]));
        }
    })
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_crash_is_seen_once_and_in_order() {
    let database = database().await;
    // The desk is set up by a server of the test's own, which has nothing to do with what follows.
    let app = TestApp::on(&database.url, tandem::config::Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let mut desks = Vec::new();
    for _ in 0..4 {
        let (ticket, conversations) = account.ticket(&client, 3).await;
        desks.push((ticket, conversations[0].clone()));
    }
    let start = client.gql("{ asOf }", json!({})).await["asOf"].clone();
    app.stop().await;

    let steady = Server::serve(&database.url).await;
    let (acknowledged, stop) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(AtomicBool::new(false)),
    );
    let statuses = ["Closed", "New"].map(|name| account.statuses[name].clone());
    let writer = |url: &str, desk: usize| {
        let writer = Writer {
            url: url.to_owned(),
            token: account.token.clone(),
            http: reqwest::Client::new(),
            acknowledged: Arc::clone(&acknowledged),
            stop: Arc::clone(&stop),
        };
        let (ticket, conversation) = desks[desk].clone();
        tokio::spawn(writer.write(ticket, conversation, statuses.clone()))
    };
    // Holds once so many more were acknowledged than now.
    let more = |by: usize| {
        let goal = acknowledged.lock().unwrap().len() + by;
        let acknowledged = Arc::clone(&acknowledged);
        move || acknowledged.lock().unwrap().len() >= goal
    };
    // Two servers; the second one is killed again and again, the first one's writers go on meanwhile.
    let mut writers = vec![writer(&steady.url, 0)];
    let (seen, beside) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(Mutex::new(Vec::new())),
    );
    let onlooker = follow(
        &steady.url,
        &account.token,
        Arc::clone(&beside),
        start.clone(),
    );
    for round in 0..3 {
        let server = Server::serve(&database.url).await;
        let after = seen
            .lock()
            .unwrap()
            .last()
            .map_or_else(|| start.clone(), |cursor| json!(cursor));
        let follower = follow(&server.url, &account.token, Arc::clone(&seen), after);
        let here: Vec<_> = (1..4).map(|desk| writer(&server.url, desk)).collect();
        until("writes", more(40)).await;
        let before = seen.lock().unwrap().len();
        until("frames", || seen.lock().unwrap().len() > before).await;
        server.kill().await;
        follower.await.expect("a follower");
        for writer in here {
            writer.await.expect("a writer");
        }
        println!(
            "round {round}: {} acknowledged",
            acknowledged.lock().unwrap().len()
        );
    }
    until("writes beside the crash", more(10)).await;
    stop.store(true, Ordering::Relaxed);
    for writer in writers.drain(..) {
        writer.await.expect("a writer");
    }

    // One last resume, on a server that has never seen this client, up to the log's end.
    let mut sql = connect_across(&database.url).await;
    let log = texts(
        &mut sql,
        "SELECT lpad(to_hex(position), 16, '0') AS text FROM cascades ORDER BY position",
    )
    .await;
    let log: Vec<_> = log
        .into_iter()
        .filter(|cursor| **cursor > *start.as_str().expect("a cursor"))
        .collect();
    let server = Server::serve(&database.url).await;
    let after = json!(seen.lock().unwrap().last());
    let follower = follow(&server.url, &account.token, Arc::clone(&seen), after);
    until("the rest", || {
        seen.lock().unwrap().len() >= log.len() && beside.lock().unwrap().len() >= log.len()
    })
    .await;
    server.kill().await;
    follower.await.expect("a follower");
    steady.kill().await;
    onlooker.await.expect("an onlooker");

    // Each cascade of the log once, in its order; and each acknowledged one is in the log.
    assert_eq!(*seen.lock().unwrap(), log);
    assert_eq!(*beside.lock().unwrap(), log);
    let mut acknowledged = acknowledged.lock().unwrap().clone();
    acknowledged.sort();
    assert!(acknowledged.is_sorted_by(|a, b| a < b), "no cursor twice");
    assert!(acknowledged.iter().all(|cursor| log.contains(cursor)));
    assert!(acknowledged.len() >= 130, "{}", acknowledged.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_and_not_acknowledged_is_whole_or_not_there() {
    let database = database().await;
    let app = TestApp::on(&database.url, tandem::config::Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let (ticket, conversations) = account.ticket(&client, 30).await;
    app.stop().await;
    for round in 0..4 {
        let server = Server::serve(&database.url).await;
        let client = Client::new(&server.url, &account.token);
        let status = &account.statuses[if round % 2 == 0 { "Closed" } else { "New" }];
        let input = json!({ "ticketId": ticket, "statusId": status });
        // Killed while it is at it, each time after another moment: nobody knows how far it came.
        let begun = tokio::spawn(async move {
            client
                .raw(&document("updateTicketStatus"), json!({ "input": input }))
                .await
        });
        tokio::time::sleep(std::time::Duration::from_millis(3 * round)).await;
        server.kill().await;
        let _ = begun.await;
        let mut sql = connect_across(&database.url).await;
        // The row and its image in the log agree, for the ticket and for all thirty.
        let torn = "SELECT c.id::text AS text FROM conversations c JOIN LATERAL (SELECT (i ->> 'version')::integer AS version \
            FROM cascades l, jsonb_array_elements(l.body -> 'conversations') i WHERE i ->> 'id' = c.id::text \
            ORDER BY l.position DESC LIMIT 1) l ON l.version <> c.version \
            UNION ALL SELECT t.id::text FROM tickets t JOIN conversations c ON c.ticket_id = t.id \
            GROUP BY t.id, t.category HAVING t.category = 1 AND bool_or(c.status = 0)";
        assert_eq!(
            texts(&mut sql, torn).await,
            Vec::<String>::new(),
            "round {round}"
        );
    }
    assert_eq!(conversations.len(), 30);
}
