//! The queries: each takes its arguments apart, calls one function and wraps what it returns.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::Shown;
use super::ahead::of_inbox;
use super::connection::{Connection, PageArgs, Total};
use super::cursor::{ListId, ListKind};
use super::inputs::{
    CascadeFilter, ConversationFilter, ConversationOrder, TicketFilter, TicketOrder,
};
use super::limits::Limits;
use super::scalars::Cursor;
use super::state::{reader, state};
use super::types::{
    Cascade, CascadeRuleDescription, Contact, Conversation, Inbox, Node, Pipeline,
    PropertyDefinition, SavedView, SavedViewKind, SearchConnection, Session, Ticket, Token,
    TrashGroup, User, Viewer, conversation_list, nodes, search, ticket_list,
};
use crate::domain::cascade::Rule;
use crate::domain::id::{ContactId, ConversationId, InboxId, TicketId};
use crate::error::Error;
use crate::service::Service;
use crate::store::credentials;
use crate::store::read::page::Rows;
use crate::store::read::{cascade, desk, saved_view, trash, user};

/// What can be asked. All that one response shows was read at one moment.
pub struct Query;

/// What can be asked. All that one response shows was read at one moment.
#[Object]
impl Query {
    /// Who asks.
    async fn viewer(&self) -> Viewer {
        Viewer
    }

    /// Everything else in this response was read at or after this position: pass it as `after` to a subscription
    /// and nothing is missed.
    #[allow(
        clippy::unused_async,
        reason = "the macro takes no resolver that is not async"
    )]
    async fn as_of(&self, ctx: &Context<'_>) -> async_graphql::Result<Cursor> {
        Ok(Cursor(state(ctx)?.as_of()))
    }

    /// Anything by its id; null for what is not there.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of anything.")] id: ID,
    ) -> async_graphql::Result<Option<Node>> {
        let mut found = nodes(&*reader(ctx)?, &[id]).await?;
        Ok(found.pop().flatten())
    }

    /// Anything by ids, in their order; null for what is not there.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, 100 at most.")] ids: Vec<ID>,
    ) -> async_graphql::Result<Vec<Option<Node>>> {
        let limit = ctx.data::<Limits>()?.ids;
        if ids.len() > limit {
            let message = format!("`ids` has more than {limit} ids; ask in several requests.");
            return Err(Error::request("BAD_USER_INPUT", message).into_graphql());
        }
        nodes(&*reader(ctx)?, &ids).await
    }

    /// All inboxes, by name.
    async fn inboxes(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Inbox>> {
        let reader = reader(ctx)?;
        let all = desk::all_inboxes(reader.source()).await.shown()?;
        let all: Vec<_> = all.into_iter().map(Arc::new).collect();
        reader
            .loaders()
            .inboxes
            .feed(all.iter().map(|inbox| (inbox.id, Arc::clone(inbox))));
        Ok(all.into_iter().map(Inbox).collect())
    }

    /// One inbox; null for what is not there.
    async fn inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The inbox' id.")] id: ID,
    ) -> async_graphql::Result<Option<Inbox>> {
        let Ok(id) = InboxId::parse(&id) else {
            return Ok(None);
        };
        // The conversations bring along what tells whether the inbox is as it was read before.
        of_inbox(ctx, id).await;
        let found = reader(ctx)?.loaders().inboxes.one(id).await?;
        Ok(found.map(Inbox))
    }

    /// One conversation, also from the trash; null for what is not there.
    async fn conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation's id.")] id: ID,
    ) -> async_graphql::Result<Option<Conversation>> {
        match ConversationId::parse(&id) {
            Ok(id) => Conversation::selected(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    /// The account's conversations.
    #[allow(clippy::too_many_arguments)]
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; left out: all that are not in the trash.")] filter: Option<
            ConversationFilter,
        >,
        #[graphql(desc = "In what order; left out: most recently active first.")] order_by: Option<
            ConversationOrder,
        >,
        #[graphql(desc = "At most so many from the beginning: 25 if left out, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, 100 at most; excludes `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Conversation>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        conversation_list(ctx, filter, order_by, args).await
    }

    /// One ticket, also from the trash; null for what is not there.
    async fn ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket's id.")] id: ID,
    ) -> async_graphql::Result<Option<Ticket>> {
        match TicketId::parse(&id) {
            Ok(id) => Ticket::selected(ctx, id).await,
            Err(_) => Ok(None),
        }
    }

    /// The account's tickets.
    #[allow(clippy::too_many_arguments)]
    async fn tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; left out: all that are not in the trash.")] filter: Option<
            TicketFilter,
        >,
        #[graphql(desc = "In what order; left out: most recently active first.")] order_by: Option<
            TicketOrder,
        >,
        #[graphql(desc = "At most so many from the beginning: 25 if left out, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, 100 at most; excludes `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Ticket>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        ticket_list(ctx, filter, order_by, args).await
    }

    /// One contact; null for what is not there.
    async fn contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact's id.")] id: ID,
    ) -> async_graphql::Result<Option<Contact>> {
        let Ok(id) = ContactId::parse(&id) else {
            return Ok(None);
        };
        let found = reader(ctx)?.loaders().contacts.one(id).await?;
        Ok(found.map(Contact))
    }

    /// All users by name, those who left included.
    async fn users(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<User>> {
        let reader = reader(ctx)?;
        let all = user::all_users(reader.source()).await.shown()?;
        Ok(all.into_iter().map(Arc::new).map(User).collect())
    }

    /// All pipelines in their order. New tickets start in the first status of the first.
    async fn pipelines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Pipeline>> {
        let reader = reader(ctx)?;
        let all = desk::all_pipelines(reader.source()).await.shown()?;
        Ok(all.into_iter().map(Arc::new).map(Pipeline).collect())
    }

    /// The properties that tickets have, by label; those out of use are left out.
    async fn property_definitions(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<PropertyDefinition>> {
        let all = reader(ctx)?.loaders().definitions.one(()).await?;
        let all = all.unwrap_or_default();
        let in_use = all.iter().filter(|definition| !definition.archived);
        Ok(in_use.cloned().map(PropertyDefinition).collect())
    }

    /// Full-text search over conversations (subject, messages, contact) and tickets (name, number, text properties), in
    /// any language, with or without accents; the trash is left out. All words must be there: in one message with its
    /// conversation's subject and contact, or in one ticket. Words may go on, and three letters or more are found
    /// within words too. Words in quotes are found as they are and in a row; what has a word with a minus before it is
    /// left out. A ticket with that number comes first, then what is called so (subject, contact, name), then what has
    /// the whole words, then words that begin so, then parts of words; among equals the most recent first. Where more
    /// than 1,000 messages and tickets match, the latest 1,000 are looked at.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What to look for: 20 words or phrases in 1,000 characters at most; without a letter or digit \
                    nothing is found."
        )]
        text: String,
        #[graphql(desc = "At most so many: 25 if left out, 100 at most.")] first: Option<i32>,
        #[graphql(
            desc = "Only what comes after this cursor, which is one of a search for the same."
        )]
        after: Option<String>,
    ) -> async_graphql::Result<SearchConnection> {
        search(ctx, &text, PageArgs::forward(first, after)).await
    }

    /// The lists that the viewer has named and those that the account shares, by name: 300 at most, in one statement.
    async fn saved_views(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which kind; left out: of both.")] kind: Option<SavedViewKind>,
    ) -> async_graphql::Result<Vec<SavedView>> {
        let reader = reader(ctx)?;
        let viewer = reader.viewer();
        let all = saved_view::seen_by(reader.source(), viewer.user(), kind.map(Into::into)).await;
        Ok(all
            .shown()?
            .into_iter()
            .filter(|view| viewer.sees_view(view))
            .map(Arc::new)
            .map(SavedView)
            .collect())
    }

    /// What is in the trash, newest first.
    async fn trash(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many: 25 if left out, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<TrashGroup>> {
        let list = ListId::by_time(ListKind::Trash, 0);
        let args = PageArgs::forward(first, after);
        let page = args.page(list, ctx.data::<Limits>()?).shown()?;
        let rows = trash::page(reader(ctx)?.source(), page).await.shown()?;
        Ok(Connection::new(list, rows, Total::Trash, |group| {
            (group.key(), TrashGroup(Arc::new(group)))
        }))
    }

    /// The audit log, newest first.
    async fn cascades(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; left out: all.")] filter: Option<CascadeFilter>,
        #[graphql(desc = "At most so many: 25 if left out, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor, so is older.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<Cascade>> {
        let list = ListId::by_number(ListKind::Cascades, 0);
        let args = PageArgs::forward(first, after);
        let page = args.page(list, ctx.data::<Limits>()?).shown()?;
        let (rows, total) = match CascadeFilter::read(filter) {
            None => (Rows::default(), Total::Known(0)),
            Some(filter) => {
                let rows = cascade::page(reader(ctx)?.source(), &filter, page).await;
                (rows.shown()?, Total::Cascades(Arc::new(filter)))
            }
        };
        Ok(Connection::new(list, rows, total, |entry| {
            (cascade::key(&entry), Cascade::new(Arc::new(entry)))
        }))
    }

    /// The rules that effects name, in words.
    async fn cascade_rules(&self) -> Vec<CascadeRuleDescription> {
        Rule::ALL.iter().copied().map(Into::into).collect()
    }

    /// The viewer's own sessions that have not ended, newest first. For people who have signed in.
    async fn sessions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Session>> {
        let (service, viewer) = (ctx.data::<Service>()?, state(ctx)?.viewer().clone());
        let Some(user) = viewer.user() else {
            return Ok(Vec::new());
        };
        let all = credentials::sessions(service.store(), viewer.account, user);
        let all = all.await.shown()?.into_iter();
        Ok(all.map(|row| Session::of(row, viewer.token)).collect())
    }

    /// The account's tokens that have not ended, newest first; sessions are not among them. For administrators who have
    /// signed in.
    async fn tokens(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Token>> {
        let (service, viewer) = (ctx.data::<Service>()?, state(ctx)?.viewer().clone());
        let all = credentials::tokens(service.store(), viewer.account);
        let all = all.await.shown()?.into_iter();
        Ok(all.map(Into::into).collect())
    }
}
