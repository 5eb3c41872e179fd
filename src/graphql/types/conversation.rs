//! Conversations.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use futures_util::join;

use super::lists::{ConversationsOf, conversation_list_of, know_conversations_of, timeline};
use super::user::maybe_user_at;
use super::{
    Cascade, Channel, Contact, ConversationStatus, Inbox, Message, Ticket, User, Workspace,
    maybe_user, there,
};
use crate::domain::cascade::Subject;
use crate::domain::id::ConversationId;
use crate::domain::image;
use crate::graphql::Shown;
use crate::graphql::ahead::of_conversation;
use crate::graphql::connection::{Connection, PageArgs, Total};
use crate::graphql::cursor::{ListId, ListKind};
use crate::graphql::joins::conversation_joins;
use crate::graphql::limits::Limits;
use crate::graphql::plain::{At, Plain, Plan, Written};
use crate::graphql::scalars::DateTime;
use crate::graphql::state::{Reader, reader};
use crate::store::read::joins::ConversationJoins;
use crate::store::read::message;
use crate::store::read::page::Rows;

/// One thread with one contact in one inbox.
#[derive(Clone)]
pub struct Conversation {
    image: Arc<image::Conversation>,
}

impl Conversation {
    /// The conversation as this image has it.
    #[must_use]
    pub const fn new(image: Arc<image::Conversation>) -> Self {
        Self { image }
    }

    /// What it is made of.
    #[must_use]
    pub const fn image(&self) -> &Arc<image::Conversation> {
        &self.image
    }

    /// The conversation as it is now; in a pushed frame, where the cascade changed it, as that left it.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn find(reader: &Reader, id: ConversationId) -> async_graphql::Result<Option<Self>> {
        if let Some(image) = reader.pushed_conversation(id) {
            return Ok(Some(Self::new(Arc::new(image.clone()))));
        }
        let found = reader.loaders().conversations.one(id).await?;
        Ok(found.map(Self::new))
    }

    /// The conversation that the field is, with what is selected of it in the same statement.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn selected(
        ctx: &Context<'_>,
        id: ConversationId,
    ) -> async_graphql::Result<Option<Self>> {
        let reader = reader(ctx)?;
        let joins = conversation_joins(ctx, id);
        let loaders = reader.loaders();
        if joins == ConversationJoins::NONE || reader.pushed_conversation(id).is_some() {
            let ahead = of_conversation(ctx, id, ConversationJoins::NONE);
            return join!(Self::find(&reader, id), ahead).0;
        }
        let found = loaders.conversations_joined.one((id, joins));
        let (found, ()) = join!(found, of_conversation(ctx, id, joins));
        let Some(found) = found? else {
            return Ok(None);
        };
        loaders.know_conversations(std::slice::from_ref(&found));
        if let Some((page, rows)) = joins.messages.zip(found.with.messages) {
            loaders.know_messages(id, page, rows);
        }
        if let Some((page, rows)) = joins.previous.zip(found.with.previous) {
            know_conversations_of(ctx, ConversationsOf::previous(id), page, rows)?;
        }
        Ok(Some(Self::new(found.conversation)))
    }
}

/// What cursors in a conversation's messages and notes are of.
pub(in crate::graphql) fn messages_of(id: ConversationId) -> ListId {
    ListId::by_time(ListKind::Messages, 0).of(id.0)
}

/// Reads a page of a conversation's messages and notes; also tells what it is a page of.
pub(in crate::graphql) async fn ask_for_messages(
    ctx: &Context<'_>,
    of: ConversationId,
    args: &PageArgs,
) -> async_graphql::Result<(ListId, Option<Arc<Rows<Arc<message::Message>>>>)> {
    let list = messages_of(of);
    let page = args.page(list, ctx.data::<Limits>()?).shown()?;
    let reader = reader(ctx)?;
    let rows = reader.loaders().message_pages.one((of.0, page)).await?;
    Ok((list, rows))
}

/// One thread with one contact in one inbox.
#[Object]
impl Conversation {
    /// The conversation's id.
    pub async fn id(&self) -> ID {
        self.image.id.to_string().into()
    }

    /// What its first message said it is about.
    async fn subject(&self) -> Option<&str> {
        self.image.subject.as_deref()
    }

    /// Whether it waits for somebody.
    async fn status(&self) -> ConversationStatus {
        self.image.status.into()
    }

    /// Where it is worked on.
    async fn workspace(&self) -> Workspace {
        self.image.workspace.into()
    }

    /// Where it is.
    async fn inbox(&self, ctx: &Context<'_>) -> async_graphql::Result<Inbox> {
        let id = self.image.inbox;
        let inbox = reader(ctx)?.loaders().inboxes.one(id).await?;
        Ok(Inbox(there(inbox, id)?))
    }

    /// The way it came by; moving it to another inbox does not change it (rule 29).
    async fn channel(&self, ctx: &Context<'_>) -> async_graphql::Result<Channel> {
        let id = self.image.channel;
        let channel = reader(ctx)?.loaders().channels.one(id).await?;
        Ok(Channel(there(channel, id)?))
    }

    /// Whom it is with.
    async fn contact(&self, ctx: &Context<'_>) -> async_graphql::Result<Contact> {
        let id = self.image.contact;
        let contact = reader(ctx)?.loaders().contacts.one(id).await?;
        Ok(Contact(there(contact, id)?))
    }

    /// Whose it is; none: nobody's yet.
    async fn owner(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        maybe_user(&*reader(ctx)?, self.image.owner).await
    }

    /// Its ticket; once there, for good (rule 3).
    async fn ticket(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Ticket>> {
        match self.image.ticket {
            None => Ok(None),
            Some(id) => Ticket::find(&*reader(ctx)?, id).await,
        }
    }

    /// Its messages and notes, oldest first. `last` alone gives the newest.
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many from the oldest on: 25 if left out, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the newest, 100 at most; excludes `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Message>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let id = self.image.id;
        let (list, rows) = ask_for_messages(ctx, id, &args).await?;
        let rows = rows.map(|rows| (*rows).clone()).unwrap_or_default();
        Ok(Connection::new(list, rows, Total::Messages(id.0), |row| {
            (row.key(), Message(row))
        }))
    }

    /// Its newest message or note.
    async fn last_message(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Message>> {
        let found = reader(ctx)?
            .loaders()
            .last_messages
            .one(self.image.id)
            .await?;
        Ok(found.map(Message))
    }

    /// The contact's other conversations, most recent first, the trash left out.
    async fn previous_conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many: 25 if left out, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<Conversation>> {
        let of = ConversationsOf::previous(self.image.id);
        conversation_list_of(ctx, of, None, None, PageArgs::forward(first, after)).await
    }

    /// When it began.
    async fn created_at(&self) -> DateTime {
        DateTime(self.image.created_at)
    }

    /// When its last incoming or outgoing message was written; notes and changes do not move it.
    async fn last_activity_at(&self) -> DateTime {
        DateTime(self.image.last_activity_at)
    }

    /// When it was closed; none while it is open.
    async fn closed_at(&self) -> Option<DateTime> {
        self.image.closed_at.map(DateTime)
    }

    /// When it went to the trash; none while it is not there.
    async fn trashed_at(&self) -> Option<DateTime> {
        self.image.trash.map(|trash| DateTime(trash.trashed_at))
    }

    /// Grows by one with each cascade that changes the thing itself, not with messages; pass it as
    /// `expectedVersion`.
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
        let subject = Subject::Conversation(self.image.id);
        timeline(ctx, subject, PageArgs::forward(first, after)).await
    }
}

impl Plain for Conversation {
    fn plain(&self, field: &str, below: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        let image = &*self.image;
        match field {
            "id" => at.id(image.id),
            "subject" => at.text(image.subject.as_deref()),
            "status" => at.word::<ConversationStatus>(image.status),
            "workspace" => at.word::<Workspace>(image.workspace),
            "createdAt" => at.time(image.created_at),
            "lastActivityAt" => at.time(image.last_activity_at),
            "closedAt" => at.time(image.closed_at),
            "trashedAt" => at.time(image.trash.map(|trash| trash.trashed_at)),
            "version" => at.json(&image.version),
            "inbox" => {
                let inbox = at.known(|all| &all.inboxes, image.inbox)??;
                at.object(below, &Inbox(inbox))
            }
            "channel" => {
                let channel = at.known(|all| &all.channels, image.channel)??;
                at.object(below, &Channel(channel))
            }
            "contact" => {
                let contact = at.known(|all| &all.contacts, image.contact)??;
                at.object(below, &Contact(contact))
            }
            "owner" => maybe_user_at(image.owner, below, at),
            "ticket" => match image.ticket {
                None => at.null(),
                Some(ticket) => {
                    let ticket = at.known(|all| &all.tickets, ticket)?;
                    at.maybe(below, ticket.map(Ticket::without_properties).as_ref())
                }
            },
            "lastMessage" => {
                let message = at.known(|all| &all.last_messages, image.id)?;
                at.maybe(below, message.map(Message).as_ref())
            }
            _ => None,
        }
    }
}
