//! Subscriptions: what a client wants is read here; what it gets is executed here too, once for each cascade.
//!
//! The server above asks in two ways, by what it puts into the request. [`Opening`]: nothing is executed, the
//! arguments are read and handed over. A pushed [`Entry`]: the operation is executed for that one cascade. In between
//! lies the replay, the live feed and the sharing, which need no GraphQL.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Subscription};
use futures_util::stream::{BoxStream, StreamExt};

use super::inputs::CascadeFilter;
use super::scalars::Cursor;
use super::types::Cascade;
use crate::domain::event::{self, Entry, Position};
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
}
