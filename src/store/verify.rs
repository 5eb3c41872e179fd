//! What `tandem verify` reads: everything, in pages by rising id.

use std::collections::HashMap;

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::held::properties_of;
use super::log::actor;
use super::rows::{
    CONVERSATION_COLUMNS, CONVERSATION_TRASH, ConversationRow, TICKET_COLUMNS, TICKET_TRASH,
    TicketRow, known,
};
use super::sql::{Bind, sql};
use super::{Snapshot, log_months};
use crate::domain::id::{AccountId, ConversationId, TrashGroupId};
use crate::domain::image::{Actor, Conversation, Message, Ticket, Time, Trash};
use crate::domain::noun::MessageKind;
use crate::error::Result;

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

fn page(account: AccountId, after: Uuid, rows: i64) -> [Bind; 3] {
    [Bind::Uuid(account.0), Bind::Uuid(after), Bind::Big(rows)]
}

/// All accounts, oldest first; the snapshot is one across accounts.
///
/// # Errors
/// When the database is away or holds what this version cannot read, as all in here.
pub async fn accounts(snapshot: &Snapshot) -> Result<Vec<AccountId>> {
    let statement = sql("SELECT id FROM accounts ORDER BY created_at, id", []);
    let rows: Vec<IdRow> = statement.load(&mut snapshot.connection().await?).await?;
    Ok(rows.into_iter().map(|row| row.id.into()).collect())
}

/// The start of the earliest month that the log still has, if older ones were dropped: what began before it cannot
/// be explained by the log any more.
///
/// # Errors
/// As [`accounts`].
pub async fn log_begins(snapshot: &Snapshot) -> Result<Option<Time>> {
    log_months::log_begins(snapshot.connection().await?).await
}

/// Tickets with their properties, after an id.
///
/// # Errors
/// As [`accounts`].
pub async fn tickets_after(
    snapshot: &Snapshot,
    account: AccountId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<Ticket>> {
    let text = format!(
        "SELECT {TICKET_COLUMNS} FROM tickets t {TICKET_TRASH} WHERE t.account_id = $1 AND t.id > $2 ORDER BY t.id LIMIT $3"
    );
    let connection = snapshot.connection().await?;
    let found: Vec<TicketRow> = sql(&text, page(account, after, rows))
        .load(&mut &*connection)
        .await?;
    let mut tickets: Vec<Ticket> = found
        .into_iter()
        .map(Ticket::try_from)
        .collect::<Result<_>>()?;
    let ids = tickets.iter().map(|ticket| ticket.id.0).collect();
    let mut properties = properties_of(connection, account, ids).await?;
    for ticket in &mut tickets {
        ticket.properties = properties.remove(&ticket.id.0).unwrap_or_default();
    }
    Ok(tickets)
}

/// Conversations after an id.
///
/// # Errors
/// As [`accounts`].
pub async fn conversations_after(
    snapshot: &Snapshot,
    account: AccountId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<Conversation>> {
    let text = format!(
        "SELECT {CONVERSATION_COLUMNS} FROM conversations c {CONVERSATION_TRASH} WHERE c.account_id = $1 AND c.id > $2 \
         ORDER BY c.id LIMIT $3"
    );
    let found: Vec<ConversationRow> = sql(&text, page(account, after, rows))
        .load(&mut snapshot.connection().await?)
        .await?;
    found.into_iter().map(Conversation::try_from).collect()
}

/// Ids of messages after an id.
///
/// # Errors
/// As [`accounts`].
pub async fn message_ids_after(
    snapshot: &Snapshot,
    account: AccountId,
    after: Uuid,
    rows: i64,
) -> Result<Vec<Uuid>> {
    let text = "SELECT id FROM messages WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    let found: Vec<IdRow> = sql(text, page(account, after, rows))
        .load(&mut snapshot.connection().await?)
        .await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// A message as its table has it, with its text's SHA-256 in hexadecimal digits.
pub type StoredMessage = (ConversationId, Message, String);

/// Messages by id; those that are not there are left out.
///
/// # Errors
/// As [`accounts`].
pub async fn messages_by_id(
    snapshot: &Snapshot,
    account: AccountId,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, StoredMessage>> {
    #[derive(QueryableByName)]
    struct MessageRow {
        #[diesel(sql_type = st::Uuid)]
        id: Uuid,
        #[diesel(sql_type = st::Uuid)]
        conversation_id: Uuid,
        #[diesel(sql_type = st::SmallInt)]
        kind: i16,
        #[diesel(sql_type = st::SmallInt)]
        author_kind: i16,
        #[diesel(sql_type = st::Nullable<st::Uuid>)]
        author_id: Option<Uuid>,
        #[diesel(sql_type = st::Timestamptz)]
        created_at: Time,
        #[diesel(sql_type = st::Text)]
        sha256: String,
    }
    let statement = sql(
        "SELECT id, conversation_id, kind, author_kind, author_id, created_at, \
         encode(sha256(convert_to(text, 'UTF8')), 'hex') AS sha256 \
         FROM messages WHERE account_id = $1 AND id = ANY($2)",
        [Bind::Uuid(account.0), Bind::Uuids(ids)],
    );
    let rows: Vec<MessageRow> = statement.load(&mut snapshot.connection().await?).await?;
    let stored = rows.into_iter().map(|row| {
        let message = Message {
            id: row.id.into(),
            kind: known(MessageKind::from_code(row.kind), "message kind")?,
            author: actor(row.author_kind, row.author_id)?,
            created_at: row.created_at,
        };
        Ok((row.id, (row.conversation_id.into(), message, row.sha256)))
    });
    stored.collect()
}

/// The account's trash groups, with who put them there.
///
/// # Errors
/// As [`accounts`].
pub async fn trash_groups(
    snapshot: &Snapshot,
    account: AccountId,
) -> Result<HashMap<TrashGroupId, (Trash, Actor)>> {
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
    let statement = sql(
        "SELECT id, trashed_at, purge_at, actor_kind, actor_id FROM trash_groups WHERE account_id = $1",
        [Bind::Uuid(account.0)],
    );
    let rows: Vec<GroupRow> = statement.load(&mut snapshot.connection().await?).await?;
    let groups = rows.into_iter().map(|row| {
        let trash = Trash {
            group: row.id.into(),
            trashed_at: row.trashed_at,
            purge_at: row.purge_at,
        };
        Ok((trash.group, (trash, actor(row.actor_kind, row.actor_id)?)))
    });
    groups.collect()
}
