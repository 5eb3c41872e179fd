//! What the tests share.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

/// A migrated database of its own, dropped at the end.
pub struct TestDatabase {
    /// Its address, as a role that row-level security holds for.
    pub url: String,
    name: String,
    admin: String,
}

/// Makes a database in the cluster of `TEST_DATABASE_URL`, whose user may create databases.
pub async fn database() -> TestDatabase {
    let admin = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL");
    let name = format!("tandem_test_{}", uuid::Uuid::now_v7().simple());
    let mut connection = AsyncPgConnection::establish(&admin).await.unwrap();
    let create = format!("CREATE DATABASE {name}");
    connection.batch_execute(&create).await.unwrap();
    let (server, _) = admin.rsplit_once('/').unwrap();
    let url = format!("{server}/{name}");
    let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut migrations: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("up.sql"))
        .collect();
    migrations.sort();
    for migration in migrations {
        let text = std::fs::read_to_string(&migration).unwrap();
        connection.batch_execute(&text).await.unwrap();
    }
    TestDatabase { url, name, admin }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut connection = AsyncPgConnection::establish(&admin).await.unwrap();
                let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                connection.batch_execute(&drop).await.unwrap();
            });
        });
        let _ = dropping.join();
    }
}
