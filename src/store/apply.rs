//! Writing a plan: the changed rows, the log's entry and its index, all in one statement.
//!
//! Which parts the statement has depends on the plan; how many statements it takes does not: one, for one
//! conversation as for fifty.

mod columns;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use diesel::QueryableByName;
use diesel::sql_types as st;
use serde_json::{Value, json};
use uuid::Uuid;

use columns::Changed;

use super::Tx;
use super::log::{TouchKind, actor_columns};
use super::rows::{conversation_json, ticket_json};
use super::sql::{Bind, sql};
use crate::domain::cascade::{Change, Effect, Linked, Subject};
use crate::domain::event::{Entry, Position};
use crate::domain::id::{AccountId, ChannelId, ConversationId, MessageId};
use crate::domain::image::{Conversation, Ticket, Trash};
use crate::error::{Error, Result};

/// What of a new message the plan does not carry.
#[derive(Debug, Clone)]
pub struct MessageText {
    /// Which message.
    pub id: MessageId,
    /// What it says.
    pub text: String,
    /// The channel that it came by.
    pub channel: Option<ChannelId>,
    /// What the channel calls it.
    pub key: Option<String>,
}

/// What of new things the plan does not carry, because no rule looks at it.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// What the channel calls the thread of a new conversation.
    pub thread_key: Option<(ConversationId, String)>,
    /// The texts of new messages.
    pub messages: Vec<MessageText>,
}

#[derive(QueryableByName)]
struct PositionRow {
    #[diesel(sql_type = st::BigInt)]
    position: i64,
}

/// The parts of the statement, as they are put together.
struct Statement {
    text: String,
    binds: Vec<Bind>,
}

impl Statement {
    /// Adds one `WITH` part that reads its rows from a bound JSON array. `@rows` stands for that array, `$1` for
    /// the account.
    fn part(&mut self, name: &str, rows: Vec<Value>, text: &str) {
        if rows.is_empty() {
            return;
        }
        self.binds.push(Bind::Json(Value::Array(rows)));
        let number = self.binds.len();
        let text = text.replace("@rows", &format!("${number}::jsonb"));
        let _ = writeln!(self.text, "{name} AS ({text}),");
    }

    fn bind(&mut self, bind: Bind) -> usize {
        self.binds.push(bind);
        self.binds.len()
    }
}

/// Writes a planned cascade, draws its position and commits.
///
/// # Errors
/// When a constraint refuses or the database is away; then nothing is written. Where the connection is lost after all was
/// sent, whether it was committed is unknown.
pub async fn commit(
    tx: Tx,
    before: &Linked,
    after: &Linked,
    entry: &mut Entry,
    contents: &Contents,
) -> Result<()> {
    let account = entry.account;
    let mut statement = Statement {
        text: "WITH ".to_owned(),
        binds: vec![Bind::Uuid(account.0)],
    };
    trash_groups(&mut statement, entry);
    tickets(&mut statement, before, after);
    conversations(&mut statement, before, after, contents);
    messages(&mut statement, entry, contents)?;
    log(&mut statement, entry)?;
    let statement = sql(&statement.text, statement.binds);
    let leaves = |change: &Change| matches!(change, Change::Restored { .. } | Change::Purged);
    let effects = &entry.body.effects;
    let rows: Vec<PositionRow> = if effects.iter().any(|effect| leaves(&effect.change)) {
        let rows = statement.load(&mut tx.connection()).await?;
        purge(&tx, account, effects).await?;
        empty_groups(&tx, account, before).await?;
        tx.commit().await?;
        rows
    } else {
        tx.commit_with(statement).await?
    };
    let lost = || Error::Internal("the log returned no position".to_owned());
    entry.position = Some(Position(rows.as_slice().first().ok_or_else(lost)?.position));
    Ok(())
}

fn trash_groups(statement: &mut Statement, entry: &Entry) {
    let mut groups: Vec<Trash> = Vec::new();
    for effect in &entry.body.effects {
        if let Change::Trashed { trash } = effect.change
            && !groups.contains(&trash)
        {
            groups.push(trash);
        }
    }
    let (kind, id) = actor_columns(entry.actor);
    let rows = groups.iter().map(|trash| {
        json!({"id": trash.group, "trashed_at": trash.trashed_at, "purge_at": trash.purge_at,
               "actor_kind": kind, "actor_id": id})
    });
    statement.part(
        "new_groups",
        rows.collect(),
        "INSERT INTO trash_groups (account_id, id, trashed_at, purge_at, actor_kind, actor_id) \
         SELECT $1, r.* FROM jsonb_to_recordset(@rows) AS r(id uuid, trashed_at timestamptz, purge_at timestamptz, \
         actor_kind smallint, actor_id uuid)",
    );
}

fn tickets(statement: &mut Statement, before: &Linked, after: &Linked) {
    let old: Option<&Ticket> = before.ticket.as_ref();
    let Some(new) = after.ticket.as_ref().filter(|new| Some(*new) != old) else {
        return;
    };
    if old.is_some_and(|old| old.id == new.id) {
        // Said to be one row, which it is: of a hundred, as Postgres guesses, it would read all tickets of a small account.
        let rows = old.map(|old| (ticket_json(old), ticket_json(new)));
        let changed = Changed::of(&columns::OF_TICKETS, rows.as_slice());
        let text = format!(
            "UPDATE tickets t SET {} FROM (SELECT * FROM jsonb_to_recordset(@rows) AS r{} LIMIT 1) r \
             WHERE t.account_id = $1 AND t.id = r.id",
            changed.assignments(),
            changed.record()
        );
        statement.part("changed_tickets", changed.into_rows(), &text);
    } else {
        statement.part(
            "new_tickets",
            vec![ticket_json(new)],
            &format!(
                "INSERT INTO tickets (account_id, {}) SELECT $1, r.* FROM jsonb_to_recordset(@rows) AS r{}",
                columns::names(&columns::OF_TICKETS),
                columns::record(&columns::OF_TICKETS)
            ),
        );
    }
    let changed = new
        .properties
        .iter()
        .filter(|(id, held)| old.and_then(|old| old.properties.get(id)) != Some(held));
    let rows = changed.map(|(id, held)| {
        json!({"ticket_id": new.id, "definition_id": id, "value": held.value, "version": held.version})
    });
    statement.part(
        "properties",
        rows.collect(),
        "INSERT INTO ticket_properties (account_id, ticket_id, definition_id, value, version) \
         SELECT $1, r.ticket_id, r.definition_id, nullif(r.value, 'null'::jsonb), r.version \
         FROM jsonb_to_recordset(@rows) \
         AS r(ticket_id uuid, definition_id uuid, value jsonb, version integer) \
         ON CONFLICT (account_id, ticket_id, definition_id) \
         DO UPDATE SET value = excluded.value, version = excluded.version",
    );
}

fn conversations(statement: &mut Statement, before: &Linked, after: &Linked, contents: &Contents) {
    let old = |id: ConversationId| before.conversations.iter().find(|c| c.id == id);
    let changed = |new: &Conversation| {
        let old = old(new.id).filter(|old| *old != new)?;
        Some((conversation_json(old), conversation_json(new)))
    };
    let rows: Vec<_> = after.conversations.iter().filter_map(changed).collect();
    let changed = Changed::of(&columns::OF_CONVERSATIONS, &rows);
    let text = format!(
        "UPDATE conversations c SET {} FROM jsonb_to_recordset(@rows) AS r{} WHERE c.account_id = $1 AND c.id = r.id",
        changed.assignments(),
        changed.record()
    );
    statement.part("changed_conversations", changed.into_rows(), &text);
    let created = after
        .conversations
        .iter()
        .filter(|c| old(c.id).is_none())
        .map(|conversation| {
            let mut row = conversation_json(conversation);
            let key = contents
                .thread_key
                .as_ref()
                .filter(|(id, _)| *id == conversation.id);
            if let (Some(row), Some((_, key))) = (row.as_object_mut(), key) {
                row.insert("thread_key".to_owned(), Value::String(key.clone()));
            }
            row
        });
    statement.part(
        "new_conversations",
        created.collect(),
        &format!(
            "INSERT INTO conversations (account_id, {}) SELECT $1, r.* FROM jsonb_to_recordset(@rows) AS r{}",
            columns::names(&columns::OF_CONVERSATIONS),
            columns::record(&columns::OF_CONVERSATIONS)
        ),
    );
}

fn messages(statement: &mut Statement, entry: &Entry, contents: &Contents) -> Result<()> {
    let mut rows = Vec::new();
    for effect in &entry.body.effects {
        let (Change::MessageAdded { message, .. }, Subject::Conversation(conversation)) =
            (&effect.change, effect.subject)
        else {
            continue;
        };
        let content = contents
            .messages
            .iter()
            .find(|content| content.id == message.id);
        let missing = || Error::Internal(format!("no text for {}", message.id));
        let content = content.ok_or_else(missing)?;
        let (author_kind, author_id) = actor_columns(message.author);
        rows.push(json!({
            "id": message.id, "conversation_id": conversation, "channel_id": content.channel,
            "kind": message.kind.code(), "author_kind": author_kind, "author_id": author_id,
            "text": content.text, "message_key": content.key, "created_at": message.created_at,
        }));
    }
    statement.part(
        "new_messages",
        rows,
        "INSERT INTO messages (account_id, id, conversation_id, channel_id, kind, author_kind, author_id, text, \
         message_key, created_at) \
         SELECT $1, r.* FROM jsonb_to_recordset(@rows) AS r(id uuid, conversation_id uuid, channel_id uuid, \
         kind smallint, author_kind smallint, author_id uuid, text text, message_key text, created_at timestamptz)",
    );
    Ok(())
}

/// The entry draws its position; its index takes the position from it.
fn log(statement: &mut Statement, entry: &Entry) -> Result<()> {
    let (actor_kind, actor_id) = actor_columns(entry.actor);
    let body =
        serde_json::to_value(&entry.body).map_err(|error| Error::Internal(error.to_string()))?;
    let (kinds, things) = touches(entry);
    let id = statement.bind(Bind::Uuid(entry.id.0));
    let at = statement.bind(Bind::Time(entry.occurred_at));
    let actor_kind = statement.bind(Bind::Small(actor_kind));
    let actor_id = statement.bind(Bind::MaybeUuid(actor_id));
    let command = statement.bind(Bind::Text(entry.command.clone()));
    let undoes = statement.bind(Bind::MaybeUuid(entry.undoes.map(|id| id.0)));
    let body = statement.bind(Bind::Json(body));
    let kinds = statement.bind(Bind::Smalls(kinds));
    let things = statement.bind(Bind::Uuids(things));
    let _ = write!(
        statement.text,
        "entry AS (INSERT INTO cascades (account_id, id, occurred_at, actor_kind, actor_id, command, undoes, body) \
         VALUES ($1, ${id}, ${at}, ${actor_kind}, ${actor_id}, ${command}, ${undoes}, ${body}) \
         RETURNING position, id), \
         touched AS (INSERT INTO cascade_touches (account_id, kind, thing_id, position, cascade_id) \
         SELECT $1, t.kind, t.thing_id, e.position, e.id FROM entry e, unnest(${kinds}, ${things}) \
         AS t(kind, thing_id)) \
         SELECT position FROM entry"
    );
    Ok(())
}

/// The rows of the log's index, as two columns.
pub(super) fn touches(entry: &Entry) -> (Vec<i16>, Vec<Uuid>) {
    let touches = &entry.body.touches;
    let rows = touches
        .inboxes
        .iter()
        .map(|id| (TouchKind::Inbox, id.0))
        .chain(touches.tickets.iter().map(|id| (TouchKind::Ticket, id.0)))
        .chain(
            touches
                .conversations
                .iter()
                .map(|id| (TouchKind::Conversation, id.0)),
        )
        .chain(touches.contacts.iter().map(|id| (TouchKind::Contact, id.0)))
        .chain(touches.owners.iter().map(|id| (TouchKind::Owner, id.0)))
        .chain(
            touches
                .rules
                .iter()
                .map(|rule| (TouchKind::Rule, super::log::rule_id(*rule))),
        )
        .chain(entry.actor.id().map(|id| (TouchKind::Actor, id)));
    rows.map(|(kind, id)| (kind as i16, id)).unzip()
}

/// Takes out for good what the effects purge. By statements of their own: a foreign key looks at what is there.
async fn purge(tx: &Tx, account: AccountId, effects: &[Effect]) -> Result<()> {
    let purged: BTreeSet<Subject> = effects
        .iter()
        .filter(|effect| matches!(effect.change, Change::Purged))
        .map(|effect| effect.subject)
        .collect();
    if purged.is_empty() {
        return Ok(());
    }
    let (mut tickets, mut conversations) = (Vec::new(), Vec::new());
    for subject in &purged {
        match subject {
            Subject::Ticket(id) => tickets.push(id.0),
            Subject::Conversation(id) => conversations.push(id.0),
        }
    }
    for (table, ids) in [("conversations", conversations), ("tickets", tickets)] {
        let text = format!("DELETE FROM {table} WHERE account_id = $1 AND id = ANY($2)");
        sql(&text, [Bind::Uuid(account.0), Bind::Uuids(ids)])
            .execute(&mut tx.connection())
            .await?;
    }
    super::redact::redact(tx, account, &purged).await
}

/// A group that lost its members, restored or purged, is no more.
async fn empty_groups(tx: &Tx, account: AccountId, before: &Linked) -> Result<()> {
    let ticket = before.ticket.iter().filter_map(|ticket| ticket.trash);
    let conversations = before
        .conversations
        .iter()
        .filter_map(|conversation| conversation.trash);
    let groups: BTreeSet<_> = ticket
        .chain(conversations)
        .map(|trash| trash.group.0)
        .collect();
    for group in groups {
        super::purge::delete_empty_group(tx, account, group.into()).await?;
    }
    Ok(())
}

/// Draws the number of a ticket that is about to be created: the last lock before the log's.
///
/// # Errors
/// When the database is away.
pub async fn draw_ticket_number(tx: &Tx, account: AccountId) -> Result<i32> {
    #[derive(QueryableByName)]
    struct NumberRow {
        #[diesel(sql_type = st::Integer)]
        last_number: i32,
    }
    let statement = sql(
        "INSERT INTO ticket_counters AS c (account_id, last_number) VALUES ($1, 1) \
         ON CONFLICT (account_id) DO UPDATE SET last_number = c.last_number + 1 RETURNING last_number",
        [Bind::Uuid(account.0)],
    );
    let rows: Vec<NumberRow> = statement.load(&mut tx.connection()).await?;
    let none = || Error::Internal("no ticket number".to_owned());
    Ok(rows.as_slice().first().ok_or_else(none)?.last_number)
}
