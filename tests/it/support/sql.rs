//! SQL past the application: what tests look at and what they try to break.

use diesel::QueryableByName;
use diesel::result::Error;
use diesel::sql_types as st;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::database::connect;

/// A connection past the application that row-level security lets see every account.
pub async fn connect_across(database_url: &str) -> AsyncPgConnection {
    let mut connection = connect(database_url).await;
    connection
        .batch_execute("SET tandem.across_accounts = 'on'")
        .await
        .expect("the setting");
    connection
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = st::BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = st::Text)]
    text: String,
}

/// The number that an expression has, such as `(SELECT count(*) FROM tickets)`.
pub async fn number(connection: &mut AsyncPgConnection, expression: &str) -> i64 {
    let statement = diesel::sql_query(format!("SELECT ({expression})::bigint AS number"));
    let rows: Vec<NumberRow> = statement.load(connection).await.expect("a number");
    rows[0].number
}

/// The texts that a query of one column named `text` finds.
pub async fn texts(connection: &mut AsyncPgConnection, query: &str) -> Vec<String> {
    let rows: Vec<TextRow> = diesel::sql_query(query)
        .load(connection)
        .await
        .expect("texts");
    rows.into_iter().map(|row| row.text).collect()
}

/// How many cascades the log has: what a refused command must not change.
pub async fn log_length(database_url: &str) -> i64 {
    number(
        &mut connect_across(database_url).await,
        "SELECT count(*) FROM cascades",
    )
    .await
}

/// Tries a transaction of these statements; the constraint or the message by which Postgres refused it, none where it
/// went through. Nothing of it stays in either case.
pub async fn refusal(database_url: &str, statements: &str) -> Option<String> {
    let mut connection = connect_across(database_url).await;
    let before = contents(&mut connection).await;
    // Deferred triggers speak at the commit; a transaction that they let pass must not stay either.
    let text = format!("BEGIN; {statements}; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK");
    let refusal = match connection.batch_execute(&text).await {
        Ok(()) => None,
        Err(Error::DatabaseError(_, info)) => Some(
            info.constraint_name()
                .unwrap_or_else(|| info.message())
                .to_owned(),
        ),
        Err(other) => panic!("{statements}: {other}"),
    };
    connection.batch_execute("ROLLBACK").await.expect("an end");
    assert_eq!(contents(&mut connection).await, before, "{statements}");
    refusal
}

/// Commits a transaction of these statements; the constraint that refused it, if one did.
pub async fn commit(database_url: &str, statements: &str) -> Option<String> {
    let mut connection = connect_across(database_url).await;
    match connection
        .batch_execute(&format!("BEGIN; {statements}; COMMIT"))
        .await
    {
        Ok(()) => None,
        Err(Error::DatabaseError(_, info)) => Some(
            info.constraint_name()
                .unwrap_or_else(|| info.message())
                .to_owned(),
        ),
        Err(other) => panic!("{statements}: {other}"),
    }
}

/// What tickets and conversations are, as one text.
async fn contents(connection: &mut AsyncPgConnection) -> Vec<String> {
    let query = "SELECT t::text AS text FROM tickets t UNION ALL SELECT c::text FROM conversations c ORDER BY 1";
    texts(connection, query).await
}
