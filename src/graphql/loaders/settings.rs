//! What is set up once: the account, its properties and panels, and what belongs to inboxes and pipelines.

use std::sync::Arc;

use super::{grouped, kept};
use crate::domain::id::{InboxId, PipelineId, UserId};
use crate::domain::property::PropertyDefinition;
use crate::error::Result;
use crate::graphql::loader::Batch;
use crate::store::read::{Source, account, desk, property, user};

/// The account itself.
pub struct OwnAccount;

impl Batch for OwnAccount {
    type Key = ();
    type Value = Arc<account::Account>;

    async fn load(source: Source, _: Vec<()>) -> Result<Vec<((), Self::Value)>> {
        Ok(vec![((), Arc::new(account::own(&source).await?))])
    }
}

/// All property definitions of the account, by label.
pub struct Definitions;

impl Batch for Definitions {
    type Key = ();
    type Value = Arc<Vec<Arc<PropertyDefinition>>>;

    async fn load(source: Source, _: Vec<()>) -> Result<Vec<((), Self::Value)>> {
        let all = property::all_definitions(&source).await?;
        Ok(vec![(
            (),
            Arc::new(all.into_iter().map(Arc::new).collect()),
        )])
    }
}

/// What a user's panel shows.
pub struct Panels;

impl Batch for Panels {
    type Key = UserId;
    type Value = Arc<Vec<Arc<PropertyDefinition>>>;

    async fn load(source: Source, keys: Vec<UserId>) -> Result<Vec<(UserId, Self::Value)>> {
        // Only ever the viewer's own.
        let mut panels = Vec::with_capacity(keys.len());
        for user in keys {
            let shown = property::panel_of_user(&source, user).await?;
            panels.push((user, Arc::new(shown.into_iter().map(Arc::new).collect())));
        }
        Ok(panels)
    }

    kept!();
}

/// The inboxes that a user is limited to; of who is not, nothing.
pub struct InboxesOfUser;

impl Batch for InboxesOfUser {
    type Key = UserId;
    type Value = Arc<Vec<InboxId>>;

    async fn load(source: Source, keys: Vec<UserId>) -> Result<Vec<(UserId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = user::inboxes_of_users(&source, ids).await?;
        Ok(rows
            .into_iter()
            .map(|(user, inboxes)| (user, Arc::new(inboxes)))
            .collect())
    }
}

/// The channels of an inbox.
pub struct ChannelsOfInbox;

impl Batch for ChannelsOfInbox {
    type Key = InboxId;
    type Value = Arc<Vec<desk::Channel>>;

    async fn load(source: Source, keys: Vec<InboxId>) -> Result<Vec<(InboxId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = desk::channels_of_inboxes(&source, ids).await?;
        Ok(grouped(rows.into_iter().map(|row| (row.inbox, row))))
    }
}

/// The statuses of a pipeline.
pub struct StatusesOfPipeline;

impl Batch for StatusesOfPipeline {
    type Key = PipelineId;
    type Value = Arc<Vec<desk::Status>>;

    async fn load(source: Source, keys: Vec<PipelineId>) -> Result<Vec<(PipelineId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = desk::statuses_of_pipelines(&source, ids).await?;
        Ok(grouped(rows.into_iter().map(|row| (row.pipeline, row))))
    }
}
