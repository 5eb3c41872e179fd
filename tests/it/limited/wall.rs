//! The second wall: with the setting of a transaction that reads for somebody limited, Postgres itself shows no more.

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use super::office::{Office, office};
use crate::support::connect;
use crate::support::desk::uuid;
use crate::support::sql::{number, texts};

const TABLES: [&str; 10] = [
    "inboxes",
    "channels",
    "conversations",
    "messages",
    "mail_references",
    "tickets",
    "ticket_properties",
    "trash_groups",
    "cascades",
    "cascade_touches",
];

async fn within(connection: &mut AsyncPgConnection, office: &Office, inboxes: &[&String]) {
    let ids: Vec<_> = inboxes.iter().map(|id| uuid(id).to_string()).collect();
    let account = uuid(&office.account.account_id);
    let settings = format!(
        "SET tandem.account_id = '{account}'; SET tandem.inboxes = '{{{}}}'",
        ids.join(",")
    );
    connection.batch_execute(&settings).await.expect("settings");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_application_nothing_else_is_seen_either() {
    let office = office().await;
    let mut connection = connect(&office.app.database_url).await;
    let all = "SELECT id::text AS text FROM conversations ORDER BY id";
    let mut parts = 0;
    let mut seen = Vec::new();
    for (inbox, tickets, groups) in [(&office.account.inbox_id, 2, 1), (&office.inbox, 3, 2)] {
        within(&mut connection, &office, &[inbox]).await;
        let id = uuid(inbox);
        assert_eq!(
            texts(&mut connection, "SELECT id::text AS text FROM inboxes").await,
            [id.to_string()]
        );
        let strangers = format!("SELECT count(*) FROM conversations WHERE inbox_id <> '{id}'");
        assert_eq!(number(&mut connection, &strangers).await, 0);
        let strangers = format!(
            "SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT FROM conversations c \
             WHERE c.id = m.conversation_id AND c.inbox_id = '{id}')"
        );
        assert_eq!(number(&mut connection, &strangers).await, 0);
        assert_eq!(
            number(&mut connection, "SELECT count(*) FROM channels").await,
            1
        );
        assert_eq!(
            number(&mut connection, "SELECT count(*) FROM tickets").await,
            tickets
        );
        assert_eq!(
            number(&mut connection, "SELECT count(*) FROM trash_groups").await,
            groups
        );
        let mine = texts(&mut connection, all).await;
        assert!(!mine.is_empty());
        parts += number(&mut connection, "SELECT count(*) FROM messages").await;
        // No cascade that is about nothing of theirs, by row or by what it touched.
        let subjects = "SELECT count(*) FROM cascades l WHERE NOT EXISTS (\
            SELECT FROM jsonb_array_elements(l.body -> 'effects') e WHERE EXISTS (SELECT FROM conversations c \
            WHERE c.id = (e -> 'subject' ->> 'conversation')::uuid OR c.ticket_id = (e -> 'subject' ->> 'ticket')::uuid))";
        assert_eq!(number(&mut connection, subjects).await, 0);
        assert!(number(&mut connection, "SELECT count(*) FROM cascades").await > 0);
        let touched = "SELECT count(*) FROM cascade_touches t WHERE \
            (kind = 3 AND NOT EXISTS (SELECT FROM conversations c WHERE c.id = t.thing_id)) \
            OR (kind = 2 AND NOT EXISTS (SELECT FROM tickets x WHERE x.id = t.thing_id)) \
            OR NOT EXISTS (SELECT FROM cascades l WHERE l.id = t.cascade_id)";
        assert_eq!(number(&mut connection, touched).await, 0);
        let other =
            format!("SELECT count(*) FROM cascade_touches WHERE kind = 1 AND thing_id <> '{id}'");
        assert_eq!(number(&mut connection, &other).await, 0);
        seen.extend(mine);
    }
    // Both together see what is there, and who is limited to nothing sees nothing.
    within(
        &mut connection,
        &office,
        &[&office.account.inbox_id, &office.inbox],
    )
    .await;
    seen.sort();
    assert_eq!(texts(&mut connection, all).await, seen);
    assert_eq!(
        number(&mut connection, "SELECT count(*) FROM messages").await,
        parts
    );
    within(&mut connection, &office, &[]).await;
    for table in TABLES {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(number(&mut connection, &count).await, 0, "{table}");
    }
    // No setting: no limit, as for the servers of before and for commands.
    let unlimited = "SET tandem.inboxes = ''";
    connection
        .batch_execute(unlimited)
        .await
        .expect("a setting");
    assert_eq!(texts(&mut connection, all).await, seen);
}

/// Every table of which the wall knows has its policy, and whatever holds conversations' things is among them.
#[tokio::test(flavor = "multi_thread")]
async fn each_table_that_leads_to_a_conversation_has_the_wall() {
    let office = office().await;
    let mut connection = connect(&office.app.database_url).await;
    // What lets somebody limited in is only for reading, and by the account alone they get in nowhere.
    let policies = "SELECT tablename::text AS text FROM pg_policies p WHERE policyname = 'in_inboxes' \
                    AND cmd = 'SELECT' AND EXISTS (SELECT FROM pg_policies o WHERE o.tablename = p.tablename \
                    AND o.policyname = 'own_account' AND o.qual LIKE '%tandem_whole_account%') ORDER BY tablename";
    let mut expected = TABLES.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(texts(&mut connection, policies).await, expected);
    // Whatever refers to one of these is behind the wall too, but for what users keep for themselves.
    let leading = "SELECT DISTINCT c.conrelid::regclass::text AS text FROM pg_constraint c \
        WHERE c.contype = 'f' AND c.confrelid IN ('conversations'::regclass, 'tickets'::regclass, \
        'trash_groups'::regclass, 'inboxes'::regclass, 'channels'::regclass) \
        AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.policyname = 'in_inboxes' \
                        AND p.tablename = c.conrelid::regclass::text) ORDER BY 1";
    assert_eq!(texts(&mut connection, leading).await, ["user_inboxes"]);
}
