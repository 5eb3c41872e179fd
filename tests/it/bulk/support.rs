//! A look into the database, at all accounts at once.

use diesel::QueryableByName;
use diesel::sql_types as st;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tandem::service::verify;
use tandem::store::Store;
use tandem::store::pool::PoolOptions;

use crate::support::{TestDatabase, database};

/// A migrated database of its own.
pub struct Database {
    pub store: Store,
    database: TestDatabase,
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
        let database = database().await;
        let store = Store::new(&database.url, &PoolOptions::default()).unwrap();
        Self { store, database }
    }

    async fn across_accounts(&self) -> AsyncPgConnection {
        let mut connection = AsyncPgConnection::establish(&self.database.url)
            .await
            .unwrap();
        let across = "SET tandem.across_accounts = 'on'";
        connection.batch_execute(across).await.unwrap();
        connection
    }

    /// The number that a statement selects as `count`.
    pub async fn count(&self, text: &str) -> i64 {
        let mut connection = self.across_accounts().await;
        let rows: Vec<Count> = diesel::sql_query(text).load(&mut connection).await.unwrap();
        rows[0].count
    }

    /// The texts that a statement selects as `line`.
    pub async fn lines(&self, text: &str) -> Vec<String> {
        let mut connection = self.across_accounts().await;
        let rows: Vec<Line> = diesel::sql_query(text).load(&mut connection).await.unwrap();
        rows.into_iter().map(|row| row.line).collect()
    }

    /// Changes something behind the log's back.
    pub async fn tamper(&self, text: &str) {
        let mut connection = self.across_accounts().await;
        connection.batch_execute(text).await.unwrap();
    }

    /// Fails unless the log explains everything.
    pub async fn verified(&self) -> verify::Report {
        let report = verify::verify(&self.store).await.unwrap();
        assert!(report.is_clean(), "{:#?}", report.differences);
        assert_eq!(report.unverifiable, 0);
        report
    }
}
