//! Reading how the desk is set up: inboxes, channels, pipelines and their statuses.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Source;
use crate::domain::id::{ChannelId, InboxId, PipelineId, StatusId};
use crate::domain::noun::{ChannelKind, StatusCategory};
use crate::error::Result;
use crate::store::rows::known;
use crate::store::sql::{Bind, sql};

/// Where a company's conversations arrive.
#[derive(Debug, Clone, QueryableByName)]
pub struct Inbox {
    /// Its id.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub id: InboxId,
    /// Its name; unique in the account.
    #[diesel(sql_type = st::Text)]
    pub name: String,
    /// Whether every new conversation gets a ticket (rule 28).
    #[diesel(sql_type = st::Bool)]
    pub creates_tickets: bool,
}

/// A way into an inbox.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// The inbox that it leads to.
    pub inbox: InboxId,
    /// How messages come in.
    pub kind: ChannelKind,
    /// Its name; unique in the inbox.
    pub name: String,
}

#[derive(QueryableByName)]
struct ChannelRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    inbox_id: Uuid,
    #[diesel(sql_type = st::SmallInt)]
    kind: i16,
    #[diesel(sql_type = st::Text)]
    name: String,
}

impl ChannelRow {
    fn decode(self) -> Result<Channel> {
        Ok(Channel {
            id: self.id.into(),
            inbox: self.inbox_id.into(),
            kind: known(ChannelKind::from_code(self.kind), "kind of channel")?,
            name: self.name,
        })
    }
}

/// A row of statuses that tickets go through.
#[derive(Debug, Clone, QueryableByName)]
pub struct Pipeline {
    /// Its id.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub id: PipelineId,
    /// Its name; unique in the account.
    #[diesel(sql_type = st::Text)]
    pub name: String,
}

/// One status of a pipeline.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its id.
    pub id: StatusId,
    /// The pipeline that it is a status of.
    pub pipeline: PipelineId,
    /// Its name; unique in the pipeline.
    pub name: String,
    /// Whether work is left.
    pub category: StatusCategory,
    /// Counts from 0 within the pipeline.
    pub position: i32,
}

#[derive(QueryableByName)]
struct StatusRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    pipeline_id: Uuid,
    #[diesel(sql_type = st::Text)]
    name: String,
    #[diesel(sql_type = st::SmallInt)]
    category: i16,
    #[diesel(sql_type = st::Integer)]
    position: i32,
}

impl StatusRow {
    fn decode(self) -> Result<Status> {
        Ok(Status {
            id: self.id.into(),
            pipeline: self.pipeline_id.into(),
            name: self.name,
            category: known(StatusCategory::from_code(self.category), "category")?,
            position: self.position,
        })
    }
}

fn account_and(source: &Source, ids: Vec<Uuid>) -> [Bind; 2] {
    [Bind::Uuid(source.account().0), Bind::Uuids(ids)]
}

/// Inboxes by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn inboxes_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Inbox>> {
    let text =
        "SELECT id, name, creates_tickets FROM inboxes WHERE account_id = $1 AND id = ANY($2)";
    source.load(sql(text, account_and(source, ids))).await
}

/// All inboxes of the account by name.
///
/// # Errors
/// When the database is away.
pub async fn all_inboxes(source: &Source) -> Result<Vec<Inbox>> {
    let text = "SELECT id, name, creates_tickets FROM inboxes WHERE account_id = $1 ORDER BY lower(name), id";
    source
        .load(sql(text, [Bind::Uuid(source.account().0)]))
        .await
}

/// Channels by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn channels_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Channel>> {
    let text =
        "SELECT id, inbox_id, kind, name FROM channels WHERE account_id = $1 AND id = ANY($2)";
    let rows: Vec<ChannelRow> = source.load(sql(text, account_and(source, ids))).await?;
    rows.into_iter().map(ChannelRow::decode).collect()
}

/// The channels of these inboxes by name.
///
/// # Errors
/// When the database is away.
pub async fn channels_of_inboxes(source: &Source, inboxes: Vec<Uuid>) -> Result<Vec<Channel>> {
    let text = "SELECT id, inbox_id, kind, name FROM channels WHERE account_id = $1 AND inbox_id = ANY($2) \
                ORDER BY lower(name), id";
    let rows: Vec<ChannelRow> = source.load(sql(text, account_and(source, inboxes))).await?;
    rows.into_iter().map(ChannelRow::decode).collect()
}

/// Pipelines by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn pipelines_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Pipeline>> {
    let text = "SELECT id, name FROM pipelines WHERE account_id = $1 AND id = ANY($2)";
    source.load(sql(text, account_and(source, ids))).await
}

/// All pipelines of the account in their order.
///
/// # Errors
/// When the database is away.
pub async fn all_pipelines(source: &Source) -> Result<Vec<Pipeline>> {
    let text = "SELECT id, name FROM pipelines WHERE account_id = $1 ORDER BY position, id";
    source
        .load(sql(text, [Bind::Uuid(source.account().0)]))
        .await
}

/// Statuses by id, archived ones included: tickets of old may be in them.
///
/// # Errors
/// When the database is away.
pub async fn statuses_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Status>> {
    let text = "SELECT id, pipeline_id, name, category, position FROM ticket_statuses \
                WHERE account_id = $1 AND id = ANY($2)";
    let rows: Vec<StatusRow> = source.load(sql(text, account_and(source, ids))).await?;
    rows.into_iter().map(StatusRow::decode).collect()
}

/// The statuses of these pipelines in their order, archived ones left out.
///
/// # Errors
/// When the database is away.
pub async fn statuses_of_pipelines(source: &Source, pipelines: Vec<Uuid>) -> Result<Vec<Status>> {
    let text = "SELECT id, pipeline_id, name, category, position FROM ticket_statuses \
                WHERE account_id = $1 AND pipeline_id = ANY($2) AND NOT archived ORDER BY position, id";
    let rows: Vec<StatusRow> = source
        .load(sql(text, account_and(source, pipelines)))
        .await?;
    rows.into_iter().map(StatusRow::decode).collect()
}
