//! Readers that go away in the middle, as sockets and requests do: who gets their connection next finds it clean.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tandem::config::Config;
use tandem::domain::id::AccountId;
use tandem::store::read::account::own;
use tandem::store::read::{Flight, Source};

use crate::support::desk::uuid;
use crate::support::{Client, NEWER, TestAccount, TestApp};

/// So late one goes at the latest: by then it has what it asked for.
const AT_MOST_MICROS: u64 = 3_000;

/// A server whose readers all get the same connection, with an account.
async fn desk() -> (TestApp, TestAccount, Client) {
    let app = TestApp::start_with(Config {
        pool_size: 1,
        ..super::patience()
    })
    .await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    (app, account, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_leaves_no_transaction_behind() {
    let (app, account, client) = desk().await;
    let conversation = account.conversation(&client).await;
    let store = app.app.service().store();
    for round in 0..150_u64 {
        let source = Source::new(
            store,
            AccountId(uuid(&account.account_id)),
            Arc::<Flight>::default(),
        );
        let after = Duration::from_micros(round * AT_MOST_MICROS / 150);
        let _ = tokio::time::timeout(after, own(&source)).await;
        drop(source);
        let status = ["CLOSED", "OPEN"][usize::from(round % 2 == 1)];
        let input = json!({ "conversationId": conversation, "status": status });
        client.done("updateConversationStatus", input).await;
    }
}

/// Statements of loaders and of lists.
const SCREEN: &str = "{ tickets(first: 5) { nodes { id owner { name } conversations { nodes { id } } } }
    conversations(first: 5) { nodes { id messages { nodes { id } } inbox { name channels { id } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_given_up_gives_its_connection_back() {
    let (_app, account, client) = desk().await;
    account.ticket(&client, 2).await;
    let begun = std::time::Instant::now();
    let whole = client.gql(SCREEN, json!({})).await;
    let takes = begun.elapsed().max(Duration::from_millis(5));
    for round in 0..150 {
        let read = client.raw(SCREEN, json!({}));
        let _ = tokio::time::timeout(takes * round / 150, read).await;
    }
    assert_eq!(client.gql(SCREEN, json!({})).await, whole);
}
