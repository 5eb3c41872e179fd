//! Writing saved views.

use diesel::QueryableByName;
use diesel::sql_types as st;

use super::Tx;
use super::accounts::{any, execute};
use super::read::saved_view::{COLUMNS, SavedViewRow};
use super::sql::{Bind, sql};
use crate::domain::id::{AccountId, SavedViewId, UserId};
use crate::domain::saved_view::SavedView;
use crate::error::Result;

/// One view, whoever keeps it; none where it is not there.
///
/// # Errors
/// When the database is away, as all in here.
pub async fn view_by_id(tx: &Tx, account: AccountId, id: SavedViewId) -> Result<Option<SavedView>> {
    let text = format!("SELECT {COLUMNS} FROM saved_views WHERE account_id = $1 AND id = $2");
    let statement = sql(&text, [Bind::Uuid(account.0), Bind::Uuid(id.0)]);
    let rows: Vec<SavedViewRow> = statement.load(&mut tx.connection()).await?;
    rows.into_iter().next().map(SavedView::try_from).transpose()
}

/// Whether another view that is listed beside this one has its name, whatever its case.
///
/// # Errors
/// As [`view_by_id`].
pub async fn name_taken(tx: &Tx, account: AccountId, view: &SavedView) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM saved_views WHERE account_id = $1 AND kind = $2 AND lower(name) = lower($3) \
         AND shared = $4 AND ($4 OR owner_id = $5) AND id <> $6",
        [
            Bind::Uuid(account.0),
            Bind::Small(view.kind.code()),
            Bind::Text(view.name.clone()),
            Bind::Bool(view.shared),
            Bind::Uuid(view.owner.0),
            Bind::Uuid(view.id.0),
        ],
    );
    any(tx, statement).await
}

/// How many views the account shares, or this user keeps to themselves.
///
/// # Errors
/// As [`view_by_id`].
pub async fn count_beside(tx: &Tx, account: AccountId, owner: UserId, shared: bool) -> Result<i64> {
    #[derive(QueryableByName)]
    struct CountRow {
        #[diesel(sql_type = st::BigInt)]
        count: i64,
    }
    let statement = sql(
        "SELECT count(*) AS count FROM saved_views WHERE account_id = $1 AND shared = $2 AND ($2 OR owner_id = $3)",
        [
            Bind::Uuid(account.0),
            Bind::Bool(shared),
            Bind::Uuid(owner.0),
        ],
    );
    let rows: Vec<CountRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().next().map_or(0, |row| row.count))
}

/// Adds a view.
///
/// # Errors
/// As [`view_by_id`].
pub async fn insert_view(tx: &Tx, account: AccountId, view: &SavedView) -> Result<()> {
    let statement = sql(
        "INSERT INTO saved_views (account_id, id, owner_id, kind, name, shared, filter, order_by, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7::text::json, $8::text::json, $9, $10)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(view.id.0),
            Bind::Uuid(view.owner.0),
            Bind::Small(view.kind.code()),
            Bind::Text(view.name.clone()),
            Bind::Bool(view.shared),
            Bind::Text(view.filter.clone()),
            Bind::Text(view.order_by.clone()),
            Bind::Time(view.created_at),
            Bind::Time(view.updated_at),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Changes what of a view can change.
///
/// # Errors
/// As [`view_by_id`].
pub async fn update_view(tx: &Tx, account: AccountId, view: &SavedView) -> Result<()> {
    let statement = sql(
        "UPDATE saved_views SET name = $3, shared = $4, filter = $5::text::json, order_by = $6::text::json, \
         updated_at = $7 WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(view.id.0),
            Bind::Text(view.name.clone()),
            Bind::Bool(view.shared),
            Bind::Text(view.filter.clone()),
            Bind::Text(view.order_by.clone()),
            Bind::Time(view.updated_at),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Deletes a view.
///
/// # Errors
/// As [`view_by_id`].
pub async fn delete_view(tx: &Tx, account: AccountId, id: SavedViewId) -> Result<()> {
    let statement = sql(
        "DELETE FROM saved_views WHERE account_id = $1 AND id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(id.0)],
    );
    execute(tx, statement).await?;
    Ok(())
}
