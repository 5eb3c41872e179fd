//! Commands on tickets, and the two that give a conversation its ticket.

use futures_util::FutureExt;
use uuid::Uuid;

use super::order::{Lookup, Options, Order, Target, Work, looked_up};
use super::properties::{self, PropertyWish};
use crate::domain::access::{Action, decisions};
use crate::domain::cascade::{Command, HeldValue, Linked, NewTicket, PropertyEdit, PropertyKey};
use crate::domain::id::{ConversationId, StatusId, TicketId, UserId};
use crate::domain::image::Status;
use crate::domain::noun::TicketPriority;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::text;
use crate::error::Result;
use crate::store::apply::{self, Contents};
use crate::store::settings;

/// `createTicket` (rules 1, 2 and 5).
#[derive(Debug, Clone)]
pub struct CreateTicket {
    /// The conversation that gets it.
    pub conversation: ConversationId,
    /// Left out: the conversation's subject, else its contact's name.
    pub name: Option<String>,
    /// Left out: the first status of the first pipeline.
    pub status: Option<StatusId>,
    /// Left out: the conversation's owner; null: nobody.
    pub owner: Option<Option<UserId>>,
    /// How urgent it is.
    pub priority: Option<TicketPriority>,
    /// First values.
    pub properties: Vec<PropertyWish>,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for CreateTicket {
    const ACTION: Action = decisions::mutation("createTicket");
    type Found = (Option<Status>, Vec<PropertyEdit>, Vec<String>);

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(
        &'a self,
        work: &'a Work<'a>,
    ) -> Result<(Target, Lookup<'a, Self::Found>)> {
        if let Some(name) = &self.name {
            check_name(name, work)?;
        }
        let (edits, missing) = properties::accept_first(work, &self.properties).await?;
        let status = match self.status {
            Some(id) => Some(find_status(work, id).await?),
            None => None,
        };
        find_owner(work, self.owner.flatten()).await?;
        let target = Target {
            owner: self.owner.flatten(),
            ..Target::conversation(self.conversation)
        };
        Ok((target, looked_up((status, edits, missing))))
    }

    async fn command(
        &self,
        work: &Work<'_>,
        (status, properties, missing): Self::Found,
        linked: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        let conversation = linked
            .conversations
            .iter()
            .find(|c| c.id == self.conversation);
        // A number is only drawn where the ticket can come to be: drawing locks the account's counter.
        let possible = conversation.is_some_and(|c| c.ticket.is_none() && c.trash.is_none())
            && missing.is_empty();
        let name = match (&self.name, conversation) {
            (Some(name), _) => name.clone(),
            (None, Some(c)) => default_name(work, c.subject.as_deref(), c.contact).await?,
            (None, None) => String::new(),
        };
        let status = match status {
            Some(status) => status,
            None => first_status(work).await?,
        };
        let number = if possible && !self.options.dry_run {
            apply::draw_ticket_number(work.tx, work.viewer.account).await?
        } else {
            0
        };
        let ticket = NewTicket {
            id: TicketId(Uuid::now_v7()),
            number,
            name,
            status,
            owner: self.owner,
            priority: self.priority,
            properties,
            missing,
        };
        Ok(Some((
            Command::CreateTicket(self.conversation, Box::new(ticket)),
            Contents::default(),
        )))
    }
}

/// A new ticket's name where none is wished for: the subject, else the contact's name, else what is known of them.
pub(super) async fn default_name(
    work: &Work<'_>,
    subject: Option<&str>,
    contact: crate::domain::id::ContactId,
) -> Result<String> {
    if let Some(subject) = subject.filter(|subject| !subject.trim().is_empty()) {
        return Ok(subject.to_owned());
    }
    settings::contact_name(work.tx, work.viewer.account, contact).await
}

/// The status that new tickets start in.
pub(super) async fn first_status(work: &Work<'_>) -> Result<Status> {
    let found = settings::first_status(work.tx, work.viewer.account).await?;
    let none = || {
        Refusal::new(
            ErrorCode::NotFound,
            "The account has no pipeline with a status; create one first.",
        )
    };
    Ok(found.ok_or_else(none)?)
}

async fn find_status(work: &Work<'_>, id: StatusId) -> Result<Status> {
    let found = settings::status(work.tx, work.viewer.account, id).await?;
    match found {
        Some((status, false)) => Ok(status),
        Some((_, true)) => {
            let message = format!("The status `{id}` is archived; choose another.");
            Err(Refusal::at(ErrorCode::InvalidValue, "statusId", message).into())
        }
        None => Err(Refusal::at(
            ErrorCode::NotFound,
            "statusId",
            format!("There is no status `{id}`."),
        )
        .into()),
    }
}

/// Whoever is to become the owner must be a user of the account.
pub(super) async fn find_owner(work: &Work<'_>, id: Option<UserId>) -> Result<()> {
    let Some(id) = id else {
        return Ok(());
    };
    if settings::user_exists(work.tx, work.viewer.account, id).await? {
        return Ok(());
    }
    Err(Refusal::at(
        ErrorCode::NotFound,
        "ownerId",
        format!("There is no user `{id}`."),
    )
    .into())
}

fn check_name(name: &str, work: &Work<'_>) -> Result<()> {
    text::check_filled(name, work.service.settings().name_chars).map_err(|error| {
        Refusal::at(
            ErrorCode::InvalidValue,
            "name",
            format!("The name {error}."),
        )
        .into()
    })
}

/// `linkConversation` (rules 3, 4 and 5).
#[derive(Debug, Clone)]
pub struct LinkConversation {
    /// The conversation.
    pub conversation: ConversationId,
    /// The ticket that it gets.
    pub ticket: TicketId,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for LinkConversation {
    const ACTION: Action = decisions::mutation("linkConversation");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(&'a self, _: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        let target = Target {
            ticket: Some((self.ticket, "ticketId")),
            ..Target::conversation(self.conversation)
        };
        Ok((target, looked_up(())))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        Ok(Some((
            Command::LinkConversation(self.conversation),
            Contents::default(),
        )))
    }
}

/// `updateTicketStatus` (rules 11–13).
#[derive(Debug, Clone)]
pub struct UpdateTicketStatus {
    /// The ticket.
    pub ticket: TicketId,
    /// Its new status.
    pub status: StatusId,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for UpdateTicketStatus {
    const ACTION: Action = decisions::mutation("updateTicketStatus");
    type Found = Option<Status>;

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(
        &'a self,
        work: &'a Work<'a>,
    ) -> Result<(Target, Lookup<'a, Self::Found>)> {
        let lookup = async {
            let known = settings::status(work.tx, work.viewer.account, self.status).await?;
            let Some((status, archived)) = known else {
                let message = format!("There is no status `{}`.", self.status);
                return Err(Refusal::at(ErrorCode::NotFound, "statusId", message).into());
            };
            Ok((!archived).then_some(status))
        };
        Ok((Target::ticket(self.ticket), lookup.boxed()))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        status: Self::Found,
        linked: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        let present = linked.ticket.as_ref().map(|ticket| ticket.status);
        match (status, present) {
            (Some(status), _) => Ok(Some((
                Command::UpdateTicketStatus(status),
                Contents::default(),
            ))),
            // An archived status that the ticket has already is no change.
            (None, Some(present)) if present.id == self.status => Ok(None),
            (None, _) => {
                let message = format!("The status `{}` is archived; choose another.", self.status);
                Err(Refusal::at(ErrorCode::InvalidValue, "statusId", message).into())
            }
        }
    }
}

/// `updateTicketOwner` (rule 8).
#[derive(Debug, Clone)]
pub struct UpdateTicketOwner {
    /// The ticket.
    pub ticket: TicketId,
    /// Its new owner; none: nobody.
    pub owner: Option<UserId>,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for UpdateTicketOwner {
    const ACTION: Action = decisions::mutation("updateTicketOwner");
    type Found = ();

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(&'a self, work: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        let target = Target {
            owner: self.owner,
            ..Target::ticket(self.ticket)
        };
        Ok((target, find_owner(work, self.owner).boxed()))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        Ok(Some((
            Command::UpdateTicketOwner(self.owner),
            Contents::default(),
        )))
    }
}

/// `updateTicketProperties` (rule 6).
#[derive(Debug, Clone)]
pub struct UpdateTicketProperties {
    /// The ticket.
    pub ticket: TicketId,
    /// A new name; `Some(None)` asks to clear it, which is refused.
    pub name: Option<Option<String>>,
    /// A new priority; `Some(None)` clears it.
    pub priority: Option<Option<TicketPriority>>,
    /// New values.
    pub properties: Vec<PropertyWish>,
    /// The version that the client saw, and whether to plan only.
    pub options: Options,
}

impl Order for UpdateTicketProperties {
    const ACTION: Action = decisions::mutation("updateTicketProperties");
    type Found = Vec<PropertyEdit>;

    fn options(&self) -> Options {
        self.options
    }

    async fn prepare<'a>(
        &'a self,
        work: &'a Work<'a>,
    ) -> Result<(Target, Lookup<'a, Self::Found>)> {
        let mut edits = Vec::new();
        match &self.name {
            Some(Some(name)) => {
                check_name(name, work)?;
                let to = Some(HeldValue::Name(name.clone()));
                edits.push(PropertyEdit {
                    definition: None,
                    key: PropertyKey::Name,
                    to,
                });
            }
            Some(None) => {
                let message = "A ticket's name cannot be cleared; leave it out or give another.";
                return Err(Refusal::at(ErrorCode::InvalidValue, "name", message).into());
            }
            None => {}
        }
        if let Some(priority) = self.priority {
            let to = priority.map(HeldValue::Priority);
            edits.push(PropertyEdit {
                definition: None,
                key: PropertyKey::Priority,
                to,
            });
        }
        let lookup = async move {
            edits.extend(properties::accept(work, &self.properties).await?);
            Ok(edits)
        };
        Ok((Target::ticket(self.ticket), lookup.boxed()))
    }

    async fn command(
        &self,
        _: &Work<'_>,
        edits: Self::Found,
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        Ok(Some((
            Command::UpdateTicketProperties(edits),
            Contents::default(),
        )))
    }
}
