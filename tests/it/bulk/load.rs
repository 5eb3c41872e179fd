//! The large account, smaller.

use indicatif::ProgressBar;
use tandem::bulk::load::load;

use super::support::Database;

#[tokio::test(flavor = "multi_thread")]
async fn a_load_of_two_thousand_conversations_verifies_clean() {
    let database = Database::new().await;
    let progress = ProgressBar::hidden();
    let loaded = load(&database.store, 2_000, &progress).await.unwrap();
    assert_eq!(progress.position(), 2_000);
    let report = database.verified().await;
    let rows = loaded.rows;
    assert_eq!(
        (
            report.conversations,
            report.messages,
            report.tickets,
            report.cascades
        ),
        (
            rows.conversations,
            rows.messages,
            rows.tickets,
            rows.cascades
        )
    );
    assert_eq!(rows.conversations, 2_000);
    assert!((9_000..11_000).contains(&rows.messages), "{rows:?}");
    assert!(rows.cascades >= rows.conversations + rows.tickets);
    let count = async |text: &str| database.count(text).await as u64;
    assert_eq!(count("SELECT count(*) FROM contacts").await, rows.contacts);
    // Numbers are dense, and the next ticket gets the next one.
    let text = "SELECT count(*) FROM ticket_counters c WHERE c.last_number = \
        (SELECT max(number) FROM tickets) AND c.last_number = (SELECT count(*) FROM tickets)";
    assert_eq!(count(text).await, 1);
    // Skewed, but something of everything.
    for text in [
        "SELECT count(*) FROM conversations WHERE status = 0",
        "SELECT count(*) FROM conversations WHERE owner_id IS NULL",
        "SELECT count(*) FROM conversations WHERE ticket_id IS NULL",
        "SELECT count(*) FROM (SELECT FROM conversations GROUP BY ticket_id HAVING count(*) > 2) x",
        "SELECT count(*) FROM tickets WHERE category = 0",
        "SELECT count(*) FROM tickets WHERE priority = 4",
        "SELECT count(*) FROM trash_groups",
        "SELECT count(*) FROM messages WHERE kind = 2",
    ] {
        assert!(count(text).await > 0, "{text}");
    }
    assert_eq!(count("SELECT count(*) FROM cascades_other").await, 0);
    assert_eq!(
        count("SELECT count(*) FROM messages WHERE created_at > now()").await,
        0
    );
    assert_eq!(
        count("SELECT count(*) FROM cascades WHERE occurred_at > now()").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_load_makes_another_account() {
    let database = Database::new().await;
    let progress = ProgressBar::hidden();
    let (first, second) = tokio::join!(
        load(&database.store, 30, &progress),
        load(&database.store, 1, &progress)
    );
    let mut names = [first.unwrap().name, second.unwrap().name];
    names.sort();
    assert_eq!(names, ["Large account", "Large account 2"]);
    let text = "SELECT count(DISTINCT lower(email)) FROM users";
    assert_eq!(
        database.count(text).await,
        database.count("SELECT count(*) FROM users").await
    );
    assert_eq!(database.verified().await.conversations, 31);
    // Nothing at all is an account too.
    let third = load(&database.store, 0, &progress).await.unwrap();
    assert_eq!(
        (third.name.as_str(), third.rows.messages),
        ("Large account 3", 0)
    );
}
