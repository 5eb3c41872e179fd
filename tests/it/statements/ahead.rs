//! Lists of a thing that is named by its id, where they do not come along with it (`along.rs`), are asked for together with
//! it: nobody waits for it first.

use serde_json::{Value, json};
use tandem::config::Config;

use super::proxy::{Proxy, Transaction};
use crate::support::{Client, NEWER, TestApp, database};

/// A conversation, its messages, those before it: too many to come along with it.
const CONVERSATION: &str = "query($id: ID!) { conversation(id: $id) { id contact { name }
    messages(last: 51) { nodes { id } } previousConversations(first: 51) { nodes { id } } } }";
/// As many as come along.
const ALONG: &str = "query($id: ID!) { conversation(id: $id) { id contact { name }
    messages(last: 50) { nodes { id } } previousConversations(first: 50) { nodes { id } } } }";
/// With something beside each conversation, which does not come along.
const JOINED: &str = "query($id: ID!) { conversation(id: $id) { id contact { name }
    messages(last: 25) { nodes { id } } previousConversations(first: 25) { nodes { id contact { name } } } } }";
/// A ticket and its conversations.
const TICKET: &str =
    "query($id: ID!) { ticket(id: $id) { id conversations(first: 5) { nodes { id } } } }";
/// Tickets, and the first messages of their conversations, which are found only once the tickets are.
const DEEP: &str = "{ tickets(first: 5) { nodes { conversations(first: 5) { nodes { id messages(first: 1) { nodes { id } } } } } } }";

/// A server whose readers all get the same connection, and the ticket and conversation of an account there.
async fn desk(proxy: &Proxy) -> (TestApp, Client, [String; 2]) {
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
    (app, client, [ticket, conversation])
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
async fn lists_are_asked_for_with_what_they_are_of() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let (_app, client, [ticket, conversation]) = desk(&proxy).await;
    // With what begins and what ends the transaction, where there is more than one to read by.
    for (query, id, statements, round_trips) in [
        (ALONG, &conversation, 1, 1),
        (JOINED, &conversation, 4, 2),
        (CONVERSATION, &conversation, 5, 2),
        (TICKET, &ticket, 4, 2),
        (DEEP, &ticket, 5, 4),
    ] {
        let (_, expected) = read(&proxy, &client, query, id).await;
        let mut fewest = usize::MAX;
        for _ in 0..5 {
            let (next, answer) = read(&proxy, &client, query, id).await;
            assert_eq!(answer, expected);
            assert_eq!(next.statements.len(), statements, "{next:#?}");
            // A slow machine may answer what begins the transaction before it sends the rest.
            fewest = fewest.min(next.round_trips);
        }
        assert_eq!(fewest, round_trips, "{query}");
    }
}
