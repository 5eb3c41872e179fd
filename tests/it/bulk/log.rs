//! That a verification finds what the log does not explain, and says where.

use indicatif::ProgressBar;
use tandem::bulk::load::load;
use tandem::bulk::seed;
use tandem::demo::story::Story;
use tandem::service::{self, verify};

use super::support::Database;

async fn differences(database: &Database) -> Vec<String> {
    verify::verify(&database.store).await.unwrap().differences
}

async fn loaded() -> Database {
    let database = Database::new().await;
    load(&database.store, 60, &ProgressBar::hidden())
        .await
        .unwrap();
    database
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_behind_the_logs_back_is_found_and_named() {
    let database = loaded().await;
    database.verified().await;
    let changes = [
        (
            "UPDATE conversations SET version = version + 1 WHERE id = (SELECT min(id::text)::uuid FROM conversations)",
            "conversation_",
            "version is",
        ),
        (
            "UPDATE conversations SET closed_at = closed_at + interval '1 second' WHERE id = \
          (SELECT max(id::text)::uuid FROM conversations WHERE status = 1)",
            "conversation_",
            "closed_at is",
        ),
        (
            "UPDATE tickets SET last_activity_at = last_activity_at - interval '1 hour' WHERE number = 1",
            "ticket_",
            "last_activity_at is",
        ),
        (
            "UPDATE ticket_properties SET version = 7 WHERE ticket_id = (SELECT id FROM tickets WHERE number = 2)",
            "ticket_",
            "properties is",
        ),
        (
            "UPDATE messages SET text = text || '!' WHERE id = (SELECT min(id::text)::uuid FROM messages)",
            "message_",
            "another SHA-256",
        ),
        (
            "UPDATE messages SET kind = 2 WHERE id = (SELECT max(id::text)::uuid FROM messages WHERE kind = 0)",
            "message_",
            "kind is",
        ),
        (
            "DELETE FROM messages WHERE id = (SELECT id FROM messages ORDER BY id LIMIT 1 OFFSET 5)",
            "message_",
            "not in its table",
        ),
        (
            "INSERT INTO messages (account_id, id, conversation_id, kind, author_kind, text, created_at) \
          SELECT account_id, gen_random_uuid(), id, 2, 3, 'x', now() FROM conversations LIMIT 1",
            "message_",
            "the log does not know it",
        ),
        (
            "INSERT INTO trash_groups SELECT id, '01890000-0000-7000-8000-000000000001', now(), now(), 3 FROM accounts",
            "trash_",
            "the log does not know it",
        ),
    ];
    for (number, (change, thing, what)) in changes.into_iter().enumerate() {
        database.tamper(change).await;
        let found = differences(&database).await;
        assert_eq!(found.len(), number + 1, "{change}: {found:#?}");
        let told = |line: &String| line.contains(thing) && line.contains(what);
        assert!(
            found.iter().any(told),
            "{thing} {what} is not in {found:#?}"
        );
    }
    // A text is never shown, only that it differs.
    let texts = database
        .lines("SELECT text AS line FROM messages ORDER BY id LIMIT 1")
        .await;
    assert!(
        !differences(&database)
            .await
            .iter()
            .any(|line| line.contains(&texts[0]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_log_is_found_too() {
    let database = loaded().await;
    let text = "DELETE FROM cascades WHERE id = (SELECT id FROM cascades WHERE command = 'updateTicketStatus' LIMIT 1)";
    database.tamper(text).await;
    let found = differences(&database).await;
    assert!(
        found.iter().any(|line| line.contains("status is")),
        "{found:#?}"
    );

    let database = loaded().await;
    // Its image says otherwise than its effects.
    let text = "UPDATE cascades SET body = jsonb_set(body, '{conversations,0,version}', '99') \
        WHERE id = (SELECT id FROM cascades WHERE command = 'import' LIMIT 1)";
    database.tamper(text).await;
    let found = differences(&database).await;
    assert!(
        found.len() == 1 && found[0].contains("shows another"),
        "{found:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_began_before_the_log_does_is_counted_not_blamed() {
    let database = Database::new().await;
    let story = Story::load().unwrap();
    seed::seed(&database.store, &story, service::now())
        .await
        .unwrap();
    let whole = database.verified().await;
    // The oldest months of the log go, as its retention would have them.
    database
        .tamper(
            "DO $$ DECLARE month text; BEGIN \
             FOR month IN SELECT substring(relname FROM 10) FROM pg_class WHERE relname ~ '^cascades_[0-9]{6}$' \
                 AND relname < 'cascades_' || to_char(now() - interval '5 months', 'YYYYMM') LOOP \
                 UPDATE log_horizon SET position = greatest(position, (SELECT max(position) FROM cascades \
                     WHERE to_char(occurred_at, 'YYYYMM') = month)); \
                 EXECUTE 'DROP TABLE cascades_' || month; EXECUTE 'DROP TABLE cascade_touches_' || month; \
             END LOOP; END $$",
        )
        .await;
    let report = verify::verify(&database.store).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.differences);
    assert!(report.cascades < whole.cascades);
    assert!(report.unverifiable > 0 && report.unverifiable < whole.messages);
    // What began since is still held against it.
    database
        .tamper(
            "UPDATE conversations SET version = 9 WHERE created_at > now() - interval '1 month'",
        )
        .await;
    assert!(!verify::verify(&database.store).await.unwrap().is_clean());
}
