//! What one request holds while it is answered.

use std::sync::{Arc, PoisonError, RwLock};

use async_graphql::Context;

use super::Shown;
use super::loaders::Loaders;
use super::turns::Turns;
use crate::domain::access::Viewer;
use crate::domain::event::{Entry, Position};
use crate::domain::id::{ConversationId, TicketId};
use crate::domain::image::{Conversation, Ticket};
use crate::store::Store;
use crate::store::read::{Flight, Source, seen};

/// One moment that a response is read from: all of it, so nobody ever sees half a cascade.
pub struct Reader {
    viewer: Viewer,
    source: Source,
    loaders: Loaders,
    live: Option<Arc<Entry>>,
}

impl Reader {
    fn new(store: &Store, viewer: Viewer, turns: &Arc<Turns>, live: Option<Arc<Entry>>) -> Self {
        let source = Source::of(store, &viewer, Arc::clone(turns.flight()));
        // What a cascade left is not held against anybody's limits: whoever has some reads it.
        let live = live.filter(|_| viewer.limits.is_none());
        let loaders = Loaders::new(&source, turns);
        Self {
            viewer,
            source,
            loaders,
            live,
        }
    }

    /// Who asks.
    #[must_use]
    pub const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The rows of their account.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The loaders over these rows.
    #[must_use]
    pub const fn loaders(&self) -> &Loaders {
        &self.loaders
    }

    /// Whether it reads for the frame of a pushed cascade.
    #[must_use]
    pub const fn is_pushed(&self) -> bool {
        self.live.is_some()
    }

    /// The ticket as the pushed cascade left it, where there is one that changed it.
    #[must_use]
    pub fn pushed_ticket(&self, id: TicketId) -> Option<&Ticket> {
        let tickets = &self.live.as_deref()?.body.tickets;
        tickets.iter().find(|ticket| ticket.id == id)
    }

    /// The conversation as the pushed cascade left it, where there is one that changed it.
    #[must_use]
    pub fn pushed_conversation(&self, id: ConversationId) -> Option<&Conversation> {
        let conversations = &self.live.as_deref()?.body.conversations;
        conversations.iter().find(|one| one.id == id)
    }
}

/// What one request, or one pushed frame, holds: put into it with [`async_graphql::Request::data`].
pub struct RequestState {
    store: Store,
    viewer: Viewer,
    as_of: Position,
    turns: Arc<Turns>,
    reader: RwLock<Arc<Reader>>,
    writes_rows: bool,
}

impl RequestState {
    /// For a query or mutation. `as_of` is the tail's position, taken before anything is read, so everything up to
    /// it is in what is read.
    #[must_use]
    pub fn new(store: Store, viewer: Viewer, as_of: Position) -> Self {
        Self::with(store, viewer, as_of, None, Flight::default())
    }

    /// The same for a query that one statement is hoped to be enough for.
    #[must_use]
    pub fn for_one_statement(store: Store, viewer: Viewer, as_of: Position) -> Self {
        Self::with(store, viewer, as_of, None, Flight::of_one())
    }

    /// For the frame of one pushed cascade: what it changed is shown as it left it, without a read.
    #[must_use]
    pub fn live(store: Store, viewer: Viewer, entry: Arc<Entry>) -> Self {
        let as_of = entry.position.unwrap_or_default();
        Self::with(store, viewer, as_of, Some(entry), Flight::default())
    }

    fn with(
        store: Store,
        viewer: Viewer,
        as_of: Position,
        live: Option<Arc<Entry>>,
        flight: Flight,
    ) -> Self {
        let turns = Arc::new(Turns::of(flight));
        let reader = Reader::new(&store, viewer.clone(), &turns, live);
        Self {
            store,
            viewer,
            as_of,
            turns,
            reader: RwLock::new(Arc::new(reader)),
            writes_rows: false,
        }
    }

    /// Says whether lists may be answered with rows that are written already, which nothing can be merged with.
    pub const fn write_rows(&mut self, may: bool) {
        self.writes_rows = may;
    }

    /// Whether lists may be answered with rows that are written already.
    #[must_use]
    pub const fn writes_rows(&self) -> bool {
        self.writes_rows
    }

    /// Who asks.
    #[must_use]
    pub const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Everything in the response was read at or after this position.
    #[must_use]
    pub const fn as_of(&self) -> Position {
        self.as_of
    }

    /// The turns of the request's resolvers: whoever executes it drives them.
    #[must_use]
    pub fn turns(&self) -> Arc<Turns> {
        Arc::clone(&self.turns)
    }

    /// What is read from now on is of a new moment: after a command, so that its payload shows what it did, also
    /// where the request has several commands.
    pub fn renew(&self) {
        let fresh = Arc::new(Reader::new(
            &self.store,
            self.viewer.clone(),
            &self.turns,
            None,
        ));
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// What of a cascade there is for the viewer, as of the moment that is read from; none where nothing is.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn shown(&self, entry: Arc<Entry>) -> async_graphql::Result<Option<Arc<Entry>>> {
        if self.viewer.limits.is_none() {
            return Ok(Some(entry));
        }
        let reader = self.reader();
        let shown = seen::shown(reader.source(), vec![Entry::clone(&entry)]).await;
        Ok(shown.shown()?.pop().map(Arc::new))
    }

    /// The moment that is read from.
    #[must_use]
    pub fn reader(&self) -> Arc<Reader> {
        Arc::clone(&self.reader.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The state of the request that is being answered.
///
/// # Errors
/// When the server forgot to put it there.
pub fn state<'a>(ctx: &Context<'a>) -> async_graphql::Result<&'a RequestState> {
    ctx.data::<RequestState>()
}

/// The moment that the response is read from.
///
/// # Errors
/// When the server forgot to put the state there.
pub fn reader(ctx: &Context<'_>) -> async_graphql::Result<Arc<Reader>> {
    Ok(state(ctx)?.reader())
}
