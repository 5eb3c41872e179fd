//! Subscriptions: what a client wants is read here; what it gets is executed here too, once for each cascade.
//!
//! The server above asks in two ways, by what it puts into the request. [`Opening`]: nothing is executed, the
//! arguments are read and handed over. A pushed [`Entry`]: the operation is executed for that one cascade. In between
//! lies the replay, the live feed and the sharing, which need no GraphQL.

mod counts;
pub mod presence;
pub mod view;

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, ID, Subscription};
use futures_util::stream::{BoxStream, StreamExt};

use super::inputs::{CascadeFilter, ConversationFilter, ConversationOrder};
use super::scalars::Cursor;
use super::state::reader;
use super::types::{Cascade, Conversation, Presence, Ticket};
use crate::domain::event::{self, Entry, Position};
use crate::domain::filter;
use crate::domain::id::{ConversationId, TicketId};
use crate::domain::live::Spec;
use crate::error::Error;

/// What a subscription wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The cascades that match, none for a filter that nothing can pass; after a cursor, or from now on.
    Cascades {
        /// Which.
        filter: Option<event::CascadeFilter>,
        /// After which.
        after: Option<Position>,
    },
    /// One thing as it is now, and then after each cascade that touches it.
    Changed {
        /// The cascades that touch it.
        filter: event::CascadeFilter,
    },
    /// Who is at a conversation, now and when that changes.
    Presence {
        /// The conversation.
        conversation: ConversationId,
    },
    /// A live list.
    View(Spec),
    /// Live numbers.
    Counts(Vec<filter::ConversationFilter>),
}

/// Takes over what a subscription wants, instead of executing it.
#[derive(Clone, Default)]
pub struct Opening(Arc<Mutex<Option<Wanted>>>);

impl Opening {
    fn put(&self, wanted: Wanted) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(wanted);
    }

    /// What was wanted; none when the operation was refused before.
    #[must_use]
    pub fn take(&self) -> Option<Wanted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What is followed is not there, or not any more.
fn gone(why: &str) -> async_graphql::Error {
    Error::request("NOT_FOUND", format!("Nothing is found: {why}.")).into_graphql()
}

/// A subscription was executed without anything pushed.
fn nothing_to_show() -> async_graphql::Error {
    Error::Internal("a subscription was executed without a frame".to_owned()).into_graphql()
}

/// The root of all subscriptions.
pub struct Subscription;

/// Live, without holes: what a query's `asOf` has not seen, a subscription `after` it brings.
#[Subscription]
impl Subscription {
    /// One item per cascade that touches what the filter names, in log order, none twice, none left out.
    /// `after` first replays what came since. Ends with the error CURSOR_EXPIRED when the log no longer reaches back
    /// that far, LAGGED (with `extensions.resumeAfter`) when the client reads too slowly, FORBIDDEN when access is
    /// withdrawn.
    #[allow(
        clippy::unused_async,
        reason = "the macro takes no resolver that is not async"
    )]
    async fn cascades(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cascades; left out: all.")] filter: Option<CascadeFilter>,
        #[graphql(desc = "Everything after this position; left out: from now on.")] after: Option<
            Cursor,
        >,
    ) -> async_graphql::Result<BoxStream<'static, Cascade>> {
        if let Some(opening) = ctx.data_opt::<Opening>() {
            let filter = CascadeFilter::read(filter);
            opening.put(Wanted::Cascades {
                filter,
                after: after.map(|cursor| cursor.0),
            });
            return Ok(tokio_stream::empty().boxed());
        }
        let entry = ctx.data_opt::<Arc<Entry>>();
        let none = || {
            Error::Internal("a subscription was executed without a cascade".to_owned())
                .into_graphql()
        };
        let cascade = Cascade::new(Arc::clone(entry.ok_or_else(none)?));
        Ok(tokio_stream::once(cascade).boxed())
    }

    /// The ticket: first as it is now, then after each change of it or of one of its conversations. Ends with
    /// NOT_FOUND when there is no such ticket, or none any more.
    async fn ticket_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket.")] id: ID,
    ) -> async_graphql::Result<BoxStream<'static, Ticket>> {
        let id = TicketId::parse(&id).map_err(|error| gone(&error.to_string()))?;
        if let Some(opening) = ctx.data_opt::<Opening>() {
            let ticket = Some(id);
            opening.put(Wanted::Changed {
                filter: event::CascadeFilter {
                    ticket,
                    ..event::CascadeFilter::default()
                },
            });
            return Ok(tokio_stream::empty().boxed());
        }
        let ticket = Ticket::find(&*reader(ctx)?, id).await?;
        let ticket = ticket.ok_or_else(|| gone(&format!("there is no ticket `{id}`")))?;
        Ok(tokio_stream::once(ticket).boxed())
    }

    /// The conversation: first as it is now, then after each change of it, messages included. Ends with NOT_FOUND
    /// when there is no such conversation, or none any more.
    async fn conversation_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation.")] id: ID,
    ) -> async_graphql::Result<BoxStream<'static, Conversation>> {
        let id = ConversationId::parse(&id).map_err(|error| gone(&error.to_string()))?;
        if let Some(opening) = ctx.data_opt::<Opening>() {
            let conversation = Some(id);
            opening.put(Wanted::Changed {
                filter: event::CascadeFilter {
                    conversation,
                    ..event::CascadeFilter::default()
                },
            });
            return Ok(tokio_stream::empty().boxed());
        }
        let conversation = Conversation::find(&*reader(ctx)?, id).await?;
        let none = || gone(&format!("there is no conversation `{id}`"));
        Ok(tokio_stream::once(conversation.ok_or_else(none)?).boxed())
    }

    /// Who else looks at this conversation or writes in it, now: first those who are there, then each time that
    /// changes, at most ten times a second. Whoever subscribes is shown to the others as looking, for as long as the
    /// subscription lasts; integrations see and are not shown. At most a hundred are told, those who came first. Ends
    /// with NOT_FOUND when there is no such conversation, or none any more, and with FORBIDDEN when access is
    /// withdrawn.
    async fn presence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation.")] conversation_id: ID,
    ) -> async_graphql::Result<BoxStream<'static, Vec<Presence>>> {
        presence::presence(ctx, &conversation_id).await
    }

    /// A live list: first the page and its count, then what entered, changed or left it, a frame for each cascade that
    /// changes any of that. Equal to the query `conversations` with the same arguments, at every frame's `cursor`.
    /// Changes of what is shown with a conversation, its ticket, contact or their conversations, are changes of it;
    /// of names that settings change it shows what was true when it last changed. Ends with the error LAGGED when
    /// the client reads too slowly: subscribe again, which begins with the page as it is then.
    #[allow(
        clippy::unused_async,
        reason = "the macro takes no resolver that is not async"
    )]
    async fn conversation_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which conversations; left out: all outside the trash.")] filter: Option<
            ConversationFilter,
        >,
        #[graphql(desc = "In what order; left out: most recently active first.")] order_by: Option<
            ConversationOrder,
        >,
        #[graphql(desc = "At most so many on the page: 25 if left out, 100 at most.")]
        first: Option<i32>,
    ) -> async_graphql::Result<BoxStream<'static, view::ConversationViewFrame>> {
        view::conversation_view(ctx, filter, order_by, first)
    }

    /// Live numbers for a dashboard: how many conversations pass each filter, in the order of the filters. First the
    /// present ones, then when they change, coalesced to at most five frames a second; the last is always true. At
    /// most 20 filters, each as in the query `conversations`.
    #[allow(
        clippy::unused_async,
        reason = "the macro takes no resolver that is not async"
    )]
    async fn counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to count by; `{}` counts all outside the trash.")] filters: Vec<
            ConversationFilter,
        >,
    ) -> async_graphql::Result<BoxStream<'static, Vec<i32>>> {
        counts::counts(ctx, filters)
    }
}
