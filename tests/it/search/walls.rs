//! Nothing of another account is found, nor by those who go round the application.

use std::path::{Path, PathBuf};

use diesel_async::SimpleAsyncConnection;

use super::support::Desk;
use crate::support::connect;
use crate::support::desk::uuid;
use crate::support::sql::{connect_across, number};

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_words_find_nothing() {
    let desk = Desk::start().await;
    let mine = desk.says("Confidential merger", "Zanzibar").await;
    let other = desk.app.account("2025-01-01T00:00:00Z").await;
    let stranger = Desk {
        client: desk.app.client(&other.token),
        account: other,
        app: desk.app,
    };
    for query in ["zanzibar", "anziba", "merger", "confid"] {
        assert_eq!(stranger.found(query).await, [""; 0], "{query}");
    }
    let url = &stranger.app.database_url;
    let account = uuid(&stranger.account.account_id);
    // A statement that forgets the account: the join that every search makes finds nothing.
    let all = "(SELECT count(*) FROM search_documents d JOIN conversations c ON c.id = d.thing_id \
        WHERE d.words @@ 'zanzibar')";
    assert_eq!(
        number(&mut connect_across(url).await, all).await,
        1,
        "it is there"
    );
    for setting in [account.to_string(), String::new()] {
        let mut session = connect(url).await;
        let set = format!("SET tandem.account_id = '{setting}'");
        session.batch_execute(&set).await.unwrap();
        assert_eq!(number(&mut session, all).await, 0, "seen by {setting:?}");
    }
    // A document that points to another account's conversation shows nothing of it.
    let smuggle = format!(
        "INSERT INTO search_documents VALUES ('{account}', 1, '{}', gen_random_uuid(), now(), '''smuggled''')",
        uuid(&mine)
    );
    let mut session = connect(url).await;
    session.batch_execute(&smuggle).await.unwrap();
    assert_eq!(stranger.found("smuggled").await, [""; 0]);
}

/// The tables without a wall are read in one place, which joins what it finds to the tables that have one.
#[test]
fn one_file_reads_the_documents() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut readers = Vec::new();
    collect_readers(&source, &mut readers);
    assert_eq!(readers, [source.join("store/read/search.rs")]);
}

fn collect_readers(folder: &Path, readers: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_readers(&path, readers);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let reads = |table: &str| {
                ["FROM", "JOIN"]
                    .iter()
                    .any(|word| text.contains(&format!("{word} {table}")))
            };
            if reads("search_documents") || reads("search_words") {
                readers.push(path);
            }
        }
    }
}
