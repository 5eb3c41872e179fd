//! What search knows of many tickets at once.
//!
//! Triggers write all else of it, in the transaction that brings the things: whatever of a load or an import is there
//! is found, also when it was killed.

use uuid::Uuid;

use crate::domain::id::AccountId;
use crate::error::Result;
use crate::store::Tx;
use crate::store::accounts::execute;
use crate::store::sql::{Bind, sql};

/// Leaves the tickets and properties that this transaction adds to [`add_search_tickets`]: else each ticket would be
/// indexed when it comes, and again with its properties.
///
/// # Errors
/// When the database is away, as all in here.
pub(super) async fn search_tickets_later(tx: &Tx) -> Result<()> {
    let text = "SET LOCAL tandem.search_tickets_later = 'on'";
    Ok(tx.connection().batch(text).await?)
}

/// Indexes tickets that were added with their properties, and ends what [`search_tickets_later`] began.
///
/// # Errors
/// As [`search_tickets_later`].
pub(super) async fn add_search_tickets(
    tx: &Tx,
    account: AccountId,
    tickets: Vec<Uuid>,
) -> Result<()> {
    let statement = sql(
        "SELECT tandem_search_add_tickets($1, $2)",
        [Bind::Uuid(account.0), Bind::Uuids(tickets)],
    );
    execute(tx, statement).await?;
    Ok(())
}
