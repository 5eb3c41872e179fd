//! The inputs of changes of the account's settings.

use async_graphql::{ID, InputObject};

use super::ids;
use crate::domain::id::{InboxId, PipelineId, StatusId, UserId};
use crate::domain::property;
use crate::domain::refusal::Refusal;
use crate::graphql::types::{ChannelKind, PropertyType, Role, StatusCategory};
use crate::service::admin;

/// What `updateDetailsPanel` takes.
#[derive(InputObject)]
pub struct UpdateDetailsPanelInput {
    /// Names of definitions, in the order in which the panel shows them.
    pub properties: Vec<String>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateDetailsPanelInput {
    /// The change.
    ///
    /// # Errors
    /// Never.
    pub fn order(self) -> Result<admin::UpdateDetailsPanel, Refusal> {
        Ok(admin::UpdateDetailsPanel {
            properties: self.properties,
        })
    }
}

/// What `createInbox` takes.
#[derive(InputObject)]
pub struct CreateInboxInput {
    /// Unique in the account.
    pub name: String,
    /// Whether each new conversation gets a ticket (rule 28).
    #[graphql(default_with = "Some(false)")]
    pub creates_tickets: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl CreateInboxInput {
    /// The change.
    ///
    /// # Errors
    /// Never.
    pub fn order(self) -> Result<admin::CreateInbox, Refusal> {
        Ok(admin::CreateInbox {
            name: self.name,
            creates_tickets: self.creates_tickets.unwrap_or(false),
        })
    }
}

/// What `updateInbox` takes. Left out: unchanged.
#[derive(InputObject)]
pub struct UpdateInboxInput {
    /// Which.
    pub inbox_id: ID,
    /// A new name.
    pub name: Option<String>,
    /// Whether each new conversation gets a ticket (rule 28).
    pub creates_tickets: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateInboxInput {
    /// The change.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<admin::UpdateInbox, Refusal> {
        Ok(admin::UpdateInbox {
            inbox: ids::one(InboxId::parse, &self.inbox_id, "inboxId")?,
            name: self.name,
            creates_tickets: self.creates_tickets,
        })
    }
}

/// What `createChannel` takes.
#[derive(InputObject)]
pub struct CreateChannelInput {
    /// The inbox that it leads to.
    pub inbox_id: ID,
    /// How messages come in.
    pub kind: ChannelKind,
    /// Unique in the inbox.
    pub name: String,
    /// The company's own address on it: messages from it are outgoing.
    pub address: Option<String>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl CreateChannelInput {
    /// The change.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<admin::CreateChannel, Refusal> {
        Ok(admin::CreateChannel {
            inbox: ids::one(InboxId::parse, &self.inbox_id, "inboxId")?,
            kind: self.kind.into(),
            name: self.name,
            address: self.address,
        })
    }
}

/// What `createUser` takes.
#[derive(InputObject)]
pub struct CreateUserInput {
    /// What people call them.
    pub name: String,
    /// Unique in the account, whatever its case.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl CreateUserInput {
    /// The change.
    ///
    /// # Errors
    /// Never.
    pub fn order(self) -> Result<admin::CreateUser, Refusal> {
        Ok(admin::CreateUser {
            name: self.name,
            email: self.email,
            role: self.role.into(),
        })
    }
}

/// What `updateUser` takes. Left out: unchanged.
#[derive(InputObject)]
pub struct UpdateUserInput {
    /// Which.
    pub user_id: ID,
    /// A new name.
    pub name: Option<String>,
    /// What they may do from now on.
    pub role: Option<Role>,
    /// Whether they still work here. Who left keeps what they own; their streams end within a second.
    pub active: Option<bool>,
    /// What the identity provider calls them, where it is set to go by another claim than the e-mail address; an empty
    /// text: nothing any more.
    pub external_id: Option<String>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateUserInput {
    /// The change.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<admin::UpdateUser, Refusal> {
        Ok(admin::UpdateUser {
            user: ids::one(UserId::parse, &self.user_id, "userId")?,
            name: self.name,
            role: self.role.map(Into::into),
            active: self.active,
            external_id: self.external_id,
        })
    }
}

/// A status of a new pipeline.
#[derive(InputObject)]
pub struct TicketStatusInput {
    /// Unique in the pipeline.
    pub name: String,
    /// What it means.
    pub category: StatusCategory,
}

/// What `createPipeline` takes.
#[derive(InputObject)]
pub struct CreatePipelineInput {
    /// Unique in the account.
    pub name: String,
    /// In their order; one at least.
    pub statuses: Vec<TicketStatusInput>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl CreatePipelineInput {
    /// The change.
    ///
    /// # Errors
    /// Never.
    pub fn order(self) -> Result<admin::CreatePipeline, Refusal> {
        let status = |status: TicketStatusInput| admin::NewStatus {
            name: status.name,
            category: status.category.into(),
        };
        let statuses = self.statuses.into_iter().map(status).collect();
        Ok(admin::CreatePipeline {
            name: self.name,
            statuses,
        })
    }
}

/// What `createTicketStatus` takes.
#[derive(InputObject)]
pub struct CreateTicketStatusInput {
    /// The pipeline that it becomes a status of.
    pub pipeline_id: ID,
    /// Unique in the pipeline.
    pub name: String,
    /// What it means.
    pub category: StatusCategory,
    /// Its place, counted from 0; left out: last.
    pub position: Option<i32>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl CreateTicketStatusInput {
    /// The change.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<admin::CreateStatus, Refusal> {
        Ok(admin::CreateStatus {
            pipeline: ids::one(PipelineId::parse, &self.pipeline_id, "pipelineId")?,
            name: self.name,
            category: self.category.into(),
            position: self.position,
        })
    }
}

/// What `updateTicketStatusDefinition` takes. Left out: unchanged. A status in use keeps its category (IN_USE).
#[derive(InputObject)]
pub struct UpdateTicketStatusDefinitionInput {
    /// Which.
    pub status_id: ID,
    /// A new name.
    pub name: Option<String>,
    /// What it means from now on.
    pub category: Option<StatusCategory>,
    /// Its new place, counted from 0.
    pub position: Option<i32>,
    /// Whether it is out of use: tickets keep it, none can get it.
    pub archived: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdateTicketStatusDefinitionInput {
    /// The change.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<admin::UpdateStatus, Refusal> {
        Ok(admin::UpdateStatus {
            status: ids::one(StatusId::parse, &self.status_id, "statusId")?,
            name: self.name,
            category: self.category.map(Into::into),
            position: self.position,
            archived: self.archived,
        })
    }
}

/// One choice of an enumeration.
#[derive(InputObject)]
pub struct PropertyOptionInput {
    /// What programs read; unique within the definition.
    pub value: String,
    /// What people read.
    pub label: String,
}

fn options(options: Vec<PropertyOptionInput>) -> Vec<property::PropertyOption> {
    let option = |option: PropertyOptionInput| property::PropertyOption {
        value: option.value,
        label: option.label,
    };
    options.into_iter().map(option).collect()
}

/// What `createPropertyDefinition` takes.
#[derive(InputObject)]
pub struct CreatePropertyDefinitionInput {
    /// What programs call it; unique in the account, for good.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it holds, for good.
    #[graphql(name = "type")]
    pub kind: PropertyType,
    /// The choices of an enumeration, in the order in which they are shown; up to 5,000.
    pub options: Option<Vec<PropertyOptionInput>>,
    /// Whether a ticket cannot be created without it, nor lose it.
    #[graphql(default_with = "Some(false)")]
    pub required: Option<bool>,
    /// Whether only a ticket's creation sets it.
    #[graphql(default_with = "Some(false)")]
    pub read_only: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl CreatePropertyDefinitionInput {
    /// The change.
    ///
    /// # Errors
    /// Never.
    pub fn order(self) -> Result<admin::CreateDefinition, Refusal> {
        Ok(admin::CreateDefinition {
            name: self.name,
            label: self.label,
            kind: self.kind.into(),
            options: options(self.options.unwrap_or_default()),
            required: self.required.unwrap_or(false),
            read_only: self.read_only.unwrap_or(false),
        })
    }
}

/// What `updatePropertyDefinition` takes. Left out: unchanged. An option in use stays (IN_USE).
#[derive(InputObject)]
pub struct UpdatePropertyDefinitionInput {
    /// Which, by its name.
    pub name: String,
    /// A new label.
    pub label: Option<String>,
    /// All choices from now on.
    pub options: Option<Vec<PropertyOptionInput>>,
    /// Whether a ticket cannot be created without it, nor lose it.
    pub required: Option<bool>,
    /// Whether only a ticket's creation sets it.
    pub read_only: Option<bool>,
    /// Whether it is out of use: tickets keep it, none can get it.
    pub archived: Option<bool>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl UpdatePropertyDefinitionInput {
    /// The change.
    ///
    /// # Errors
    /// Never.
    pub fn order(self) -> Result<admin::UpdateDefinition, Refusal> {
        Ok(admin::UpdateDefinition {
            name: self.name,
            label: self.label,
            options: self.options.map(options),
            required: self.required,
            read_only: self.read_only,
            archived: self.archived,
        })
    }
}
