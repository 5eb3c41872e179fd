//! The account's settings: inboxes, channels, users, pipelines, statuses and property definitions; and what users set
//! up for themselves: their panel and their saved views.
//!
//! Changes of one account's settings come one after the other; they are no cascades. What is in use is never
//! silently lost: a status in use keeps its category, an option in use stays, and archived things stay where they are.

mod inboxes;
mod panel;
mod pipelines;
mod properties;
mod saved_views;
mod users;

pub use inboxes::{CreateChannel, CreateInbox, UpdateInbox};
pub use panel::UpdateDetailsPanel;
pub use pipelines::{CreatePipeline, CreateStatus, NewStatus, UpdateStatus};
pub use properties::{CreateDefinition, UpdateDefinition};
pub use saved_views::{CreateSavedView, DeleteSavedView, SavedList, UpdateSavedView};
pub use users::{CreateUser, UpdateUser};

use std::future::Future;

use tracing::Instrument;

use super::Service;
use crate::domain::access::{Action, Viewer};
use crate::domain::id::{
    ChannelId, InboxId, PipelineId, PropertyId, SavedViewId, StatusId, UserId,
};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::text;
use crate::error::{Error, Result};
use crate::store::{Scope, Tx, accounts, viewers};

/// What was made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// An inbox.
    Inbox(InboxId),
    /// A channel.
    Channel(ChannelId),
    /// A user.
    User(UserId),
    /// A pipeline.
    Pipeline(PipelineId),
    /// A status.
    Status(StatusId),
    /// A property definition.
    Property(PropertyId),
    /// The viewer's own panel.
    Panel,
    /// A saved view.
    SavedView(SavedViewId),
    /// A saved view that is no more.
    SavedViewDeleted(SavedViewId),
}

/// A change of settings on its way.
pub trait SettingsOrder: Send + Sync + 'static {
    /// What kind of permission it takes.
    const ACTION: Action = Action::Administer;

    /// Checks what needs no database.
    ///
    /// # Errors
    /// `INVALID_VALUE`.
    fn check(&self, limits: &Limits) -> Result<(), Refusal>;

    /// Finds what the input names, so that a missing thing is told before a missing permission.
    fn find(&self, _tx: &Tx, _viewer: Viewer) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// Makes the change, with the account's settings locked.
    fn change(&self, tx: &Tx, viewer: Viewer) -> impl Future<Output = Result<Changed>> + Send;
}

/// The limits that [`SettingsOrder::check`] keeps.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest name, in characters.
    pub name_chars: usize,
}

impl Limits {
    fn name(self, field: &str, name: &str) -> Result<(), Refusal> {
        text::check_filled(name, self.name_chars).map_err(|error| {
            Refusal::at(
                ErrorCode::InvalidValue,
                field,
                format!("`{field}` {error}."),
            )
        })
    }

    fn maybe_name(self, field: &str, name: Option<&str>) -> Result<(), Refusal> {
        name.map_or(Ok(()), |name| self.name(field, name))
    }
}

impl Service {
    /// Changes settings, or says why not.
    ///
    /// # Errors
    /// When the database is away; a refusal is the inner error.
    pub async fn change_settings<O: SettingsOrder>(
        &self,
        viewer: Viewer,
        order: O,
    ) -> Result<Result<Changed, Refusal>> {
        let service = self.clone();
        // In a task of its own, so that a client that hangs up never leaves it half done.
        let task = async move { service.change_settings_here(viewer, &order).await };
        let task = tokio::spawn(task.in_current_span());
        match task
            .await
            .map_err(|error| Error::Internal(format!("a command ended early: {error}")))?
        {
            Ok(changed) => Ok(Ok(changed)),
            Err(Error::Refused(refusal)) => Ok(Err(*refusal)),
            Err(error) => Err(error),
        }
    }

    async fn change_settings_here<O: SettingsOrder>(
        &self,
        viewer: Viewer,
        order: &O,
    ) -> Result<Changed> {
        order.check(&Limits {
            name_chars: self.settings().name_chars,
        })?;
        let tx = self.store().begin(Scope::Account(viewer.account)).await?;
        order.find(&tx, viewer).await?;
        accounts::lock_settings(&tx, viewer.account).await?;
        // Looked up anew with the settings locked: of two administrators who remove each other one is too late.
        let present = viewers::present_viewer(&tx, viewer).await?;
        let Some(viewer) = present.filter(|viewer| viewer.may(O::ACTION)) else {
            let message = match O::ACTION {
                Action::Own => {
                    "This token is an integration's, which has nothing of its own to set up."
                }
                _ => "Only administrators may change the account's settings.",
            };
            let message = present.map_or(message, |viewer| viewer.why_not(O::ACTION, message));
            return Err(Refusal::new(ErrorCode::Forbidden, message).into());
        };
        let changed = order.change(&tx, viewer).await.map_err(taken)?;
        tx.commit().await?;
        Ok(changed)
    }
}

/// Whether two names are the same is for Postgres to say, whose lower case differs from Rust's in some letters
/// (`Σ`): what its unique indexes refuse is there already.
fn taken(error: Error) -> Error {
    if error.is_duplicate() {
        let message = "There is already something of that name; choose another.";
        return Refusal::at(ErrorCode::AlreadyExists, "name", message).into();
    }
    error
}

fn exists_already(field: &str, what: &str, name: &str) -> Refusal {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    Refusal::at(
        ErrorCode::AlreadyExists,
        field,
        format!("There is already {what} `{shown}`; choose another name."),
    )
}

fn not_found(field: &str, what: &str, id: impl std::fmt::Display) -> Refusal {
    Refusal::at(
        ErrorCode::NotFound,
        field,
        format!("There is no {what} `{id}`."),
    )
}
