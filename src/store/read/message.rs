//! Reading messages.

use std::sync::Arc;

use diesel::deserialize::{self, FromSqlRow};
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{self as st, Nullable as Maybe, Untyped};
use uuid::Uuid;

use super::binds::Binds;
use super::page::{Key, KeyType, Keyset, Page, Rows, by_parent};
use super::{CountOfRow, Source};
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::image::{Actor, Time};
use crate::domain::noun::MessageKind;
use crate::error::Result;
use crate::store::columns::{Columns, FromColumns, by_place};
use crate::store::log::actor;
use crate::store::rows::{known, read_by_place};
use crate::store::sql::{Bind, sql};

/// The columns of [`MessageColumns`], of `messages m`.
pub(super) const MESSAGE_COLUMNS: &str =
    "m.id, m.kind, m.author_kind, m.author_id, m.text, m.created_at";
/// The columns of [`MessageRow`].
const COLUMNS: &str =
    "m.conversation_id, m.id, m.kind, m.author_kind, m.author_id, m.text, m.created_at";

/// Oldest first: as people read a thread.
const ORDER: Keyset = Keyset {
    value: "m.created_at",
    id: Some("m.id"),
    key_type: KeyType::Time,
    descending: false,
};

/// One message or note of a conversation.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Where it was written.
    pub conversation: ConversationId,
    /// Whom it is meant for.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author: Actor,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub created_at: Time,
}

impl Message {
    /// Its key in a conversation's messages.
    #[must_use]
    pub fn key(&self) -> Key {
        Key {
            value: self.created_at.timestamp_micros(),
            id: self.id.0,
        }
    }
}

by_place! {
    /// A message without its conversation, which stands before it or is known.
    pub(super) struct MessageColumns {
        id: st::Uuid => Uuid,
        kind: st::SmallInt => i16,
        author_kind: st::SmallInt => i16,
        author_id: Maybe<st::Uuid> => Option<Uuid>,
        text: st::Text => String,
        created_at: st::Timestamptz => Time,
    }
}

impl MessageColumns {
    /// The message, of that conversation.
    pub(super) fn decode(self, conversation: ConversationId) -> Result<Message> {
        Ok(Message {
            id: self.id.into(),
            conversation,
            kind: known(MessageKind::from_code(self.kind), "kind of message")?,
            author: actor(self.author_kind, self.author_id)?,
            text: self.text,
            created_at: self.created_at,
        })
    }
}

struct MessageRow {
    conversation: Uuid,
    message: MessageColumns,
}

impl FromColumns for MessageRow {
    fn take<'r>(columns: &mut Columns<'_, impl Row<'r, Pg>>) -> deserialize::Result<Self> {
        Ok(Self {
            conversation: columns.take::<st::Uuid, _>()?,
            message: MessageColumns::take(columns)?,
        })
    }
}

read_by_place!(MessageRow);

impl MessageRow {
    fn decode(self) -> Result<Message> {
        self.message.decode(self.conversation.into())
    }
}

/// Messages by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn messages_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Message>> {
    let text =
        format!("SELECT {COLUMNS} FROM messages m WHERE m.account_id = $1 AND m.id = ANY($2)");
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(ids)];
    let rows: Vec<MessageRow> = source.load(sql(&text, binds)).await?;
    rows.into_iter().map(MessageRow::decode).collect()
}

/// The same page of each of these conversations' messages.
///
/// # Errors
/// When the database is away.
pub async fn messages_of_conversations(
    source: &Source,
    conversations: Vec<Uuid>,
    page: Page,
) -> Result<Vec<(Uuid, Rows<Arc<Message>>)>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let from = binds.each(&conversations);
    let bounds = page.bounds(ORDER, &mut binds);
    let order = page.order(ORDER);
    let text = format!(
        "SELECT {COLUMNS} FROM {from} CROSS JOIN LATERAL (SELECT {COLUMNS} FROM messages m \
         WHERE m.account_id = {account} AND m.conversation_id = p.id{bounds}{order}) m{}",
        page.sorted(ORDER)
    );
    // Few shapes: with or without each bound, forward or backward.
    let rows: Vec<MessageRow> = source.load(sql(&text, binds.into_vec())).await?;
    let decode = |row: MessageRow| row.decode().map(Arc::new);
    let rows: Vec<_> = rows.into_iter().map(decode).collect::<Result<_>>()?;
    Ok(by_parent(page, conversations, rows, |message| {
        message.conversation.0
    }))
}

/// The page of the messages of the conversation `c`, as a column of its row: an array of [`MessageColumns`].
pub(super) fn along(account: &str, page: Page) -> String {
    format!(
        "ARRAY(SELECT ROW({MESSAGE_COLUMNS}) FROM messages m \
         WHERE m.account_id = {account} AND m.conversation_id = c.id{})",
        page.order_along(ORDER)
    )
}

/// How many messages each of these conversations has; none: left out.
///
/// # Errors
/// When the database is away.
pub async fn count_of_conversations(
    source: &Source,
    conversations: Vec<Uuid>,
) -> Result<Vec<(Uuid, i64)>> {
    let text = "SELECT m.conversation_id AS of, count(*) AS count FROM messages m \
                WHERE m.account_id = $1 AND m.conversation_id = ANY($2) GROUP BY m.conversation_id";
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(conversations)];
    let rows: Vec<CountOfRow> = source.load(sql(text, binds)).await?;
    Ok(rows.into_iter().map(|row| (row.of, row.count)).collect())
}

/// The last message of each of these conversations, notes included.
///
/// # Errors
/// When the database is away.
pub async fn last_of_conversations(
    source: &Source,
    conversations: Vec<Uuid>,
) -> Result<Vec<Message>> {
    let text = format!(
        "SELECT {COLUMNS} FROM unnest($2) AS p (id) CROSS JOIN LATERAL (SELECT {COLUMNS} FROM messages m \
         WHERE m.account_id = $1 AND m.conversation_id = p.id ORDER BY m.created_at DESC, m.id DESC LIMIT 1) m"
    );
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(conversations)];
    let rows: Vec<MessageRow> = source.load(sql(&text, binds)).await?;
    rows.into_iter().map(MessageRow::decode).collect()
}
