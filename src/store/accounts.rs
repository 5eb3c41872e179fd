//! Accounts and their settings: writing them.

use diesel::QueryableByName;
use diesel::sql_types as st;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Tx;
use super::sql::{Bind, Sql, sql};
use crate::domain::id::{
    AccountId, ChannelId, InboxId, IntegrationId, PipelineId, PropertyId, StatusId, TokenId, UserId,
};
use crate::domain::image::Time;
use crate::domain::noun::{ChannelKind, Role, StatusCategory};
use crate::domain::property::{PropertyDefinition, PropertyOption};
use crate::error::{Error, Result};

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

pub(super) async fn execute(tx: &Tx, statement: Sql) -> Result<usize> {
    Ok(statement.execute(&mut tx.connection()?).await?)
}

async fn ids(tx: &Tx, statement: Sql) -> Result<Vec<Uuid>> {
    let rows: Vec<IdRow> = statement.load(&mut tx.connection()?).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Whether a statement that selects ids finds any.
pub(super) async fn any(tx: &Tx, statement: Sql) -> Result<bool> {
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

/// Adds a user.
///
/// # Errors
/// As [`insert_account`].
pub async fn insert_user(
    tx: &Tx,
    account: AccountId,
    id: UserId,
    name: &str,
    email: &str,
    role: Role,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO users (account_id, id, name, email, role) VALUES ($1, $2, $3, $4, $5)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Text(name.to_owned()),
            Bind::Text(email.to_owned()),
            Bind::Small(role.code()),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Whether another user of the account has that address, whatever its case.
///
/// # Errors
/// As [`insert_account`].
pub async fn email_taken(tx: &Tx, account: AccountId, email: &str) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM users WHERE account_id = $1 AND lower(email) = lower($2)",
        [Bind::Uuid(account.0), Bind::Text(email.to_owned())],
    );
    any(tx, statement).await
}

/// Changes a user; what is none stays.
///
/// # Errors
/// As [`insert_account`].
pub async fn update_user(
    tx: &Tx,
    account: AccountId,
    id: UserId,
    name: Option<&str>,
    role: Option<Role>,
    active: Option<bool>,
) -> Result<()> {
    let statement = sql(
        "UPDATE users SET name = coalesce($3, name), role = coalesce($4, role), \
         active = coalesce($5 = 1, active) WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::MaybeText(name.map(str::to_owned)),
            Bind::MaybeSmall(role.map(Role::code)),
            Bind::MaybeSmall(active.map(i16::from)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Whether the account has an active administrator beside this user.
///
/// # Errors
/// As [`insert_account`].
pub async fn has_other_admin(tx: &Tx, account: AccountId, beside: UserId) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM users WHERE account_id = $1 AND id <> $2 AND active AND role = $3 LIMIT 1",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(beside.0),
            Bind::Small(Role::Admin.code()),
        ],
    );
    any(tx, statement).await
}

/// Users with that address, active ones only, of all accounts or of one.
///
/// # Errors
/// As [`insert_account`].
pub async fn users_by_email(
    tx: &Tx,
    email: &str,
    account: Option<AccountId>,
) -> Result<Vec<(AccountId, UserId)>> {
    #[derive(QueryableByName)]
    struct UserRow {
        #[diesel(sql_type = st::Uuid)]
        account_id: Uuid,
        #[diesel(sql_type = st::Uuid)]
        id: Uuid,
    }
    let statement = sql(
        "SELECT account_id, id FROM users WHERE lower(email) = lower($1) AND active \
         AND ($2::uuid IS NULL OR account_id = $2) ORDER BY account_id",
        [
            Bind::Text(email.to_owned()),
            Bind::MaybeUuid(account.map(|id| id.0)),
        ],
    );
    let rows: Vec<UserRow> = statement.load(&mut tx.connection()?).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.account_id.into(), row.id.into()))
        .collect())
}

/// Adds an integration.
///
/// # Errors
/// As [`insert_account`].
pub async fn insert_integration(
    tx: &Tx,
    account: AccountId,
    id: IntegrationId,
    name: &str,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO integrations (account_id, id, name) VALUES ($1, $2, $3)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Text(name.to_owned()),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// The integration of that name.
///
/// # Errors
/// As [`insert_account`].
pub async fn integration_by_name(
    tx: &Tx,
    account: AccountId,
    name: &str,
) -> Result<Option<IntegrationId>> {
    let statement = sql(
        "SELECT id FROM integrations WHERE account_id = $1 AND lower(name) = lower($2) AND active",
        [Bind::Uuid(account.0), Bind::Text(name.to_owned())],
    );
    Ok(ids(tx, statement).await?.into_iter().next().map(Into::into))
}

/// Adds a token by its hash, for a user or an integration.
///
/// # Errors
/// As [`insert_account`].
pub async fn insert_token(
    tx: &Tx,
    account: AccountId,
    id: TokenId,
    user: Option<UserId>,
    integration: Option<IntegrationId>,
    hash: Vec<u8>,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO tokens (account_id, id, user_id, integration_id, hash) VALUES ($1, $2, $3, $4, $5)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::MaybeUuid(user.map(|id| id.0)),
            Bind::MaybeUuid(integration.map(|id| id.0)),
            Bind::Bytes(hash),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Adds an inbox.
///
/// # Errors
/// As [`insert_account`].
pub async fn insert_inbox(
    tx: &Tx,
    account: AccountId,
    id: InboxId,
    name: &str,
    creates_tickets: bool,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO inboxes (account_id, id, name, creates_tickets) VALUES ($1, $2, $3, $4)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Text(name.to_owned()),
            Bind::Bool(creates_tickets),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Changes an inbox; what is none stays.
///
/// # Errors
/// As [`insert_account`].
pub async fn update_inbox(
    tx: &Tx,
    account: AccountId,
    id: InboxId,
    name: Option<&str>,
    creates_tickets: Option<bool>,
) -> Result<()> {
    let statement = sql(
        "UPDATE inboxes SET name = coalesce($3, name), creates_tickets = coalesce($4 = 1, creates_tickets) \
         WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::MaybeText(name.map(str::to_owned)),
            Bind::MaybeSmall(creates_tickets.map(i16::from)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
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

/// Adds a channel to an inbox.
///
/// # Errors
/// As [`insert_account`].
pub async fn insert_channel(
    tx: &Tx,
    account: AccountId,
    id: ChannelId,
    inbox: InboxId,
    kind: ChannelKind,
    name: &str,
    address: Option<&str>,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO channels (account_id, id, inbox_id, kind, name, address) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Uuid(inbox.0),
            Bind::Small(kind.code()),
            Bind::Text(name.to_owned()),
            Bind::MaybeText(address.map(str::to_owned)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Adds a pipeline after the others.
///
/// # Errors
/// As [`insert_account`].
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
/// As [`insert_account`].
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
/// As [`insert_account`].
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
/// As [`insert_account`].
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
/// As [`insert_account`].
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
    let rows: Vec<Row> = statement.load(&mut tx.connection()?).await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    Ok(Some(StatusDefinition {
        pipeline: row.pipeline_id.into(),
        category: super::rows::known(StatusCategory::from_code(row.category), "category")?,
        position: row.position,
        archived: row.archived,
        in_use: row.in_use,
        usable: row.usable,
    }))
}

/// Whether the account has that pipeline.
///
/// # Errors
/// As [`insert_account`].
pub async fn pipeline_exists(tx: &Tx, account: AccountId, id: PipelineId) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM pipelines WHERE account_id = $1 AND id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(id.0)],
    );
    any(tx, statement).await
}

/// Adds a property definition.
///
/// # Errors
/// As [`insert_account`].
pub async fn insert_definition(
    tx: &Tx,
    account: AccountId,
    definition: &PropertyDefinition,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO property_definitions (account_id, id, name, label, kind, options, required, read_only) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(definition.id.0),
            Bind::Text(definition.name.clone()),
            Bind::Text(definition.label.clone()),
            Bind::Small(definition.kind.code()),
            Bind::Json(options_json(&definition.options)?),
            Bind::Bool(definition.required),
            Bind::Bool(definition.read_only),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Writes a changed property definition; its name and type never change.
///
/// # Errors
/// As [`insert_account`].
pub async fn update_definition(
    tx: &Tx,
    account: AccountId,
    definition: &PropertyDefinition,
) -> Result<()> {
    let statement = sql(
        "UPDATE property_definitions SET label = $3, options = $4, required = $5, read_only = $6, archived = $7 \
         WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(definition.id.0),
            Bind::Text(definition.label.clone()),
            Bind::Json(options_json(&definition.options)?),
            Bind::Bool(definition.required),
            Bind::Bool(definition.read_only),
            Bind::Bool(definition.archived),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

fn options_json(options: &[PropertyOption]) -> Result<serde_json::Value> {
    serde_json::to_value(options).map_err(|error| Error::Internal(format!("options: {error}")))
}

/// Which of these options some ticket has, in the trash or not.
///
/// # Errors
/// As [`insert_account`].
pub async fn options_in_use(
    tx: &Tx,
    account: AccountId,
    definition: PropertyId,
    options: Vec<String>,
) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct OptionRow {
        #[diesel(sql_type = st::Text)]
        option: String,
    }
    let statement = sql(
        "SELECT DISTINCT o.option FROM ticket_properties p, jsonb_array_elements_text(p.value -> 'options') \
         AS o(option) WHERE p.account_id = $1 AND p.definition_id = $2 AND p.value ? 'options' \
         AND o.option = ANY($3) ORDER BY 1 LIMIT 10",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(definition.0),
            Bind::Texts(options),
        ],
    );
    let rows: Vec<OptionRow> = statement.load(&mut tx.connection()?).await?;
    Ok(rows.into_iter().map(|row| row.option).collect())
}

/// Sets a user's details panel (rule 9).
///
/// # Errors
/// As [`insert_account`].
pub async fn set_panel(
    tx: &Tx,
    account: AccountId,
    user: UserId,
    definitions: Vec<PropertyId>,
) -> Result<()> {
    // A user with an empty choice is not one without a choice, so the choice itself is a mark on the user.
    let mark = sql(
        "UPDATE users SET panel_chosen = true WHERE account_id = $1 AND id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    execute(tx, mark).await?;
    let clear = sql(
        "DELETE FROM panel_properties WHERE account_id = $1 AND user_id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    execute(tx, clear).await?;
    let insert = sql(
        "INSERT INTO panel_properties (account_id, user_id, position, definition_id) \
         SELECT $1, $2, d.place - 1, d.id FROM unnest($3) WITH ORDINALITY AS d(id, place)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(user.0),
            Bind::Uuids(definitions.iter().map(|id| id.0).collect()),
        ],
    );
    execute(tx, insert).await?;
    Ok(())
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
