//! Who is at a conversation just now.

use async_graphql::SimpleObject;

use super::{User, there};
use crate::domain::presence::Present;
use crate::graphql::scalars::DateTime;
use crate::graphql::state::Reader;

/// Somebody who looks at a conversation or writes in it. Several windows of one user are one.
#[derive(SimpleObject)]
pub struct Presence {
    /// Who.
    user: User,
    /// Whether they write, in any of their windows. Ends by itself some seconds after they last said so.
    typing: bool,
    /// Since when: the earliest of their windows that are open now.
    since: DateTime,
}

/// Those people, with their names.
///
/// # Errors
/// When the database is away.
pub(in crate::graphql) async fn presences(
    reader: &Reader,
    people: &[Present],
) -> async_graphql::Result<Vec<Presence>> {
    let users = &reader.loaders().users;
    let named = people.iter().map(async |present| {
        let user = there(users.one(present.user).await?, present.user)?;
        Ok::<_, async_graphql::Error>(Presence {
            user: User(user),
            typing: present.typing,
            since: DateTime(present.since),
        })
    });
    futures_util::future::try_join_all(named).await
}
