//! Presence: who looks at a conversation and who writes in it, across servers, while it is so.
//!
//! # What makes somebody present
//!
//! - A user **looks** for as long as a subscription of theirs to the conversation's presence is open, on any server.
//!   It ends with the subscription: when it is completed, when its connection is closed or breaks, when access is
//!   withdrawn. A connection that breaks without a word is found out by the transport's pings.
//! - A user **writes** from when they say so (`updatePresence`) until they say that they do not, or for
//!   [`PresenceOptions::typing`] after they last said it. Who writes is shown also where they do not look: the
//!   mutation may well reach another server than the subscription, or come just before it.
//! - Somebody with several windows is one: they write if they write in any, and are there since the earliest of the
//!   windows that are open. What tells windows apart is their token: of two that share one, the word of either is the
//!   word of both, until the other renews its own.
//! - Integrations see who is there and are never shown: they are nobody's colleague.
//!
//! # How servers know
//!
//! Each server owns what its own clients do, and tells the others over the same bus as hints ([`super::hints`]),
//! changes within [`PresenceOptions::pause`] together. Nothing is written down anywhere, and any message may get lost:
//!
//! - Messages are numbered. Who finds a number missing asks that server for everything, and who begins to listen
//!   asks all.
//! - While it has somebody, a server gives a sign of life every [`PresenceOptions::beat`], with its last number. Of
//!   one that was not heard for [`PresenceOptions::lease`] nobody is shown any more.
//! - A mark that somebody writes needs no owner: it runs out by itself everywhere.
//!
//! - `crowd` is who is where, `peers` what is known of other servers, `book` both and what is to be told;
//!   these three know no clock. `exchange` speaks and listens; `room` is what subscribers share.

mod book;
mod crowd;
mod exchange;
mod message;
mod peers;
mod room;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

use super::hints::{Bus, PRESENCE_CHANNEL};
use super::hub::Hub;
use crate::domain::id::TokenId;
use crate::domain::image::Time;
use book::Book;
pub use crowd::{Place, Who};
pub use room::{Asked, People, Room, Seen};

/// How presence behaves.
#[derive(Debug, Clone)]
pub struct PresenceOptions {
    /// Between two signs of life of a server that has somebody.
    pub beat: Duration,
    /// How long a server may be silent before its people are no longer shown: some beats, so that a lost one or a
    /// busy moment makes nobody flicker.
    pub lease: Duration,
    /// How long somebody writes who does not say so again. Clients say it about every three seconds.
    pub typing: Duration,
    /// The least time between two messages of changes.
    pub pause: Duration,
    /// The least time between two tellings of everything.
    pub answer_pause: Duration,
    /// The least time between two frames of a subscriber.
    pub frame_pause: Duration,
    /// The most people told of one conversation: those who came first.
    pub people: usize,
    /// The most conversations at which one user is shown through one server.
    pub conversations: usize,
}

impl Default for PresenceOptions {
    fn default() -> Self {
        Self {
            beat: Duration::from_secs(1),
            lease: Duration::from_secs(5),
            typing: Duration::from_secs(6),
            pause: Duration::from_millis(50),
            answer_pause: Duration::from_millis(250),
            frame_pause: Duration::from_millis(100),
            people: 100,
            conversations: 50,
        }
    }
}

/// Presence on this server. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Presence {
    inner: Arc<Inner>,
}

struct Inner {
    options: PresenceOptions,
    state: Mutex<State>,
    /// There is something to say at once.
    news: Notify,
    hub: Hub,
}

struct State {
    book: Book,
    rooms: HashMap<Place, Weak<Room>>,
    stopped: bool,
}

/// A window that looks; it goes when this is dropped.
pub struct Here {
    presence: Presence,
    who: Who,
    since: Time,
    shown: bool,
}

impl Presence {
    /// Starts the exchange with other servers; it ends after `shutdown` resolves, and with it what subscribers see.
    pub fn start(
        bus: &Bus,
        hub: Hub,
        options: PresenceOptions,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> (Self, JoinHandle<()>) {
        let book = Book::new(Uuid::now_v7(), options.clone());
        let presence = Self {
            inner: Arc::new(Inner {
                options,
                state: Mutex::new(State {
                    book,
                    rooms: HashMap::new(),
                    stopped: false,
                }),
                news: Notify::new(),
                hub,
            }),
        };
        let ear = bus.ear(PRESENCE_CHANNEL);
        let task = tokio::spawn(exchange::run(presence.clone(), bus.clone(), ear, shutdown));
        (presence, task)
    }

    /// How it behaves.
    #[must_use]
    pub fn options(&self) -> &PresenceOptions {
        &self.inner.options
    }

    /// The subscribers of a conversation. Whether the viewer may see it is for the caller to know.
    #[must_use]
    pub fn room(&self, place: Place) -> Arc<Room> {
        let mut state = self.inner.lock();
        if let Some(room) = state.rooms.get(&place).and_then(Weak::upgrade) {
            return room;
        }
        let seen = if state.stopped {
            Seen::Stopped
        } else {
            Seen::People(state.book.list(place).into())
        };
        let hub = self.inner.hub.clone();
        let room = Room::open(place, seen, hub, Arc::downgrade(&self.inner));
        state.rooms.insert(place, Arc::downgrade(&room));
        room
    }

    /// A window of somebody's begins to look, until what is returned is dropped.
    #[must_use]
    pub fn look(&self, who: Who, since: Time) -> Here {
        let shown = self.inner.change(|book, _| book.come(who, since));
        Here {
            presence: self.clone(),
            who,
            since,
            shown,
        }
    }

    /// Somebody says whether they write.
    pub fn types(&self, who: Who, token: TokenId, typing: bool, at: Time) {
        let change = |book: &mut Book, now| book.types(who, token, typing, at, now);
        self.inner.change(change);
    }

    /// How many users at conversations are known of, on all servers.
    #[must_use]
    pub fn known(&self) -> usize {
        self.inner.lock().book.len()
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        if self.shown {
            let (who, since) = (self.who, self.since);
            self.presence.inner.change(|book, _| book.go(who, since));
        }
    }
}

impl Inner {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing that could panic happens halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the book, and shows what that changed.
    fn change<R>(&self, change: impl FnOnce(&mut Book, Instant) -> R) -> R {
        // Dropped after the lock: the last one to hold a room takes it too.
        let mut rooms = Vec::new();
        let mut state = self.lock();
        let result = change(&mut state.book, Instant::now());
        for place in state.book.take_touched() {
            if let Some(room) = state.rooms.get(&place).and_then(Weak::upgrade) {
                room.show(state.book.list(place));
                rooms.push(room);
            }
        }
        let news = state.book.has_news();
        metrics::gauge!("tandem_presence_known").set(state.book.len() as f64);
        drop(state);
        if news {
            self.news.notify_one();
        }
        result
    }

    fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        let rooms: Vec<_> = state.rooms.values().filter_map(Weak::upgrade).collect();
        drop(state);
        for room in rooms {
            room.stop();
        }
    }

    /// A room has lost its last subscriber, unless another has taken its place already.
    fn close(&self, place: Place, closed: &Room) {
        let mut state = self.lock();
        let same = |room: &Weak<Room>| std::ptr::eq(room.as_ptr(), closed);
        if state.rooms.get(&place).is_some_and(same) {
            state.rooms.remove(&place);
        }
    }
}
