//! Many rows at once: one statement a table, from arrays.
//!
//! `COPY` would be faster, but Postgres refuses it under row-level security. What is kept here as everywhere:
//! foreign keys and other constraints are checked, positions are drawn last, after the transaction has its id.

mod insert;
mod log;
mod mail;
mod search;

pub use insert::{
    insert_contacts, insert_conversations, insert_groups, insert_messages, insert_tickets,
    update_activity,
};
pub use log::{add_log_months, append};
pub use mail::{
    FoundMail, account_of_inbox, add_references, contacts_by_email, email_channel, find_mail,
    lock_conversations, lock_imports, own_addresses, users_of,
};

use super::accounts::{any, execute};
use super::sql::{Bind, sql};
use super::{Scope, Store, Tx};
use crate::domain::id::{AccountId, ChannelId, ContactId, ConversationId};
use crate::domain::image::{Actor, Conversation, Message, Time, Trash};
use crate::error::{Error, Result};

/// A contact's row.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Its id.
    pub id: ContactId,
    /// Its name, if known.
    pub name: Option<String>,
    /// Its address; no other contact of the account has it.
    pub email: Option<String>,
    /// Its number.
    pub phone: Option<String>,
    /// Since when it is known.
    pub created_at: Time,
}

/// A conversation's row.
#[derive(Debug, Clone)]
pub struct NewConversation {
    /// All but the key.
    pub conversation: Conversation,
    /// What the channel calls the thread.
    pub thread_key: String,
}

/// A message's row.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Where it belongs.
    pub conversation: ConversationId,
    /// All but the text and what its channel knows.
    pub message: Message,
    /// What it says.
    pub text: String,
    /// The channel that it came or went by; none for a note.
    pub channel: Option<ChannelId>,
    /// What the channel calls it.
    pub key: Option<String>,
}

/// A trash group's row.
#[derive(Debug, Clone, Copy)]
pub struct NewGroup {
    /// The group and its times.
    pub trash: Trash,
    /// Who put it there.
    pub actor: Actor,
}

/// Begins a transaction for many rows: more time for a statement than a client's gets, and a transaction id before
/// any position of the log, as the tail needs it.
///
/// A server that fails may lose the last of these transactions as a whole if `durable` is not wanted, never a part
/// of one: good where the whole is only worth something once the last is written.
///
/// # Errors
/// When the database is away, as all in here.
pub async fn begin(store: &Store, account: AccountId, durable: bool) -> Result<Tx> {
    let tx = store.begin(Scope::Account(account)).await?;
    let commit = if durable { "on" } else { "off" };
    let setup = format!(
        "SET LOCAL statement_timeout = '5min'; SET LOCAL synchronous_commit = {commit}; \
         SELECT pg_current_xact_id()"
    );
    tx.connection().batch(&setup).await?;
    Ok(tx)
}

/// Sets the number that the account's last ticket has.
///
/// # Errors
/// As [`begin`].
pub async fn set_ticket_number(tx: &Tx, account: AccountId, last: i32) -> Result<()> {
    let statement = sql(
        "INSERT INTO ticket_counters AS c (account_id, last_number) VALUES ($1, $2) \
         ON CONFLICT (account_id) DO UPDATE SET last_number = greatest(c.last_number, $2)",
        [Bind::Uuid(account.0), Bind::Int(last)],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Makes what an account was set up with as old as the account itself.
///
/// # Errors
/// As [`begin`].
pub async fn backdate_settings(tx: &Tx, account: AccountId) -> Result<()> {
    for table in ["users", "inboxes", "channels"] {
        let text = format!(
            "UPDATE {table} s SET created_at = a.created_at FROM accounts a \
             WHERE s.account_id = $1 AND a.id = $1"
        );
        execute(tx, sql(&text, [Bind::Uuid(account.0)])).await?;
    }
    Ok(())
}

/// Whether the account manages tickets in the inbox (rule 5).
///
/// # Errors
/// As [`begin`].
pub async fn tickets_in_inbox(tx: &Tx, account: AccountId) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM accounts WHERE id = $1 AND tickets_in_inbox",
        [Bind::Uuid(account.0)],
    );
    any(tx, statement).await
}

/// Whether any account has that name; others that ask wait until this transaction ends.
///
/// # Errors
/// As [`begin`].
pub async fn account_name_taken(tx: &Tx, name: &str) -> Result<bool> {
    let lock = sql(
        "SELECT pg_advisory_xact_lock(hashtext('tandem_account_name'))",
        [],
    );
    execute(tx, lock).await?;
    let find = sql(
        "SELECT id FROM accounts WHERE name = $1",
        [Bind::Text(name.to_owned())],
    );
    any(tx, find).await
}

/// What to try again: a conversation was deleted for good since it was found.
#[must_use]
pub fn gone_meanwhile() -> Error {
    let info = Box::new("a conversation was purged meanwhile".to_owned());
    Error::Database(diesel::result::Error::DatabaseError(
        diesel::result::DatabaseErrorKind::SerializationFailure,
        info,
    ))
}

/// Brings the planner's knowledge of the large tables up to date where it has none yet: of two indexes of an empty
/// table it takes either, and with the wrong one each row of a load costs more than the row before. To be called once
/// the first rows are there.
///
/// # Errors
/// As [`begin`].
pub async fn analyze_if_new(store: &Store) -> Result<()> {
    let tx = store.begin(Scope::Across).await?;
    let never = sql(
        "SELECT id FROM accounts WHERE EXISTS (\
             SELECT FROM pg_class WHERE oid IN ('conversations'::regclass, 'contacts'::regclass, 'tickets'::regclass) \
             AND reltuples < 0) LIMIT 1",
        [],
    );
    let never = any(&tx, never).await?;
    tx.rollback().await?;
    if never { analyze(store).await } else { Ok(()) }
}

/// Brings the planner's knowledge of the large tables up to date.
///
/// # Errors
/// As [`begin`].
pub async fn analyze(store: &Store) -> Result<()> {
    let tx = store.begin(Scope::Across).await?;
    let text = "SET LOCAL statement_timeout = '5min'; \
        ANALYZE contacts, tickets, ticket_properties, conversations, messages, cascades, cascade_touches, \
        search_documents, search_words";
    tx.connection().batch(text).await?;
    tx.commit().await
}
