//! The same screens of PostGraphile, which must say what Tandem says.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::asked::Screen;
use super::support::http::{Connection, request, uuid};
use super::support::measured::{Measured, Run};
use super::support::postgraphile::PostGraphile;
use super::support::server::Server;

/// What rows are compared by: what both call and write alike. Words for states, and times, they write in ways of their own.
const COMPARED: [&str; 9] = [
    "email", "id", "label", "name", "number", "phone", "subject", "text", "version",
];

impl Screen {
    /// The document, and where the rows are whose order counts.
    fn of_rival(&self) -> (&'static str, &'static str) {
        match self.name {
            "inbox" => (
                include_str!("../postgraphile/inbox.graphql"),
                "/data/inbox/conversations/nodes",
            ),
            "tickets" => (
                include_str!("../postgraphile/tickets.graphql"),
                "/data/tickets/nodes",
            ),
            "sidebar" => (
                include_str!("../postgraphile/sidebar.graphql"),
                "/data/conversation/messages/nodes",
            ),
            _ => (
                include_str!("../postgraphile/status.graphql"),
                "/data/ticket/status",
            ),
        }
    }

    /// Asks PostGraphile for it again and again, after both were held against each other.
    pub async fn rival(&self, rival: &PostGraphile, server: &Server, run: &Run) -> Measured {
        let (document, rows) = self.of_rival();
        let named = self.named.iter();
        let variables: Map<String, Value> = named
            .map(|(name, id)| ((*name).to_owned(), id.clone().into()))
            .collect();
        let request = request(&rival.address, "", document, &variables.into());
        let theirs = answer(&rival.address, &request).await;
        let ours = answer(&server.address, &self.request).await;
        let length = theirs.len();
        same(self.name, rows, &ours, &theirs);
        let ask = move |mut connection: Connection, request: Arc<[u8]>| async move {
            let body = connection.send(&request).await;
            // Nobody writes meanwhile. Errors come with 200 too.
            assert_eq!(body.len(), length, "{}", String::from_utf8_lossy(body));
            (connection, request)
        };
        let request: Arc<[u8]> = request.into();
        let processes = (rival.process(), server.processes.1);
        let start = |_| Arc::clone(&request);
        Measured::asking(&rival.address, processes, run, start, ask).await
    }
}

async fn answer(address: &str, request: &[u8]) -> Vec<u8> {
    let mut connection = Connection::to(address).await;
    connection.send(request).await.to_vec()
}

/// Panics unless the one has the other's rows in the same order, and whatever else the other says.
fn same(screen: &str, rows: &str, ours: &[u8], theirs: &[u8]) {
    let [ours, theirs] =
        [ours, theirs].map(|body| serde_json::from_slice::<Value>(body).expect("JSON"));
    assert!(theirs.get("errors").is_none(), "{screen}: {theirs:#}");
    let [ordered, also_ordered] = [&ours, &theirs].map(|answer| {
        let rows = answer.pointer(rows).expect("rows");
        let rows = rows
            .as_array()
            .map_or(std::slice::from_ref(rows), Vec::as_slice);
        rows.iter()
            .map(|row| told("id", &row["id"]))
            .collect::<Vec<_>>()
    });
    assert!(!ordered.is_empty(), "{screen} is empty");
    assert_eq!(
        ordered, also_ordered,
        "{screen}: Tandem's rows, PostGraphile's"
    );
    let [said, also_said] = [&ours, &theirs].map(|answer| {
        let mut said = BTreeSet::new();
        collect(&answer["data"], &mut said);
        said
    });
    let missing: Vec<_> = said.difference(&also_said).collect();
    assert!(
        missing.is_empty(),
        "{screen}: PostGraphile lacks {missing:?}"
    );
}

/// All that is compared, wherever it stands.
fn collect(value: &Value, said: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, said)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if COMPARED.contains(&name.as_str()) && (value.is_string() || value.is_number()) {
                    said.insert(told(name, value));
                }
                collect(value, said);
            }
        }
        _ => {}
    }
}

/// A field's value, ids as PostGraphile writes them.
fn told(name: &str, value: &Value) -> String {
    match value.as_str() {
        Some(id) if name == "id" && id.contains('_') => format!("id {}", uuid(id)),
        Some(text) => format!("{name} {text}"),
        None => format!("{name} {value}"),
    }
}
