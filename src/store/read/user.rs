//! Reading who acts: users, integrations and contacts.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Source;
use crate::domain::id::{ContactId, IntegrationId, UserId};
use crate::domain::image::Time;
use crate::domain::noun::Role;
use crate::error::Result;
use crate::store::rows::known;
use crate::store::sql::{Bind, sql};

/// Somebody who works in an account.
#[derive(Debug, Clone)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The name that colleagues see.
    pub name: String,
    /// The address to sign in with; unique in the account.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether they still work here.
    pub active: bool,
    /// What the identity provider calls them.
    pub external_id: Option<String>,
}

#[derive(QueryableByName)]
struct UserRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Text)]
    name: String,
    #[diesel(sql_type = st::Text)]
    email: String,
    #[diesel(sql_type = st::SmallInt)]
    role: i16,
    #[diesel(sql_type = st::Bool)]
    active: bool,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    external_id: Option<String>,
}

impl UserRow {
    fn decode(self) -> Result<User> {
        Ok(User {
            id: self.id.into(),
            name: self.name,
            email: self.email,
            role: known(Role::from_code(self.role), "role")?,
            active: self.active,
            external_id: self.external_id,
        })
    }
}

/// A program that acts with a token of its own.
#[derive(Debug, Clone, QueryableByName)]
pub struct Integration {
    /// Its id.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub id: IntegrationId,
    /// Its name.
    #[diesel(sql_type = st::Text)]
    pub name: String,
}

/// A customer of the account.
#[derive(Debug, Clone, QueryableByName)]
pub struct Contact {
    /// Its id.
    #[diesel(sql_type = st::Uuid, deserialize_as = Uuid)]
    pub id: ContactId,
    /// The name, as the contact writes it.
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub name: Option<String>,
    /// The e-mail address.
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub email: Option<String>,
    /// The telephone number.
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub phone: Option<String>,
    /// When it first wrote.
    #[diesel(sql_type = st::Timestamptz)]
    pub created_at: Time,
}

/// Users by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn users_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<User>> {
    let text = "SELECT id, name, email, role, active, external_id FROM users WHERE account_id = $1 AND id = ANY($2)";
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(ids)];
    let rows: Vec<UserRow> = source.load(sql(text, binds)).await?;
    rows.into_iter().map(UserRow::decode).collect()
}

/// All users of the account by name, those who left included.
///
/// # Errors
/// When the database is away.
pub async fn all_users(source: &Source) -> Result<Vec<User>> {
    let text = "SELECT id, name, email, role, active, external_id FROM users WHERE account_id = $1 ORDER BY lower(name), id";
    let rows: Vec<UserRow> = source
        .load(sql(text, [Bind::Uuid(source.account().0)]))
        .await?;
    rows.into_iter().map(UserRow::decode).collect()
}

/// Integrations by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn integrations_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Integration>> {
    let text = "SELECT id, name FROM integrations WHERE account_id = $1 AND id = ANY($2)";
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(ids)];
    source.load(sql(text, binds)).await
}

/// Contacts by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn contacts_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Contact>> {
    let text = "SELECT id, name, email, phone, created_at FROM contacts WHERE account_id = $1 AND id = ANY($2)";
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(ids)];
    source.load(sql(text, binds)).await
}
