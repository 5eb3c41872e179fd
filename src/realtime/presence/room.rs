//! What the subscribers of one conversation share on a server: who is there, and the finished frames that say so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use futures_util::future::AbortHandle;
use tokio::sync::{OnceCell, watch};

use super::Inner;
use super::crowd::Place;
use crate::domain::cascade::{Change, Subject};
use crate::domain::event::{CascadeFilter, Entry};
use crate::domain::presence::Present;
use crate::realtime::follow::Feed;
use crate::realtime::hub::Hub;

/// Who is at a conversation, in the order in which they came.
pub type People = Arc<[Present]>;

/// What subscribers of a conversation see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Who is there.
    People(People),
    /// The conversation has been deleted for good.
    Gone,
    /// The server stops.
    Stopped,
}

/// What two subscribers must have asked alike to be given the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The operation's text.
    pub operation: Arc<str>,
    /// Which operation of the text.
    pub name: Option<Arc<str>>,
    /// The variables, in one form.
    pub variables: Arc<str>,
    /// What the viewer may see, as far as the operation looks at it.
    pub access: Arc<str>,
}

/// The frames of the present list. Those who see the same, whoever of them is left out for themselves, share one.
#[derive(Default)]
struct Frames {
    of: Option<People>,
    made: HashMap<(Asked, People), Arc<OnceCell<Bytes>>>,
}

/// One conversation's subscribers; it lives for as long as it has any.
pub struct Room {
    place: Place,
    seen: watch::Sender<Seen>,
    frames: Mutex<Frames>,
    presence: Weak<Inner>,
    follows: AbortHandle,
}

impl Room {
    pub(super) fn open(place: Place, people: Seen, hub: Hub, presence: Weak<Inner>) -> Arc<Self> {
        let seen = watch::Sender::new(people);
        let told = seen.clone();
        let (purge, follows) = futures_util::future::abortable(async move {
            until_purged(&hub, place).await;
            told.send_replace(Seen::Gone);
        });
        tokio::spawn(purge);
        metrics::gauge!("tandem_presence_rooms").increment(1.0);
        Arc::new(Self {
            place,
            seen,
            frames: Mutex::default(),
            presence,
            follows,
        })
    }

    /// Which conversation it is.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// What is to be seen, as it changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Seen> {
        self.seen.subscribe()
    }

    pub(super) fn show(&self, list: Vec<Present>) {
        self.seen.send_if_modified(|seen| match seen {
            Seen::People(old) if **old != *list => {
                *seen = Seen::People(list.into());
                true
            }
            _ => false,
        });
    }

    pub(super) fn stop(&self) {
        self.seen.send_replace(Seen::Stopped);
    }

    /// The frame that shows `shown`, which is `all` or a part of it. Made by the first who asks, and given to all
    /// who have asked the same; one that could not be made is tried again by the next.
    ///
    /// # Errors
    /// What making it failed with.
    pub async fn frame<E, M>(
        &self,
        asked: &Asked,
        all: &People,
        shown: &People,
        make: impl FnOnce() -> M,
    ) -> Result<Bytes, E>
    where
        M: Future<Output = Result<Bytes, E>>,
    {
        let cell = {
            let mut frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
            if frames.of.as_ref() != Some(all) {
                frames.of = Some(Arc::clone(all));
                frames.made.clear();
            }
            let key = (asked.clone(), Arc::clone(shown));
            Arc::clone(frames.made.entry(key).or_default())
        };
        cell.get_or_try_init(make).await.cloned()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.follows.abort();
        metrics::gauge!("tandem_presence_rooms").decrement(1.0);
        if let Some(presence) = self.presence.upgrade() {
            presence.close(self.place, self);
        }
    }
}

/// Resolves when the conversation is purged. Where the log went by too fast to see, whoever makes the next frame
/// finds out.
async fn until_purged(hub: &Hub, place: Place) {
    let filter = CascadeFilter {
        conversation: Some(place.conversation),
        ..CascadeFilter::default()
    };
    let purged = |entry: &Entry| {
        let mut effects = entry.body.effects.iter();
        effects.any(|effect| {
            effect.subject == Subject::Conversation(place.conversation)
                && matches!(effect.change, Change::Purged)
        })
    };
    loop {
        let mut feed = hub.subscribe(place.account, filter.clone());
        loop {
            match feed.next().await {
                Some(Ok((_, entry))) if purged(&entry) => return,
                Some(Ok(_)) => {}
                Some(Err(_lagged)) => break,
                // The server stops.
                None => return std::future::pending().await,
            }
        }
    }
}
