//! The index is what its tables say, whatever wrote them.

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::SimpleAsyncConnection;
use indicatif::ProgressBar;
use serde_json::json;
use tandem::bulk::{load, seed};
use tandem::demo::story::Story;
use tandem::store::{Store, migrate};

use super::support::{Desk, differences, rows};
use crate::support::database;
use crate::support::sql::connect_across;

async fn is_right(database_url: &str) {
    let differences = differences(database_url).await;
    assert!(
        differences.is_empty(),
        "{} differences: {:#?}",
        differences.len(),
        &differences[..differences.len().min(20)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_daily_work() {
    let desk = Desk::start().await;
    let (ticket, conversations) = desk.account.ticket(&desk.client, 2).await;
    let definition = json!({ "name": "remarks", "label": "Remarks", "type": "TEXT" });
    desk.client
        .done("createPropertyDefinition", definition)
        .await;
    for value in [json!({ "string": "Łódź" }), json!({ "string": "Köln" })] {
        let change = json!({
            "ticketId": ticket, "name": "Renamed", "properties": [{ "name": "remarks", "value": value }],
        });
        desk.client.done("updateTicketProperties", change).await;
    }
    let note = json!({ "conversationId": conversations[0], "text": "A note" });
    desk.client.done("addNote", note).await;
    // Somebody whose name is known only from the second message on: the first is found by it too.
    let nameless = desk.letter("", "late@example.org", "Bells", "One").await;
    let named = desk
        .message("another", "Zbigniew", "late@example.org", "Bells", "Two")
        .await;
    assert_eq!(desk.found("zbigniew").await, [named, nameless]);
    is_right(&desk.app.database_url).await;
    assert!(rows(&desk.app.database_url, "search_documents").await > 5);
}

/// Rule 20: what was purged is gone, its words too, but for those that others use.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_purge() {
    let desk = Desk::start().await;
    let secret = desk.says("Unspeakable", "A shared secret").await;
    let kept = desk.says("Hello", "A shared hope").await;
    let trashed = desk
        .client
        .done("trashConversation", json!({ "conversationId": secret }))
        .await;
    assert_eq!(trashed["result"], "APPLIED");
    let over: DateTime<Utc> = Utc::now() + TimeDelta::days(31);
    desk.app.app.service().purge_due(over).await.unwrap();
    let url = &desk.app.database_url;
    is_right(url).await;
    let mut connection = connect_across(url).await;
    for (word, count) in [
        ("unspeakable", 0),
        ("secret", 0),
        ("shared", 1),
        ("hope", 1),
    ] {
        for count_of in [
            format!("(SELECT count(*) FROM search_words WHERE word = '{word}')"),
            format!("(SELECT count(*) FROM search_documents WHERE words @@ '{word}')"),
        ] {
            let found = crate::support::sql::number(&mut connection, &count_of).await;
            assert_eq!(found, count, "{word}: {count_of}");
        }
    }
    assert_eq!(desk.found("share").await, [kept]);
}

/// What goes round the application: the triggers see it all the same.
#[tokio::test(flavor = "multi_thread")]
async fn after_changes_by_hand() {
    let desk = Desk::start().await;
    desk.account.ticket(&desk.client, 2).await;
    let id = desk.says("Hello", "Text").await;
    let url = &desk.app.database_url;
    for change in [
        "UPDATE conversations SET subject = 'Ünder neu'",
        "UPDATE contacts SET name = 'Jędrzej', phone = '+49 221 4711'",
        "UPDATE messages SET text = text || ' postscript'",
        "UPDATE tickets SET name = 'By hand'",
        "UPDATE conversations SET contact_id = (SELECT id FROM contacts LIMIT 1)",
        "DELETE FROM messages WHERE id IN (SELECT id FROM messages ORDER BY id LIMIT 1)",
    ] {
        let mut connection = connect_across(url).await;
        connection.batch_execute(change).await.expect(change);
        is_right(url).await;
    }
    assert!(desk.found("jedrzej postscript under").await.contains(&id));
}

/// The demo, a load, and what a migration finds there already.
#[tokio::test(flavor = "multi_thread")]
async fn after_much_at_once() {
    let database = database().await;
    let store = Store::new(&database.url, &Default::default()).unwrap();
    let story = Story::load().unwrap();
    let now = tandem::service::now();
    seed::seed(&store, &story, now).await.unwrap();
    is_right(&database.url).await;
    let seeded = rows(&database.url, "search_documents").await;
    assert!(seeded > 100, "{seeded} documents");

    let bar = ProgressBar::hidden();
    load::load(&store, 1_500, &bar).await.unwrap();
    is_right(&database.url).await;
    let loaded = rows(&database.url, "search_documents").await;
    assert!(loaded > seeded + 1_500, "{loaded} documents");

    let words = rows(&database.url, "search_words").await;
    let mut connection = connect_across(&database.url).await;
    let down = include_str!("../../../migrations/2026-11-22-000020_search/down.sql");
    let gone =
        format!("{down}; DELETE FROM __diesel_schema_migrations WHERE version = '20261122000020'");
    connection.batch_execute(&gone).await.unwrap();
    migrate::migrate(&database.url).await.unwrap();
    is_right(&database.url).await;
    assert_eq!(rows(&database.url, "search_documents").await, loaded);
    // Two writers of a load may bring the same word.
    assert!(rows(&database.url, "search_words").await <= words);
}
