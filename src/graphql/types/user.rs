//! Who acts: users, integrations, contacts and Tandem itself.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject, Union};

use super::{Contact, Inbox, Role, there};
use crate::domain::id::UserId;
use crate::domain::image;
use crate::graphql::plain::{At, Plain, Plan, Written};
use crate::graphql::state::{Reader, reader};
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

    /// The inboxes that they are limited to, by name: what is in others does not exist for them. Null: all are theirs to
    /// see. Whoever is limited is told of a colleague the inboxes that are theirs too.
    async fn inboxes(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<Inbox>>> {
        let reader = reader(ctx)?;
        let loaders = reader.loaders();
        let Some(ids) = loaders.inboxes_of_user.one(self.0.id).await? else {
            return Ok(None);
        };
        let found = loaders.inboxes.many(ids.to_vec()).await?;
        Ok(Some(found.into_iter().flatten().map(Inbox).collect()))
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

impl Plain for User {
    fn plain(&self, field: &str, _: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        match field {
            "id" => at.id(self.0.id),
            "name" => at.text(&*self.0.name),
            "email" => at.text(&*self.0.email),
            "active" => at.json(&self.0.active),
            "role" => at.word::<Role>(self.0.role),
            _ => None,
        }
    }
}

impl Plain for Integration {
    fn plain(&self, field: &str, _: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        match field {
            "id" => at.id(self.0.id),
            "name" => at.text(&*self.0.name),
            _ => None,
        }
    }
}

/// The user, where there is one, as a plain value.
pub(super) fn maybe_user_at(
    user: Option<UserId>,
    below: &Plan<'_>,
    at: &mut At<'_>,
) -> Option<Written> {
    let Some(user) = user else {
        return at.null();
    };
    let user = at.known(|all| &all.users, user)?;
    at.maybe(below, user.map(User).as_ref())
}
