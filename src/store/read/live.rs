//! What live lists need to know of a snapshot, so that they can go on from it with the log.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types as st;

use super::Source;
use crate::domain::event::Position;
use crate::error::Result;
use crate::store::sql::{Bind, sql};

#[derive(QueryableByName)]
struct PositionRow {
    #[diesel(sql_type = st::BigInt)]
    position: i64,
}

/// The account's entries after a position that the snapshot contains: what is drawn there and not among them may
/// still come.
///
/// # Errors
/// When the database is away.
pub async fn positions_after(source: &Source, after: Position) -> Result<BTreeSet<Position>> {
    let text = "SELECT l.position FROM cascades l WHERE l.account_id = $1 AND l.position > $2";
    let binds = [Bind::Uuid(source.account().0), Bind::Big(after.0)];
    let rows: Vec<PositionRow> = source.load(sql(text, binds)).await?;
    Ok(rows.into_iter().map(|row| Position(row.position)).collect())
}

/// The account's last entry that the snapshot contains; 0 where there is none.
///
/// # Errors
/// When the database is away.
pub async fn last_position(source: &Source) -> Result<Position> {
    let text = "SELECT l.position FROM cascades l WHERE l.account_id = $1 ORDER BY l.position DESC LIMIT 1";
    let rows: Vec<PositionRow> = source
        .load(sql(text, [Bind::Uuid(source.account().0)]))
        .await?;
    Ok(rows
        .first()
        .map_or(Position(0), |row| Position(row.position)))
}
