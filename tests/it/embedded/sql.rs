//! Asking a cluster, without an async runtime around it.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub async fn connect(url: &str) -> AsyncPgConnection {
    AsyncPgConnection::establish(url).await.unwrap()
}

pub fn execute(url: &str, sql: &str) {
    block_on(async {
        sql_query(sql)
            .execute(&mut connect(url).await)
            .await
            .unwrap()
    });
}

pub fn number(url: &str, sql: &str) -> i64 {
    let row: Number = block_on(async {
        sql_query(sql)
            .get_result(&mut connect(url).await)
            .await
            .unwrap()
    });
    row.n
}

pub fn setting(url: &str, name: &str) -> String {
    let row: Setting = block_on(async {
        sql_query("SELECT current_setting($1) AS value")
            .bind::<Text, _>(name)
            .get_result(&mut connect(url).await)
            .await
            .unwrap()
    });
    row.value
}
