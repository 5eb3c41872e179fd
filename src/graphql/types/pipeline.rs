//! Pipelines and their statuses.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::StatusCategory;
use crate::graphql::plain::{At, Plain, Plan, Written};
use crate::graphql::state::reader;
use crate::store::read::desk;

/// A row of statuses that tickets go through.
pub struct Pipeline(pub Arc<desk::Pipeline>);

/// A row of statuses that tickets go through.
#[Object]
impl Pipeline {
    /// The pipeline's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its name; unique in the account.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its statuses in their order; those out of use are left out.
    async fn statuses(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<TicketStatus>> {
        let reader = reader(ctx)?;
        let statuses = reader.loaders().statuses_of_pipeline.one(self.0.id).await?;
        let statuses = statuses.iter().flat_map(|statuses| statuses.iter());
        Ok(statuses.cloned().map(Arc::new).map(TicketStatus).collect())
    }
}

/// One status of a pipeline.
pub struct TicketStatus(pub Arc<desk::Status>);

/// One status of a pipeline.
#[Object]
impl TicketStatus {
    /// The status' id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its name; unique in the pipeline.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether work is left in it.
    async fn category(&self) -> StatusCategory {
        self.0.category.into()
    }

    /// Its place in the pipeline, counted from 0.
    async fn position(&self) -> i32 {
        self.0.position
    }
}

impl Plain for Pipeline {
    fn plain(&self, field: &str, _: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        match field {
            "id" => at.id(self.0.id),
            "name" => at.text(&*self.0.name),
            _ => None,
        }
    }
}

impl Plain for TicketStatus {
    fn plain(&self, field: &str, _: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        match field {
            "id" => at.id(self.0.id),
            "name" => at.text(&*self.0.name),
            "category" => at.word::<StatusCategory>(self.0.category),
            "position" => at.json(&self.0.position),
            _ => None,
        }
    }
}
