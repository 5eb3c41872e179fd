//! The log's retention: whole months go, the horizon says how far, and what is left is whole.

use chrono::{Datelike, Months, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use tandem::bulk::seed;
use tandem::demo::story::Story;
use tandem::service::{self, verify};
use tandem::store::Store;
use tandem::store::log_months::drop_log_months;
use tandem::store::pool::PoolOptions;

use crate::stream::socket::Socket;
use crate::support::desk::text;
use crate::support::sql::{connect_across, number, texts};
use crate::support::{database, office};

#[tokio::test(flavor = "multi_thread")]
async fn months_that_are_over_long_enough_go_and_no_others() {
    let database = database().await;
    let store = Store::new(&database.url, &PoolOptions::default()).unwrap();
    let story = Story::load().unwrap();
    seed::seed(&store, &story, service::now()).await.unwrap();
    let mut connection = connect_across(&database.url).await;
    let months = "SELECT substring(relname FROM 10)::text AS text FROM pg_class WHERE relname ~ '^cascades_[0-9]{6}$' ORDER BY 1";
    let before = texts(&mut connection, months).await;
    assert!(
        before.len() > 6,
        "the demo goes back far enough: {before:?}"
    );
    let whole = number(&mut connection, "SELECT count(*) FROM cascades").await;

    let (year, month) = before[4].split_at(4);
    let dropped = format!("FROM cascades WHERE id < tandem_uuid_at('{year}-{month}-01Z')");
    let old = number(&mut connection, &format!("SELECT count(*) {dropped}")).await;
    let last = number(&mut connection, &format!("SELECT max(position) {dropped}")).await;
    assert!(old > 0 && old < whole, "{old} of {whole}");

    let long_ago = Utc::now() - TimeDelta::days(36_500);
    assert_eq!(
        drop_log_months(&store, long_ago).await.unwrap(),
        Vec::<String>::new()
    );

    // The fourth month is not over at its own last moment; it is at its end.
    let end = |month: &str| {
        let day = format!("{}-{}-01T00:00:00Z", &month[..4], &month[4..]);
        day.parse::<chrono::DateTime<Utc>>().unwrap()
    };
    let moment = end(&before[4]) - TimeDelta::milliseconds(1);
    assert_eq!(drop_log_months(&store, moment).await.unwrap(), before[..3]);
    assert_eq!(
        drop_log_months(&store, end(&before[4])).await.unwrap(),
        before[3..4]
    );
    assert_eq!(texts(&mut connection, months).await, before[4..]);

    let horizon = number(&mut connection, "SELECT position FROM log_horizon").await;
    assert_eq!(horizon, last, "as far as anything that is gone");
    let left = number(&mut connection, "SELECT count(*) FROM cascades").await;
    assert_eq!(left, whole - old);
    let touches = "SELECT count(*) FROM pg_class WHERE relname ~ '^cascade_touches_[0-9]{6}$'";
    assert_eq!(
        number(&mut connection, touches).await,
        (before.len() - 4) as i64
    );
    let report = verify::verify(&store).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.differences);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_dropped_can_neither_be_resumed_from_nor_undone() {
    let (app, account, client) = office().await;
    let (ticket, conversations) = account.ticket(&client, 1).await;
    let early = client.gql("{ asOf }", json!({})).await["asOf"].clone();
    let close = json!({ "ticketId": ticket, "statusId": account.statuses["Closed"] });
    let closed = client.done("updateTicketStatus", close).await;
    let undo = json!({ "cascadeId": closed["cascade"]["id"] });
    let late = closed["cascade"]["cursor"].clone();

    // As if this month were over for long.
    let next = Utc::now().date_naive().with_day(1).unwrap() + Months::new(1);
    let end = next.and_time(chrono::NaiveTime::MIN).and_utc();
    let store = app.store();
    assert_eq!(drop_log_months(&store, end).await.unwrap().len(), 1);

    let mut socket = Socket::cascades(&app.url, &account.token, Value::Null, early).await;
    assert_eq!(socket.error().await, "CURSOR_EXPIRED");
    let told = client
        .refused("undoCascade", undo, "NOT_FOUND", &["input", "cascadeId"])
        .await;
    let told_from = format!("not in the log any more: it is kept from {next} on");
    assert!(told.contains(&told_from), "{told}");
    let never = json!({ "cascadeId": tandem::domain::id::CascadeId(far_id(next)).to_string() });
    let told = client
        .refused("undoCascade", never, "NOT_FOUND", &["input", "cascadeId"])
        .await;
    assert!(told.starts_with("There is no cascade"), "{told}");

    // Whoever knows all that was dropped goes on as before, and so do commands.
    let mut socket = Socket::cascades(&app.url, &account.token, Value::Null, late).await;
    let note = json!({ "conversationId": conversations[0], "text": "still here" });
    let noted = client.done("addNote", note).await;
    let seen = socket.cascade().await;
    assert_eq!(seen["cursor"], noted["cascade"]["cursor"]);
    let log = client
        .gql("{ cascades(first: 10) { nodes { id } } }", json!({}))
        .await;
    let left: Vec<_> = log["cascades"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| text(&node["id"]))
        .collect();
    assert_eq!(left, [text(&noted["cascade"]["id"])]);
    let report = verify::verify(&store).await.unwrap();
    assert!(report.is_clean(), "{:#?}", report.differences);
    assert!(report.unverifiable > 0);
}

/// A UUIDv7 of some day after that one.
fn far_id(day: NaiveDate) -> uuid::Uuid {
    let time = (day + Months::new(1))
        .and_time(chrono::NaiveTime::MIN)
        .and_utc();
    let seconds = time.timestamp().unsigned_abs();
    uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0))
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_drop_at_once_do_it_once() {
    use diesel_async::SimpleAsyncConnection;
    let database = database().await;
    let mut sql = connect_across(&database.url).await;
    sql.batch_execute("SELECT tandem_add_log_month(at) FROM generate_series('2020-01-15Z'::timestamptz, '2020-06-15Z', '1 month') at")
        .await
        .unwrap();
    let stores: Vec<_> = (0..4)
        .map(|_| Store::new(&database.url, &PoolOptions::default()).unwrap())
        .collect();
    let before = "2020-06-01T00:00:00Z".parse().unwrap();
    let dropping = stores.iter().map(|store| drop_log_months(store, before));
    let dropped = futures_util::future::try_join_all(dropping).await.unwrap();
    let mut dropped = dropped.concat();
    dropped.sort();
    assert_eq!(dropped, ["202001", "202002", "202003", "202004", "202005"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_log_is_left_alone() {
    use diesel_async::SimpleAsyncConnection;
    let database = database().await;
    let store = Store::new(&database.url, &PoolOptions::default()).unwrap();
    let mut reader = connect_across(&database.url).await;
    // In two, since who adds a month holds a lock of its own until the end of its transaction.
    for text in [
        "SELECT tandem_add_log_month('2020-01-15Z')",
        "BEGIN; SELECT FROM cascades",
    ] {
        reader.batch_execute(text).await.unwrap();
    }
    let error = drop_log_months(&store, Utc::now())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("lock timeout"), "{error}");
    reader.batch_execute("COMMIT").await.unwrap();
    assert_eq!(
        drop_log_months(&store, "2020-02-01T00:00:00Z".parse().unwrap())
            .await
            .unwrap(),
        ["202001"]
    );
}
