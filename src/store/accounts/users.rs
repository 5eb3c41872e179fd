//! Users, integrations and their tokens: writing them.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::{any, execute, ids};
use crate::domain::id::{AccountId, IntegrationId, PropertyId, TokenId, UserId};
use crate::domain::noun::Role;
use crate::error::Result;
use crate::store::Tx;
use crate::store::sql::{Bind, sql};

/// Adds a user.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn insert_user(
    tx: &Tx,
    account: AccountId,
    id: UserId,
    name: &str,
    email: &str,
    role: Role,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO users (account_id, id, name, email, role) VALUES ($1, $2, $3, $4, $5)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Text(name.to_owned()),
            Bind::Text(email.to_owned()),
            Bind::Small(role.code()),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Whether another user of the account has that address, whatever its case.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn email_taken(tx: &Tx, account: AccountId, email: &str) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM users WHERE account_id = $1 AND lower(email) = lower($2)",
        [Bind::Uuid(account.0), Bind::Text(email.to_owned())],
    );
    any(tx, statement).await
}

/// Changes a user; what is none stays.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn update_user(
    tx: &Tx,
    account: AccountId,
    id: UserId,
    name: Option<&str>,
    role: Option<Role>,
    active: Option<bool>,
) -> Result<()> {
    let statement = sql(
        "UPDATE users SET name = coalesce($3, name), role = coalesce($4, role), \
         active = coalesce($5 = 1, active) WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::MaybeText(name.map(str::to_owned)),
            Bind::MaybeSmall(role.map(Role::code)),
            Bind::MaybeSmall(active.map(i16::from)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Sets what the identity provider calls a user; none: nothing.
///
/// # Errors
/// As [`super::insert_account`]; a duplicate where it calls another one so.
pub async fn set_external_id(
    tx: &Tx,
    account: AccountId,
    id: UserId,
    external_id: Option<&str>,
) -> Result<()> {
    let statement = sql(
        "UPDATE users SET external_id = $3 WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::MaybeText(external_id.map(str::to_owned)),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Whether the account has an active administrator beside this user.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn has_other_admin(tx: &Tx, account: AccountId, beside: UserId) -> Result<bool> {
    let statement = sql(
        "SELECT id FROM users WHERE account_id = $1 AND id <> $2 AND active AND role = $3 LIMIT 1",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(beside.0),
            Bind::Small(Role::Admin.code()),
        ],
    );
    any(tx, statement).await
}

/// Users with that address, active ones only, of all accounts or of one.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn users_by_email(
    tx: &Tx,
    email: &str,
    account: Option<AccountId>,
) -> Result<Vec<(AccountId, UserId)>> {
    #[derive(QueryableByName)]
    struct UserRow {
        #[diesel(sql_type = st::Uuid)]
        account_id: Uuid,
        #[diesel(sql_type = st::Uuid)]
        id: Uuid,
    }
    let statement = sql(
        "SELECT account_id, id FROM users WHERE lower(email) = lower($1) AND active \
         AND ($2::uuid IS NULL OR account_id = $2) ORDER BY account_id",
        [
            Bind::Text(email.to_owned()),
            Bind::MaybeUuid(account.map(|id| id.0)),
        ],
    );
    let rows: Vec<UserRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.account_id.into(), row.id.into()))
        .collect())
}

/// Adds an integration.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn insert_integration(
    tx: &Tx,
    account: AccountId,
    id: IntegrationId,
    name: &str,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO integrations (account_id, id, name) VALUES ($1, $2, $3)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::Text(name.to_owned()),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// The integration of that name.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn integration_by_name(
    tx: &Tx,
    account: AccountId,
    name: &str,
) -> Result<Option<IntegrationId>> {
    let statement = sql(
        "SELECT id FROM integrations WHERE account_id = $1 AND lower(name) = lower($2) AND active",
        [Bind::Uuid(account.0), Bind::Text(name.to_owned())],
    );
    Ok(ids(tx, statement).await?.into_iter().next().map(Into::into))
}

/// Adds a token by its hash, for a user or an integration.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn insert_token(
    tx: &Tx,
    account: AccountId,
    id: TokenId,
    user: Option<UserId>,
    integration: Option<IntegrationId>,
    hash: Vec<u8>,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO tokens (account_id, id, user_id, integration_id, hash) VALUES ($1, $2, $3, $4, $5)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(id.0),
            Bind::MaybeUuid(user.map(|id| id.0)),
            Bind::MaybeUuid(integration.map(|id| id.0)),
            Bind::Bytes(hash),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Sets a user's details panel (rule 9).
///
/// # Errors
/// As [`super::insert_account`].
pub async fn set_panel(
    tx: &Tx,
    account: AccountId,
    user: UserId,
    definitions: Vec<PropertyId>,
) -> Result<()> {
    // A user with an empty choice is not one without a choice, so the choice itself is a mark on the user.
    let mark = sql(
        "UPDATE users SET panel_chosen = true WHERE account_id = $1 AND id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    execute(tx, mark).await?;
    let clear = sql(
        "DELETE FROM panel_properties WHERE account_id = $1 AND user_id = $2",
        [Bind::Uuid(account.0), Bind::Uuid(user.0)],
    );
    execute(tx, clear).await?;
    let insert = sql(
        "INSERT INTO panel_properties (account_id, user_id, position, definition_id) \
         SELECT $1, $2, d.place - 1, d.id FROM unnest($3) WITH ORDINALITY AS d(id, place)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(user.0),
            Bind::Uuids(definitions.iter().map(|id| id.0).collect()),
        ],
    );
    execute(tx, insert).await?;
    Ok(())
}
