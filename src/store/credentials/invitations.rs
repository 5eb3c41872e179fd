//! Invitations: what lets a user choose a password once.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use crate::domain::id::{AccountId, UserId};
use crate::domain::image::Time;
use crate::error::Result;
use crate::store::Tx;
use crate::store::accounts::{any, execute};
use crate::store::sql::{Bind, sql};

/// Keeps an invitation, by the hash of its token. Earlier ones of the same user end: the last link sent is the one that
/// works.
///
/// # Errors
/// When the database is away.
pub async fn insert_invitation(
    tx: &Tx,
    account: AccountId,
    user: UserId,
    hash: Vec<u8>,
    expires_at: Time,
) -> Result<()> {
    let end = sql(
        "UPDATE invitations SET used_at = now() WHERE account_id = $1 AND user_id = $2 AND used_at IS NULL",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    execute(tx, end).await?;
    let insert = sql(
        "INSERT INTO invitations (account_id, id, user_id, hash, expires_at) VALUES ($1, $2, $3, $4, $5)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(Uuid::now_v7()),
            Bind::Uuid(user.0),
            Bind::Bytes(hash),
            Bind::Time(expires_at),
        ],
    );
    execute(tx, insert).await?;
    Ok(())
}

/// Who an invitation is for.
#[derive(Debug, Clone, QueryableByName)]
pub struct Invited {
    /// The account.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub account: AccountId,
    /// The invitation.
    #[diesel(sql_type = st::Uuid)]
    pub id: Uuid,
    /// The user.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub user: UserId,
    /// Their address.
    #[diesel(sql_type = st::Text)]
    pub email: String,
}

/// Who the invitation whose token has this hash is for; none where it is unknown, used or at its end, or its user no
/// longer active.
///
/// # Errors
/// When the database is away.
pub async fn invited(tx: &Tx, hash: Vec<u8>) -> Result<Option<Invited>> {
    let statement = sql(
        "SELECT i.account_id AS account, i.id, i.user_id AS user, u.email FROM invitations i \
         JOIN users u ON u.account_id = i.account_id AND u.id = i.user_id \
         WHERE i.hash = $1 AND i.used_at IS NULL AND i.expires_at > now() AND u.active",
        [Bind::Bytes(hash)],
    );
    let rows: Vec<Invited> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().next())
}

/// Uses an invitation up. Whether it was still to be had: of two who come at once one is too late.
///
/// # Errors
/// When the database is away.
pub async fn use_invitation(tx: &Tx, account: AccountId, id: Uuid) -> Result<bool> {
    let statement = sql(
        "UPDATE invitations SET used_at = now() WHERE account_id = $1 AND id = $2 AND used_at IS NULL \
         AND expires_at > now() RETURNING id",
        [Bind::Uuid(account.0), Bind::Uuid(id)],
    );
    any(tx, statement).await
}
