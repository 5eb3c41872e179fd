//! Tokens and sessions.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use crate::domain::access::Scopes;
use crate::domain::id::{AccountId, IntegrationId, TokenId, UserId};
use crate::domain::image::Time;
use crate::domain::noun::TokenKind;
use crate::error::Result;
use crate::store::accounts::{any, execute};
use crate::store::rows::known;
use crate::store::sql::{Bind, sql};
use crate::store::viewers::{GOOD, HOLDERS};
use crate::store::{Scope, Store, Tx};

/// A token to be kept.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its id.
    pub id: TokenId,
    /// How it came to be.
    pub kind: TokenKind,
    /// Whose it is, where that is a person.
    pub user: Option<UserId>,
    /// Whose it is, where that is a program.
    pub integration: Option<IntegrationId>,
    /// The SHA-256 of it.
    pub hash: Vec<u8>,
    /// What people call it.
    pub name: Option<String>,
    /// What it is good for; none: for all that its holder may do.
    pub scopes: Option<Scopes>,
    /// When it ends.
    pub expires_at: Option<Time>,
    /// It ends, too, when it has not been used for so many seconds.
    pub idle_seconds: Option<i32>,
    /// What program it was given to.
    pub user_agent: Option<String>,
    /// And where that was.
    pub address: Option<String>,
}

const INSERT: &str = "INSERT INTO tokens (account_id, id, kind, user_id, integration_id, hash, name, scopes, \
    expires_at, idle_seconds, user_agent, address, last_used_at) \
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CASE WHEN $3 = 0 THEN NULL ELSE now() END";

fn binds(account: AccountId, token: NewToken) -> Vec<Bind> {
    vec![
        Bind::Uuid(account.0),
        Bind::Uuid(token.id.0),
        Bind::Small(token.kind.code()),
        Bind::MaybeUuid(token.user.map(|id| id.0)),
        Bind::MaybeUuid(token.integration.map(|id| id.0)),
        Bind::Bytes(token.hash),
        Bind::MaybeText(token.name),
        Bind::MaybeSmall(token.scopes.and_then(Scopes::code)),
        Bind::MaybeTime(token.expires_at),
        Bind::MaybeInt(token.idle_seconds),
        Bind::MaybeText(token.user_agent),
        Bind::MaybeText(token.address),
    ]
}

/// Keeps a token.
///
/// # Errors
/// When the database is away.
pub async fn insert_token(tx: &Tx, account: AccountId, token: NewToken) -> Result<()> {
    execute(tx, sql(INSERT, binds(account, token))).await?;
    Ok(())
}

/// Keeps the token of a session, if the user is active and the password still the one that was checked, which took a
/// while. Whether it did. One that is there already is left as it is.
///
/// # Errors
/// When the database is away.
pub async fn insert_token_of_active(
    tx: &Tx,
    account: AccountId,
    token: NewToken,
    password: Option<&str>,
) -> Result<bool> {
    let text = format!(
        "{INSERT} FROM users u WHERE u.account_id = $1 AND u.id = $4 AND u.active \
         AND ($13::text IS NULL OR EXISTS (SELECT FROM passwords p WHERE p.account_id = $1 AND p.user_id = $4 \
                                     AND p.hash = $13)) \
         ON CONFLICT DO NOTHING RETURNING id"
    );
    let mut binds = binds(account, token);
    binds.push(Bind::MaybeText(password.map(str::to_owned)));
    any(tx, sql(&text, binds)).await
}

/// A token as its owner, or an administrator, sees it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: TokenId,
    /// How it came to be.
    pub kind: TokenKind,
    /// Whose it is, where that is a person.
    pub user: Option<UserId>,
    /// Whose it is, where that is a program.
    pub integration: Option<IntegrationId>,
    /// What people call it.
    pub name: Option<String>,
    /// What it is good for.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Time,
    /// When it ends, if it is used meanwhile.
    pub expires_at: Option<Time>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
    /// What program it was given to.
    pub user_agent: Option<String>,
    /// And where that was.
    pub address: Option<String>,
}

#[derive(QueryableByName)]
struct ListedRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::SmallInt)]
    kind: i16,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    user_id: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    integration_id: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    name: Option<String>,
    #[diesel(sql_type = st::Nullable<st::SmallInt>)]
    scopes: Option<i16>,
    #[diesel(sql_type = st::Timestamptz)]
    created_at: Time,
    #[diesel(sql_type = st::Nullable<st::Timestamptz>)]
    expires_at: Option<Time>,
    #[diesel(sql_type = st::Nullable<st::Timestamptz>)]
    last_used_at: Option<Time>,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    user_agent: Option<String>,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    address: Option<String>,
}

impl ListedRow {
    fn decode(self) -> Result<Listed> {
        let scopes = match (self.scopes, self.integration_id) {
            (Some(code), _) => known(Scopes::from_code(code), "scopes")?,
            (None, Some(_)) => Scopes::OF_PROGRAMS,
            (None, None) => Scopes::ALL,
        };
        Ok(Listed {
            id: self.id.into(),
            kind: known(TokenKind::from_code(self.kind), "kind of token")?,
            user: self.user_id.map(Into::into),
            integration: self.integration_id.map(Into::into),
            name: self.name,
            scopes,
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            user_agent: self.user_agent,
            address: self.address,
        })
    }
}

async fn listed(
    store: &Store,
    account: AccountId,
    which: &str,
    user: Option<UserId>,
) -> Result<Vec<Listed>> {
    let snapshot = store.snapshot(Scope::Account(account));
    let text = format!(
        "SELECT t.id, t.kind, t.user_id, t.integration_id, t.name, t.scopes, t.created_at, t.expires_at, \
           t.last_used_at, t.user_agent, t.address FROM tokens t {HOLDERS} \
         WHERE t.account_id = $1 AND {GOOD} AND ($2::uuid IS NULL OR t.user_id = $2) AND {which} \
         ORDER BY t.created_at DESC, t.id DESC LIMIT 1000"
    );
    let binds = [Bind::Uuid(account.0), Bind::MaybeUuid(user.map(|id| id.0))];
    let rows: Vec<ListedRow> = sql(&text, binds)
        .load(&mut snapshot.connection().await?)
        .await?;
    rows.into_iter().map(ListedRow::decode).collect()
}

/// A user's sessions that have not ended, newest first; a thousand at most.
///
/// # Errors
/// When the database is away.
pub async fn sessions(store: &Store, account: AccountId, user: UserId) -> Result<Vec<Listed>> {
    listed(store, account, "t.kind <> 0", Some(user)).await
}

/// The account's tokens that are no sessions and have not ended, newest first; a thousand at most.
///
/// # Errors
/// When the database is away.
pub async fn tokens(store: &Store, account: AccountId) -> Result<Vec<Listed>> {
    listed(store, account, "t.kind = 0", None).await
}

/// Ends one session of a user. Whether there was one.
///
/// # Errors
/// When the database is away.
pub async fn revoke_session(
    tx: &Tx,
    account: AccountId,
    user: UserId,
    id: TokenId,
) -> Result<bool> {
    let statement = sql(
        "UPDATE tokens SET revoked_at = now() \
         WHERE account_id = $1 AND user_id = $2 AND id = $3 AND kind <> 0 AND revoked_at IS NULL RETURNING id",
        [Bind::Uuid(account.0), Bind::Uuid(user.0), Bind::Uuid(id.0)],
    );
    any(tx, statement).await
}

/// Ends a user's sessions, all or all but one. How many.
///
/// # Errors
/// When the database is away.
pub async fn revoke_sessions(
    tx: &Tx,
    account: AccountId,
    user: UserId,
    but: Option<TokenId>,
) -> Result<usize> {
    let statement = sql(
        "UPDATE tokens SET revoked_at = now() WHERE account_id = $1 AND user_id = $2 \
         AND ($3::uuid IS NULL OR id <> $3) AND kind <> 0 AND revoked_at IS NULL",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(user.0),
            Bind::MaybeUuid(but.map(|id| id.0)),
        ],
    );
    execute(tx, statement).await
}

/// Ends a token of the account that is no session. Whether there was one.
///
/// # Errors
/// When the database is away.
pub async fn revoke_token(tx: &Tx, account: AccountId, id: TokenId) -> Result<bool> {
    let statement = sql(
        "UPDATE tokens SET revoked_at = now() \
         WHERE account_id = $1 AND id = $2 AND kind = 0 AND revoked_at IS NULL RETURNING id",
        [Bind::Uuid(account.0), Bind::Uuid(id.0)],
    );
    any(tx, statement).await
}

/// Deletes what ended so many days ago: sessions, of which every sign-in makes one, and invitations. Tokens that were
/// made for programs stay, revoked as they are.
///
/// # Errors
/// When the database is away.
pub async fn delete_ended(store: &Store, days: i32) -> Result<usize> {
    let tx = store.begin(Scope::Across).await?;
    let sessions = sql(
        // What was known of a provider's token is kept until it ends, or a revoked one would be as new.
        "DELETE FROM tokens WHERE kind <> 0 AND CASE WHEN kind = 2 THEN expires_at ELSE least(revoked_at, expires_at, \
           last_used_at + make_interval(secs => idle_seconds)) END < now() - make_interval(days => $1)",
        [Bind::Int(days)],
    );
    let deleted = execute(&tx, sessions).await?;
    let invitations = sql(
        "DELETE FROM invitations WHERE least(used_at, expires_at) < now() - make_interval(days => $1)",
        [Bind::Int(days)],
    );
    execute(&tx, invitations).await?;
    tx.commit().await?;
    Ok(deleted)
}
