//! The trash, by groups.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::{Actor, Conversation, Ticket, actor};
use crate::graphql::connection::Listed;
use crate::graphql::plain::Plain;
use crate::graphql::scalars::DateTime;
use crate::graphql::state::reader;
use crate::store::read::trash;

/// What went into the trash together, and comes back or is deleted together (rules 18 to 20).
pub struct TrashGroup(pub Arc<trash::TrashGroup>);

impl Listed for TrashGroup {
    const CONNECTION: &'static str = "TrashGroupConnection";
    const EDGE: &'static str = "TrashGroupEdge";
}

/// What went into the trash together, and comes back or is deleted together (rules 18 to 20).
#[Object]
impl TrashGroup {
    /// The group's id; `restoreFromTrash` takes it too.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// When it went there.
    async fn trashed_at(&self) -> DateTime {
        DateTime(self.0.trashed_at)
    }

    /// When it will be deleted for good.
    async fn purge_at(&self) -> DateTime {
        DateTime(self.0.purge_at)
    }

    /// Who trashed it.
    async fn trashed_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Actor> {
        actor(&*reader(ctx)?, self.0.actor).await
    }

    /// The ticket in it; none where a conversation without a ticket was trashed.
    async fn ticket(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Ticket>> {
        let reader = reader(ctx)?;
        let ids = reader.loaders().group_tickets.one(self.0.id).await?;
        match ids.as_ref().and_then(|ids| ids.first()) {
            None => Ok(None),
            Some(id) => Ticket::find(&reader, *id).await,
        }
    }

    /// The conversations in it, most recent first.
    async fn conversations(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Conversation>> {
        let reader = reader(ctx)?;
        let ids = reader.loaders().group_conversations.one(self.0.id).await?;
        let ids = ids.iter().flat_map(|ids| ids.iter());
        let found = ids.map(|id| Conversation::find(&reader, *id));
        let found = futures_util::future::try_join_all(found).await?;
        Ok(found.into_iter().flatten().collect())
    }
}

// What is in it is read for each group.
impl Plain for TrashGroup {}
