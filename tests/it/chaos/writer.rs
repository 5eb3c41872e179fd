//! Writers that try again, not knowing what became of what was cut off.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::chaos_proxy::Dice;
use crate::support::desk::text;

/// The longest that an answer may take: a database that restarts is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// No more than is looked at: ten thousand of these are to be answered.
fn document(mutation: &str, input: &str) -> String {
    format!(
        "mutation($input: {input}!) {{ {mutation}(input: $input) {{ result cascade {{ cursor }} }} }}"
    )
}

/// What the writers share.
#[derive(Default)]
pub struct Written {
    /// The cursors of what was acknowledged.
    pub acknowledged: Mutex<Vec<String>>,
    /// How many those are.
    pub count: AtomicUsize,
    /// How many mutations were not answered, or with an error.
    pub unknown: AtomicUsize,
    pub stop: AtomicBool,
}

/// One writer, with a ticket of its own and one that all write to.
pub struct Writer {
    pub servers: Vec<String>,
    pub token: String,
    pub own: (String, String),
    pub shared: (String, String),
    pub statuses: [String; 2],
    pub dice: Dice,
    pub written: Arc<Written>,
}

impl Writer {
    pub async fn run(mut self) {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        while !self.written.stop.load(Ordering::Relaxed) {
            let at = usize::try_from(self.dice.below(self.servers.len() as u64)).expect("a place");
            let (ticket, conversation) = if self.dice.once_in(4) {
                &self.shared
            } else {
                &self.own
            };
            let (mutation, ty, input) = if self.dice.once_in(3) {
                let status = &self.statuses[usize::from(self.dice.once_in(2))];
                (
                    "updateTicketStatus",
                    "UpdateTicketStatusInput",
                    json!({ "ticketId": ticket, "statusId": status }),
                )
            } else {
                let note = format!("note {}", self.dice.below(1_000_000));
                (
                    "addNote",
                    "AddNoteInput",
                    json!({ "conversationId": conversation, "text": note }),
                )
            };
            let body = json!({ "query": document(mutation, ty), "variables": { "input": input } });
            let request = http.post(format!("http://{}/graphql", self.servers[at]));
            let request = request.bearer_auth(&self.token).json(&body);
            let answer = async { request.send().await?.json::<Value>().await };
            match answer.await {
                Ok(answer) if answer.get("errors").is_none() && answer.get("data").is_some() => {
                    let payload = &answer["data"][mutation];
                    if payload["result"] == "APPLIED" {
                        let cursor = text(&payload["cascade"]["cursor"]);
                        self.written.acknowledged.lock().unwrap().push(cursor);
                        self.written.count.fetch_add(1, Ordering::Relaxed);
                    }
                }
                _ => {
                    self.written.unknown.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(self.dice.below(20))).await;
                }
            }
        }
    }
}
