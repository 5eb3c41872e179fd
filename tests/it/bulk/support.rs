//! A database per test, and a look into it past all walls.

use std::path::Path;

use diesel::QueryableByName;
use diesel::sql_types as st;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tandem::service::verify;
use tandem::store::Store;
use tandem::store::pool::PoolOptions;

/// Where the tests may create databases.
fn server() -> String {
    std::env::var("TANDEM_BULK_TEST_SERVER").unwrap_or_else(|_| "127.0.0.1:5599".to_owned())
}

fn address(user: &str, database: &str) -> String {
    format!("postgres://{user}@{}/{database}", server())
}

/// A migrated database of its own, dropped with it.
pub struct Database {
    name: String,
    pub store: Store,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = st::BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = st::Text)]
    line: String,
}

impl Database {
    pub async fn new() -> Self {
        let name = format!("bulk_{}", uuid::Uuid::now_v7().simple());
        let mut admin = AsyncPgConnection::establish(&address("postgres", "postgres"))
            .await
            .expect("a server for tests");
        let create = format!("CREATE DATABASE {name} OWNER tandem");
        admin.batch_execute(&create).await.unwrap();
        let mut owner = AsyncPgConnection::establish(&address("tandem", &name))
            .await
            .unwrap();
        for migration in migrations() {
            owner.batch_execute(&migration).await.unwrap();
        }
        let store = Store::new(&address("tandem", &name), &PoolOptions::default()).unwrap();
        Self { name, store }
    }

    async fn past_all_walls(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&address("postgres", &self.name))
            .await
            .unwrap()
    }

    /// The number that a statement selects as `count`.
    pub async fn count(&self, text: &str) -> i64 {
        let mut connection = self.past_all_walls().await;
        let rows: Vec<Count> = diesel::sql_query(text).load(&mut connection).await.unwrap();
        rows[0].count
    }

    /// The texts that a statement selects as `line`.
    pub async fn lines(&self, text: &str) -> Vec<String> {
        let mut connection = self.past_all_walls().await;
        let rows: Vec<Line> = diesel::sql_query(text).load(&mut connection).await.unwrap();
        rows.into_iter().map(|row| row.line).collect()
    }

    /// Changes something behind the log's back.
    pub async fn tamper(&self, text: &str) {
        self.past_all_walls()
            .await
            .batch_execute(text)
            .await
            .unwrap();
    }

    /// Fails unless the log explains everything.
    pub async fn verified(&self) -> verify::Report {
        let report = verify::verify(&self.store).await.unwrap();
        assert!(report.is_clean(), "{:#?}", report.differences);
        assert_eq!(report.unverifiable, 0);
        report
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (url, name) = (address("postgres", "postgres"), self.name.clone());
        let drop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                if let Ok(mut admin) = AsyncPgConnection::establish(&url).await {
                    let text = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    let _ = admin.batch_execute(&text).await;
                }
            });
        };
        let _ = std::thread::spawn(drop).join();
    }
}

fn migrations() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut folders: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| std::fs::read_to_string(folder.join("up.sql")).unwrap())
        .collect()
}
