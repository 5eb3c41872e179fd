//! Appending many cascades at once.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types as st;

use crate::domain::event::{Entry, Position};
use crate::domain::id::AccountId;
use crate::domain::image::Time;
use crate::error::{Error, Result};
use crate::store::accounts::execute;
use crate::store::apply::touches;
use crate::store::log::actor_columns;
use crate::store::sql::{Bind, sql};
use crate::store::{Scope, Store, Tx};

#[derive(QueryableByName)]
struct PositionRow {
    #[diesel(sql_type = st::BigInt)]
    position: i64,
}

/// Makes the log's partitions of the months that these times are in. Each in a transaction of its own: a new
/// partition keeps readers of the log waiting until it is committed.
///
/// # Errors
/// When the database is away.
pub async fn add_log_months(store: &Store, times: impl IntoIterator<Item = Time>) -> Result<()> {
    let months: BTreeSet<String> = times
        .into_iter()
        .map(|time| time.format("%Y-%m-01T00:00:00Z").to_string())
        .collect();
    for month in months {
        let tx = store.begin(Scope::Across).await?;
        let statement = sql(
            "SELECT tandem_add_log_month($1::timestamptz)",
            [Bind::Time(parse(&month)?)],
        );
        execute(&tx, statement).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn parse(month: &str) -> Result<Time> {
    month
        .parse()
        .map_err(|error| Error::Internal(format!("month {month}: {error}")))
}

/// Appends cascades in their order and draws their positions, as the last statement before the commit. The
/// transaction has its id already, as [`super::begin`] sees to.
///
/// # Errors
/// When a constraint refuses or the database is away.
pub async fn append(tx: &Tx, account: AccountId, entries: &mut [Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let (actor_kinds, actor_ids) = entries.iter().map(|e| actor_columns(e.actor)).unzip();
    let mut bodies = Vec::with_capacity(entries.len());
    let (mut places, mut kinds, mut things) = (Vec::new(), Vec::new(), Vec::new());
    for (place, entry) in (1_i32..).zip(entries.iter()) {
        let body = serde_json::to_string(&entry.body);
        bodies.push(body.map_err(|error| Error::Internal(error.to_string()))?);
        let (touched_kinds, touched_things) = touches(entry);
        places.extend(touched_kinds.iter().map(|_| place));
        kinds.extend(touched_kinds);
        things.extend(touched_things);
    }
    // A sequence's numbers follow the order of an `INSERT … SELECT … ORDER BY`, so the n-th lowest position is the
    // n-th entry's: the index finds it by place instead of by a join.
    let statement = sql(
        "WITH entry AS (INSERT INTO cascades (account_id, id, occurred_at, actor_kind, actor_id, command, undoes, \
             body) \
             SELECT $1, r.id, r.occurred_at, r.actor_kind, r.actor_id, r.command, r.undoes, r.body::jsonb \
             FROM unnest($2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY AS r(id, occurred_at, actor_kind, actor_id, \
             command, undoes, body, place) ORDER BY r.place RETURNING position), \
         drawn AS MATERIALIZED (SELECT array_agg(position ORDER BY position) AS positions FROM entry), \
         touched AS (INSERT INTO cascade_touches (account_id, kind, thing_id, position, cascade_id) \
             SELECT $1, t.kind, t.thing_id, d.positions[t.place], ($2::uuid[])[t.place] \
             FROM drawn d, unnest($9, $10, $11) AS t(place, kind, thing_id)) \
         SELECT unnest(positions) AS position FROM drawn",
        [
            Bind::Uuid(account.0),
            Bind::Uuids(entries.iter().map(|entry| entry.id.0).collect()),
            Bind::Times(entries.iter().map(|entry| entry.occurred_at).collect()),
            Bind::Smalls(actor_kinds),
            Bind::MaybeUuids(actor_ids),
            Bind::Texts(entries.iter().map(|entry| entry.command.clone()).collect()),
            Bind::MaybeUuids(
                entries
                    .iter()
                    .map(|entry| entry.undoes.map(|id| id.0))
                    .collect(),
            ),
            Bind::Texts(bodies),
            Bind::Ints(places),
            Bind::Smalls(kinds),
            Bind::Uuids(things),
        ],
    );
    let rows: Vec<PositionRow> = statement.load(&mut tx.connection()).await?;
    if rows.len() != entries.len() {
        let message = format!("{} entries drew {} positions", entries.len(), rows.len());
        return Err(Error::Internal(message));
    }
    for (entry, row) in entries.iter_mut().zip(rows) {
        entry.position = Some(Position(row.position));
    }
    Ok(())
}
