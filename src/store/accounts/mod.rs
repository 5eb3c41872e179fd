//! Accounts and their settings: writing them.

mod inboxes;
mod limits;
mod pipelines;
mod properties;
mod users;

pub use inboxes::{insert_channel, insert_inbox, update_inbox};
pub use limits::{is_limited, missing_inbox, role_of, set_user_inboxes};
pub use pipelines::{
    StatusDefinition, insert_pipeline, insert_status, pipeline_exists, renumber_statuses,
    status_definition, update_status,
};
pub use properties::{insert_definition, options_in_use, update_definition};
pub use users::{
    email_taken, has_other_admin, insert_integration, insert_token, insert_user,
    integration_by_name, set_external_id, set_panel, update_user, users_by_email,
};

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Tx;
use super::sql::{Bind, Sql, sql};
use crate::domain::id::{AccountId, InboxId, PipelineId};
use crate::domain::image::Time;
use crate::error::Result;

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

pub(in crate::store) async fn execute(tx: &Tx, statement: Sql) -> Result<usize> {
    Ok(statement.execute(&mut tx.connection()).await?)
}

async fn ids(tx: &Tx, statement: Sql) -> Result<Vec<Uuid>> {
    let rows: Vec<IdRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Whether a statement that selects ids finds any.
pub(in crate::store) async fn any(tx: &Tx, statement: Sql) -> Result<bool> {
    Ok(!ids(tx, statement).await?.is_empty())
}

/// Adds an account. Whether it manages tickets in the inbox follows from its age (rule 5).
///
/// # Errors
/// When the database is away, as all in here.
pub async fn insert_account(tx: &Tx, id: AccountId, name: &str, created_at: Time) -> Result<()> {
    let statement = sql(
        "INSERT INTO accounts (id, name, created_at) VALUES ($1, $2, $3)",
        [
            Bind::Uuid(id.0),
            Bind::Text(name.to_owned()),
            Bind::Time(created_at),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Keeps other changes of the account's settings waiting until this transaction ends.
///
/// # Errors
/// As [`insert_account`].
pub async fn lock_settings(tx: &Tx, account: AccountId) -> Result<bool> {
    any(
        tx,
        sql(
            "SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE",
            [Bind::Uuid(account.0)],
        ),
    )
    .await
}

/// What a name must be unique among.
#[derive(Debug, Clone, Copy)]
pub enum Named {
    /// Inboxes of the account.
    Inbox,
    /// Channels of an inbox.
    Channel(InboxId),
    /// Pipelines of the account.
    Pipeline,
    /// Statuses of a pipeline.
    Status(PipelineId),
}

/// Whether something else of that kind has the name, whatever its case.
///
/// # Errors
/// As [`insert_account`].
pub async fn name_taken(
    tx: &Tx,
    account: AccountId,
    among: Named,
    name: &str,
    beside: Option<Uuid>,
) -> Result<bool> {
    let (table, parent, value) = match among {
        Named::Inbox => ("inboxes", None, None),
        Named::Channel(inbox) => ("channels", Some("inbox_id"), Some(inbox.0)),
        Named::Pipeline => ("pipelines", None, None),
        Named::Status(pipeline) => ("ticket_statuses", Some("pipeline_id"), Some(pipeline.0)),
    };
    let within = parent.map_or_else(
        || "$4::uuid IS NULL".to_owned(),
        |column| format!("{column} = $4"),
    );
    let text = format!(
        "SELECT id FROM {table} WHERE account_id = $1 AND lower(name) = lower($2) \
         AND ($3::uuid IS NULL OR id <> $3) AND {within}"
    );
    let binds = [
        Bind::Uuid(account.0),
        Bind::Text(name.to_owned()),
        Bind::MaybeUuid(beside),
        Bind::MaybeUuid(value),
    ];
    any(tx, sql(&text, binds)).await
}

/// Whether there is any account.
///
/// # Errors
/// As [`insert_account`].
pub async fn any_account(store: &super::Store) -> Result<bool> {
    let tx = store.begin(super::Scope::Across).await?;
    let found = any(&tx, sql("SELECT id FROM accounts LIMIT 1", [])).await?;
    tx.commit().await?;
    Ok(found)
}
