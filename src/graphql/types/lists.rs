//! Lists of conversations and tickets: the account's, and those of one thing, which are read for many at once.

use std::sync::Arc;

use async_graphql::{Context, Lookahead};

use super::{Cascade, Conversation, Ticket};
use crate::domain::cascade::Subject;
use crate::domain::filter;
use crate::domain::id::{ContactId, ConversationId, InboxId, TicketId};
use crate::domain::image::Conversation as Image;
use crate::graphql::Shown;
use crate::graphql::connection::{Connection, Listed, PageArgs, Total};
use crate::graphql::cursor::{ListId, ListKind};
use crate::graphql::inputs::{ConversationFilter, ConversationOrder, TicketFilter, TicketOrder};
use crate::graphql::joins::{conversations_joins, tickets_joins};
use crate::graphql::limits::Limits;
use crate::graphql::state::reader;
use crate::store::read::cascade::key as entry_key;
use crate::store::read::joins::{ConversationJoins, WithConversation};
use crate::store::read::page::{Key, Page, Rows};
use crate::store::read::{conversation, ticket};

impl Listed for Conversation {
    const CONNECTION: &'static str = "ConversationConnection";
    const EDGE: &'static str = "ConversationEdge";
}

impl Listed for Ticket {
    const CONNECTION: &'static str = "TicketConnection";
    const EDGE: &'static str = "TicketEdge";
}

impl Listed for Cascade {
    const CONNECTION: &'static str = "CascadeConnection";
    const EDGE: &'static str = "CascadeEdge";
}

pub(super) type ConversationSorting = filter::Order<filter::ConversationSort>;
pub(super) type TicketSorting = filter::Order<filter::TicketSort>;

pub(super) fn conversation_order(order: ConversationSorting, kind: ListKind) -> ListId {
    ListId::by_time(kind, order.by as u8 * 2 + u8::from(order.descending))
}

pub(super) fn ticket_order(order: TicketSorting, kind: ListKind) -> ListId {
    let number = order.by as u8 * 2 + u8::from(order.descending);
    match order.by {
        filter::TicketSort::LastActivity | filter::TicketSort::Created => {
            ListId::by_time(kind, number)
        }
        filter::TicketSort::Number | filter::TicketSort::Priority => {
            ListId::by_number(kind, number)
        }
    }
}

fn conversation_node(
    order: ConversationSorting,
) -> impl Fn(conversation::Listed) -> (Key, Conversation) {
    move |row| {
        let image = row.conversation;
        let key = Key {
            value: order.key(&image),
            id: image.id.0,
        };
        (key, Conversation::new(image))
    }
}

fn ticket_node(order: TicketSorting) -> impl Fn(ticket::Listed) -> (Key, Ticket) {
    move |row| {
        let image = row.ticket;
        let key = Key {
            value: order.key(&image),
            id: image.id.0,
        };
        (key, Ticket::without_properties(image))
    }
}

/// A page of the account's conversations.
pub(in crate::graphql) async fn conversation_list(
    ctx: &Context<'_>,
    filter: Option<ConversationFilter>,
    order: Option<ConversationOrder>,
    args: PageArgs,
) -> async_graphql::Result<Connection<Conversation>> {
    let me = reader(ctx)?.viewer().user();
    let filter = ConversationFilter::read(filter, me, ctx.data::<Limits>()?).shown()?;
    let order = order.unwrap_or_default().into();
    let list = conversation_order(order, ListKind::Conversations);
    conversation_page(ctx, Arc::new(filter), order, list, args).await
}

/// A page of a list of conversations whose filter has been read.
pub(super) async fn conversation_page(
    ctx: &Context<'_>,
    filter: Arc<filter::ConversationFilter>,
    order: ConversationSorting,
    list: ListId,
    args: PageArgs,
) -> async_graphql::Result<Connection<Conversation>> {
    let page = args.page(list, ctx.data::<Limits>()?).shown()?;
    let reader = reader(ctx)?;
    let joins = conversations_joins(&ctx.look_ahead());
    let rows = conversation::page(reader.source(), &filter, order, page, joins).await;
    let rows = rows.shown()?;
    reader.loaders().know_conversations(&rows.rows);
    let total = Total::Conversations(filter);
    Ok(Connection::new(list, rows, total, conversation_node(order)))
}

/// Which thing's conversations.
#[derive(Clone, Copy)]
pub(in crate::graphql) struct ConversationsOf {
    /// The list, as its cursors name it.
    kind: ListKind,
    /// What they are found by.
    parent: conversation::Parent,
    /// Whether those in the trash are shown: the lot of those who are there together.
    with_trash: bool,
}

impl ConversationsOf {
    const fn new(kind: ListKind, parent: conversation::Parent) -> Self {
        Self {
            kind,
            parent,
            with_trash: false,
        }
    }

    /// Those in an inbox.
    pub const fn inbox(id: InboxId) -> Self {
        let parent = conversation::Parent::Inbox(id.0);
        Self::new(ListKind::InboxConversations, parent)
    }

    /// Those with a contact.
    pub const fn contact(id: ContactId) -> Self {
        let parent = conversation::Parent::Contact(id.0);
        Self::new(ListKind::ContactConversations, parent)
    }

    /// The contact's others, beside that conversation.
    pub const fn previous(id: ConversationId) -> Self {
        let parent = conversation::Parent::Previous(id.0);
        Self::new(ListKind::PreviousConversations, parent)
    }

    /// Those of a ticket, which are in the trash together with it.
    pub const fn ticket(id: TicketId) -> Self {
        let parent = conversation::Parent::Ticket(id.0);
        Self {
            with_trash: true,
            ..Self::new(ListKind::TicketConversations, parent)
        }
    }

    /// What cursors in it are of.
    pub fn list(self, order: Option<ConversationOrder>) -> ListId {
        conversation_order(order.unwrap_or_default().into(), self.kind).of(self.parent.id())
    }

    /// Which of the thing's conversations it has, in what order.
    fn spec(
        self,
        ctx: &Context<'_>,
        filter: Option<ConversationFilter>,
        order: Option<ConversationOrder>,
    ) -> async_graphql::Result<conversation::List> {
        let filter = if self.with_trash {
            None
        } else {
            let me = reader(ctx)?.viewer().user();
            let filter = ConversationFilter::read(filter, me, ctx.data::<Limits>()?).shown()?;
            Some(Arc::new(filter))
        };
        Ok(conversation::List {
            filter,
            order: order.unwrap_or_default().into(),
        })
    }
}

/// A page of one thing's conversations, and what it is a page of.
pub(in crate::graphql) struct ConversationsAsked {
    list: ListId,
    spec: conversation::List,
    rows: Option<Arc<Rows<conversation::Listed>>>,
}

/// Reads a page of one thing's conversations for the field that is looked at.
pub(in crate::graphql) async fn ask_for_conversations(
    ctx: &Context<'_>,
    look: &Lookahead<'_>,
    of: ConversationsOf,
    filter: Option<ConversationFilter>,
    order: Option<ConversationOrder>,
    args: PageArgs,
) -> async_graphql::Result<ConversationsAsked> {
    let spec = of.spec(ctx, filter, order)?;
    let list = of.list(order);
    let page = args.page(list, ctx.data::<Limits>()?).shown()?;
    let key = (of.parent, spec.clone(), page, conversations_joins(look));
    let rows = reader(ctx)?.loaders().conversation_pages.one(key).await?;
    Ok(ConversationsAsked { list, spec, rows })
}

/// Knows from now on the page of a thing's list, in its own order, that came along with the thing.
pub(super) fn know_conversations_of(
    ctx: &Context<'_>,
    of: ConversationsOf,
    page: Page,
    rows: Vec<Arc<Image>>,
) -> async_graphql::Result<()> {
    let key = (
        of.parent,
        of.spec(ctx, None, None)?,
        page,
        ConversationJoins::NONE,
    );
    let rows = rows.into_iter().map(|conversation| conversation::Listed {
        conversation,
        with: WithConversation::default(),
    });
    let rows = Arc::new(page.cut(rows.collect()));
    let reader = reader(ctx)?;
    reader.loaders().conversation_pages.feed([(key, rows)]);
    Ok(())
}

/// A page of one thing's conversations.
pub(super) async fn conversation_list_of(
    ctx: &Context<'_>,
    of: ConversationsOf,
    filter: Option<ConversationFilter>,
    order: Option<ConversationOrder>,
    args: PageArgs,
) -> async_graphql::Result<Connection<Conversation>> {
    let asked = ask_for_conversations(ctx, &ctx.look_ahead(), of, filter, order, args).await?;
    let ConversationsAsked { list, spec, rows } = asked;
    let rows = rows.map(|rows| (*rows).clone()).unwrap_or_default();
    reader(ctx)?.loaders().know_conversations(&rows.rows);
    let node = conversation_node(spec.order);
    let total = Total::ConversationsOf(of.parent, spec);
    Ok(Connection::new(list, rows, total, node))
}

/// Reads what tickets are filtered by, with the account's definitions where it names properties.
pub(in crate::graphql) async fn ticket_filter(
    ctx: &Context<'_>,
    filter: Option<TicketFilter>,
) -> async_graphql::Result<crate::error::Result<filter::TicketFilter>> {
    let reader = reader(ctx)?;
    let definitions = match &filter {
        Some(filter) if filter.names_properties() => reader.loaders().definitions.one(()).await?,
        _ => None,
    };
    let definitions = definitions.unwrap_or_default();
    let me = reader.viewer().user();
    Ok(TicketFilter::read(
        filter,
        me,
        &definitions,
        ctx.data::<Limits>()?,
    ))
}

/// A page of the account's tickets.
pub(in crate::graphql) async fn ticket_list(
    ctx: &Context<'_>,
    filter: Option<TicketFilter>,
    order: Option<TicketOrder>,
    args: PageArgs,
) -> async_graphql::Result<Connection<Ticket>> {
    let filter = ticket_filter(ctx, filter).await?.shown()?;
    let order = order.unwrap_or_default().into();
    let list = ticket_order(order, ListKind::Tickets);
    ticket_page(ctx, Arc::new(filter), order, list, args).await
}

/// A page of a list of tickets whose filter has been read.
pub(super) async fn ticket_page(
    ctx: &Context<'_>,
    filter: Arc<filter::TicketFilter>,
    order: TicketSorting,
    list: ListId,
    args: PageArgs,
) -> async_graphql::Result<Connection<Ticket>> {
    let page = args.page(list, ctx.data::<Limits>()?).shown()?;
    let reader = reader(ctx)?;
    let joins = tickets_joins(ctx);
    let rows = ticket::page(reader.source(), &filter, order, page, joins).await;
    let rows = rows.shown()?;
    reader.loaders().know_tickets(&rows.rows);
    let total = Total::Tickets(filter);
    Ok(Connection::new(list, rows, total, ticket_node(order)))
}

/// A page of a contact's tickets, most recent first.
pub(super) async fn ticket_list_of_contact(
    ctx: &Context<'_>,
    contact: ContactId,
    args: PageArgs,
) -> async_graphql::Result<Connection<Ticket>> {
    let order = TicketSorting::default();
    let list = ticket_order(order, ListKind::ContactTickets).of(contact.0);
    let page = args.page(list, ctx.data::<Limits>()?).shown()?;
    let reader = reader(ctx)?;
    let key = (contact.0, page, tickets_joins(ctx));
    let rows = reader.loaders().ticket_pages.one(key).await?;
    let rows = rows.map(|rows| (*rows).clone()).unwrap_or_default();
    reader.loaders().know_tickets(&rows.rows);
    let total = Total::TicketsOf(contact.0);
    Ok(Connection::new(list, rows, total, ticket_node(order)))
}

/// A page of what happened to a ticket or conversation, newest first.
pub(super) async fn timeline(
    ctx: &Context<'_>,
    subject: Subject,
    args: PageArgs,
) -> async_graphql::Result<Connection<Cascade>> {
    let list = match subject {
        Subject::Ticket(id) => ListId::by_number(ListKind::TicketTimeline, 0).of(id.0),
        Subject::Conversation(id) => ListId::by_number(ListKind::ConversationTimeline, 0).of(id.0),
    };
    let page = args.page(list, ctx.data::<Limits>()?).shown()?;
    let reader = reader(ctx)?;
    let rows = reader.loaders().timelines.one((subject, page)).await?;
    let rows = rows.map(|rows| (*rows).clone()).unwrap_or_default();
    Ok(Connection::new(
        list,
        rows,
        Total::Timeline(subject),
        |entry| (entry_key(&entry), Cascade::new(entry)),
    ))
}
