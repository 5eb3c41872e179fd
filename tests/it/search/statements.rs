//! How much a search asks of the database: the same for one hit as for fifty.

use serde_json::json;
use tandem::config::Config;

use super::support::{Desk, SEARCH};
use crate::statements::proxy::Proxy;
use crate::support::{TestApp, database};

/// Begin and the account; the words; that plans are made for values, and the hits; conversations and tickets by id; how many; the messages of the
/// excerpts; the contacts, where neither message nor subject has it; the end.
const STATEMENTS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_search_takes_as_many_statements_for_fifty_hits_as_for_two() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let config = Config {
        pool_size: 2,
        pool_wait_seconds: 60,
        ..Config::default()
    };
    let app = TestApp::on(&proxy.url(), config).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let desk = Desk {
        app,
        account,
        client,
    };
    let mut counts = Vec::new();
    for (name, tickets) in [("Few", 1), ("Many", 25)] {
        for _ in 0..tickets {
            let thread = uuid::Uuid::now_v7().to_string();
            let email = format!("{thread}@example.org");
            let conversation = desk.message(&thread, name, &email, "Hi", "Hello").await;
            let ticket =
                json!({ "conversationId": conversation, "name": format!("{name} things") });
            desk.client.done("createTicket", ticket).await;
        }
        proxy.forget();
        let variables = json!({ "text": name, "first": 100, "after": null });
        let found = desk.client.gql(SEARCH, variables).await;
        let edges = found["search"]["edges"].as_array().unwrap();
        assert_eq!(edges.len(), 2 * tickets);
        assert!(edges.iter().all(|edge| edge["excerpt"] != json!([])));
        // The transaction ends after the response is sent.
        let mut searches = Vec::new();
        for _ in 0..500 {
            searches = proxy.transactions();
            searches.retain(|transaction| {
                let text = transaction.statements.join(" ");
                text.contains("search_documents") && !transaction.writes_the_log()
            });
            if !searches.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let [search] = searches.as_slice() else {
            panic!("not one transaction: {searches:#?}")
        };
        println!("{name}: {search:#?}");
        counts.push(search.statements.len());
    }
    assert_eq!(counts, [STATEMENTS; 2], "statements for 2 and for 50 hits");
}
