//! Who acts: users, integrations, contacts and Tandem itself.

use std::sync::Arc;

use async_graphql::{ID, Object, SimpleObject, Union};

use super::{Contact, Role, there};
use crate::domain::id::UserId;
use crate::domain::image;
use crate::graphql::state::Reader;
use crate::store::read::user;

/// Somebody who works in the account.
#[derive(Clone)]
pub struct User(pub Arc<user::User>);

/// Somebody who works in the account.
#[Object]
impl User {
    /// The user's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name that colleagues see.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The e-mail address; unique in the account.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Whether they still work here. Who does not keeps what they own, and cannot become an owner (rule 23).
    async fn active(&self) -> bool {
        self.0.active
    }

    /// What the identity provider calls them, where an administrator has said so.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// What they may do.
    async fn role(&self) -> Role {
        self.0.role.into()
    }
}

/// A program that acts with a token of its own.
pub struct Integration(pub Arc<user::Integration>);

/// A program that acts with a token of its own.
#[Object]
impl Integration {
    /// The integration's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What the account calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// Tandem itself: imports and the end of a time in the trash.
#[derive(SimpleObject)]
pub struct System {
    /// Always `Tandem`.
    name: &'static str,
}

/// Who did something.
#[derive(Union)]
pub enum Actor {
    /// A person of the account.
    User(User),
    /// A customer, by writing.
    Contact(Contact),
    /// A program.
    Integration(Integration),
    /// Tandem itself.
    System(System),
}

/// The actor with its name.
///
/// # Errors
/// When the database is away.
pub async fn actor(reader: &Reader, actor: image::Actor) -> async_graphql::Result<Actor> {
    let loaders = reader.loaders();
    Ok(match actor {
        image::Actor::User(id) => Actor::User(User(there(loaders.users.one(id).await?, id)?)),
        image::Actor::Contact(id) => {
            Actor::Contact(Contact(there(loaders.contacts.one(id).await?, id)?))
        }
        image::Actor::Integration(id) => {
            let found = loaders.integrations.one(id).await?;
            Actor::Integration(Integration(there(found, id)?))
        }
        image::Actor::System => Actor::System(System { name: "Tandem" }),
    })
}

/// The user, where there is one.
///
/// # Errors
/// When the database is away.
pub async fn maybe_user(
    reader: &Reader,
    id: Option<UserId>,
) -> async_graphql::Result<Option<User>> {
    match id {
        None => Ok(None),
        Some(id) => Ok(reader.loaders().users.one(id).await?.map(User)),
    }
}
