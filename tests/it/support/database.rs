//! A database for each test, cloned from a migrated template: notifications and locks do not leak between tests.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio::sync::OnceCell;

use tandem::store::migrate;

use super::cluster::{database_url, url_of};

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A database of a test's own; dropped with it.
pub struct TestDatabase {
    /// Its address.
    pub url: String,
    name: String,
}

/// Connects past Tandem's own store: tests that go round the application.
pub async fn connect(url: &str) -> AsyncPgConnection {
    AsyncPgConnection::establish(url)
        .await
        .expect("a connection")
}

/// A fresh, migrated, empty database.
pub async fn database() -> TestDatabase {
    let template = TEMPLATE.get_or_init(template).await;
    let name = format!(
        "test_{}_{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    );
    let mut connection = connect(database_url()).await;
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
    connection
        .batch_execute(&create)
        .await
        .expect("a database of its own");
    TestDatabase {
        url: url_of(&name),
        name,
    }
}

/// What the migrations say: names of databases that are kept between runs are made of it.
pub fn hash_migrations(hasher: &mut DefaultHasher) {
    for folder in
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).expect("migrations")
    {
        let up = folder.expect("a migration").path().join("up.sql");
        let text = std::fs::read_to_string(&up).expect("an up.sql");
        (up.display().to_string(), text).hash(hasher);
    }
}

/// The migrated template: named after what the migrations say, so that a changed one makes another, and after the month,
/// since they also make the log's partitions from this one on.
async fn template() -> String {
    let mut hasher = DefaultHasher::new();
    hash_migrations(&mut hasher);
    let month = chrono::Utc::now().format("%Y-%m").to_string();
    month.hash(&mut hasher);
    let name = format!("template_{:016x}", hasher.finish());
    let mut connection = connect(database_url()).await;
    // Test processes that begin at once wait for the first.
    connection
        .batch_execute("SELECT pg_advisory_lock(1)")
        .await
        .expect("a lock");
    drop_left_over(&mut connection).await;
    if !exists(&mut connection, &name).await {
        let draft = format!("{name}_draft");
        connection
            .batch_execute(&format!("DROP DATABASE IF EXISTS {draft}"))
            .await
            .expect("no draft");
        connection
            .batch_execute(&format!("CREATE DATABASE {draft}"))
            .await
            .expect("a draft");
        // Migrations block their thread, which a test's own runtime may not have to spare.
        let url = url_of(&draft);
        let migrating = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime
                .block_on(migrate::migrate(&url))
                .expect("migrations");
        });
        migrating.join().expect("migrations");
        // Whole or not at all: a run that is killed in between leaves a draft only.
        let rename = format!("ALTER DATABASE {draft} RENAME TO {name}");
        let mut tries = 0;
        while let Err(error) = connection.batch_execute(&rename).await {
            tries += 1;
            assert!(tries < 200, "the draft stays in use: {error}");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    name
}

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    datname: String,
}

async fn exists(connection: &mut AsyncPgConnection, name: &str) -> bool {
    let statement = diesel::sql_query("SELECT datname::text FROM pg_database WHERE datname = $1");
    let rows: Vec<Name> = statement
        .bind::<diesel::sql_types::Text, _>(name)
        .load(connection)
        .await
        .expect("databases");
    !rows.is_empty()
}

/// What killed runs have left.
async fn drop_left_over(connection: &mut AsyncPgConnection) {
    let statement =
        diesel::sql_query("SELECT datname::text FROM pg_database WHERE datname LIKE 'test\\_%'");
    let rows: Vec<Name> = statement.load(connection).await.expect("databases");
    for name in rows.into_iter().map(|row| row.datname) {
        let process = name.split('_').nth(1).unwrap_or_default();
        if !std::path::Path::new("/proc").join(process).exists() {
            let _ = connection
                .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .await;
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // The test's own runtime may be ending: another one, on another thread, drops the database.
        let name = std::mem::take(&mut self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let mut connection = connect(database_url()).await;
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                let _ = connection.batch_execute(&drop).await;
            });
        });
        let _ = dropping.join();
    }
}
