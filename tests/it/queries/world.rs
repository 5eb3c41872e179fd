//! An account whose conversations and tickets differ in everything that lists filter and sort by, with many ties.

use serde_json::{Value, json};

use crate::support::desk::{text, uuid};
use crate::support::sql::commit;
use crate::support::{Client, TestAccount, TestApp, TestUser};

pub const CHANNELS: [&str; 6] = ["EMAIL", "CHAT", "FORM", "MESSENGER", "WHATSAPP", "API"];
/// Moments that rows are given, few enough for ties.
pub const DAYS: [&str; 4] = [
    "2026-01-01T00:00:00Z",
    "2026-01-02T00:00:00Z",
    "2026-01-03T00:00:00.000001Z",
    "2026-01-04T00:00:00Z",
];

pub struct World {
    pub app: TestApp,
    pub account: TestAccount,
    pub client: Client,
    pub users: Vec<TestUser>,
    pub inboxes: Vec<String>,
    pub contacts: Vec<String>,
    pub conversations: Vec<String>,
    pub tickets: Vec<String>,
}

/// Values of each property, by the name of the definition.
pub fn values(name: &str) -> Vec<Value> {
    match name {
        "line" => vec![json!({ "string": "a" }), json!({ "string": "Ä\u{1f600}" })],
        "note" => vec![json!({ "string": "two\nlines" }), json!({ "string": "a" })],
        "weight" => vec![
            json!({ "number": 0 }),
            json!({ "number": 0.1 }),
            json!({ "number": -1e300 }),
        ],
        "urgent" => vec![json!({ "boolean": true }), json!({ "boolean": false })],
        "due" => vec![
            json!({ "date": "2026-02-28" }),
            json!({ "date": "0001-01-01" }),
        ],
        "called" => vec![
            json!({ "dateTime": "2026-02-28T12:00:00Z" }),
            json!({ "dateTime": "2026-02-28T13:00:00.5+01:00" }),
        ],
        "colour" => vec![json!({ "option": "red" }), json!({ "option": "blue" })],
        "colours" => vec![
            json!({ "options": ["red"] }),
            json!({ "options": ["red", "blue"] }),
            json!({ "options": ["green", "blue", "red"] }),
        ],
        other => panic!("no property {other}"),
    }
}

pub const PROPERTIES: [(&str, &str); 8] = [
    ("line", "STRING"),
    ("note", "TEXT"),
    ("weight", "NUMBER"),
    ("urgent", "BOOLEAN"),
    ("due", "DATE"),
    ("called", "DATETIME"),
    ("colour", "ENUMERATION"),
    ("colours", "MULTI_ENUMERATION"),
];

impl World {
    /// So many conversations, half of them with a ticket, none in the trash.
    pub async fn new(count: usize) -> Self {
        let app = TestApp::start().await;
        // An older account: its tickets may be in both workspaces.
        let account = app.account("2024-01-01T00:00:00Z").await;
        let client = app.client(&account.token);
        let users = vec![account.user("agent").await, account.user("agent").await];
        let mut inboxes = vec![account.inbox_id.clone()];
        let made = client
            .done("createInbox", json!({ "name": "Second" }))
            .await;
        inboxes.push(text(&made["inbox"]["id"]));
        let mut channels = Vec::new();
        for (n, kind) in CHANNELS.iter().enumerate() {
            let input =
                json!({ "inboxId": inboxes[n % 2], "kind": kind, "name": format!("Way {kind}") });
            let made = client.done("createChannel", input).await;
            channels.push(text(&made["channel"]["id"]));
        }
        let mut world = Self {
            app,
            account,
            client,
            users,
            inboxes,
            contacts: Vec::new(),
            conversations: Vec::new(),
            tickets: Vec::new(),
        };
        for n in 0..count {
            let input = json!({ "channelId": channels[n % 6], "threadKey": format!("{n}"), "subject": "?",
                "from": { "email": format!("contact{}@example.org", n % 4) }, "text": "Hello?" });
            let made = world.client.done("receiveMessage", input).await;
            world.conversations.push(text(&made["conversation"]["id"]));
            if n % 2 == 0 {
                world.ticket(n).await;
            }
        }
        let data = world
            .client
            .gql(
                "{ conversations(first: 100) { nodes { contact { id } } } }",
                json!({}),
            )
            .await;
        let nodes = data["conversations"]["nodes"].as_array().expect("nodes");
        world.contacts = nodes
            .iter()
            .map(|one| text(&one["contact"]["id"]))
            .collect();
        world.contacts.sort();
        world.contacts.dedup();
        world.vary().await;
        world
    }

    /// A ticket for that conversation; every sixth takes the conversation to an earlier one.
    async fn ticket(&mut self, n: usize) {
        let conversation = &self.conversations[n];
        if n % 6 == 4 {
            let input = json!({ "conversationId": conversation, "ticketId": self.tickets[n / 8] });
            self.client.done("linkConversation", input).await;
        } else {
            let input = json!({ "conversationId": conversation });
            let made = self.client.done("createTicket", input).await;
            self.tickets.push(text(&made["ticket"]["id"]));
        }
    }

    /// Gives rows what they differ by, past the application: no two columns go by the same number.
    pub async fn vary(&self) {
        let days = DAYS.map(|day| format!("timestamptz '{day}'")).join(", ");
        let owners = [&self.account.user_id, &self.users[0].id, &self.users[1].id];
        let owners = owners.map(|id| format!("uuid '{}'", uuid(id))).join(", ");
        let numbered = |table: &str| {
            format!(
                "(SELECT id AS nid, (row_number() OVER (ORDER BY id))::int AS n FROM {table}) AS numbered"
            )
        };
        let common = format!(
            "last_activity_at = (ARRAY[{days}])[1 + n % 4], created_at = (ARRAY[{days}])[1 + (n / 3) % 4], \
             owner_id = (ARRAY[{owners}])[n % 4], workspace = (n / 5) % 2"
        );
        let statements = format!(
            "UPDATE conversations SET {common}, status = (n % 3 = 0)::int, \
                closed_at = CASE WHEN n % 3 = 0 THEN now() END FROM {} WHERE id = nid;
             UPDATE tickets SET {common}, priority = nullif(n % 5, 0) FROM {} WHERE id = nid",
            numbered("conversations"),
            numbered("tickets")
        );
        assert_eq!(commit(&self.app.database_url, &statements).await, None);
    }

    /// Defines a property of each type and gives the tickets values of it, or none.
    pub async fn properties(&self) {
        let options =
            ["red", "green", "blue"].map(|value| json!({ "value": value, "label": value }));
        for (name, kind) in PROPERTIES {
            let options = kind.ends_with("ENUMERATION").then_some(&options);
            let input = json!({ "name": name, "label": name, "type": kind, "options": options });
            self.client.done("createPropertyDefinition", input).await;
        }
        for (n, ticket) in self.tickets.iter().enumerate() {
            let given = PROPERTIES
                .iter()
                .enumerate()
                .filter_map(|(place, (name, _))| {
                    let all = values(name);
                    let value = all.get((n / (1 + place % 3) + place) % (all.len() + 1))?;
                    Some(json!({ "name": name, "value": value }))
                });
            let given: Vec<_> = given.collect();
            let input = json!({ "ticketId": ticket, "properties": given });
            self.client.payload("updateTicketProperties", input).await;
        }
        // A value that was cleared is none.
        let cleared =
            json!([{ "name": "urgent", "value": null }, { "name": "line", "value": null }]);
        let input = json!({ "ticketId": self.tickets[1], "properties": cleared });
        self.client.payload("updateTicketProperties", input).await;
        // Whatever order the options have by now, a set is a set.
        let options =
            ["blue", "red", "green"].map(|value| json!({ "value": value, "label": value }));
        let input = json!({ "name": "colours", "options": options });
        self.client.done("updatePropertyDefinition", input).await;
        let status = |name: &str| self.account.statuses[name].clone();
        for (n, ticket) in self.tickets.iter().enumerate().filter(|(n, _)| n % 3 == 0) {
            let name = if n % 2 == 0 { "Closed" } else { "New" };
            let input = json!({ "ticketId": ticket, "statusId": status(name) });
            self.client.payload("updateTicketStatus", input).await;
        }
        self.vary().await;
    }

    /// Puts some of everything into the trash.
    pub async fn trash(&self) {
        for conversation in self.conversations.iter().skip(1).step_by(7) {
            let input = json!({ "conversationId": conversation });
            self.client.payload("trashConversation", input).await;
        }
    }
}
