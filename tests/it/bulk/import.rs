//! Real mail: threads, people, repetition, and what is broken.

use std::path::PathBuf;

use indicatif::ProgressBar;
use tandem::bulk::import::{Import, Report, import};
use tandem::error::{Error, Result};
use tandem::service::accounts::{NewAccount, create_account};

use super::mailbox::{Folder, Letter, archive, letter, mbox};
use super::support::Database;

/// An account with an inbox that writes from support@shop.example.com.
pub async fn account() -> (Database, NewAccount) {
    let database = Database::new().await;
    let created = "2024-01-01T00:00:00Z".parse().unwrap();
    let account = create_account(&database.store, "Shop", "eva@shop.example.com", created).await;
    let address = "UPDATE channels SET address = 'Support@shop.example.com'";
    database.tamper(address).await;
    (database, account.unwrap())
}

pub async fn run(database: &Database, account: &NewAccount, paths: &[PathBuf]) -> Result<Report> {
    let order = Import {
        inbox: account.inbox,
        paths: paths.to_vec(),
        own: vec!["Eva@shop.example.com".into()],
    };
    import(&database.store, &order, &ProgressBar::hidden()).await
}

/// Everything that an import leaves, but for ids and when it ran.
pub async fn state(database: &Database) -> Vec<String> {
    database
        .lines(
            "SELECT concat_ws('|', c.thread_key, c.subject, c.created_at, c.last_activity_at, c.status, o.email, \
             (SELECT string_agg(concat_ws('/', m.message_key, m.kind, m.author_kind, p.email, m.created_at, \
                 md5(m.text)), ' ' ORDER BY m.message_key) \
              FROM messages m LEFT JOIN contacts p ON p.id = m.author_id WHERE m.conversation_id = c.id)) AS line \
             FROM conversations c JOIN contacts o ON o.id = c.contact_id \
             UNION ALL SELECT concat_ws('|', 'contact', email, name) FROM contacts ORDER BY 1",
        )
        .await
}

/// The threads alone: the keys of their messages.
async fn threads(database: &Database) -> Vec<String> {
    database
        .lines(
            "SELECT string_agg(split_part(m.message_key, '@', 1), ' ' ORDER BY m.created_at, m.message_key) AS line \
             FROM messages m GROUP BY m.conversation_id ORDER BY 1",
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_and_people_are_as_a_person_would_have_them() {
    let (database, account) = account().await;
    database
        .tamper("UPDATE inboxes SET creates_tickets = true")
        .await;
    let folder = Folder::new();
    let letters = [
        letter("a1", 0),
        letter("a2", 60)
            .from("Support <support@shop.example.com>")
            .to("anna@example.com")
            .answers(&["a1"]),
        letter("b1", 90).from("piotr@example.com"),
        letter("a3", 120).answers(&["a1", "a2"]),
        letter("a4", 150)
            .from("Ben <ben@example.com>")
            .answers(&["a1", "a2", "a3"]),
        // The company writes first, by a person of it who is a user.
        letter("c1", 180)
            .from("Eva <eva@shop.example.com>")
            .to("Dana <Dana@example.com>"),
        letter("b2", 200)
            .from("PIOTR <Piotr@Example.com>")
            .answers_only("b1"),
    ];
    let path = folder.file("all.mbox", &mbox(&letters));
    let report = run(&database, &account, &[path]).await.unwrap();
    assert_eq!(
        (report.messages, report.duplicates, report.conversations_new),
        (7, 0, 3)
    );
    assert!(report.skipped.is_empty(), "{:?}", report.skipped);
    assert_eq!(threads(&database).await, ["a1 a2 a3 a4", "b1 b2", "c1"]);
    assert_eq!(
        database
            .lines("SELECT concat_ws('|', c.subject, p.email, p.name, c.status, c.created_at AT TIME ZONE 'UTC', \
                    c.last_activity_at AT TIME ZONE 'UTC') AS line \
                    FROM conversations c JOIN contacts p ON p.id = c.contact_id ORDER BY c.created_at")
            .await,
        [
            "About a1|anna@example.com|Anna Nowak|0|2025-01-01 00:00:00|2025-01-01 00:02:30",
            "About b1|piotr@example.com|PIOTR|0|2025-01-01 00:01:30|2025-01-01 00:03:20",
            "About c1|dana@example.com|Dana|0|2025-01-01 00:03:00|2025-01-01 00:03:00",
        ]
    );
    let authors = "SELECT concat_ws('|', split_part(m.message_key, '@', 1), m.kind, m.author_kind, \
        coalesce(c.email, u.email)) AS line FROM messages m LEFT JOIN contacts c ON c.id = m.author_id \
        LEFT JOIN users u ON u.id = m.author_id ORDER BY m.created_at";
    assert_eq!(
        database.lines(authors).await,
        [
            "a1|0|1|anna@example.com",
            "a2|1|3",
            "b1|0|1|piotr@example.com",
            "a3|0|1|anna@example.com",
            "a4|0|1|ben@example.com",
            "c1|1|0|eva@shop.example.com",
            "b2|0|1|piotr@example.com",
        ]
    );
    // History: no tickets, also where the inbox creates them; one cascade a conversation, by nobody.
    assert_eq!(database.count("SELECT count(*) FROM tickets").await, 0);
    let log = "SELECT concat_ws('|', command, actor_kind, count(*)) AS line FROM cascades GROUP BY command, actor_kind";
    assert_eq!(database.lines(log).await, ["import|3|3"]);
    assert_eq!(database.verified().await.messages, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_changes_nothing() {
    let (database, account) = account().await;
    let folder = Folder::new();
    let letters = archive(1_200);
    let path = folder.file("all.mbox", &mbox(&letters));
    let first = run(&database, &account, std::slice::from_ref(&path))
        .await
        .unwrap();
    assert_eq!((first.messages, first.duplicates), (1_200, 0));
    let (before, verified) = (state(&database).await, database.verified().await);
    let second = run(&database, &account, &[path.clone(), path])
        .await
        .unwrap();
    assert_eq!(
        (second.messages, second.duplicates, second.conversations_new),
        (0, 2_400, 0)
    );
    assert_eq!(state(&database).await, before);
    assert_eq!(database.verified().await, verified);
    // A message that stands in a mailbox twice is there once.
    let twice = folder.file("twice.mbox", &mbox(&[letter("x", 1), letter("x", 1)]));
    let third = run(&database, &account, &[twice]).await.unwrap();
    assert_eq!((third.messages, third.duplicates), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn overlapping_files_in_either_order_give_the_same_threads() {
    let letters = archive(1_500);
    let folder = Folder::new();
    let early = folder.file("early.mbox", &mbox(&letters[..1_000]));
    let late = folder.file("late.mbox", &mbox(&letters[600..]));
    let mut seen: Vec<Vec<String>> = Vec::new();
    for paths in [[early.clone(), late.clone()], [late, early]] {
        let (database, account) = account().await;
        let report = run(&database, &account, &paths).await.unwrap();
        assert_eq!((report.messages, report.duplicates), (1_500, 400));
        seen.push(threads(&database).await);
        database.verified().await;
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].iter().any(|thread| thread.split(' ').count() == 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_cut_off_and_is_repeated_ends_as_if_it_had_not_been() {
    let folder = Folder::new();
    // Several batches.
    let path = folder.file("all.mbox", &mbox(&archive(4_000)));
    let (whole, account_of_whole) = account().await;
    run(&whole, &account_of_whole, std::slice::from_ref(&path))
        .await
        .unwrap();

    let (database, account) = account().await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let (store, order) = (
        database.store.clone(),
        Import {
            inbox: account.inbox,
            paths: vec![path.clone()],
            own: vec!["eva@shop.example.com".into()],
        },
    );
    let task = tokio::spawn(async move { import(&store, &order, &ProgressBar::hidden()).await });
    while database.count("SELECT count(*) FROM messages").await == 0 {
        assert!(
            std::time::Instant::now() < deadline,
            "the import writes nothing"
        );
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let written = database.count("SELECT count(*) FROM messages").await;
    assert!(
        written > 0 && written < 4_000 && written % 500 == 0,
        "{written}"
    );
    database.verified().await;

    let report = run(&database, &account, &[path]).await.unwrap();
    assert_eq!(report.messages + report.duplicates, 4_000);
    assert!(report.messages > 0 && report.duplicates >= 500);
    assert_eq!(state(&database).await, state(&whole).await);
    database.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_at_once_bring_each_message_once() {
    let (database, account) = account().await;
    let folder = Folder::new();
    let path = folder.file("all.mbox", &mbox(&archive(1_500)));
    let paths = [path];
    let (one, two) = tokio::join!(
        run(&database, &account, &paths),
        run(&database, &account, &paths)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.messages + two.messages, 1_500);
    assert_eq!(one.duplicates + two.duplicates, 1_500);
    database.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_is_told_with_its_place_and_the_rest_goes_in() {
    let (database, account) = account().await;
    let folder = Folder::new();
    let broken = "From nobody Wed Jan  1 00:00:00 2025\nSubject: from nobody\n\nNo sender.\n\n";
    let content = format!(
        "{}{broken}{}",
        mbox(&[letter("a", 0)]),
        mbox(&[letter("b", 1)])
    );
    let offset = mbox(&[letter("a", 0)]).len() as u64;
    let path = folder.file("some.mbox", &content);
    let report = run(&database, &account, std::slice::from_ref(&path))
        .await
        .unwrap();
    assert_eq!(report.messages, 2);
    let [(position, error)] = report.skipped.as_slice() else {
        panic!("{:?}", report.skipped);
    };
    assert_eq!(
        (&position.path, position.offset, position.ordinal),
        (&path, offset, 2)
    );
    assert!(error.to_string().contains("From"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_inbox_or_path_is_refused_before_anything_is_written() {
    let (database, mut account) = account().await;
    let folder = Folder::new();
    let good = folder.file("good.mbox", &mbox(&[letter("a", 0)]));
    let missing = folder.path().join("missing.mbox");
    let error = run(&database, &account, &[good.clone(), missing])
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Request { message, .. } if message.contains("missing.mbox")),
        "{error}"
    );
    account.inbox = tandem::domain::id::InboxId(uuid::Uuid::now_v7());
    let error = run(&database, &account, &[good]).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused(refusal) if refusal.message.contains("inbox_")),
        "{error}"
    );
    assert_eq!(database.count("SELECT count(*) FROM messages").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_was_only_named_is_found_by_later_imports() {
    let (database, account) = account().await;
    let folder = Folder::new();
    let import = async |name: &str, letters: &[Letter]| {
        let path = folder.file(name, &mbox(letters));
        run(&database, &account, &[path]).await.unwrap()
    };
    // Neither `root` nor `parent` is in the first mailbox.
    import("1", &[letter("child", 300).answers(&["root", "parent"])]).await;
    import("2", &[letter("sibling", 400).answers_only("parent")]).await;
    import("3", &[letter("parent", 200)]).await;
    import("4", &[letter("root", 100)]).await;
    assert_eq!(threads(&database).await, ["root parent child sibling"]);
    let key = "SELECT thread_key AS line FROM conversations";
    assert_eq!(database.lines(key).await, ["root@mail.example.com"]);
    let report = database.verified().await;
    assert_eq!((report.conversations, report.cascades), (1, 4));
}
