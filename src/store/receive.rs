//! Finding where a contact's message belongs.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Tx;
use super::sql::{Bind, Sql, sql};
use crate::domain::contact::Sender;
use crate::domain::id::{AccountId, ChannelId, ContactId, ConversationId, InboxId};
use crate::domain::image::Time;
use crate::error::{Error, Result};

/// Where a channel's new conversations go.
#[derive(Debug, Clone, Copy)]
pub struct ChannelInbox {
    /// The inbox.
    pub inbox: InboxId,
    /// Whether each new conversation gets a ticket (rule 28).
    pub creates_tickets: bool,
}

#[derive(QueryableByName)]
struct InboxRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Bool)]
    creates_tickets: bool,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

async fn first_id(tx: &Tx, statement: Sql) -> Result<Option<Uuid>> {
    let rows: Vec<IdRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().next().map(|row| row.id))
}

/// The channel's inbox; none where the account has no such channel.
///
/// # Errors
/// When the database is away, as all in here.
pub async fn channel_inbox(
    tx: &Tx,
    account: AccountId,
    channel: ChannelId,
) -> Result<Option<ChannelInbox>> {
    let statement = sql(
        "SELECT i.id, i.creates_tickets FROM channels c JOIN inboxes i ON i.account_id = c.account_id \
         AND i.id = c.inbox_id WHERE c.account_id = $1 AND c.id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(channel.0)],
    );
    let rows: Vec<InboxRow> = statement.load(&mut tx.connection()).await?;
    let inbox = rows.into_iter().next();
    Ok(inbox.map(|row| ChannelInbox {
        inbox: row.id.into(),
        creates_tickets: row.creates_tickets,
    }))
}

/// Waits until no other transaction adds to this thread, and keeps others waiting until this one ends.
///
/// # Errors
/// As [`channel_inbox`].
pub async fn lock_thread(tx: &Tx, account: AccountId, channel: ChannelId, key: &str) -> Result<()> {
    let name = format!("{}/{}/{key}", account.0, channel.0);
    let statement = sql(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        [Bind::Text(name)],
    );
    statement.execute(&mut tx.connection()).await?;
    Ok(())
}

/// The conversation of a message that the channel has had before.
///
/// # Errors
/// As [`channel_inbox`].
pub async fn conversation_of_message(
    tx: &Tx,
    account: AccountId,
    channel: ChannelId,
    key: &str,
) -> Result<Option<ConversationId>> {
    let statement = sql(
        "SELECT conversation_id AS id FROM messages WHERE account_id = $1 AND channel_id = $2 \
         AND md5(message_key) = md5($3) AND message_key = $3",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(channel.0),
            Bind::Text(key.to_owned()),
        ],
    );
    Ok(first_id(tx, statement).await?.map(Into::into))
}

/// The conversation of a thread of the channel.
///
/// # Errors
/// As [`channel_inbox`].
pub async fn conversation_of_thread(
    tx: &Tx,
    account: AccountId,
    channel: ChannelId,
    key: &str,
) -> Result<Option<ConversationId>> {
    let statement = sql(
        "SELECT id FROM conversations WHERE account_id = $1 AND channel_id = $2 AND md5(thread_key) = md5($3) \
         AND thread_key = $3",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(channel.0),
            Bind::Text(key.to_owned()),
        ],
    );
    Ok(first_id(tx, statement).await?.map(Into::into))
}

/// The contact with this address, else with this number, else a new one. A known contact without a name, address
/// or number gets the one that came along. Of several first messages at once one creates the contact: an address is
/// unique, and a number, which several contacts may share, is locked.
///
/// # Errors
/// As [`channel_inbox`].
pub async fn find_or_create_contact(
    tx: &Tx,
    account: AccountId,
    sender: &Sender,
    now: Time,
) -> Result<ContactId> {
    let blank = |value: &Option<String>| {
        value
            .as_deref()
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    let (email, phone, name) = (
        blank(&sender.email),
        blank(&sender.phone),
        blank(&sender.name),
    );
    if let Some(phone) = &phone {
        lock_phone(tx, account, phone).await?;
    }
    let find = sql(
        "SELECT id FROM contacts WHERE account_id = $1 AND (email_key = lower($2) OR phone_key = \
         nullif(regexp_replace($3, '[^0-9]', '', 'g'), '')) \
         ORDER BY (email_key = lower($2)) IS TRUE DESC, created_at, id LIMIT 1",
        [
            Bind::Uuid(account.0),
            Bind::MaybeText(email.clone()),
            Bind::MaybeText(phone.clone()),
        ],
    );
    if let Some(id) = first_id(tx, find).await? {
        complete(tx, account, id, email, phone, name).await?;
        return Ok(id.into());
    }
    let create = sql(
        "INSERT INTO contacts (account_id, id, name, email, phone, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
         RETURNING id",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(Uuid::now_v7()),
            Bind::MaybeText(name),
            Bind::MaybeText(email),
            Bind::MaybeText(phone),
            Bind::Time(now),
        ],
    );
    let id = first_id(tx, create).await?;
    id.map(Into::into)
        .ok_or_else(|| Error::Internal("a contact was not created".to_owned()))
}

/// Waits until no other transaction looks for or adds a contact with this number.
async fn lock_phone(tx: &Tx, account: AccountId, phone: &str) -> Result<()> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let statement = sql(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 1))",
        [Bind::Text(format!("{}/{digits}", account.0))],
    );
    statement.execute(&mut tx.connection()).await?;
    Ok(())
}

/// Fills in what is not known yet of a contact; what is known stays.
async fn complete(
    tx: &Tx,
    account: AccountId,
    id: Uuid,
    email: Option<String>,
    phone: Option<String>,
    name: Option<String>,
) -> Result<()> {
    let statement = sql(
        "UPDATE contacts c SET name = coalesce(name, $3), phone = coalesce(phone, $5), email = coalesce(email, \
         (SELECT $4 WHERE NOT EXISTS (SELECT FROM contacts o WHERE o.account_id = $1 AND o.email_key = lower($4)))) \
         WHERE c.account_id = $1 AND c.id = $2 AND ((name IS NULL AND $3::text IS NOT NULL) \
         OR (email IS NULL AND $4::text IS NOT NULL) OR (phone IS NULL AND $5::text IS NOT NULL))",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id),
            Bind::MaybeText(name),
            Bind::MaybeText(email),
            Bind::MaybeText(phone),
        ],
    );
    statement.execute(&mut tx.connection()).await?;
    Ok(())
}
