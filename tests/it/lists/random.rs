//! Random commands of several writers at once: applying the frames always gives what a fresh query gives.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tandem::config::Config;

use super::watcher::{COUNTS, Watcher, query, view};
use crate::realtime::world::Dice;
use crate::support::desk::text;
use crate::support::{Client, TestAccount, TestApp, database};

const OLDER: &str = "2024-01-01T00:00:00Z";

/// What is there to be worked on.
struct Things {
    conversations: Vec<String>,
    tickets: Vec<String>,
    users: Vec<String>,
    inboxes: Vec<String>,
    channels: Vec<String>,
}

async fn things(account: &TestAccount, admin: &Client, dice: &mut Dice) -> Things {
    let inbox = admin.done("createInbox", json!({ "name": "Second" })).await["inbox"]["id"].clone();
    let input = json!({ "inboxId": inbox, "kind": "CHAT", "name": "Chat" });
    let channel = text(&admin.done("createChannel", input).await["channel"]["id"]);
    let mut things = Things {
        conversations: Vec::new(),
        tickets: Vec::new(),
        users: vec![account.user_id.clone(), account.user("agent").await.id],
        inboxes: vec![account.inbox_id.clone(), text(&inbox)],
        channels: vec![account.channel_id.clone(), channel],
    };
    for number in 0..40 {
        let payload = admin
            .done("receiveMessage", message(&things, number, dice))
            .await;
        things
            .conversations
            .push(text(&payload["conversation"]["id"]));
    }
    for number in 0..10 {
        let first = &things.conversations[number * 3];
        let payload = admin
            .done("createTicket", json!({ "conversationId": first }))
            .await;
        let ticket = text(&payload["ticket"]["id"]);
        if number % 2 == 0 {
            let second = &things.conversations[number * 3 + 1];
            let input = json!({ "conversationId": second, "ticketId": ticket });
            admin.done("linkConversation", input).await;
        }
        things.tickets.push(ticket);
    }
    things
}

/// A message to one of so many threads, of one of a few contacts, who say their name only sometimes.
fn message(things: &Things, thread: u64, dice: &mut Dice) -> Value {
    let contact = thread % 7;
    let name = (dice.below(4) == 0).then(|| format!("Contact {contact}"));
    json!({
        "channelId": things.channels[thread as usize % 2], "threadKey": format!("thread {thread}"),
        "from": { "email": format!("contact{contact}@example.com"), "name": name },
        "subject": format!("Subject {thread}"), "text": "Hello?",
    })
}

/// A command that may be refused; what it may have done, it says.
async fn command(
    client: &Client,
    account: &TestAccount,
    things: &Things,
    dice: &mut Dice,
    last: &mut Option<String>,
) {
    let mut one = |all: &[String]| all[dice.below(all.len() as u64) as usize].clone();
    let (conversation, ticket) = (one(&things.conversations), one(&things.tickets));
    let (user, inbox) = (one(&things.users), one(&things.inboxes));
    let statuses: Vec<_> = account.statuses.values().cloned().collect();
    let status = one(&statuses);
    let at = json!({ "conversationId": conversation });
    let (name, input) = match dice.below(20) {
        0..=3 => {
            let thread = dice.below(52);
            ("receiveMessage", message(things, thread, dice))
        }
        4 | 5 => {
            let status = if dice.below(2) == 0 { "OPEN" } else { "CLOSED" };
            (
                "updateConversationStatus",
                json!({ "conversationId": conversation, "status": status }),
            )
        }
        6 | 7 => {
            let owner = (dice.below(3) > 0).then_some(user);
            (
                "updateConversationOwner",
                json!({ "conversationId": conversation, "ownerId": owner }),
            )
        }
        8 => ("claimConversation", at),
        9 | 10 => (
            "moveConversation",
            json!({ "conversationId": conversation, "inboxId": inbox }),
        ),
        11 => ("trashConversation", at),
        12 => ("trashTicket", json!({ "ticketId": ticket })),
        13 | 14 => {
            let id = if dice.below(2) == 0 {
                conversation
            } else {
                ticket
            };
            ("restoreFromTrash", json!({ "id": id }))
        }
        15 => (
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": status }),
        ),
        16 => {
            let input = json!({ "ticketId": ticket, "name": format!("Name {}", dice.below(9)), "priority": "HIGH" });
            ("updateTicketProperties", input)
        }
        17 => ("createTicket", at),
        18 => match last.take() {
            Some(cascade) => ("undoCascade", json!({ "cascadeId": cascade })),
            None => (
                "addNote",
                json!({ "conversationId": conversation, "text": "A note" }),
            ),
        },
        _ => (
            "sendReply",
            json!({ "conversationId": conversation, "text": "An answer" }),
        ),
    };
    let payload = client.payload(name, input).await;
    if let Some(cascade) = payload["cascade"]["id"].as_str() {
        *last = Some(cascade.to_owned());
    }
}

/// What is looked at: filters, and what with them.
fn filters(things: &Things) -> Vec<Value> {
    let from = Utc::now() + TimeDelta::seconds(2);
    vec![
        json!({}),
        json!({ "status": "OPEN" }),
        json!({ "status": "CLOSED" }),
        json!({ "ownerId": null }),
        json!({ "ownerId": things.users[1] }),
        json!({ "inboxId": things.inboxes[1], "hasTicket": false }),
        json!({ "channel": ["CHAT"] }),
        json!({ "inTrash": true }),
        json!({ "inTrash": true, "not": { "ownerId": null } }),
        json!({ "ticketId": things.tickets[0] }),
        json!({ "lastActivityAt": { "from": from } }),
        json!({ "lastActivityAt": { "before": from }, "workspace": "INBOX" }),
        json!({ "or": [{ "status": "CLOSED", "channel": ["CHAT"] }, { "not": { "hasTicket": true } }] }),
    ]
}

fn views(filters: &[Value]) -> Vec<(String, Value)> {
    let orders = [
        Value::Null,
        json!({ "field": "CREATED_AT", "direction": "ASC" }),
        json!({ "field": "LAST_ACTIVITY_AT", "direction": "ASC" }),
    ];
    let mut views = Vec::new();
    for (number, filter) in filters.iter().enumerate() {
        let first = [3, 10, 1][number % 3];
        let order = &orders[number / 3 % orders.len()];
        let variables = json!({ "filter": filter, "orderBy": order, "first": first });
        views.push((format!("{number}/{first}"), variables));
    }
    views
}

/// At a quiet moment all lists and numbers are what is true.
async fn compare(
    client: &Client,
    watchers: &[Watcher],
    filters: &[Value],
    views: &[(String, Value)],
) {
    for (id, variables) in views {
        let fresh = client.gql(&query(), variables.clone()).await;
        for watcher in watchers {
            watcher.equals(id, &fresh).await;
        }
    }
    let mut numbers = Vec::new();
    for filter in filters {
        let count =
            "query($filter: ConversationFilter) { conversations(filter: $filter) { totalCount } }";
        let count = client.gql(count, json!({ "filter": filter })).await;
        numbers.push(count["conversations"]["totalCount"].clone());
    }
    let numbers = Value::Array(numbers);
    for watcher in watchers {
        watcher
            .until("counts", |seen| {
                seen.counts.last().is_some_and(|(_, last)| *last == numbers)
            })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn applying_the_frames_gives_what_a_fresh_query_gives() {
    let database = database().await;
    let config = Config {
        trash_days: 1,
        ..Config::default()
    };
    let one = TestApp::on(&database.url, config.clone()).await;
    let two = TestApp::on(&database.url, config).await;
    let account = one.account(OLDER).await;
    let mut dice = Dice::fresh();
    let clients = [one.client(&account.token), two.client(&account.token)];
    let things = things(&account, &clients[0], &mut dice).await;
    let filters = filters(&things);
    let views = views(&filters);
    let mut operations: Vec<_> = views
        .iter()
        .map(|(id, variables)| (id.clone(), view(), variables.clone()))
        .collect();
    operations.push((
        "counts".to_owned(),
        COUNTS.to_owned(),
        json!({ "filters": filters }),
    ));
    let mut watchers = vec![
        Watcher::open(&one.url, &account.token, operations.clone()).await,
        Watcher::open(&two.url, &account.token, operations.clone()).await,
    ];
    compare(&clients[0], &watchers, &filters, &views).await;
    for round in 0..4 {
        // Some come while it is written.
        let writers = (0..3).map(|writer| {
            let (client, mut dice) = (&clients[writer % 2], Dice::fresh());
            let (account, things) = (&account, &things);
            async move {
                let mut last = None;
                for _ in 0..15 {
                    command(client, account, things, &mut dice, &mut last).await;
                }
            }
        });
        let joins = Watcher::open(&one.url, &account.token, operations.clone());
        let (_, late) = tokio::join!(futures_util::future::join_all(writers), joins);
        watchers.push(late);
        compare(&clients[0], &watchers, &filters, &views).await;
        if round % 2 == 1 {
            // The end of a retention, of all that is in the trash or of some of it.
            let now = Utc::now() + TimeDelta::days(1)
                - TimeDelta::milliseconds(if round == 1 { 1_500 } else { 0 });
            one.app.service().purge_due(now).await.unwrap();
            compare(&clients[0], &watchers, &filters, &views).await;
        }
        watchers.truncate(2);
    }
    let changes = watchers[0].seen("0/3").unwrap().copy.changes;
    assert!(changes > 30, "{changes} changes");
    drop(watchers);
    for server in [&one, &two] {
        let lists = &server.app.realtime().lists;
        crate::realtime::world::until("nothing is left", async || {
            lists.views() + lists.counters() == 0
        })
        .await;
    }
}
