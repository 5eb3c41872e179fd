//! A client of live lists and numbers: does to its own copy what the frames say, and sees that they keep to the
//! contract.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::stream::socket::Socket;
use crate::support::desk::text;

/// The longest that anything may take to be shown.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What is shown of a conversation: its own and what of others is shown with it.
pub const ROW: &str = "fragment Row on Conversation { id subject status workspace inbox { id } \
    channel { kind } contact { id name email } owner { id } lastMessage { id text } version lastActivityAt \
    closedAt trashedAt messages(last: 2) { totalCount nodes { id } } \
    ticket { id name status { id } owner { id } priority lastActivityAt trashedAt properties { display } } }";

/// The subscription of a live list.
pub fn view() -> String {
    format!(
        "subscription($filter: ConversationFilter, $orderBy: ConversationOrder, $first: Int) {{ \
         conversationView(filter: $filter, orderBy: $orderBy, first: $first) {{ __typename \
         ... on ConversationViewSnapshot {{ nodes {{ ...Row }} totalCount cursor }} \
         ... on ConversationViewChange {{ left entered {{ index node {{ ...Row }} }} \
         updated {{ index node {{ ...Row }} }} totalCount cursor }} }} }} {ROW}"
    )
}

/// The query that the list must always equal.
pub fn query() -> String {
    format!(
        "query($filter: ConversationFilter, $orderBy: ConversationOrder, $first: Int) {{ \
         conversations(filter: $filter, orderBy: $orderBy, first: $first) {{ nodes {{ ...Row }} totalCount }} }} {ROW}"
    )
}

pub const COUNTS: &str =
    "subscription($filters: [ConversationFilter!]!) { counts(filters: $filters) }";

/// A copy of a list, kept by its frames.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copy {
    pub nodes: Vec<Value>,
    pub total: Value,
    pub cursor: String,
    pub changes: usize,
}

impl Copy {
    /// Does what a frame says.
    pub fn take(&mut self, frame: &Value) {
        let cursor = text(&frame["cursor"]);
        if frame["__typename"] == "ConversationViewSnapshot" {
            assert_eq!(self.cursor, "", "a second snapshot");
            self.nodes = list(&frame["nodes"]);
        } else {
            assert!(cursor > self.cursor, "{cursor} after {}", self.cursor);
            self.change(frame);
            self.changes += 1;
        }
        self.total = frame["totalCount"].clone();
        self.cursor = cursor;
    }

    fn change(&mut self, frame: &Value) {
        let (left, entered, updated) = (
            list(&frame["left"]),
            list(&frame["entered"]),
            list(&frame["updated"]),
        );
        let nothing = left.is_empty() && entered.is_empty() && updated.is_empty();
        assert!(
            !nothing || frame["totalCount"] != self.total,
            "a frame that changes nothing"
        );
        let had: HashSet<_> = self.nodes.iter().map(|node| text(&node["id"])).collect();
        let id = |entry: &Value| text(&entry["node"]["id"]);
        assert!(left.iter().all(|id| had.contains(&text(id))));
        assert!(updated.iter().all(|entry| had.contains(&id(entry))));
        assert!(entered.iter().all(|entry| !had.contains(&id(entry))));
        let named: BTreeMap<_, _> = entered
            .iter()
            .chain(&updated)
            .map(|entry| (entry["index"].as_u64().unwrap(), entry["node"].clone()))
            .collect();
        assert_eq!(named.len(), entered.len() + updated.len(), "a place twice");
        let mut out: HashSet<_> = left.iter().map(text).collect();
        out.extend(named.values().map(|node| text(&node["id"])));
        self.nodes.retain(|node| !out.contains(&text(&node["id"])));
        for (index, node) in named {
            self.nodes.insert(usize::try_from(index).unwrap(), node);
        }
    }
}

pub fn list(value: &Value) -> Vec<Value> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("no list: {value}"))
        .clone()
}

/// What came of an operation.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub copy: Copy,
    /// The numbers of each frame, and when it came.
    pub counts: Vec<(Instant, Value)>,
}

/// A socket with many operations, read all the time.
pub struct Watcher {
    seen: Arc<Mutex<HashMap<String, Seen>>>,
    reading: JoinHandle<()>,
}

impl Watcher {
    /// Subscribes to these: their ids, documents and variables.
    pub async fn open(url: &str, token: &str, operations: Vec<(String, String, Value)>) -> Self {
        let mut socket = Socket::open(url, token).await;
        for (id, document, variables) in operations {
            socket.subscribe(&id, &document, variables).await;
        }
        let seen = Arc::new(Mutex::new(HashMap::<String, Seen>::new()));
        let reading = {
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                loop {
                    let message = socket.receive_whenever().await;
                    assert_eq!(message["type"], "next", "{message:#}");
                    let payload = &message["payload"];
                    assert!(payload.get("errors").is_none(), "{payload:#}");
                    let mut seen = seen.lock().unwrap();
                    let of = seen.entry(text(&message["id"])).or_default();
                    let data = &payload["data"];
                    if data["counts"].is_array() {
                        of.counts.push((Instant::now(), data["counts"].clone()));
                    } else {
                        of.copy.take(&data["conversationView"]);
                    }
                }
            })
        };
        Self { seen, reading }
    }

    /// What has come so far; nothing before the first frame.
    pub fn seen(&self, id: &str) -> Option<Seen> {
        assert!(!self.reading.is_finished(), "the reader has failed");
        self.seen.lock().unwrap().get(id).cloned()
    }

    /// Waits until what has come is as wanted.
    pub async fn until(&self, id: &str, wanted: impl Fn(&Seen) -> bool) -> Seen {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let seen = self.seen(id);
            if let Some(seen) = seen.clone().filter(&wanted) {
                return seen;
            }
            assert!(Instant::now() < deadline, "{id}: {seen:#?}");
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    /// Waits until the list is what a query gave.
    pub async fn equals(&self, id: &str, fresh: &Value) {
        let fresh = &fresh["conversations"];
        let deadline = Instant::now() + PATIENCE;
        loop {
            let copy = self.seen(id).unwrap_or_default().copy;
            let mine = json!({ "nodes": copy.nodes, "totalCount": copy.total });
            if mine == *fresh {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{id} at {}: {mine:#}\nshould be {fresh:#}",
                copy.cursor
            );
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.reading.abort();
    }
}
