//! Real mail into an inbox that exists.
//!
//! `reader` reads and parses on a thread of its own; `batch` writes some hundred messages at a time, one
//! transaction each, and knows nothing of the batches before it but what the database says. So an import that was
//! cut off and is repeated goes on where it stopped, and ends as if it had never been.
//!
//! An import is history: it changes no status, gives no owner, and creates no tickets, also where the inbox creates
//! them for new conversations (rule 28).

mod batch;
mod reader;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use indicatif::ProgressBar;
use tokio::sync::mpsc;

use self::reader::Read;
use crate::domain::id::{AccountId, ChannelId, InboxId, UserId};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::{Error, Result};
use crate::mail::{self, Limits, MailError, Position, Source};
use crate::service;
use crate::store::{Scope, Store, bulk};

/// How often a batch is tried again after it lost against another transaction.
const TRIES: u32 = 8;
/// Batches that wait to be written.
const WAITING: usize = 2;

/// What to import, and where.
#[derive(Debug, Clone)]
pub struct Import {
    /// The inbox.
    pub inbox: InboxId,
    /// mbox files, Maildir folders, single messages.
    pub paths: Vec<PathBuf>,
    /// Addresses of the company beside those of the inbox's channels: messages from them are outgoing.
    pub own: Vec<String>,
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Report {
    /// Messages that are new.
    pub messages: u64,
    /// Messages that were there already.
    pub duplicates: u64,
    /// Conversations that are new.
    pub conversations_new: u64,
    /// What could not be read, and why.
    pub skipped: Vec<(Position, MailError)>,
}

/// What all batches need to know.
pub(crate) struct Context {
    store: Store,
    account: AccountId,
    inbox: InboxId,
    channel: ChannelId,
    /// In lower case.
    own: BTreeSet<String>,
    /// By address, in lower case.
    users: HashMap<String, UserId>,
}

/// Imports mail. The bar counts bytes.
///
/// # Errors
/// When there is no such inbox, a path holds no mail, or the database is away. What was written before stays, and
/// the same import can be repeated.
pub async fn import(store: &Store, import: &Import, progress: &ProgressBar) -> Result<Report> {
    let limits = Limits::default();
    let sources = open(&import.paths, &limits)?;
    let context = context(store, import).await?;
    progress.set_length(
        import
            .paths
            .iter()
            .map(|path| mail::total_bytes(path))
            .sum(),
    );

    let (send, mut batches) = mpsc::channel(WAITING);
    let reading = tokio::task::spawn_blocking(move || reader::read(sources, &limits, &send));
    let mut report = Report::default();
    while let Some(Read {
        mails,
        skipped,
        bytes,
    }) = batches.recv().await
    {
        let written = write(&context, &mails).await?;
        if report.messages == 0 && written.messages > 0 {
            bulk::analyze_if_new(store).await?;
        }
        report.messages += written.messages;
        report.duplicates += written.duplicates;
        report.conversations_new += written.conversations_new;
        report.skipped.extend(skipped);
        progress.set_position(bytes);
    }
    reading
        .await
        .map_err(|error| Error::Internal(format!("the reader ended: {error}")))?;
    Ok(report)
}

/// Opens everything before anything is written: a wrong path is found at once.
fn open(paths: &[PathBuf], limits: &Limits) -> Result<Vec<Source>> {
    let sources = paths.iter().map(|path| mail::open_with(path, limits));
    sources
        .collect::<Result<_, _>>()
        .map_err(|error| Error::request("INVALID_VALUE", error.to_string()))
}

async fn context(store: &Store, import: &Import) -> Result<Context> {
    let inbox = import.inbox;
    let account = bulk::account_of_inbox(store, inbox).await?;
    let missing = || {
        let message = format!("There is no inbox `{inbox}`.");
        Refusal::at(ErrorCode::NotFound, "inboxId", message)
    };
    let account = account.ok_or_else(missing)?;
    let tx = store.begin(Scope::Account(account)).await?;
    let channel = bulk::email_channel(&tx, account, inbox).await?;
    let mut own: BTreeSet<String> = import.own.iter().map(|own| own.to_lowercase()).collect();
    own.extend(bulk::own_addresses(&tx, account, inbox).await?);
    let users = bulk::users_of(&tx, account).await?;
    tx.commit().await?;
    Ok(Context {
        store: store.clone(),
        account,
        inbox,
        channel,
        own,
        users: users.into_iter().map(|(id, email)| (email, id)).collect(),
    })
}

/// Writes a batch, again where another transaction was in its way.
async fn write(context: &Context, mails: &[mail::Mail]) -> Result<batch::Written> {
    let mut tries = 1;
    loop {
        match batch::write(context, mails, service::now()).await {
            Err(error) if error.is_passing_conflict() && tries < TRIES => {
                tracing::debug!(%error, tries, "a batch of the import is tried again");
                tries += 1;
            }
            other => return other,
        }
    }
}
