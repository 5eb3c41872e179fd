//! The log: reading cascades back. Appending is part of [`super::apply`], because it is part of the same statement.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::sql::{Bind, Sql, sql};
use super::{Snapshot, Tx};
use crate::domain::cascade::{Rule, Subject};
use crate::domain::event::{Body, Entry, Position};
use crate::domain::id::{AccountId, CascadeId};
use crate::domain::image::{Actor, Time};
use crate::error::{Error, Result};

/// The columns of [`EntryRow`], of a table or alias `l`.
pub(super) const COLUMNS: &str = "l.position, l.account_id, l.id, l.occurred_at, l.actor_kind, l.actor_id, l.command, l.undoes, l.body";

/// What `cascade_touches.kind` says about the thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TouchKind {
    /// An inbox.
    Inbox = 1,
    /// A ticket.
    Ticket = 2,
    /// A conversation.
    Conversation = 3,
    /// A contact.
    Contact = 4,
    /// An owner, before or after.
    Owner = 5,
    /// Who did it.
    Actor = 6,
    /// A rule, as the UUID of its code.
    Rule = 7,
}

/// What the index calls a rule: its kind of thing has ids, so a rule gets one made of its code.
#[must_use]
pub fn rule_id(rule: Rule) -> Uuid {
    Uuid::from_u128(rule.code().unsigned_abs().into())
}

#[derive(QueryableByName)]
pub(super) struct EntryRow {
    #[diesel(sql_type = st::BigInt)]
    position: i64,
    #[diesel(sql_type = st::Uuid)]
    account_id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Timestamptz)]
    occurred_at: Time,
    #[diesel(sql_type = st::SmallInt)]
    actor_kind: i16,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = st::Text)]
    command: String,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    undoes: Option<Uuid>,
    #[diesel(sql_type = st::Jsonb)]
    body: serde_json::Value,
}

/// The code and id that the database keeps of an actor.
#[must_use]
pub(super) const fn actor_columns(actor: Actor) -> (i16, Option<Uuid>) {
    match actor {
        Actor::User(id) => (0, Some(id.0)),
        Actor::Contact(id) => (1, Some(id.0)),
        Actor::Integration(id) => (2, Some(id.0)),
        Actor::System => (3, None),
    }
}

/// Reads what [`actor_columns`] wrote.
pub(super) fn actor(kind: i16, id: Option<Uuid>) -> Result<Actor> {
    match (kind, id) {
        (0, Some(id)) => Ok(Actor::User(id.into())),
        (1, Some(id)) => Ok(Actor::Contact(id.into())),
        (2, Some(id)) => Ok(Actor::Integration(id.into())),
        (3, _) => Ok(Actor::System),
        _ => Err(Error::Internal(format!(
            "actor of kind {kind} with id {id:?}"
        ))),
    }
}

impl TryFrom<EntryRow> for Entry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self> {
        let body: Body = serde_json::from_value(row.body)
            .map_err(|error| Error::Internal(format!("cascade {}: {error}", row.id)))?;
        Ok(Self {
            position: Some(Position(row.position)),
            account: row.account_id.into(),
            id: row.id.into(),
            occurred_at: row.occurred_at,
            actor: actor(row.actor_kind, row.actor_id)?,
            command: row.command,
            undoes: row.undoes.map(CascadeId),
            body,
        })
    }
}

/// Loads entries by a statement that selects [`COLUMNS`].
pub(super) async fn load(snapshot: &Snapshot, statement: Sql) -> Result<Vec<Entry>> {
    let rows: Vec<EntryRow> = statement.load(&mut snapshot.connection().await?).await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// An account's entries after one position and up to another, oldest first: what a resumed subscription replays.
///
/// # Errors
/// When the database is away.
pub async fn entries_between(
    snapshot: &Snapshot,
    account: AccountId,
    after: Position,
    up_to: Position,
    limit: i64,
) -> Result<Vec<Entry>> {
    let text = format!(
        "SELECT {COLUMNS} FROM cascades l WHERE l.account_id = $1 AND l.position > $2 AND l.position <= $3 \
         ORDER BY l.position LIMIT $4"
    );
    let binds = [
        Bind::Uuid(account.0),
        Bind::Big(after.0),
        Bind::Big(up_to.0),
        Bind::Big(limit),
    ];
    load(snapshot, sql(&text, binds)).await
}

/// Entries by id, in no particular order; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn entries_by_id(
    snapshot: &Snapshot,
    account: AccountId,
    ids: &[CascadeId],
) -> Result<Vec<Entry>> {
    let text =
        format!("SELECT {COLUMNS} FROM cascades l WHERE l.account_id = $1 AND l.id = ANY($2)");
    let ids = ids.iter().map(|id| id.0).collect();
    load(
        snapshot,
        sql(&text, [Bind::Uuid(account.0), Bind::Uuids(ids)]),
    )
    .await
}

/// Which cascades took these back, latest first.
///
/// # Errors
/// When the database is away.
pub async fn undoing_entries(
    snapshot: &Snapshot,
    account: AccountId,
    ids: &[CascadeId],
) -> Result<Vec<Entry>> {
    let text = format!(
        "SELECT {COLUMNS} FROM cascades l WHERE l.account_id = $1 AND l.undoes = ANY($2) ORDER BY l.position DESC"
    );
    let ids = ids.iter().map(|id| id.0).collect();
    load(
        snapshot,
        sql(&text, [Bind::Uuid(account.0), Bind::Uuids(ids)]),
    )
    .await
}

/// Who made a version of something: the actor of the cascade that gave it that version.
///
/// # Errors
/// When the database is away.
pub async fn changed_by(
    tx: &Tx,
    account: AccountId,
    subject: Subject,
    version: i32,
) -> Result<Option<Actor>> {
    let (kind, id, images) = match subject {
        Subject::Ticket(id) => (TouchKind::Ticket, id.0, "tickets"),
        Subject::Conversation(id) => (TouchKind::Conversation, id.0, "conversations"),
    };
    let text = format!(
        "SELECT {COLUMNS} FROM cascade_touches x JOIN cascades l ON l.account_id = x.account_id AND l.id = x.cascade_id \
         WHERE x.account_id = $1 AND x.kind = $2 AND x.thing_id = $3 AND EXISTS (SELECT FROM \
         jsonb_array_elements(l.body -> '{images}') i WHERE i ->> 'id' = $4 AND (i ->> 'version')::integer = $5) \
         ORDER BY x.position DESC LIMIT 1"
    );
    let binds = [
        Bind::Uuid(account.0),
        Bind::Small(kind as i16),
        Bind::Uuid(id),
        Bind::Text(id.to_string()),
        Bind::Int(version),
    ];
    let rows: Vec<EntryRow> = sql(&text, binds).load(&mut tx.connection()).await?;
    rows.into_iter()
        .next()
        .map(|row| actor(row.actor_kind, row.actor_id))
        .transpose()
}

/// A cascade with what took it back, read within the transaction that is about to take it back.
///
/// # Errors
/// When the database is away.
pub async fn entry_to_undo(
    tx: &Tx,
    account: AccountId,
    id: CascadeId,
) -> Result<Option<(Entry, bool)>> {
    let text = format!("SELECT {COLUMNS} FROM cascades l WHERE l.account_id = $1 AND l.id = $2");
    let statement = sql(&text, [Bind::Uuid(account.0), Bind::Uuid(id.0)]);
    let rows: Vec<EntryRow> = statement.load(&mut tx.connection()).await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let standing = is_undone(tx, account, id).await?;
    Ok(Some((Entry::try_from(row)?, standing)))
}

/// Whether a cascade counts as undone: its latest undo has not been undone itself, and so on down the chain.
async fn is_undone(tx: &Tx, account: AccountId, id: CascadeId) -> Result<bool> {
    #[derive(QueryableByName)]
    struct DepthRow {
        #[diesel(sql_type = st::Integer)]
        depth: i32,
    }
    // The chain of latest undos: an odd length means that the cascade is taken back.
    let statement = sql(
        "WITH RECURSIVE chain (id, depth) AS (\
            SELECT $2::uuid, 0 \
            UNION ALL \
            SELECT l.id, chain.depth + 1 FROM chain CROSS JOIN LATERAL \
                (SELECT u.id FROM cascades u WHERE u.account_id = $1 AND u.undoes = chain.id \
                 ORDER BY u.position DESC LIMIT 1) l WHERE chain.depth < 1000) \
         SELECT max(depth) AS depth FROM chain",
        [Bind::Uuid(account.0), Bind::Uuid(id.0)],
    );
    let rows: Vec<DepthRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows
        .as_slice()
        .first()
        .is_some_and(|row| row.depth % 2 == 1))
}
