//! Inboxes and channels: writing them.

use super::execute;
use crate::domain::id::{AccountId, ChannelId, InboxId};
use crate::domain::noun::ChannelKind;
use crate::error::Result;
use crate::store::Tx;
use crate::store::sql::{Bind, sql};

/// Adds an inbox.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn insert_inbox(
    tx: &Tx,
    account: AccountId,
    id: InboxId,
    name: &str,
    creates_tickets: bool,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO inboxes (account_id, id, name, creates_tickets) VALUES ($1, $2, $3, $4)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Text(name.to_owned()),
            Bind::Bool(creates_tickets),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Changes an inbox; what is none stays.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn update_inbox(
    tx: &Tx,
    account: AccountId,
    id: InboxId,
    name: Option<&str>,
    creates_tickets: Option<bool>,
) -> Result<()> {
    let statement = sql(
        "UPDATE inboxes SET name = coalesce($3, name), creates_tickets = coalesce($4 = 1, creates_tickets) \
         WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::MaybeText(name.map(str::to_owned)),
            Bind::MaybeSmall(creates_tickets.map(i16::from)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Adds a channel to an inbox.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn insert_channel(
    tx: &Tx,
    account: AccountId,
    id: ChannelId,
    inbox: InboxId,
    kind: ChannelKind,
    name: &str,
    address: Option<&str>,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO channels (account_id, id, inbox_id, kind, name, address) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Uuid(inbox.0),
            Bind::Small(kind.code()),
            Bind::Text(name.to_owned()),
            Bind::MaybeText(address.map(str::to_owned)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}
