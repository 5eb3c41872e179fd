//! Queries that take as many statements as they did before: the end of their transaction goes out behind the last one, so
//! that nobody waits for anything twice.

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};
use tandem::config::Config;

use super::proxy::{Proxy, Transaction};
use crate::support::{Client, TestAccount, TestApp, connect, database, until};

const NEWER: &str = "2025-01-01T00:00:00Z";
/// A conversation, its messages, those before it.
const CONVERSATION: &str = "query($id: ID!) { conversation(id: $id) { id contact { name }
    messages(last: 5) { nodes { id } } previousConversations(first: 5) { nodes { id } } } }";
/// A ticket and its conversations.
const TICKET: &str =
    "query($id: ID!) { ticket(id: $id) { id conversations(first: 5) { nodes { id } } } }";
/// Tickets, and the first messages of their conversations, which are found only once the tickets are.
const DEEP: &str = "{ tickets(first: 5) { nodes { conversations(first: 5) { nodes { id messages(first: 1) { nodes { id } } } } } } }";

/// A server whose readers all get the same connection, and the ticket and conversation of an account there.
async fn desk(proxy: &Proxy) -> (TestApp, TestAccount, Client, [String; 2]) {
    let config = Config {
        pool_size: 1,
        pool_wait_seconds: 60,
        ..Config::default()
    };
    let app = TestApp::on(&proxy.url(), config).await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let (ticket, conversations) = account.ticket(&client, 1).await;
    let conversation = conversations[0].clone();
    (app, account, client, [ticket, conversation])
}

/// The transaction that a request reads by, with its answer.
async fn read(proxy: &Proxy, client: &Client, query: &str, id: &str) -> (Transaction, Value) {
    proxy.settle().await;
    proxy.forget();
    let answer = client.gql(query, json!({ "id": id })).await;
    proxy.settle().await;
    let mut reads = proxy.transactions();
    reads.retain(Transaction::is_a_read);
    assert_eq!(reads.len(), 1, "{query}: {reads:#?}");
    (reads.swap_remove(0), answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_transaction_ends_behind_its_last_statement() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let (_app, _account, client, [ticket, conversation]) = desk(&proxy).await;
    for (query, id, statements, round_trips) in [
        (CONVERSATION, &conversation, 3, 1),
        (TICKET, &ticket, 2, 1),
        (DEEP, &ticket, 3, 3),
    ] {
        let (first, expected) = read(&proxy, &client, query, id).await;
        assert!(first.round_trips > round_trips, "{first:#?}");
        // Now the end is prepared, too.
        read(&proxy, &client, query, id).await;
        for _ in 0..3 {
            let (next, answer) = read(&proxy, &client, query, id).await;
            assert_eq!(answer, expected);
            assert_eq!(next.statements.len(), statements + 2, "{next:#?}");
            assert_eq!(next.statements.last().unwrap(), "ROLLBACK");
            assert_eq!(next.round_trips, round_trips, "{next:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overtaken_where_statements_have_to_be_prepared_first() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let (_app, _account, client, [_, conversation]) = desk(&proxy).await;
    let (_, expected) = read(&proxy, &client, CONVERSATION, &conversation).await;
    let (warm, _) = read(&proxy, &client, CONVERSATION, &conversation).await;
    for _ in 0..5 {
        let mut sql = connect(&database.url).await;
        sql.batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'tandem'",
        )
        .await
        .expect("no connections");
        until("there is a new connection", async || {
            let answer = client.raw("{ inboxes { id } }", json!({})).await;
            answer["errors"].is_null()
        })
        .await;
        let (cold, answer) = read(&proxy, &client, CONVERSATION, &conversation).await;
        assert_eq!(answer, expected);
        assert!(cold.prepared >= 3, "{cold:#?}");
        assert_eq!(cold.statements[1..], warm.statements[1..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_more_than_was_expected_is_read_again() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let (_app, account, client, [ticket, _]) = desk(&proxy).await;
    let query = "query($id: ID!) { ticket(id: $id) { owner { name } conversations(first: 5) { nodes { status } } } }";
    let shown = |owner: Value| json!({ "ticket": { "owner": owner, "conversations": { "nodes": [{ "status": "OPEN" }] } } });
    for _ in 0..3 {
        let (_, answer) = read(&proxy, &client, query, &ticket).await;
        assert_eq!(answer, shown(Value::Null));
    }
    // Somebody whom the server does not know yet takes a third statement.
    let owner = account.user("agent").await.id;
    let owned = json!({ "ticketId": ticket, "ownerId": owner });
    client.done("updateTicketOwner", owned).await;
    proxy.settle().await;
    proxy.forget();
    let answer = client.gql(query, json!({ "id": ticket })).await;
    assert_eq!(answer, shown(json!({ "name": "Someone" })));
    proxy.settle().await;
    let mut reads = proxy.transactions();
    reads.retain(Transaction::is_a_read);
    let lengths: Vec<_> = reads.iter().map(|read| read.statements.len()).collect();
    assert_eq!(lengths, [4, 5], "{reads:#?}");
}
