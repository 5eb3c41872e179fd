//! Tickets.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use futures_util::join;

use super::account::panel;
use super::lists::{ConversationsOf, conversation_list_of, timeline};
use super::user::maybe_user_at;
use super::{
    Cascade, Contact, Conversation, Pipeline, PropertyValue, TicketPriority, TicketStatus, User,
    Workspace, maybe_user, there,
};
use crate::domain::cascade::Subject;
use crate::domain::id::{PropertyId, TicketId};
use crate::domain::image::{self, Held};
use crate::domain::property::PropertyDefinition;
use crate::error::Error;
use crate::graphql::ahead::of_ticket;
use crate::graphql::connection::{Connection, PageArgs};
use crate::graphql::joins::ticket_joins;
use crate::graphql::plain::{At, Plain, Plan, Written};
use crate::graphql::scalars::DateTime;
use crate::graphql::state::{Reader, reader};
use crate::store::read::joins::TicketJoins;

/// The tracked work.
#[derive(Clone)]
pub struct Ticket {
    image: Arc<image::Ticket>,
    /// Whether the image has the properties; otherwise they are read when asked for.
    with_properties: bool,
}

impl Ticket {
    /// The ticket as this image has it, properties included.
    #[must_use]
    pub const fn new(image: Arc<image::Ticket>) -> Self {
        Self {
            image,
            with_properties: true,
        }
    }

    /// The ticket as this image has it, whose properties are read when asked for.
    #[must_use]
    pub const fn without_properties(image: Arc<image::Ticket>) -> Self {
        Self {
            image,
            with_properties: false,
        }
    }

    /// What it is made of.
    #[must_use]
    pub const fn image(&self) -> &Arc<image::Ticket> {
        &self.image
    }

    /// The ticket as it is now; in a pushed frame, where the cascade changed it, as that left it.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn find(reader: &Reader, id: TicketId) -> async_graphql::Result<Option<Self>> {
        if let Some(image) = reader.pushed_ticket(id) {
            return Ok(Some(Self::new(Arc::new(image.clone()))));
        }
        let found = reader.loaders().tickets.one(id).await?;
        Ok(found.map(Self::without_properties))
    }

    /// The ticket that the field is, with what is selected of it in the same statement.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn selected(ctx: &Context<'_>, id: TicketId) -> async_graphql::Result<Option<Self>> {
        let reader = reader(ctx)?;
        let joins = ticket_joins(ctx);
        let loaders = reader.loaders();
        if joins == TicketJoins::NONE || reader.pushed_ticket(id).is_some() {
            return join!(Self::find(&reader, id), of_ticket(ctx, id)).0;
        }
        let found = loaders.tickets_joined.one((id, joins));
        let (found, ()) = join!(found, of_ticket(ctx, id));
        let found = found?;
        loaders.know_tickets(found.as_slice());
        Ok(found.map(|row| Self::without_properties(row.ticket)))
    }

    /// What it has or had of each property.
    pub(super) async fn held(
        &self,
        reader: &Reader,
    ) -> async_graphql::Result<Arc<BTreeMap<PropertyId, Held>>> {
        if self.with_properties {
            return Ok(Arc::new(self.image.properties.clone()));
        }
        let held = reader.loaders().properties.one(self.image.id).await?;
        Ok(held.unwrap_or_default())
    }
}

/// The property with what is held of it.
fn valued(definition: Arc<PropertyDefinition>, held: &BTreeMap<PropertyId, Held>) -> PropertyValue {
    let value = held.get(&definition.id).and_then(|held| held.value.clone());
    PropertyValue::new(definition, value)
}

async fn status(ctx: &Context<'_>, image: &image::Ticket) -> async_graphql::Result<TicketStatus> {
    let id = image.status.id;
    let status = reader(ctx)?.loaders().statuses.one(id).await?;
    Ok(TicketStatus(there(status, id)?))
}

/// The tracked work.
#[Object]
impl Ticket {
    /// The ticket's id.
    pub async fn id(&self) -> ID {
        self.image.id.to_string().into()
    }

    /// What people call it by; counts from 1 in each account.
    async fn number(&self) -> i32 {
        self.image.number
    }

    /// What it is about.
    async fn name(&self) -> &str {
        &self.image.name
    }

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> async_graphql::Result<TicketStatus> {
        status(ctx, &self.image).await
    }

    /// The pipeline that it goes through.
    async fn pipeline(&self, ctx: &Context<'_>) -> async_graphql::Result<Pipeline> {
        let id = self.image.status.pipeline;
        let pipeline = reader(ctx)?.loaders().pipelines.one(id).await?;
        Ok(Pipeline(there(pipeline, id)?))
    }

    /// Whose it is; none: nobody's.
    async fn owner(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        maybe_user(&*reader(ctx)?, self.image.owner).await
    }

    /// How urgent it is; none is the lowest.
    async fn priority(&self) -> Option<TicketPriority> {
        self.image.priority.map(Into::into)
    }

    /// Where it is worked on.
    async fn workspace(&self) -> Workspace {
        self.image.workspace.into()
    }

    /// The contact of its first conversation, for good.
    async fn contact(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Contact>> {
        match self.image.contact {
            None => Ok(None),
            Some(id) => Ok(reader(ctx)?.loaders().contacts.one(id).await?.map(Contact)),
        }
    }

    /// Its conversations, most recent first. Those of a ticket in the trash are in the trash with it, and shown.
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many: 25 if left out, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<Conversation>> {
        let of = ConversationsOf::ticket(self.image.id);
        conversation_list_of(ctx, of, None, None, PageArgs::forward(first, after)).await
    }

    /// The fixed card beside a conversation.
    async fn card(&self) -> TicketCard {
        TicketCard(Arc::clone(&self.image))
    }

    /// What the viewer chose for the ticket details panel, in that order.
    async fn details(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PropertyValue>> {
        let reader = reader(ctx)?;
        let (panel, held) = futures_util::try_join!(panel(&reader), self.held(&reader))?;
        let show = |definition| valued(Arc::clone(definition), &held);
        Ok(panel.iter().map(show).collect())
    }

    /// By definition name; all of them without `names`, in the order of their labels. A property without a value is
    /// listed with none. One that is out of use is listed where the ticket has a value of it, or by name.
    async fn properties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, in this order; left out: all.")] names: Option<Vec<String>>,
    ) -> async_graphql::Result<Vec<PropertyValue>> {
        let reader = reader(ctx)?;
        let (definitions, held) =
            futures_util::try_join!(reader.loaders().definitions.one(()), self.held(&reader))?;
        let definitions = definitions.unwrap_or_default();
        let chosen: Vec<_> = match names {
            None => {
                let has = |id| held.get(id).is_some_and(|held| held.value.is_some());
                let all = definitions.iter();
                all.filter(|one| !one.archived || has(&one.id)).collect()
            }
            Some(names) => {
                let find = |name: &String| {
                    let found = definitions.iter().find(|one| one.name == *name);
                    found.ok_or_else(|| unknown_property(name).into_graphql())
                };
                names.iter().map(find).collect::<Result<_, _>>()?
            }
        };
        let show = |definition| valued(Arc::clone(definition), &held);
        Ok(chosen.into_iter().map(show).collect())
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.image.created_at)
    }

    /// The latest of its conversations' activities and of its own changes.
    async fn last_activity_at(&self) -> DateTime {
        DateTime(self.image.last_activity_at)
    }

    /// When it crossed to closed; none while it is open.
    async fn closed_at(&self) -> Option<DateTime> {
        self.image.closed_at.map(DateTime)
    }

    /// When it went to the trash; none while it is not there.
    async fn trashed_at(&self) -> Option<DateTime> {
        self.image.trash.map(|trash| DateTime(trash.trashed_at))
    }

    /// Grows by one with each cascade that changes the thing itself; pass it as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.image.version
    }

    /// What happened to it, newest first.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many: 25 if left out, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor, so is older.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<Cascade>> {
        let subject = Subject::Ticket(self.image.id);
        timeline(ctx, subject, PageArgs::forward(first, after)).await
    }
}

/// A name that no definition has.
pub(in crate::graphql) fn unknown_property(name: &str) -> Error {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(48).collect();
    Error::request(
        "BAD_USER_INPUT",
        format!("There is no property `{shown}`; `propertyDefinitions` lists those there are."),
    )
}

/// The fixed card beside a conversation (rule 9).
pub struct TicketCard(Arc<image::Ticket>);

/// The fixed card beside a conversation (rule 9).
#[Object]
impl TicketCard {
    /// What people call the ticket by.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// What it is about.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> async_graphql::Result<TicketStatus> {
        status(ctx, &self.0).await
    }

    /// How urgent it is; none is the lowest.
    async fn priority(&self) -> Option<TicketPriority> {
        self.0.priority.map(Into::into)
    }

    /// Whose it is; none: nobody's.
    async fn owner(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        maybe_user(&*reader(ctx)?, self.0.owner).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The latest of its conversations' activities and of its own changes.
    async fn last_activity_at(&self) -> DateTime {
        DateTime(self.0.last_activity_at)
    }
}

impl Plain for Ticket {
    fn plain(&self, field: &str, below: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        let image = &*self.image;
        match field {
            "id" => at.id(image.id),
            "pipeline" => {
                let pipeline = at.known(|all| &all.pipelines, image.status.pipeline)??;
                at.object(below, &Pipeline(pipeline))
            }
            "workspace" => at.word::<Workspace>(image.workspace),
            "contact" => match image.contact {
                None => at.null(),
                Some(contact) => {
                    let contact = at.known(|all| &all.contacts, contact)?;
                    at.maybe(below, contact.map(Contact).as_ref())
                }
            },
            "card" => at.object(below, &TicketCard(Arc::clone(&self.image))),
            "closedAt" => at.time(image.closed_at),
            "trashedAt" => at.time(image.trash.map(|trash| trash.trashed_at)),
            "version" => at.json(&image.version),
            _ => card_field(image, field, below, at),
        }
    }
}

impl Plain for TicketCard {
    fn plain(&self, field: &str, below: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        card_field(&self.0, field, below, at)
    }
}

/// What a ticket and its card both have.
fn card_field(
    image: &image::Ticket,
    field: &str,
    below: &Plan<'_>,
    at: &mut At<'_>,
) -> Option<Written> {
    match field {
        "number" => at.json(&image.number),
        "name" => at.text(&*image.name),
        "status" => {
            let status = at.known(|all| &all.statuses, image.status.id)??;
            at.object(below, &TicketStatus(status))
        }
        "priority" => match image.priority {
            Some(priority) => at.word::<TicketPriority>(priority),
            None => at.null(),
        },
        "owner" => maybe_user_at(image.owner, below, at),
        "createdAt" => at.time(image.created_at),
        "lastActivityAt" => at.time(image.last_activity_at),
        _ => None,
    }
}
