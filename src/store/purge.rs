//! Finding what the trash has kept long enough (rule 20).

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::sql::{Bind, sql};
use super::{Scope, Store, Tx};
use crate::domain::id::{AccountId, TrashGroupId};
use crate::domain::image::Time;
use crate::error::Result;

#[derive(QueryableByName)]
struct GroupRow {
    #[diesel(sql_type = st::Uuid)]
    account_id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

/// Trash groups whose time is over, of all accounts, the longest overdue first.
///
/// # Errors
/// When the database is away, as all in here.
pub async fn due_groups(
    store: &Store,
    now: Time,
    limit: i64,
) -> Result<Vec<(AccountId, TrashGroupId)>> {
    let tx = store.begin(Scope::Across).await?;
    let statement = sql(
        "SELECT account_id, id FROM trash_groups WHERE purge_at <= $1 ORDER BY purge_at LIMIT $2",
        [Bind::Time(now), Bind::Big(limit)],
    );
    let rows: Vec<GroupRow> = statement.load(&mut tx.connection()).await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.account_id.into(), row.id.into()))
        .collect())
}

/// Deletes a group's row, once it has no members: restored or purged.
///
/// # Errors
/// As [`due_groups`].
pub async fn delete_empty_group(tx: &Tx, account: AccountId, group: TrashGroupId) -> Result<()> {
    let statement = sql(
        "DELETE FROM trash_groups g WHERE g.account_id = $1 AND g.id = $2 \
         AND NOT EXISTS (SELECT FROM tickets WHERE account_id = $1 AND trash_group_id = $2) \
         AND NOT EXISTS (SELECT FROM conversations WHERE account_id = $1 AND trash_group_id = $2)",
        [Bind::Uuid(account.0), Bind::Uuid(group.0)],
    );
    statement.execute(&mut tx.connection()).await?;
    Ok(())
}
