//! Reading the account itself.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Source;
use crate::domain::id::AccountId;
use crate::domain::image::Time;
use crate::error::{Error, Result};
use crate::store::sql::{Bind, sql};

/// A company that uses Tandem.
#[derive(Debug, Clone, QueryableByName)]
pub struct Account {
    /// Its id.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub id: AccountId,
    /// Its name.
    #[diesel(sql_type = st::Text)]
    pub name: String,
    /// When it was created, which decides rule 5.
    #[diesel(sql_type = st::Timestamptz)]
    pub created_at: Time,
    /// Whether tickets are managed in the inbox (rule 5).
    #[diesel(sql_type = st::Bool)]
    pub tickets_in_inbox: bool,
}

/// The source's own account.
///
/// # Errors
/// When the database is away.
pub async fn own(source: &Source) -> Result<Account> {
    let text = "SELECT id, name, created_at, tickets_in_inbox FROM accounts WHERE id = $1";
    let rows = source
        .load(sql(text, [Bind::Uuid(source.account().0)]))
        .await?;
    let gone = || Error::Internal(format!("account {} is gone", source.account()));
    rows.into_iter().next().ok_or_else(gone)
}
