//! Pipelines and statuses: writing them.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::{any, execute};
use crate::domain::id::{AccountId, PipelineId, StatusId};
use crate::domain::noun::StatusCategory;
use crate::error::Result;
use crate::store::Tx;
use crate::store::sql::{Bind, sql};

/// Adds a pipeline after the others.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn insert_pipeline(
    tx: &Tx,
    account: AccountId,
    id: PipelineId,
    name: &str,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO pipelines (account_id, id, name, position) \
         SELECT $1, $2, $3, coalesce(max(position) + 1, 0) FROM pipelines WHERE account_id = $1",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Text(name.to_owned()),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Adds a status at a place; [`renumber_statuses`] then makes the places dense again.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn insert_status(
    tx: &Tx,
    account: AccountId,
    pipeline: PipelineId,
    id: StatusId,
    name: &str,
    category: StatusCategory,
    position: i32,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO ticket_statuses (account_id, id, pipeline_id, name, category, position) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Uuid(pipeline.0),
            Bind::Text(name.to_owned()),
            Bind::Small(category.code()),
            Bind::Int(position),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Puts a pipeline's statuses in an order: `first` at its place, the others around it as they were, archived ones
/// after all.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn renumber_statuses(
    tx: &Tx,
    account: AccountId,
    pipeline: PipelineId,
    first: StatusId,
    place: i32,
) -> Result<()> {
    // The moved one stands before whoever has its place now: half a place less. Its own old place must not count,
    // so the others are numbered without it first.
    let statement = sql(
        "WITH others AS (SELECT id, archived, row_number() OVER (ORDER BY archived, position, id) - 1 AS place \
             FROM ticket_statuses WHERE account_id = $1 AND pipeline_id = $2 AND id <> $3), \
         wanted AS (SELECT id, archived, place::double precision FROM others \
             UNION ALL SELECT id, archived, $4 - 0.5 FROM ticket_statuses WHERE account_id = $1 AND id = $3), \
         numbered AS (SELECT id, row_number() OVER (ORDER BY archived, place, id) - 1 AS position FROM wanted) \
         UPDATE ticket_statuses s SET position = n.position FROM numbered n \
         WHERE s.account_id = $1 AND s.id = n.id AND s.position <> n.position",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(pipeline.0),
            Bind::Uuid(first.0),
            Bind::Double(f64::from(place)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Changes a status; what is none stays.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn update_status(
    tx: &Tx,
    account: AccountId,
    id: StatusId,
    name: Option<&str>,
    category: Option<StatusCategory>,
    archived: Option<bool>,
) -> Result<()> {
    let statement = sql(
        "UPDATE ticket_statuses SET name = coalesce($3, name), category = coalesce($4, category), \
         archived = coalesce($5 = 1, archived) WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::MaybeText(name.map(str::to_owned)),
            Bind::MaybeSmall(category.map(StatusCategory::code)),
            Bind::MaybeSmall(archived.map(i16::from)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// A status as its definition stands.
#[derive(Debug, Clone, Copy)]
pub struct StatusDefinition {
    /// Its pipeline.
    pub pipeline: PipelineId,
    /// What it means.
    pub category: StatusCategory,
    /// Its place, counted from 0.
    pub position: i32,
    /// Whether it is out of use.
    pub archived: bool,
    /// Whether any ticket has it, in the trash or not.
    pub in_use: bool,
    /// How many of its pipeline are not archived, itself included where it is not.
    pub usable: i64,
}

/// Reads a status to change it.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn status_definition(
    tx: &Tx,
    account: AccountId,
    id: StatusId,
) -> Result<Option<StatusDefinition>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = st::Uuid)]
        pipeline_id: Uuid,
        #[diesel(sql_type = st::SmallInt)]
        category: i16,
        #[diesel(sql_type = st::Integer)]
        position: i32,
        #[diesel(sql_type = st::Bool)]
        archived: bool,
        #[diesel(sql_type = st::Bool)]
        in_use: bool,
        #[diesel(sql_type = st::BigInt)]
        usable: i64,
    }
    let statement = sql(
        "SELECT s.pipeline_id, s.category, s.position, s.archived, \
         EXISTS (SELECT FROM tickets t WHERE t.account_id = $1 AND t.status_id = $2) AS in_use, \
         (SELECT count(*) FROM ticket_statuses o WHERE o.account_id = $1 AND o.pipeline_id = s.pipeline_id \
          AND NOT o.archived) AS usable \
         FROM ticket_statuses s WHERE s.account_id = $1 AND s.id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(id.0)],
    );
    let rows: Vec<Row> = statement.load(&mut tx.connection()).await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    Ok(Some(StatusDefinition {
        pipeline: row.pipeline_id.into(),
        category: crate::store::rows::known(StatusCategory::from_code(row.category), "category")?,
        position: row.position,
        archived: row.archived,
        in_use: row.in_use,
        usable: row.usable,
    }))
}

/// Whether the account has that pipeline.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn pipeline_exists(tx: &Tx, account: AccountId, id: PipelineId) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM pipelines WHERE account_id = $1 AND id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(id.0)],
    );
    any(tx, statement).await
}
