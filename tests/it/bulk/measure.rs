//! How fast it is: `TANDEM_MEASURE_URL=postgres://… cargo test --release --test it bulk::measure -- --ignored`.
//! The database is migrated, and stays as it is left.

use std::path::PathBuf;
use std::time::Instant;

use indicatif::ProgressBar;
use tandem::bulk::import::{Import, import};
use tandem::bulk::load::load;
use tandem::service::accounts::create_account;
use tandem::service::verify;
use tandem::store::Store;
use tandem::store::pool::PoolOptions;

fn store() -> Store {
    let url = std::env::var("TANDEM_MEASURE_URL").expect("a database");
    Store::new(&url, &PoolOptions::default()).unwrap()
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, and a database of its own"]
async fn measure_load() {
    let store = store();
    let begun = Instant::now();
    let conversations = number("TANDEM_MEASURE_CONVERSATIONS", 200_000);
    let loaded = load(&store, conversations, &ProgressBar::hidden())
        .await
        .unwrap();
    println!("{:?} in {:.1?}", loaded.rows, begun.elapsed());
    let begun = Instant::now();
    let mut report = verify::Report::default();
    verify::verify_account(&store, loaded.account, &mut report)
        .await
        .unwrap();
    println!("verified in {:.1?}: {report:?}", begun.elapsed());
    assert!(report.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, and a database and mail of its own"]
async fn measure_import() {
    let store = store();
    let created = "2024-01-01T00:00:00Z".parse().unwrap();
    let account = create_account(&store, "Measured", "a@example.com", created)
        .await
        .unwrap();
    let paths = std::env::var("TANDEM_MEASURE_MAIL").expect("files");
    let order = Import {
        inbox: account.inbox,
        paths: paths.split(':').map(PathBuf::from).collect(),
        own: Vec::new(),
    };
    for _ in 0..2 {
        let begun = Instant::now();
        let report = import(&store, &order, &ProgressBar::hidden())
            .await
            .unwrap();
        let (took, skipped) = (begun.elapsed(), report.skipped.len());
        let (new, known) = (report.messages, report.duplicates);
        println!(
            "{new} new, {known} known, {} conversations, {skipped} skipped in {took:.1?}: {:.0} a second",
            report.conversations_new,
            (new + known) as f64 / took.as_secs_f64(),
        );
        for (position, error) in report.skipped.iter().take(3) {
            println!("{position}: {error}");
        }
    }
    let mut report = verify::Report::default();
    verify::verify_account(&store, account.account, &mut report)
        .await
        .unwrap();
    println!("verified {} {report:?}", account.account.0);
    assert!(report.is_clean());
}
