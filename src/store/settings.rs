//! What commands look up of an account's settings, inside their transaction.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Tx;
use super::rows::known;
use super::sql::{Bind, Sql, sql};
use crate::domain::cascade::Subject;
use crate::domain::id::{AccountId, ContactId, InboxId, StatusId, TrashGroupId, UserId};
use crate::domain::image::Status;
use crate::domain::noun::{PropertyType, StatusCategory};
use crate::domain::property::PropertyDefinition;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::{Error, Result};

#[derive(QueryableByName)]
struct StatusRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    pipeline_id: Uuid,
    #[diesel(sql_type = st::SmallInt)]
    category: i16,
    #[diesel(sql_type = st::Bool)]
    archived: bool,
}

#[derive(QueryableByName)]
struct ExistsRow {
    #[diesel(sql_type = st::Bool)]
    found: bool,
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = st::Text)]
    name: String,
}

#[derive(QueryableByName)]
pub(super) struct DefinitionRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Text)]
    name: String,
    #[diesel(sql_type = st::Text)]
    label: String,
    #[diesel(sql_type = st::SmallInt)]
    kind: i16,
    #[diesel(sql_type = st::Jsonb)]
    options: serde_json::Value,
    #[diesel(sql_type = st::Bool)]
    required: bool,
    #[diesel(sql_type = st::Bool)]
    read_only: bool,
    #[diesel(sql_type = st::Bool)]
    archived: bool,
}

impl TryFrom<DefinitionRow> for PropertyDefinition {
    type Error = Error;

    fn try_from(row: DefinitionRow) -> Result<Self> {
        let options = serde_json::from_value(row.options);
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            label: row.label,
            kind: known(PropertyType::from_code(row.kind), "property type")?,
            options: options.map_err(|error| Error::Internal(format!("options: {error}")))?,
            required: row.required,
            read_only: row.read_only,
            archived: row.archived,
        })
    }
}

async fn first<R>(tx: &Tx, statement: Sql) -> Result<Option<R>>
where
    R: QueryableByName<diesel::pg::Pg> + Send + 'static,
{
    let rows: Vec<R> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().next())
}

async fn exists(tx: &Tx, text: &str, account: AccountId, id: Uuid) -> Result<bool> {
    let row: Option<ExistsRow> =
        first(tx, sql(text, [Bind::Uuid(account.0), Bind::Uuid(id)])).await?;
    Ok(row.is_some_and(|row| row.found))
}

/// A status, and whether it is archived.
///
/// # Errors
/// When the database is away, as all in here.
pub async fn status(tx: &Tx, account: AccountId, id: StatusId) -> Result<Option<(Status, bool)>> {
    let statement = sql(
        "SELECT id, pipeline_id, category, archived FROM ticket_statuses WHERE account_id = $1 AND id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(id.0)],
    );
    first(tx, statement).await?.map(decode_status).transpose()
}

/// The first status of the first pipeline: where new tickets start.
///
/// # Errors
/// As [`status`].
pub async fn first_status(tx: &Tx, account: AccountId) -> Result<Option<Status>> {
    let statement = sql(
        "SELECT s.id, s.pipeline_id, s.category, s.archived FROM ticket_statuses s \
         JOIN pipelines p ON p.account_id = s.account_id AND p.id = s.pipeline_id \
         WHERE s.account_id = $1 AND NOT s.archived ORDER BY p.position, s.position LIMIT 1",
        [Bind::Uuid(account.0)],
    );
    let found = first(tx, statement).await?.map(decode_status).transpose()?;
    Ok(found.map(|(status, _)| status))
}

fn decode_status(row: StatusRow) -> Result<(Status, bool)> {
    let category = known(StatusCategory::from_code(row.category), "category")?;
    Ok((
        Status {
            id: row.id.into(),
            pipeline: row.pipeline_id.into(),
            category,
        },
        row.archived,
    ))
}

/// Whether the account has that user, active or not.
///
/// # Errors
/// As [`status`].
pub async fn user_exists(tx: &Tx, account: AccountId, id: UserId) -> Result<bool> {
    exists(
        tx,
        "SELECT true AS found FROM users WHERE account_id = $1 AND id = $2",
        account,
        id.0,
    )
    .await
}

/// Whether the account has that inbox.
///
/// # Errors
/// As [`status`].
pub async fn inbox_exists(tx: &Tx, account: AccountId, id: InboxId) -> Result<bool> {
    exists(
        tx,
        "SELECT true AS found FROM inboxes WHERE account_id = $1 AND id = $2",
        account,
        id.0,
    )
    .await
}

/// What to call a contact: the name, else the address, else the number.
///
/// # Errors
/// As [`status`].
pub async fn contact_name(tx: &Tx, account: AccountId, id: ContactId) -> Result<String> {
    let statement = sql(
        "SELECT coalesce(nullif(btrim(name), ''), email, phone, '') AS name FROM contacts \
         WHERE account_id = $1 AND id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(id.0)],
    );
    Ok(first::<NameRow>(tx, statement)
        .await?
        .map(|row| row.name)
        .unwrap_or_default())
}

/// The definitions of these names, archived ones too, and all required ones if asked for.
///
/// # Errors
/// As [`status`].
pub async fn definitions_named(
    tx: &Tx,
    account: AccountId,
    names: Vec<String>,
    and_required: bool,
) -> Result<Vec<PropertyDefinition>> {
    // A name with a NUL cannot be in the database, nor be sent to it.
    let names = names
        .into_iter()
        .filter(|name| !name.contains('\0'))
        .collect();
    let statement = sql(
        "SELECT id, name, label, kind, options, required, read_only, archived FROM property_definitions \
         WHERE account_id = $1 AND (name = ANY($2) OR ($3 AND required AND NOT archived)) ORDER BY name",
        [
            Bind::Uuid(account.0),
            Bind::Texts(names),
            Bind::Bool(and_required),
        ],
    );
    let rows: Vec<DefinitionRow> = statement.load(&mut tx.connection()).await?;
    rows.into_iter().map(PropertyDefinition::try_from).collect()
}

/// Any member of a trash group, the ticket first.
///
/// # Errors
/// `NOT_FOUND` where there is no such group.
pub async fn trash_group_member(
    tx: &Tx,
    account: AccountId,
    group: TrashGroupId,
) -> Result<Subject> {
    #[derive(QueryableByName)]
    struct MemberRow {
        #[diesel(sql_type = st::Bool)]
        ticket: bool,
        #[diesel(sql_type = st::Uuid)]
        id: Uuid,
    }
    let statement = sql(
        "SELECT true AS ticket, id FROM tickets WHERE account_id = $1 AND trash_group_id = $2 \
         UNION ALL SELECT false, id FROM conversations WHERE account_id = $1 AND trash_group_id = $2 \
         ORDER BY ticket DESC, id LIMIT 1",
        [Bind::Uuid(account.0), Bind::Uuid(group.0)],
    );
    match first::<MemberRow>(tx, statement).await? {
        Some(row) if row.ticket => Ok(Subject::Ticket(row.id.into())),
        Some(row) => Ok(Subject::Conversation(row.id.into())),
        None => Err(no_trash_group(group).into()),
    }
}

/// `NOT_FOUND` for a group that is not there.
#[must_use]
pub fn no_trash_group(group: TrashGroupId) -> Refusal {
    let message = format!("There is no trash group `{group}`.");
    Refusal::at(ErrorCode::NotFound, "id", message)
}
