//! What finding out who asks costs, when very many ask at once.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tandem::config::Config;

use super::proxy::Proxy;
use crate::support::{TestApp, database, until};

/// How long an answer is remembered.
const REMEMBERED: Duration = Duration::from_millis(500);
const ASKING: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_looked_up_once_however_many_come_with_it() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let app = TestApp::on(&proxy.url(), Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let unseen = app.client(&account.user("agent").await.token);
    proxy.forget();
    let begun = Instant::now();
    // Of these only the token is asked of the database.
    let asking = (0..ASKING).map(|_| unseen.gql("{ __typename }", json!({})));
    join_all(asking).await;
    let longest = begun.elapsed().as_millis() / REMEMBERED.as_millis() + 1;
    let lookups = || {
        let transactions = proxy.transactions().into_iter();
        let statements = transactions.flat_map(|one| one.statements);
        let lookups = statements.filter(|text| text.contains("WHERE t.hash ="));
        lookups.count()
    };
    // Answers go out before the transaction that they were read by ends, and only then is it noted.
    until("the proxy sees them", async || lookups() > 0).await;
    let lookups = lookups();
    assert!(
        lookups as u128 <= longest,
        "{lookups} in {:?}",
        begun.elapsed()
    );
}
