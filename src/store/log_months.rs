//! The log's oldest months: dropped whole, which costs no more than dropping a table.

use chrono::NaiveDate;
use diesel::QueryableByName;
use diesel::sql_types as st;

use super::connection::Connection;
use super::sql::{Bind, sql};
use super::{Scope, Store, Tx};
use crate::domain::event::Position;
use crate::domain::image::Time;
use crate::error::Result;

#[derive(QueryableByName)]
struct MonthRow {
    #[diesel(sql_type = st::Text)]
    month: String,
}

/// Drops every month of the log that was over at `before`, the oldest first, and returns them (`202401`). Each is one
/// transaction, which first says how far the log is dropped: whoever resumes from below is told `CURSOR_EXPIRED`.
///
/// Dropping waits for whoever reads or writes the log, and whoever comes then waits for it; so it waits half a second
/// at most. That is below `deadlock_timeout`: should it stand across somebody's way, it is the one that yields.
///
/// # Errors
/// When the database is away, or the log was too busy: what was dropped before stays dropped, and the rest is for the
/// next time.
pub async fn drop_log_months(store: &Store, before: Time) -> Result<Vec<String>> {
    let mut dropped = Vec::new();
    while let Some(month) = drop_oldest(store, before).await? {
        dropped.push(month);
    }
    Ok(dropped)
}

async fn drop_oldest(store: &Store, before: Time) -> Result<Option<String>> {
    let tx = store.begin(Scope::Across).await?;
    // Servers that do this at once come one after another, and each looks anew; the lock is that of those who add
    // months. The limit is not for waiting here, where nobody waits for whoever waits.
    let lock = "SELECT pg_advisory_xact_lock(hashtext('tandem_add_log_month')); SET LOCAL lock_timeout = '500ms'";
    tx.connection().batch(lock).await?;
    let oldest = sql(
        "SELECT month FROM (SELECT substring(c.relname::text FROM '^cascades_([0-9]{6})\\Z') AS month \
           FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
           WHERE i.inhparent = 'cascades'::regclass) found \
         WHERE month IS NOT NULL \
           AND (to_date(month, 'YYYYMM') + interval '1 month') AT TIME ZONE 'UTC' <= $1 ORDER BY month LIMIT 1",
        [Bind::Time(before)],
    );
    let found: Vec<MonthRow> = oldest.load(&mut tx.connection()).await?;
    let Some(MonthRow { month }) = found.into_iter().next() else {
        tx.rollback().await?;
        return Ok(None);
    };
    // The month's name is six digits, as the pattern says. Its rows are read through the parent: a partition shows
    // nothing by itself.
    let horizon = format!(
        "UPDATE log_horizon SET position = greatest(position, coalesce((SELECT max(position) FROM cascades \
         WHERE tableoid = 'cascades_{month}'::regclass), 0))"
    );
    tx.connection().batch(&horizon).await?;
    for table in ["cascades", "cascade_touches"] {
        let drop = format!("DROP TABLE IF EXISTS {table}_{month}");
        tx.connection().batch(&drop).await?;
    }
    tx.commit().await?;
    Ok(Some(month))
}

/// The start of the earliest month that the log still has, if older ones were dropped.
pub(super) async fn log_begins(connection: &Connection) -> Result<Option<Time>> {
    #[derive(QueryableByName)]
    struct HorizonRow {
        #[diesel(sql_type = st::BigInt)]
        position: i64,
        #[diesel(sql_type = st::Nullable<st::Text>)]
        month: Option<String>,
    }
    let statement = sql(
        "SELECT h.position, (SELECT min(substring(p.relid::regclass::text FROM '^cascades_([0-9]{6})\\Z')) \
         FROM pg_partition_tree('cascades') p) AS month FROM log_horizon h",
        [],
    );
    let rows: Vec<HorizonRow> = statement.load(&mut &*connection).await?;
    let dropped = rows
        .into_iter()
        .find(|row| Position(row.position) > Position::default());
    let month = dropped.and_then(|row| row.month);
    let first =
        month.and_then(|month| NaiveDate::parse_from_str(&format!("{month}01"), "%Y%m%d").ok());
    Ok(first
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .map(|time| time.and_utc()))
}

/// The same, within a transaction that writes.
///
/// # Errors
/// When the database is away.
pub async fn log_begins_in(tx: &Tx) -> Result<Option<Time>> {
    log_begins(tx.connection()).await
}
