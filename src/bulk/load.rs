//! One large account, as real ones are: for benchmarks, and for trying Tandem at size.
//!
//! A thread makes the account's history in chunks of about a thousand conversations; writers put one chunk each into
//! the database, a transaction at a time. Every chunk is whole: no ticket has conversations in two of them. The rows
//! are those of `src/demo`, the same every time, but for ids and times.

mod chunk;
mod maker;
mod people;
mod properties;
mod setting;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use indicatif::ProgressBar;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use self::chunk::{Chunk, Chunks};
use super::ids::Ids;
use super::profile::{self, Account};
use crate::demo::{skew, story};
use crate::domain::id::{AccountId, UserId};
use crate::domain::image::Time;
use crate::error::{Error, Result};
use crate::service;
use crate::store::{Scope, Store, bulk};

/// Chunks that are written at the same time: one is being checked and indexed by Postgres while the other's rows
/// are on their way.
const WRITERS: usize = 2;
/// Chunks that wait for a writer, some ten megabytes each.
const WAITING: usize = 2;
/// Ticket numbers are 32 bits, and there are fewer tickets than conversations.
const MOST: u64 = 10_000_000;

/// The account that was made.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The account.
    pub account: AccountId,
    /// Its name, with a number where there was one before.
    pub name: String,
    /// The user whom the token is for, an administrator.
    pub user: UserId,
    /// The token. It is shown this once: only its hash is kept.
    pub token: String,
    /// What it has.
    pub rows: Rows,
}

/// How much of what was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rows {
    /// Contacts.
    pub contacts: u64,
    /// Conversations.
    pub conversations: u64,
    /// Messages.
    pub messages: u64,
    /// Tickets.
    pub tickets: u64,
    /// Cascades of the log.
    pub cascades: u64,
}

/// Makes an account of so many conversations. The bar counts them.
///
/// The chunks are not flushed one by one: after a crash of the machine within the last moments of a load, the account
/// lacks some of them, and another is to be loaded.
///
/// # Errors
/// For more than ten million conversations, and when the database is away.
pub async fn load(store: &Store, conversations: u64, progress: &ProgressBar) -> Result<Loaded> {
    if conversations > MOST {
        let message =
            format!("{conversations} conversations are too many; at most {MOST} are possible.");
        return Err(Error::request("INVALID_VALUE", message));
    }
    let now = service::now();
    let mut ids = Ids::default();
    let tickets = skew::tickets(conversations)
        .flatten()
        .last()
        .map_or(0, |last| last + 1);
    bulk::add_log_months(store, days(conversations, now)).await?;
    let account = Arc::new(create_account(store, &mut ids, tickets).await?);
    progress.set_length(conversations);
    let contacts = people::write(store, account.id, conversations, now, &mut ids).await?;
    let mut rows = Rows {
        contacts: contacts.iter().flatten().count() as u64,
        ..Rows::default()
    };

    let chunks = Chunks::new(Arc::clone(&account), contacts, conversations, tickets, now);
    let (send, receive) = mpsc::channel(WAITING);
    let maker = tokio::task::spawn_blocking(move || {
        for chunk in chunks {
            // Nobody takes it any more when a writer failed; its error is told.
            if send.blocking_send(chunk).is_err() {
                break;
            }
        }
    });
    let receive = Arc::new(Mutex::new(receive));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (store, receive) = (store.clone(), Arc::clone(&receive));
        let (account, progress) = (account.id, progress.clone());
        writers.spawn(async move { write_all(&store, account, &receive, &progress).await });
    }
    drop(receive);
    while let Some(written) = writers.join_next().await {
        let written =
            written.map_err(|error| Error::Internal(format!("a writer ended: {error}")))??;
        rows.conversations += written.conversations;
        rows.messages += written.messages;
        rows.tickets += written.tickets;
        rows.cascades += written.cascades;
    }
    maker
        .await
        .map_err(|error| Error::Internal(format!("the maker ended: {error}")))?;
    bulk::fill_search_words(store, account.id).await?;
    bulk::analyze(store).await?;
    Ok(Loaded {
        account: account.id,
        name: account.name.clone(),
        user: account.admin,
        token: account.token.clone(),
        rows,
    })
}

/// A time in every month that something happens in.
fn days(conversations: u64, now: Time) -> Vec<Time> {
    let span = i64::try_from(skew::began_seconds_ago(0, conversations)).unwrap_or(0);
    let first = now - TimeDelta::seconds(span);
    let mut days: BTreeSet<Time> = (0..=span / 86_400)
        .map(|day| first + TimeDelta::days(day))
        .collect();
    days.insert(now);
    days.into_iter().collect()
}

/// Creates the account under the first name that is free.
async fn create_account(store: &Store, ids: &mut Ids, tickets: u64) -> Result<Account> {
    let mut profile: story::Profile = serde_json::from_str(include_str!("load/account.json"))
        .map_err(|error| Error::Internal(format!("account.json: {error}")))?;
    // Held until the account is there, so that two loads at once find different names.
    let names = store.begin(Scope::Across).await?;
    let (name, mut number) = (profile.name.clone(), 1);
    while bulk::account_name_taken(&names, &profile.name).await? {
        number += 1;
        profile.name = format!("{name} {number}");
    }
    if number > 1 {
        for user in &mut profile.users {
            user.email = user.email.replace("@large.", &format!("@large-{number}."));
        }
        for inbox in &mut profile.inboxes {
            inbox.address = inbox
                .address
                .replace("@large.", &format!("@large-{number}."));
        }
    }
    let id = profile::new_account(ids, &profile)?;
    let tx = bulk::begin(store, id, true).await?;
    let account = profile::create(&tx, ids, id, &profile).await?;
    // Whoever creates tickets while this runs gets later numbers.
    let last = i32::try_from(tickets).unwrap_or(i32::MAX);
    bulk::set_ticket_number(&tx, id, last).await?;
    tx.commit().await?;
    names.commit().await?;
    Ok(account)
}

type Waiting = Mutex<mpsc::Receiver<Result<Chunk>>>;

/// Writes chunks until there are no more.
async fn write_all(
    store: &Store,
    account: AccountId,
    chunks: &Waiting,
    progress: &ProgressBar,
) -> Result<Rows> {
    let mut rows = Rows::default();
    loop {
        let next = chunks.lock().await.recv().await;
        let Some(chunk) = next else { break };
        let chunk = chunk?;
        let conversations = chunk.conversations.len() as u64;
        rows.conversations += conversations;
        rows.messages += chunk.messages.len() as u64;
        rows.tickets += chunk.tickets.len() as u64;
        rows.cascades += chunk.entries.len() as u64;
        write(store, account, chunk).await?;
        progress.inc(conversations);
    }
    Ok(rows)
}

async fn write(store: &Store, account: AccountId, mut chunk: Chunk) -> Result<()> {
    let tx = bulk::begin(store, account, false).await?;
    bulk::search_words_later(&tx).await?;
    bulk::insert_groups(&tx, account, &chunk.groups).await?;
    bulk::insert_tickets(&tx, account, &chunk.tickets).await?;
    bulk::insert_conversations(&tx, account, &chunk.conversations).await?;
    bulk::insert_messages(&tx, account, std::mem::take(&mut chunk.messages)).await?;
    // Readers of the log wait for these positions until the commit, so nothing comes in between.
    bulk::append(&tx, account, &mut chunk.entries).await?;
    tx.commit().await
}
