//! What inboxes users are limited to: writing it.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::{any, execute, ids};
use crate::domain::id::{AccountId, InboxId, UserId};
use crate::domain::noun::Role;
use crate::error::Result;
use crate::store::Tx;
use crate::store::rows::known;
use crate::store::sql::{Bind, sql};

fn uuids(inboxes: Vec<InboxId>) -> Vec<Uuid> {
    inboxes.into_iter().map(|id| id.0).collect()
}

/// The first of these that is no inbox of the account.
///
/// # Errors
/// When the database is away, as all in here.
pub async fn missing_inbox(
    tx: &Tx,
    account: AccountId,
    inboxes: Vec<InboxId>,
) -> Result<Option<InboxId>> {
    let statement = sql(
        "SELECT w.id FROM unnest($2) WITH ORDINALITY AS w (id, place) WHERE NOT EXISTS \
         (SELECT FROM inboxes i WHERE i.account_id = $1 AND i.id = w.id) ORDER BY w.place LIMIT 1",
        [Bind::Uuid(account.0), Bind::Uuids(uuids(inboxes))],
    );
    Ok(ids(tx, statement).await?.into_iter().next().map(Into::into))
}

/// What a user may do; none where there is no such user.
///
/// # Errors
/// As [`missing_inbox`].
pub async fn role_of(tx: &Tx, account: AccountId, user: UserId) -> Result<Option<Role>> {
    #[derive(QueryableByName)]
    struct RoleRow {
        #[diesel(sql_type = st::SmallInt)]
        role: i16,
    }
    let statement = sql(
        "SELECT role FROM users WHERE account_id = $1 AND id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    let rows: Vec<RoleRow> = statement.load(&mut tx.connection()).await?;
    let role = |row: RoleRow| known(Role::from_code(row.role), "role");
    rows.into_iter().next().map(role).transpose()
}

/// Whether a user is limited to inboxes.
///
/// # Errors
/// As [`missing_inbox`].
pub async fn is_limited(tx: &Tx, account: AccountId, user: UserId) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM users WHERE account_id = $1 AND id = $2 AND limited",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    any(tx, statement).await
}

/// Limits a user to these inboxes; none: not at all.
///
/// # Errors
/// As [`missing_inbox`].
pub async fn set_user_inboxes(
    tx: &Tx,
    account: AccountId,
    user: UserId,
    inboxes: Option<Vec<InboxId>>,
) -> Result<()> {
    // Who is limited to nothing is not one without a limit, so the limit itself is a mark on the user.
    let mark = sql(
        "UPDATE users SET limited = $3 WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(user.0),
            Bind::Bool(inboxes.is_some()),
        ],
    );
    execute(tx, mark).await?;
    let clear = sql(
        "DELETE FROM user_inboxes WHERE account_id = $1 AND user_id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    execute(tx, clear).await?;
    let insert = sql(
        "INSERT INTO user_inboxes (account_id, user_id, inbox_id) SELECT DISTINCT $1, $2, w.id FROM unnest($3) AS w (id)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(user.0),
            Bind::Uuids(uuids(inboxes.unwrap_or_default())),
        ],
    );
    execute(tx, insert).await?;
    Ok(())
}
