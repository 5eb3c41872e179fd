//! What an agent's screens ask for, and the statements beside them.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::support::http::{Connection, request, uuid};
use super::support::measured::{Measured, Run};
use super::support::pgbench;
use super::support::server::Server;

/// A screen of one agent: the same conversation, ticket or inbox each time, which are in Postgres' memory for both.
pub struct Screen {
    /// What it is called.
    pub name: &'static str,
    /// What Tandem is asked.
    pub request: Arc<[u8]>,
    /// What its statement's variables are.
    pub named: Vec<(&'static str, String)>,
}

impl Screen {
    /// All of them.
    pub async fn all(server: &Server) -> Vec<Self> {
        let subjects = Subjects::find(server).await;
        let one = |name, query: &str, variables: Value, named: &[(&'static str, &str)]| {
            let request = request(&server.address, &server.token, query, &variables);
            let account = ("account", uuid(&server.account));
            let named = named.iter().map(|(name, id)| (*name, uuid(id)));
            Self {
                name,
                request: request.into(),
                named: [account].into_iter().chain(named).collect(),
            }
        };
        let Subjects {
            inbox,
            conversation,
            ticket,
        } = &subjects;
        vec![
            one(
                "inbox",
                include_str!("inbox.graphql"),
                json!({ "inbox": inbox }),
                &[("inbox", inbox)],
            ),
            one("tickets", include_str!("tickets.graphql"), json!({}), &[]),
            one(
                "sidebar",
                include_str!("sidebar.graphql"),
                json!({ "conversation": conversation }),
                &[("conversation", conversation)],
            ),
            one(
                "status",
                include_str!("status.graphql"),
                json!({ "ticket": ticket }),
                &[("ticket", ticket)],
            ),
        ]
    }

    /// Asks Tandem for it again and again.
    pub async fn tandem(&self, server: &Server, run: &Run) -> Measured {
        let ask = |mut connection: Connection, request: Arc<[u8]>| async {
            let body = connection.send(&request).await;
            assert!(
                !body.starts_with(b"{\"errors\""),
                "{}",
                String::from_utf8_lossy(body)
            );
            (connection, request)
        };
        let start = |_| Arc::clone(&self.request);
        Measured::asking(&server.address, server.processes, run, start, ask).await
    }

    /// Asks Postgres for the same by the hand-written statement.
    pub fn pgbench(&self, pgbench: &Path, server: &Server, run: &Run) -> Measured {
        let file = format!("screens/{}.sql", self.name);
        pgbench::run(pgbench, server, run, &file, &self.named)
    }
}

/// What the screens are about.
struct Subjects {
    inbox: String,
    conversation: String,
    ticket: String,
}

impl Subjects {
    /// A busy inbox, and a conversation that has a ticket, five previous ones and many messages.
    async fn find(server: &Server) -> Self {
        let mut connection = Connection::to(&server.address).await;
        let inboxes = "{ inboxes { id } }";
        let mut found = connection
            .gql(&server.address, &server.token, inboxes, json!({}))
            .await;
        let inbox = found["inboxes"][0]["id"].take();
        let candidates = "{ conversations(first: 100, filter: { hasTicket: true }) { nodes { id ticket { id }
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
        Self {
            inbox: text(&inbox),
            conversation: text(&conversation["id"]),
            ticket: text(&conversation["ticket"]["id"]),
        }
    }
}
