//! New rows of the nouns, and what an import changes of those that are there.

use super::search::{add_search_tickets, search_tickets_later};
use super::{NewContact, NewConversation, NewGroup, NewMessage};
use crate::domain::id::AccountId;
use crate::domain::image::{Conversation, Ticket};
use crate::domain::noun::TicketPriority;
use crate::error::{Error, Result};
use crate::store::Tx;
use crate::store::accounts::execute;
use crate::store::log::actor_columns;
use crate::store::sql::{Bind, sql};

/// Adds contacts; those whose address is there already are left as they are, but for a name that was missing.
///
/// # Errors
/// When a constraint refuses or the database is away, as all in here.
pub async fn insert_contacts(tx: &Tx, account: AccountId, rows: &[NewContact]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    // In the order of the addresses: two that add the same contacts do not wait for each other in a circle.
    let statement = sql(
        "INSERT INTO contacts AS c (account_id, id, name, email, phone, created_at) \
         SELECT $1, r.* FROM unnest($2, $3, $4, $5, $6) AS r(id, name, email, phone, created_at) \
         ORDER BY lower(r.email) ON CONFLICT (account_id, email_key) DO UPDATE SET name = excluded.name \
         WHERE c.name IS NULL AND excluded.name IS NOT NULL",
        [
            Bind::Uuid(account.0),
            Bind::Uuids(rows.iter().map(|row| row.id.0).collect()),
            Bind::MaybeTexts(rows.iter().map(|row| row.name.clone()).collect()),
            Bind::MaybeTexts(rows.iter().map(|row| row.email.clone()).collect()),
            Bind::MaybeTexts(rows.iter().map(|row| row.phone.clone()).collect()),
            Bind::Times(rows.iter().map(|row| row.created_at).collect()),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Adds trash groups; their members come after them.
///
/// # Errors
/// As [`insert_contacts`].
pub async fn insert_groups(tx: &Tx, account: AccountId, rows: &[NewGroup]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let actors = rows.iter().map(|row| actor_columns(row.actor));
    let (kinds, ids) = actors.unzip();
    let statement = sql(
        "INSERT INTO trash_groups (account_id, id, trashed_at, purge_at, actor_kind, actor_id) \
         SELECT $1, r.* FROM unnest($2, $3, $4, $5, $6) AS r(id, trashed_at, purge_at, actor_kind, actor_id)",
        [
            Bind::Uuid(account.0),
            Bind::Uuids(rows.iter().map(|row| row.trash.group.0).collect()),
            Bind::Times(rows.iter().map(|row| row.trash.trashed_at).collect()),
            Bind::Times(rows.iter().map(|row| row.trash.purge_at).collect()),
            Bind::Smalls(kinds),
            Bind::MaybeUuids(ids),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Adds tickets with their properties.
///
/// # Errors
/// As [`insert_contacts`].
pub async fn insert_tickets(tx: &Tx, account: AccountId, rows: &[Ticket]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    search_tickets_later(tx).await?;
    let group = |row: &Ticket| row.trash.map(|trash| trash.group.0);
    let statement = sql(
        "INSERT INTO tickets (account_id, id, number, name, name_version, pipeline_id, status_id, category, \
         owner_id, priority, priority_version, workspace, contact_id, created_at, last_activity_at, closed_at, \
         trash_group_id, version) \
         SELECT $1, r.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
         AS r(id, number, name, name_version, pipeline_id, status_id, category, owner_id, priority, \
         priority_version, workspace, contact_id, created_at, last_activity_at, closed_at, trash_group_id, version)",
        [
            Bind::Uuid(account.0),
            Bind::Uuids(rows.iter().map(|row| row.id.0).collect()),
            Bind::Ints(rows.iter().map(|row| row.number).collect()),
            Bind::Texts(rows.iter().map(|row| row.name.clone()).collect()),
            Bind::Ints(rows.iter().map(|row| row.name_version).collect()),
            Bind::Uuids(rows.iter().map(|row| row.status.pipeline.0).collect()),
            Bind::Uuids(rows.iter().map(|row| row.status.id.0).collect()),
            Bind::Smalls(rows.iter().map(|row| row.status.category.code()).collect()),
            Bind::MaybeUuids(rows.iter().map(|row| row.owner.map(|id| id.0)).collect()),
            Bind::MaybeSmalls(
                rows.iter()
                    .map(|row| row.priority.map(TicketPriority::code))
                    .collect(),
            ),
            Bind::Ints(rows.iter().map(|row| row.priority_version).collect()),
            Bind::Smalls(rows.iter().map(|row| row.workspace.code()).collect()),
            Bind::MaybeUuids(rows.iter().map(|row| row.contact.map(|id| id.0)).collect()),
            Bind::Times(rows.iter().map(|row| row.created_at).collect()),
            Bind::Times(rows.iter().map(|row| row.last_activity_at).collect()),
            Bind::MaybeTimes(rows.iter().map(|row| row.closed_at).collect()),
            Bind::MaybeUuids(rows.iter().map(group).collect()),
            Bind::Ints(rows.iter().map(|row| row.version).collect()),
        ],
    );
    execute(tx, statement).await?;
    insert_properties(tx, account, rows).await?;
    add_search_tickets(tx, account, rows.iter().map(|row| row.id.0).collect()).await
}

async fn insert_properties(tx: &Tx, account: AccountId, tickets: &[Ticket]) -> Result<()> {
    let (mut ids, mut definitions) = (Vec::new(), Vec::new());
    let (mut values, mut versions) = (Vec::new(), Vec::new());
    for ticket in tickets {
        for (definition, held) in &ticket.properties {
            let value = held.value.as_ref().map(serde_json::to_string).transpose();
            ids.push(ticket.id.0);
            definitions.push(definition.0);
            values.push(value.map_err(|error| Error::Internal(format!("property: {error}")))?);
            versions.push(held.version);
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    let statement = sql(
        "INSERT INTO ticket_properties (account_id, ticket_id, definition_id, value, version) \
         SELECT $1, r.ticket_id, r.definition_id, r.value::jsonb, r.version \
         FROM unnest($2, $3, $4, $5) AS r(ticket_id, definition_id, value, version)",
        [
            Bind::Uuid(account.0),
            Bind::Uuids(ids),
            Bind::Uuids(definitions),
            Bind::MaybeTexts(values),
            Bind::Ints(versions),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Adds conversations; their tickets and contacts are there.
///
/// # Errors
/// As [`insert_contacts`].
pub async fn insert_conversations(
    tx: &Tx,
    account: AccountId,
    rows: &[NewConversation],
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let all = || rows.iter().map(|row| &row.conversation);
    let group = |row: &Conversation| row.trash.map(|trash| trash.group.0);
    let statement = sql(
        "INSERT INTO conversations (account_id, id, subject, status, workspace, inbox_id, channel_id, thread_key, \
         contact_id, owner_id, ticket_id, created_at, last_activity_at, closed_at, trash_group_id, version) \
         SELECT $1, r.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         AS r(id, subject, status, workspace, inbox_id, channel_id, thread_key, contact_id, owner_id, ticket_id, \
         created_at, last_activity_at, closed_at, trash_group_id, version)",
        [
            Bind::Uuid(account.0),
            Bind::Uuids(all().map(|row| row.id.0).collect()),
            Bind::MaybeTexts(all().map(|row| row.subject.clone()).collect()),
            Bind::Smalls(all().map(|row| row.status.code()).collect()),
            Bind::Smalls(all().map(|row| row.workspace.code()).collect()),
            Bind::Uuids(all().map(|row| row.inbox.0).collect()),
            Bind::Uuids(all().map(|row| row.channel.0).collect()),
            Bind::Texts(rows.iter().map(|row| row.thread_key.clone()).collect()),
            Bind::Uuids(all().map(|row| row.contact.0).collect()),
            Bind::MaybeUuids(all().map(|row| row.owner.map(|id| id.0)).collect()),
            Bind::MaybeUuids(all().map(|row| row.ticket.map(|id| id.0)).collect()),
            Bind::Times(all().map(|row| row.created_at).collect()),
            Bind::Times(all().map(|row| row.last_activity_at).collect()),
            Bind::MaybeTimes(all().map(|row| row.closed_at).collect()),
            Bind::MaybeUuids(all().map(group).collect()),
            Bind::Ints(all().map(|row| row.version).collect()),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Adds messages; their conversations are there.
///
/// # Errors
/// As [`insert_contacts`].
pub async fn insert_messages(tx: &Tx, account: AccountId, rows: Vec<NewMessage>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let all = || rows.iter().map(|row| &row.message);
    let (kinds, authors) = all().map(|row| actor_columns(row.author)).unzip();
    let binds = [
        Bind::Uuid(account.0),
        Bind::Uuids(all().map(|row| row.id.0).collect()),
        Bind::Uuids(rows.iter().map(|row| row.conversation.0).collect()),
        Bind::MaybeUuids(rows.iter().map(|row| row.channel.map(|id| id.0)).collect()),
        Bind::Smalls(all().map(|row| row.kind.code()).collect()),
        Bind::Smalls(kinds),
        Bind::MaybeUuids(authors),
        Bind::MaybeTexts(rows.iter().map(|row| row.key.clone()).collect()),
        Bind::Times(all().map(|row| row.created_at).collect()),
        Bind::Texts(rows.into_iter().map(|row| row.text).collect()),
    ];
    let statement = sql(
        "INSERT INTO messages (account_id, id, conversation_id, channel_id, kind, author_kind, author_id, \
         message_key, created_at, text) \
         SELECT $1, r.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) AS r(id, conversation_id, channel_id, \
         kind, author_kind, author_id, message_key, created_at, text)",
        binds,
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Writes the times of activity of conversations and tickets that got messages; nothing else of them changes.
///
/// # Errors
/// As [`insert_contacts`].
pub async fn update_activity(
    tx: &Tx,
    account: AccountId,
    conversations: &[Conversation],
    tickets: &[Ticket],
) -> Result<()> {
    let conversations = conversations.iter().map(|c| (c.id.0, c.last_activity_at));
    let tickets = tickets.iter().map(|t| (t.id.0, t.last_activity_at));
    for (table, rows) in [
        ("tickets", tickets.collect::<Vec<_>>()),
        ("conversations", conversations.collect()),
    ] {
        if rows.is_empty() {
            continue;
        }
        let (ids, times) = rows.into_iter().unzip();
        let text = format!(
            "UPDATE {table} t SET last_activity_at = r.at FROM unnest($2, $3) AS r(id, at) \
             WHERE t.account_id = $1 AND t.id = r.id AND t.last_activity_at <> r.at"
        );
        let binds = [Bind::Uuid(account.0), Bind::Uuids(ids), Bind::Times(times)];
        execute(tx, sql(&text, binds)).await?;
    }
    Ok(())
}
