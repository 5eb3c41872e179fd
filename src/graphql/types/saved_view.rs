//! Saved views: lists that users have named.

use std::sync::Arc;

use async_graphql::{Context, ID, InputType, Object, Value};

use super::lists::{
    ConversationSorting, TicketSorting, conversation_order, conversation_page, ticket_filter,
    ticket_order, ticket_page,
};
use super::{Conversation, SavedViewKind, Ticket, User, there};
use crate::domain::filter;
use crate::domain::noun;
use crate::domain::saved_view;
use crate::error::Error;
use crate::graphql::Shown;
use crate::graphql::connection::{Connection, PageArgs, Total};
use crate::graphql::cursor::ListKind;
use crate::graphql::inputs::{ConversationFilter, ConversationOrder, TicketFilter, TicketOrder};
use crate::graphql::limits::Limits;
use crate::graphql::scalars::{DateTime, Json};
use crate::graphql::state::reader;

/// A list that a user has named: a filter with an order, for themselves or shared with the account. Its count and its
/// page take a statement each.
pub struct SavedView(pub Arc<saved_view::SavedView>);

/// A list that a user has named: a filter with an order, for themselves or shared with the account. Its count and its
/// page take a statement each.
#[Object]
impl SavedView {
    /// The view's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What people call it: unique among its owner's own or among those shared, for its kind.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it lists; it stays so.
    async fn kind(&self) -> SavedViewKind {
        self.0.kind.into()
    }

    /// Whether all of the account see it, or its owner alone.
    async fn shared(&self) -> bool {
        self.0.shared
    }

    /// Who made it. Also when they have left: what they shared stays.
    async fn owner(&self, ctx: &Context<'_>) -> async_graphql::Result<User> {
        let owner = reader(ctx)?.loaders().users.one(self.0.owner).await?;
        Ok(User(there(owner, self.0.owner)?))
    }

    /// The filter as it was given, `null` told from what was left out: the value for the argument `filter` of
    /// `conversations` or `tickets`, and of whatever else takes that filter.
    #[allow(
        clippy::unused_async,
        reason = "the macro takes no resolver that is not async"
    )]
    async fn filter(&self) -> async_graphql::Result<Json> {
        Ok(Json(value(&self.0.filter)?))
    }

    /// The order: the value for the argument `orderBy` of `conversations` or `tickets`.
    #[allow(
        clippy::unused_async,
        reason = "the macro takes no resolver that is not async"
    )]
    async fn order_by(&self) -> async_graphql::Result<Json> {
        Ok(Json(value(&self.0.order_by)?))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// How many it lists for whoever asks. Null with the error BAD_USER_INPUT where its filter names what is no more,
    /// such as an option that was removed; the other views are shown all the same.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<i32>> {
        let total = match self.0.kind {
            noun::SavedViewKind::Conversations => {
                Total::Conversations(Arc::new(self.conversation_filter(ctx)?))
            }
            noun::SavedViewKind::Tickets => {
                Total::Tickets(Arc::new(self.ticket_filter(ctx).await?))
            }
        };
        let count = total.count(&*reader(ctx)?).await?;
        Ok(Some(i32::try_from(count).unwrap_or(i32::MAX)))
    }

    /// A page of it in its order; null where it lists tickets, and with the error BAD_USER_INPUT where its filter names
    /// what is no more.
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many from the beginning: 25 if left out, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, 100 at most; excludes `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Option<Connection<Conversation>>> {
        if self.0.kind != noun::SavedViewKind::Conversations {
            return Ok(None);
        }
        let filter = Arc::new(self.conversation_filter(ctx)?);
        let order: ConversationSorting = self.read::<ConversationOrder>(&self.0.order_by)?.into();
        let list = conversation_order(order, ListKind::SavedConversations).of(self.0.id.0);
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = conversation_page(ctx, filter, order, list, args).await;
        page.map(Some)
    }

    /// A page of it in its order; null where it lists conversations, and with the error BAD_USER_INPUT where its filter
    /// names what is no more.
    async fn tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many from the beginning: 25 if left out, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, 100 at most; excludes `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Option<Connection<Ticket>>> {
        if self.0.kind != noun::SavedViewKind::Tickets {
            return Ok(None);
        }
        let filter = Arc::new(self.ticket_filter(ctx).await?);
        let order: TicketSorting = self.read::<TicketOrder>(&self.0.order_by)?.into();
        let list = ticket_order(order, ListKind::SavedTickets).of(self.0.id.0);
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = ticket_page(ctx, filter, order, list, args).await;
        page.map(Some)
    }
}

/// What was kept as JSON.
fn value(json: &str) -> async_graphql::Result<Value> {
    let value = serde_json::from_str(json);
    value.map_err(|error| Error::Internal(format!("a saved view: {error}")).into_graphql())
}

impl SavedView {
    /// Reads what was kept as the input that it was.
    fn read<T: InputType>(&self, json: &str) -> async_graphql::Result<T> {
        T::parse(Some(value(json)?)).map_err(|error| {
            let why = error
                .into_server_error(async_graphql::Pos::default())
                .message;
            self.unreadable(&why).into_graphql()
        })
    }

    /// What it was saved with can no longer be: it names the view, because a request may ask for many.
    fn unreadable(&self, why: &str) -> Error {
        let name: String = self
            .0
            .name
            .chars()
            .filter(|c| !c.is_control())
            .take(48)
            .collect();
        let message =
            format!("The saved view `{name}` finds nothing until its filter is changed: {why}");
        Error::request("BAD_USER_INPUT", message)
    }

    fn explained<T>(&self, read: crate::error::Result<T>) -> async_graphql::Result<T> {
        let explain = |error| match error {
            Error::Request { message, .. } => self.unreadable(&message),
            other => other,
        };
        read.map_err(explain).shown()
    }

    fn conversation_filter(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<filter::ConversationFilter> {
        let filter: ConversationFilter = self.read(&self.0.filter)?;
        let me = reader(ctx)?.viewer().user();
        self.explained(ConversationFilter::read(
            Some(filter),
            me,
            ctx.data::<Limits>()?,
        ))
    }

    async fn ticket_filter(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<filter::TicketFilter> {
        let filter: TicketFilter = self.read(&self.0.filter)?;
        self.explained(ticket_filter(ctx, Some(filter)).await?)
    }
}
