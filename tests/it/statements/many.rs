//! Ever other lists: what stays prepared on a connection is bounded, and nobody sees the difference.

use std::collections::BTreeSet;

use diesel_async::AsyncPgConnection;
use serde_json::{Value, json};
use tandem::config::Config;

use crate::support::sql::texts;
use crate::support::{Client, NEWER, TestApp, connect};

/// As many lists as [`list`] tells apart; half as many statements, since the last of a list are the first of its reverse.
const LISTS: usize = 896;
const CLIENTS: &str =
    "SELECT pid::text AS text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
     AND application_name = 'tandem' ORDER BY pid";

/// The server's connections.
async fn connections(own: &mut AsyncPgConnection) -> BTreeSet<String> {
    texts(own, CLIENTS).await.into_iter().collect()
}

/// A list of that many pages, orders, directions and things beside each row.
fn list(number: usize) -> String {
    let (size, number) = ([1, 5, 10, 20, 25, 50, 100][number % 7], number / 7);
    let (end, number) = (["first", "last"][number % 2], number / 2);
    let (field, number) = (["LAST_ACTIVITY_AT", "CREATED_AT"][number % 2], number / 2);
    let (direction, number) = (["ASC", "DESC"][number % 2], number / 2);
    let (contact, number) = (["", "contact { name }"][number % 2], number / 2);
    let (ticket, number) = (["", "ticket { number }"][number % 2], number / 2);
    let (last, number) = (["", "lastMessage { text }"][number % 2], number / 2);
    let filter = ["", "filter: { status: OPEN },"][number % 2];
    format!(
        "{{ conversations({end}: {size}, {filter} orderBy: {{ field: {field}, direction: {direction} }}) {{
            nodes {{ subject {contact} {ticket} {last} }} }} }}"
    )
}

async fn asked(client: &Client, number: usize) {
    let found = client.gql(&list(number), json!({})).await;
    let subjects: Vec<&Value> = found["conversations"]["nodes"]
        .as_array()
        .expect("conversations")
        .iter()
        .map(|node| &node["subject"])
        .collect();
    assert_eq!(subjects, ["A question"], "{}", list(number));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_keeps_much_is_replaced() {
    let config = Config {
        pool_size: 1,
        pool_wait_seconds: 60,
        ..Config::default()
    };
    let app = TestApp::start_with(config).await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    account.conversation(&client).await;
    let mut own = connect(&app.database_url).await;
    // As many of few: they stay, and so does the connection.
    for number in 0..LISTS {
        asked(&client, number % 20).await;
    }
    let before = connections(&mut own).await;
    for number in 0..LISTS {
        asked(&client, number % 20).await;
    }
    let gone = |now: BTreeSet<String>| before.difference(&now).count();
    assert_eq!(gone(connections(&mut own).await), 0);
    // Each once.
    for number in 0..LISTS {
        asked(&client, number).await;
    }
    assert_eq!(gone(connections(&mut own).await), 1);
}
