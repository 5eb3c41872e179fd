//! Sixteen writers with random commands on the same three tickets.

use std::sync::Mutex;

use diesel_async::AsyncPgConnection;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{history, patience};
use crate::support::desk::text;
use crate::support::sql::{connect_across, number};
use crate::support::{Client, NEWER, TestAccount, TestApp, database, until};

const WRITERS: u64 = 16;
const COMMANDS: usize = 120;

/// Small numbers that look random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % limit
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// What all writers know.
struct World {
    account: TestAccount,
    users: Vec<Value>,
    inboxes: Vec<String>,
    statuses: Vec<String>,
    tickets: Vec<String>,
    conversations: Mutex<Vec<String>>,
    cascades: Mutex<Vec<String>>,
}

impl World {
    fn conversation(&self, dice: &mut Dice) -> String {
        dice.of(&self.conversations.lock().unwrap()).clone()
    }

    /// A random command: its mutation and its input.
    fn command(&self, dice: &mut Dice) -> (&'static str, Value) {
        let conversation = self.conversation(dice);
        let ticket = dice.of(&self.tickets).clone();
        let owner = dice.of(&self.users).clone();
        match dice.below(16) {
            0 | 1 => (
                "updateTicketStatus",
                json!({ "ticketId": ticket, "statusId": dice.of(&self.statuses) }),
            ),
            2 => {
                let status = *dice.of(&["OPEN", "CLOSED"]);
                (
                    "updateConversationStatus",
                    json!({ "conversationId": conversation, "status": status }),
                )
            }
            3 | 4 => (
                "updateConversationOwner",
                json!({ "conversationId": conversation, "ownerId": owner }),
            ),
            5 => (
                "updateTicketOwner",
                json!({ "ticketId": ticket, "ownerId": owner }),
            ),
            6 => (
                "claimConversation",
                json!({ "conversationId": conversation }),
            ),
            7 => (
                "linkConversation",
                json!({ "conversationId": conversation, "ticketId": ticket }),
            ),
            8 => (
                "trashConversation",
                json!({ "conversationId": conversation }),
            ),
            9 => ("trashTicket", json!({ "ticketId": ticket })),
            10 | 11 => (
                "restoreFromTrash",
                json!({ "id": if dice.below(2) == 0 { conversation } else { ticket } }),
            ),
            12 => (
                "moveConversation",
                json!({ "conversationId": conversation, "inboxId": dice.of(&self.inboxes) }),
            ),
            13 => (
                "sendReply",
                json!({ "conversationId": conversation, "text": "We are looking into it." }),
            ),
            14 => {
                let name = format!("Ticket {}", dice.below(1000));
                let priority = *dice.of(&["LOW", "HIGH", "URGENT"]);
                (
                    "updateTicketProperties",
                    json!({ "ticketId": ticket, "name": name, "priority": priority }),
                )
            }
            _ => match self.cascades.lock().unwrap().as_slice() {
                [] => ("trashTicket", json!({ "ticketId": ticket })),
                cascades => ("undoCascade", json!({ "cascadeId": dice.of(cascades) })),
            },
        }
    }

    async fn write(&self, client: Client, seed: u64) {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..COMMANDS {
            if dice.below(20) == 0 {
                let conversation = self.account.conversation(&client).await;
                self.conversations.lock().unwrap().push(conversation);
                continue;
            }
            let (mutation, input) = self.command(&mut dice);
            // Anything but a refusal, a deadlock for one, would be an error of the response, and panic in here.
            let payload = client.payload(mutation, input.clone()).await;
            let refused = payload["userErrors"]
                .as_array()
                .is_some_and(|errors| !errors.is_empty());
            let result = text(&payload["result"]);
            let fits = match result.as_str() {
                "APPLIED" => !refused || mutation == "undoCascade",
                "UNCHANGED" => !refused,
                _ => refused,
            };
            assert!(fits, "{mutation} {input}: {payload:#}");
            if result == "APPLIED" {
                self.cascades
                    .lock()
                    .unwrap()
                    .push(text(&payload["cascade"]["id"]));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_writers_break_nothing() {
    let database = database().await;
    let app = TestApp::on(&database.url, patience()).await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let mut users = vec![Value::Null];
    let mut clients = vec![client.clone()];
    for _ in 0..3 {
        // Administrators, because writers also hand in messages.
        let user = account.user("admin").await;
        users.push(json!(user.id));
        clients.push(app.client(&user.token));
    }
    let second = client
        .done("createInbox", json!({ "name": "Second" }))
        .await;
    let (mut tickets, mut conversations) = (Vec::new(), Vec::new());
    for size in [1, 2, 3] {
        let (ticket, own) = account.ticket(&client, size).await;
        tickets.push(ticket);
        conversations.extend(own);
    }
    let world = World {
        users,
        inboxes: vec![account.inbox_id.clone(), text(&second["inbox"]["id"])],
        statuses: account.statuses.values().cloned().collect(),
        tickets,
        conversations: Mutex::new(conversations),
        cascades: Mutex::default(),
        account,
    };
    let seed = uuid::Uuid::new_v4().as_u64_pair().0 >> 8;
    println!("seed {seed}");
    let writers = (0..WRITERS).map(|n| {
        let client = clients[usize::try_from(n).unwrap() % clients.len()].clone();
        world.write(client, seed + n)
    });
    join_all(writers).await;

    let mut sql = connect_across(&app.database_url).await;
    let counts = history::check(&mut sql).await;
    // The storm blew: each command came through often enough to have met the others.
    for command in [
        "updateTicketStatus",
        "updateConversationOwner",
        "trashTicket",
        "restoreFromTrash",
        "linkConversation",
        "moveConversation",
        "undoCascade",
        "updateTicketProperties",
        "sendReply",
    ] {
        assert!(
            counts.get(command).is_some_and(|count| *count > 2),
            "{command}: {counts:?}"
        );
    }
    no_deadlock(&database.url, sql, app, world).await;
}

/// Locks are taken in one order, so Postgres never had to break a deadlock. A session counts those at its end.
async fn no_deadlock(url: &str, mut sql: AsyncPgConnection, app: TestApp, world: World) {
    drop(world);
    app.stop().await;
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND application_name = 'tandem'";
    until(&format!("no session is left: {url}"), async || {
        number(&mut sql, sessions).await == 0
    })
    .await;
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(number(&mut sql, deadlocks).await, 0);
}
