//! What is kept from one response to the next: users, inboxes, pipelines with their statuses, details panels. They are on
//! every screen and change rarely.
//!
//! Nobody has to be told of a change, and nothing is believed for a time: an account has a mark, which the database draws
//! anew in every transaction that changes one of these (`settings_mark`, by triggers). The statements that read
//! conversations and tickets bring the mark along, from the snapshot that the whole response is read from. What was read
//! under that mark, by whatever snapshot of this server, is what this snapshot has too.
//!
//! Inboxes, which the limits of a person may hide, are shown from here only to those who have none.

use std::hash::Hash;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use uuid::Uuid;

use super::Source;
use super::desk::{Inbox, Pipeline, Status};
use super::user::User;
use crate::domain::id::{InboxId, PipelineId, StatusId, UserId};
use crate::domain::property::PropertyDefinition;

/// How many names of each kind are kept at most, of all accounts and marks together; what is not asked for gives way.
/// With names of usual length some 3 MB of users or statuses, and as much of what panels show and offer.
const AT_MOST: u64 = 10_000;
/// What most accounts have of each kind: as many find room before anything grows.
const USUAL: usize = 100;

/// By the account's mark and the thing's id. A mark is of one account.
type By<K, V> = Cache<(Uuid, K), V, ByNames>;

/// Weighs what is kept by its names.
#[derive(Clone)]
pub struct ByNames;

impl<K, V: Keep> Weighter<K, V> for ByNames {
    fn weight(&self, _: &K, value: &V) -> u64 {
        value.names()
    }
}

/// All that a server keeps.
pub struct Kept {
    users: By<UserId, Arc<User>>,
    inboxes: By<InboxId, Arc<Inbox>>,
    pipelines: By<PipelineId, Arc<Pipeline>>,
    statuses: By<StatusId, Arc<Status>>,
    panels: By<UserId, Arc<Vec<Arc<PropertyDefinition>>>>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            users: Cache::with_weighter(USUAL, AT_MOST, ByNames),
            inboxes: Cache::with_weighter(USUAL, AT_MOST, ByNames),
            pipelines: Cache::with_weighter(USUAL, AT_MOST, ByNames),
            statuses: Cache::with_weighter(USUAL, AT_MOST, ByNames),
            panels: Cache::with_weighter(USUAL, AT_MOST, ByNames),
        }
    }
}

/// What may be kept from one response to the next.
pub trait Keep: Sized {
    /// What it is found by.
    type Key: Copy + Eq + Hash;

    /// Whether limits hide some of them from those who have any: then the database tells whether this one is seen.
    const IS_LIMITED: bool = false;

    /// Where it is kept.
    fn place(kept: &Kept) -> &By<Self::Key, Self>;

    /// How many names it has, which its size goes by.
    fn names(&self) -> u64 {
        1
    }
}

macro_rules! things_by_id {
    ($($thing:ty: $key:ty => $place:ident $(, $limited:ident)?;)*) => {$(
        impl Keep for Arc<$thing> {
            type Key = $key;
            $(const $limited: bool = true;)?

            fn place(kept: &Kept) -> &By<$key, Self> {
                &kept.$place
            }
        }
    )*};
}

things_by_id! {
    User: UserId => users;
    Inbox: InboxId => inboxes, IS_LIMITED;
    Pipeline: PipelineId => pipelines;
    Status: StatusId => statuses;
}

/// What a user's panel shows.
impl Keep for Arc<Vec<Arc<PropertyDefinition>>> {
    type Key = UserId;

    fn place(kept: &Kept) -> &By<UserId, Self> {
        &kept.panels
    }

    fn names(&self) -> u64 {
        let options = self.iter().map(|definition| definition.options.len());
        1 + (self.len() + options.sum::<usize>()) as u64
    }
}

/// The column that brings the mark along, of the account with that placeholder.
pub(super) fn mark_of(account: &str) -> String {
    format!("(SELECT a.settings_mark FROM accounts a WHERE a.id = {account})")
}

impl Source {
    /// Tells which mark the snapshot has.
    pub(super) fn has_mark(&self, mark: Uuid) {
        // A snapshot has one.
        let _ = self.mark.set(mark);
    }

    /// What is known from earlier responses, where it is known that it is still so.
    #[must_use]
    pub fn kept<V: Keep + Clone>(&self, key: V::Key) -> Option<V> {
        if V::IS_LIMITED && self.limits.is_some() {
            return None;
        }
        V::place(&self.kept).get(&(*self.mark.get()?, key))
    }

    /// Keeps what was read from this snapshot for later ones, where its mark is known.
    pub fn keep<V: Keep + Clone>(&self, key: V::Key, value: &V) {
        if let Some(mark) = self.mark.get() {
            V::place(&self.kept).insert((*mark, key), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::{Limits, Principal, Scopes, Viewer};
    use crate::domain::id::{AccountId, PropertyId, TokenId};
    use crate::domain::noun::PropertyType;
    use crate::domain::property::PropertyOption;
    use crate::store::{PoolOptions, Store};

    #[test]
    fn limits_are_the_database_s_to_apply() {
        let store = Store::new("postgres://nowhere", &PoolOptions::default()).unwrap();
        let (mark, inbox) = (Uuid::from_u128(1), InboxId(Uuid::from_u128(2)));
        let source = |limits| {
            let viewer = Viewer {
                account: AccountId(Uuid::nil()),
                principal: Principal::System,
                token: TokenId(Uuid::nil()),
                scopes: Scopes::ALL,
                limits,
            };
            let source = Source::of(&store, &viewer, Arc::default());
            source.has_mark(mark);
            source
        };
        let row = Inbox {
            id: inbox,
            name: "Hidden".to_owned(),
            creates_tickets: false,
        };
        source(None).keep(inbox, &Arc::new(row));
        assert!(source(None).kept::<Arc<Inbox>>(inbox).is_some());
        let limited = source(Some(Limits::to([])));
        assert!(limited.kept::<Arc<Inbox>>(inbox).is_none());
    }

    #[test]
    fn what_is_large_counts_as_much() {
        let option = |number| PropertyOption {
            value: format!("{number}"),
            label: format!("No. {number}"),
        };
        let definition = Arc::new(PropertyDefinition {
            id: PropertyId(Uuid::nil()),
            name: "reason".to_owned(),
            label: "Reason".to_owned(),
            kind: PropertyType::Enumeration,
            options: (0..998).map(option).collect(),
            required: false,
            read_only: false,
            archived: false,
        });
        let kept = Kept::default();
        let panel = Arc::new(vec![definition]);
        for user in 0..100 {
            let key = (Uuid::nil(), UserId(Uuid::from_u128(user)));
            kept.panels.insert(key, Arc::clone(&panel));
        }
        assert!(kept.panels.weight() <= AT_MOST);
        assert!(
            (1..=10).contains(&kept.panels.len()),
            "{}",
            kept.panels.len()
        );
    }
}
