//! Passwords, as their hashes.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use crate::domain::id::{AccountId, UserId};
use crate::error::Result;
use crate::store::Tx;
use crate::store::accounts::{any, execute};
use crate::store::sql::{Bind, sql};

/// A user who may be meant by an address.
#[derive(Debug, Clone, QueryableByName)]
pub struct Candidate {
    /// The account.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub account: AccountId,
    /// The user.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub user: UserId,
    /// The hash of their password, as a PHC string.
    #[diesel(sql_type = st::Text)]
    pub hash: String,
    /// Whether they have signed in from this network address before.
    #[diesel(sql_type = st::Bool)]
    pub known_here: bool,
}

/// The active users with that address and a password, of all accounts or of one; two at most, since two are one too many.
///
/// # Errors
/// When the database is away.
pub async fn candidates(
    tx: &Tx,
    email: &str,
    account: Option<AccountId>,
    address: Option<String>,
) -> Result<Vec<Candidate>> {
    let statement = sql(
        "SELECT u.account_id AS account, u.id AS user, p.hash, \
           EXISTS (SELECT FROM tokens t WHERE t.account_id = u.account_id AND t.user_id = u.id \
                   AND t.kind <> 0 AND t.address = $3) AS known_here \
         FROM users u JOIN passwords p ON p.account_id = u.account_id AND p.user_id = u.id \
         WHERE lower(u.email) = lower($1) AND u.active AND ($2::uuid IS NULL OR u.account_id = $2) LIMIT 2",
        [
            Bind::Text(email.to_owned()),
            Bind::MaybeUuid(account.map(|id| id.0)),
            Bind::MaybeText(address),
        ],
    );
    Ok(statement.load(&mut tx.connection()).await?)
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

/// The active user of an account whom an identity provider names: by the e-mail address, or by what it calls them.
///
/// # Errors
/// When the database is away.
pub async fn user_named(
    tx: &Tx,
    account: AccountId,
    name: &str,
    by_email: bool,
) -> Result<Option<UserId>> {
    let column = if by_email {
        "lower(email) = lower($2)"
    } else {
        "external_id = $2"
    };
    let text = format!("SELECT id FROM users WHERE account_id = $1 AND {column} AND active");
    let binds = [Bind::Uuid(account.0), Bind::Text(name.to_owned())];
    let rows: Vec<Named> = sql(&text, binds).load(&mut tx.connection()).await?;
    Ok(rows.into_iter().next().map(|row| row.id.into()))
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = st::Text)]
    email: String,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    hash: Option<String>,
}

/// A user's address and the hash of their password, where they have one. None without such a user.
///
/// # Errors
/// When the database is away.
pub async fn password_of(
    tx: &Tx,
    account: AccountId,
    user: UserId,
) -> Result<Option<(String, Option<String>)>> {
    let statement = sql(
        "SELECT u.email, p.hash FROM users u \
         LEFT JOIN passwords p ON p.account_id = u.account_id AND p.user_id = u.id \
         WHERE u.account_id = $1 AND u.id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    let rows: Vec<Kept> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().next().map(|row| (row.email, row.hash)))
}

/// Gives a user a password. With `instead_of`, only while that hash is theirs: of two who change it at once the later
/// one is told. Whether it did.
///
/// # Errors
/// When the database is away.
pub async fn set_password(
    tx: &Tx,
    account: AccountId,
    user: UserId,
    hash: &str,
    instead_of: Option<&str>,
) -> Result<bool> {
    let statement = sql(
        "INSERT INTO passwords AS p (account_id, user_id, hash) VALUES ($1, $2, $3) \
         ON CONFLICT (account_id, user_id) DO UPDATE SET hash = excluded.hash, changed_at = now() \
         WHERE $4::text IS NULL OR p.hash = $4 RETURNING p.user_id AS id",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(user.0),
            Bind::Text(hash.to_owned()),
            Bind::MaybeText(instead_of.map(str::to_owned)),
        ],
    );
    any(tx, statement).await
}

/// Gives every user with one of these addresses the password, where they have none yet: the demo's.
///
/// # Errors
/// When the database is away.
pub async fn set_password_if_none(tx: &Tx, emails: Vec<String>, hash: &str) -> Result<()> {
    let statement = sql(
        "INSERT INTO passwords (account_id, user_id, hash) \
         SELECT u.account_id, u.id, $2 FROM users u WHERE lower(u.email) = ANY($1) ON CONFLICT DO NOTHING",
        [Bind::Texts(emails), Bind::Text(hash.to_owned())],
    );
    execute(tx, statement).await?;
    Ok(())
}
