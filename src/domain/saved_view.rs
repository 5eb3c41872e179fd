//! Saved views: a filter with an order that a user has named.

use super::id::{SavedViewId, UserId};
use super::image::Time;
use super::noun::SavedViewKind;

/// How many views each user keeps to themselves, at most: the list of them has no pages.
pub const OWN: i64 = 100;
/// How many views an account shares, at most, for the same reason.
pub const SHARED: i64 = 200;
/// The longest filter, in characters of its JSON: a list of all views stays within a few megabytes at the worst.
pub const FILTER_CHARS: usize = 32_768;

/// A list that a user has named. Its filter and order are texts in JSON, kept as they were given: what they mean is
/// read anew each time, so that "mine" is whoever looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// Who made it, also once they have left.
    pub owner: UserId,
    /// What it lists, for good.
    pub kind: SavedViewKind,
    /// What people call it: unique among the owner's own or among those shared, for its kind.
    pub name: String,
    /// Whether all of the account see it, or its owner alone.
    pub shared: bool,
    /// The filter, in JSON.
    pub filter: String,
    /// The order, in JSON.
    pub order_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}
