//! Reading the trash by groups.

use std::collections::{HashMap, HashSet};

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::binds::Binds;
use super::page::{Key, KeyType, Keyset, Page, Rows};
use super::{CountRow, Source};
use crate::domain::id::TrashGroupId;
use crate::domain::image::{Actor, Time, Trash};
use crate::error::Result;
use crate::store::log::actor;
use crate::store::sql::{Bind, sql};

const COLUMNS: &str = "g.id, g.trashed_at, g.purge_at, g.actor_kind, g.actor_id";

const ORDER: Keyset = Keyset {
    value: "g.trashed_at",
    id: Some("g.id"),
    key_type: KeyType::Time,
    descending: true,
};

/// What went into the trash together (rule 18).
#[derive(Debug, Clone, Copy)]
pub struct TrashGroup {
    /// Its id.
    pub id: TrashGroupId,
    /// When it went there.
    pub trashed_at: Time,
    /// When it is deleted for good.
    pub purge_at: Time,
    /// Who trashed it.
    pub actor: Actor,
}

impl TrashGroup {
    /// Its key in the trash.
    #[must_use]
    pub const fn key(&self) -> Key {
        Key {
            value: self.trashed_at.timestamp_micros(),
            id: self.id.0,
        }
    }
}

#[derive(QueryableByName)]
struct GroupRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Timestamptz)]
    trashed_at: Time,
    #[diesel(sql_type = st::Timestamptz)]
    purge_at: Time,
    #[diesel(sql_type = st::SmallInt)]
    actor_kind: i16,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    actor_id: Option<Uuid>,
}

impl GroupRow {
    fn decode(self) -> Result<TrashGroup> {
        Ok(TrashGroup {
            id: self.id.into(),
            trashed_at: self.trashed_at,
            purge_at: self.purge_at,
            actor: actor(self.actor_kind, self.actor_id)?,
        })
    }
}

/// A page of the account's trash, newest first.
///
/// # Errors
/// When the database is away.
pub async fn page(source: &Source, page: Page) -> Result<Rows<TrashGroup>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let bounds = page.bounds(ORDER, &mut binds);
    let limit = page.order(ORDER);
    let text = format!(
        "SELECT {COLUMNS} FROM trash_groups g WHERE g.account_id = {account}{bounds}{limit}"
    );
    let rows: Vec<GroupRow> = source.load(sql(&text, binds.into_vec())).await?;
    let rows = rows
        .into_iter()
        .map(GroupRow::decode)
        .collect::<Result<_>>()?;
    Ok(page.cut(rows))
}

/// How many groups are in the trash.
///
/// # Errors
/// When the database is away.
pub async fn count(source: &Source) -> Result<i64> {
    let text = "SELECT count(*) AS count FROM trash_groups WHERE account_id = $1";
    let rows: Vec<CountRow> = source
        .load(sql(text, [Bind::Uuid(source.account().0)]))
        .await?;
    Ok(rows.first().map_or(0, |row| row.count))
}

/// Groups by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn groups_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<TrashGroup>> {
    let text =
        format!("SELECT {COLUMNS} FROM trash_groups g WHERE g.account_id = $1 AND g.id = ANY($2)");
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(ids)];
    let rows: Vec<GroupRow> = source.load(sql(&text, binds)).await?;
    rows.into_iter().map(GroupRow::decode).collect()
}

/// Since when and until when what is in these groups is in the trash. Few things that are asked for by their ids are
/// there, so nothing is joined to them for it.
pub(super) async fn times(
    source: &Source,
    groups: impl Iterator<Item = Option<Uuid>>,
) -> Result<HashMap<Uuid, Trash>> {
    let groups: HashSet<Uuid> = groups.flatten().collect();
    if groups.is_empty() {
        return Ok(HashMap::new());
    }
    let groups = groups_by_id(source, groups.into_iter().collect()).await?;
    let time = |group: TrashGroup| {
        let trash = Trash {
            group: group.id,
            trashed_at: group.trashed_at,
            purge_at: group.purge_at,
        };
        (group.id.0, trash)
    };
    Ok(groups.into_iter().map(time).collect())
}

#[derive(QueryableByName)]
struct MemberRow {
    #[diesel(sql_type = st::Uuid)]
    group_id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

async fn members(source: &Source, table: &str, groups: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>> {
    let text = format!(
        "SELECT trash_group_id AS group_id, id FROM {table} WHERE account_id = $1 AND trash_group_id = ANY($2) \
         ORDER BY last_activity_at DESC, id DESC"
    );
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(groups)];
    let rows: Vec<MemberRow> = source.load(sql(&text, binds)).await?;
    Ok(rows.into_iter().map(|row| (row.group_id, row.id)).collect())
}

/// Which ticket each of these groups has: pairs of group and ticket.
///
/// # Errors
/// When the database is away.
pub async fn tickets_of_groups(source: &Source, groups: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>> {
    members(source, "tickets", groups).await
}

/// Which conversations each of these groups has, most recent first: pairs of group and conversation.
///
/// # Errors
/// When the database is away.
pub async fn conversations_of_groups(
    source: &Source,
    groups: Vec<Uuid>,
) -> Result<Vec<(Uuid, Uuid)>> {
    members(source, "conversations", groups).await
}
