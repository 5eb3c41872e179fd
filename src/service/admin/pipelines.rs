//! Pipelines and their statuses.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Changed, Limits, SettingsOrder, exists_already, not_found};
use crate::domain::access::Viewer;
use crate::domain::id::{PipelineId, StatusId};
use crate::domain::noun::StatusCategory;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::Result;
use crate::store::accounts::{self, Named};
use crate::store::{Tx, settings};

/// The most statuses of one pipeline.
const STATUSES: usize = 200;

/// A status of a new pipeline.
#[derive(Debug, Clone)]
pub struct NewStatus {
    /// Unique in the pipeline.
    pub name: String,
    /// What it means.
    pub category: StatusCategory,
}

/// `createPipeline`
#[derive(Debug, Clone)]
pub struct CreatePipeline {
    /// Unique in the account.
    pub name: String,
    /// In their order; at least one.
    pub statuses: Vec<NewStatus>,
}

impl SettingsOrder for CreatePipeline {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.name("name", &self.name)?;
        if self.statuses.is_empty() || self.statuses.len() > STATUSES {
            let message = format!("A pipeline has 1 to {STATUSES} statuses.");
            return Err(Refusal::at(ErrorCode::InvalidValue, "statuses", message));
        }
        let mut names = BTreeSet::new();
        for status in &self.statuses {
            limits.name("statuses", &status.name)?;
            if !names.insert(status.name.to_lowercase()) {
                return Err(exists_already("statuses", "a status", &status.name));
            }
        }
        Ok(())
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let account = viewer.account;
        if accounts::name_taken(tx, account, Named::Pipeline, &self.name, None).await? {
            return Err(exists_already("name", "a pipeline", &self.name).into());
        }
        let id = PipelineId(Uuid::now_v7());
        accounts::insert_pipeline(tx, account, id, &self.name).await?;
        for (position, status) in (0..).zip(&self.statuses) {
            let status_id = StatusId(Uuid::now_v7());
            accounts::insert_status(
                tx,
                account,
                id,
                status_id,
                &status.name,
                status.category,
                position,
            )
            .await?;
        }
        Ok(Changed::Pipeline(id))
    }
}

fn check_position(position: Option<i32>) -> Result<(), Refusal> {
    match position {
        Some(position) if position < 0 => {
            let message = "A position counts from 0.";
            Err(Refusal::at(ErrorCode::InvalidValue, "position", message))
        }
        _ => Ok(()),
    }
}

/// `createTicketStatus`
#[derive(Debug, Clone)]
pub struct CreateStatus {
    /// The pipeline that it becomes a status of.
    pub pipeline: PipelineId,
    /// Unique in the pipeline.
    pub name: String,
    /// What it means.
    pub category: StatusCategory,
    /// Its place, from 0; left out or beyond the end: last.
    pub position: Option<i32>,
}

impl SettingsOrder for CreateStatus {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.name("name", &self.name)?;
        check_position(self.position)
    }

    async fn find(&self, tx: &Tx, viewer: Viewer) -> Result<()> {
        if accounts::pipeline_exists(tx, viewer.account, self.pipeline).await? {
            return Ok(());
        }
        Err(not_found("pipelineId", "pipeline", self.pipeline).into())
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let account = viewer.account;
        if accounts::name_taken(tx, account, Named::Status(self.pipeline), &self.name, None).await?
        {
            return Err(exists_already("name", "a status", &self.name).into());
        }
        let id = StatusId(Uuid::now_v7());
        let place = self.position.unwrap_or(i32::MAX);
        accounts::insert_status(
            tx,
            account,
            self.pipeline,
            id,
            &self.name,
            self.category,
            place,
        )
        .await?;
        accounts::renumber_statuses(tx, account, self.pipeline, id, place).await?;
        Ok(Changed::Status(id))
    }
}

/// `updateTicketStatusDefinition`
#[derive(Debug, Clone)]
pub struct UpdateStatus {
    /// Which.
    pub status: StatusId,
    /// A new name.
    pub name: Option<String>,
    /// What it means from now on; not while a ticket has it.
    pub category: Option<StatusCategory>,
    /// Its new place, from 0; beyond the end: last.
    pub position: Option<i32>,
    /// Whether it is out of use: tickets keep it, none can get it.
    pub archived: Option<bool>,
}

impl SettingsOrder for UpdateStatus {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.maybe_name("name", self.name.as_deref())?;
        check_position(self.position)
    }

    async fn find(&self, tx: &Tx, viewer: Viewer) -> Result<()> {
        match settings::status(tx, viewer.account, self.status).await? {
            Some(_) => Ok(()),
            None => Err(not_found("statusId", "status", self.status).into()),
        }
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let (account, id) = (viewer.account, self.status);
        let Some(now) = accounts::status_definition(tx, account, id).await? else {
            return Err(not_found("statusId", "status", id).into());
        };
        if let Some(name) = &self.name
            && accounts::name_taken(tx, account, Named::Status(now.pipeline), name, Some(id.0))
                .await?
        {
            return Err(exists_already("name", "a status", name).into());
        }
        if self
            .category
            .is_some_and(|category| category != now.category)
            && now.in_use
        {
            let message = "Tickets have this status, so it keeps its category; create another status instead.";
            return Err(Refusal::at(ErrorCode::InUse, "category", message).into());
        }
        if self.archived == Some(true) && !now.archived && now.usable <= 1 {
            let message = "It is the last status of its pipeline; create another one first.";
            return Err(Refusal::at(ErrorCode::InUse, "archived", message).into());
        }
        accounts::update_status(
            tx,
            account,
            id,
            self.name.as_deref(),
            self.category,
            self.archived,
        )
        .await?;
        if self.position.is_some() || self.archived.is_some() {
            let place = self.position.unwrap_or(now.position);
            accounts::renumber_statuses(tx, account, now.pipeline, id, place).await?;
        }
        Ok(Changed::Status(id))
    }
}
