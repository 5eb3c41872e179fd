//! Those who ask: nine in ten for a list, one in ten changes something.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};
use tokio::time::MissedTickBehavior;

use super::support::http::{Connection, request};
use super::support::server::Server;
use super::told::Told;

/// The list that an agent looks at.
pub const LIST: &str = "query List { asOf conversations(first: 25, filter: { status: OPEN }) { nodes { id subject status \
    lastActivityAt contact { name } owner { name } lastMessage { text } } pageInfo { hasNextPage endCursor } } }";
const CHANGE: &str = "mutation Change($id: ID!, $status: ConversationStatus!) { updateConversationStatus(input: \
    { conversationId: $id, status: $status }) { result cascade { cursor } userErrors { message } } }";
/// An answer to the list is about so long.
const ROOM: usize = 16 * 1024;

/// What is asked, in turn.
pub struct Mix {
    requests: Vec<Vec<u8>>,
    next: AtomicUsize,
}

impl Mix {
    /// Changes go to a hundred conversations without a ticket, each closed and opened in turn.
    pub async fn of(server: &Server) -> Self {
        let mut connection = Connection::to(&server.address).await;
        let oldest = "{ conversations(first: 100, filter: { hasTicket: false, status: CLOSED }, \
            orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id } } }";
        let found = connection
            .gql(&server.address, &server.token, oldest, json!({}))
            .await;
        let ids = found["conversations"]["nodes"].as_array().expect("a list");
        let ask = |query, variables| request(&server.address, &server.token, query, &variables);
        let list = ask(LIST, json!({}));
        let mut requests = Vec::new();
        for status in ["OPEN", "CLOSED"] {
            for node in ids {
                requests.extend(vec![list.clone(); 9]);
                requests.push(ask(CHANGE, json!({ "id": node["id"], "status": status })));
            }
        }
        Self {
            requests,
            next: AtomicUsize::new(0),
        }
    }

    fn next(&self) -> &[u8] {
        &self.requests[self.next.fetch_add(1, Ordering::Relaxed) % self.requests.len()]
    }
}

/// What came of it.
#[derive(Default)]
pub struct Outcome {
    /// Seconds that each took which was answered.
    pub answered: Vec<f64>,
    /// Seconds until each was turned away.
    pub shed: Vec<f64>,
    /// Turned away without a word on when to come again.
    pub bad_shed: usize,
    /// Answers that should not be, with how often they came.
    pub strange: HashMap<String, usize>,
    /// Connections that the server closed on a request.
    pub broken: usize,
    /// Requests for which no connection was free.
    pub unsent: usize,
    /// What was acknowledged as written.
    pub cursors: Vec<String>,
    /// When it was.
    pub acknowledged: HashMap<String, Instant>,
}

impl Outcome {
    pub fn print(&self, during: Duration) {
        let second = |count: usize| count as f64 / during.as_secs_f64();
        println!(
            "  answered {:.0} a second: {}",
            second(self.answered.len()),
            Told::times(self.answered.iter().copied())
        );
        println!(
            "  shed {:.0} a second: {}",
            second(self.shed.len()),
            Told::times(self.shed.iter().copied())
        );
        println!(
            "  {} without Retry-After, {} connections broken, {:.0} a second found no connection free, others {:?}",
            self.bad_shed,
            self.broken,
            second(self.unsent),
            self.strange
        );
    }

    fn add(&mut self, other: Self) {
        self.answered.extend(other.answered);
        self.shed.extend(other.shed);
        self.bad_shed += other.bad_shed;
        for (what, count) in other.strange {
            *self.strange.entry(what).or_default() += count;
        }
        self.broken += other.broken;
        self.cursors.extend(other.cursors);
        self.acknowledged.extend(other.acknowledged);
    }

    /// Sends one request and notes its answer; whether the connection is still good.
    async fn ask(&mut self, connection: &mut Connection, request: &[u8]) -> bool {
        let begun = Instant::now();
        let Ok(answer) = connection.exchange(request).await else {
            self.broken += 1;
            return false;
        };
        let took = begun.elapsed().as_secs_f64();
        let body = connection.body(&answer);
        match answer.status {
            200 if body.starts_with(b"{\"data\"") => {
                self.answered.push(took);
                if body.starts_with(b"{\"data\":{\"updateConversationStatus\"") {
                    self.written(body);
                }
            }
            503 => {
                self.shed.push(took);
                self.bad_shed += usize::from(answer.retry_after.is_none());
            }
            status => {
                let text: String = String::from_utf8_lossy(body).chars().take(160).collect();
                *self.strange.entry(format!("{status} {text}")).or_default() += 1;
            }
        }
        true
    }

    fn written(&mut self, body: &[u8]) {
        let answer: Value = serde_json::from_slice(body).expect("JSON");
        let payload = &answer["data"]["updateConversationStatus"];
        if payload["result"] == "APPLIED" {
            let cursor = payload["cascade"]["cursor"].as_str().expect("a cursor");
            self.cursors.push(cursor.to_owned());
            self.acknowledged.insert(cursor.to_owned(), Instant::now());
        }
    }
}

/// Clients that ask again as soon as they are answered.
pub async fn closed(server: &Server, mix: &Mix, clients: usize, during: Duration) -> Outcome {
    let end = Instant::now() + during;
    let clients = (0..clients).map(|_| async move {
        let mut outcome = Outcome::default();
        let mut connection = Connection::to(&server.address).await;
        while Instant::now() < end {
            assert!(
                outcome.ask(&mut connection, mix.next()).await,
                "the server closed"
            );
        }
        outcome
    });
    let mut all = Outcome::default();
    for outcome in futures_util::future::join_all(clients).await {
        all.add(outcome);
    }
    all
}

/// So many requests a second, evenly, as long as there are connections free; answers are waited for after the end.
pub async fn open(
    server: &Server,
    mix: &Mix,
    rate: f64,
    connections: usize,
    during: Duration,
) -> Outcome {
    // As many as a few milliseconds bring may wait for a connection.
    let (send, receive) = mpsc::channel::<()>((rate / 100.0) as usize + 1);
    let receive = Arc::new(Mutex::new(receive));
    let clients = (0..connections).map(|_| {
        let receive = Arc::clone(&receive);
        async move {
            let mut outcome = Outcome::default();
            let mut connection = None;
            while let Some(()) = { receive.lock().await.recv().await } {
                let mut open = match connection.take() {
                    Some(open) => open,
                    None => match Connection::with(&server.address, ROOM).await {
                        Ok(open) => open,
                        Err(_) => {
                            outcome.broken += 1;
                            continue;
                        }
                    },
                };
                if outcome.ask(&mut open, mix.next()).await {
                    connection = Some(open);
                }
            }
            outcome
        }
    });
    let offering = async move {
        let begun = Instant::now();
        let mut tick = tokio::time::interval(Duration::from_millis(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (mut offered, mut unsent) = (0, 0);
        while begun.elapsed() < during {
            tick.tick().await;
            let due = (begun.elapsed().as_secs_f64() * rate) as usize;
            for _ in offered..due {
                unsent += usize::from(send.try_send(()).is_err());
            }
            offered = due.max(offered);
        }
        unsent
    };
    let (outcomes, unsent) = tokio::join!(futures_util::future::join_all(clients), offering);
    let mut all = Outcome {
        unsent,
        ..Outcome::default()
    };
    for outcome in outcomes {
        all.add(outcome);
    }
    all
}
