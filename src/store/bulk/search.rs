//! The words that search finds parts in, brought once for many rows.

use diesel_async::SimpleAsyncConnection;

use crate::domain::id::AccountId;
use crate::error::Result;
use crate::store::accounts::execute;
use crate::store::sql::{Bind, sql};
use crate::store::{Scope, Store, Tx};

/// Leaves the words of what this transaction writes to [`fill_search_words`].
///
/// # Errors
/// When the database is away, as all in here.
pub async fn search_words_later(tx: &Tx) -> Result<()> {
    let text = "SET LOCAL tandem.search_words_later = 'on'";
    Ok((&mut tx.connection()?).batch_execute(text).await?)
}

/// Brings the words of all the account's documents that are not there yet.
///
/// # Errors
/// As [`search_words_later`].
pub async fn fill_search_words(store: &Store, account: AccountId) -> Result<()> {
    let tx = store.begin(Scope::Account(account)).await?;
    // Sorting all words in memory is much of the work.
    let setup = "SET LOCAL statement_timeout = '30min'; SET LOCAL work_mem = '256MB'";
    (&mut tx.connection()?).batch_execute(setup).await?;
    let fill = sql(
        "SELECT tandem_search_fill_words($1)",
        [Bind::Uuid(account.0)],
    );
    execute(&tx, fill).await?;
    tx.commit().await
}
