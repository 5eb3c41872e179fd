//! Live lists and numbers, as pure functions of the log: what a cascade does to a list that somebody looks at.
//!
//! - [`moves()`] tells what each conversation of a cascade was before it and is after it.
//! - [`Window`] holds the beginning of a list, a little more than is shown.
//! - [`Count`] holds how many the whole list has.
//! - [`List`] puts them together and tells what a subscriber has to be told.
//!
//! # How a reading of the database and the log are joined
//!
//! The log is followed first, from a position `from`; then a snapshot of the database is read: rows, their number, and
//! which entries after `from` it already contains. Let `to` be the last of these. What the snapshot lacks up to `to`
//! (positions that were drawn early and committed late) are cascades of other conversations than those that it has,
//! since a cascade holds the locks of its conversations until its commit is visible. So, once all entries up to
//! `to` have been applied, the list is exactly what it is at `to`:
//!
//! - of rows, in any case: a row is replaced by each image that an entry has of it, and the last one holds;
//! - of the number, if the entries that the snapshot contains are left out.
//!
//! Until then the list is of no one moment, and nobody is told of it. The same join refills a window that has run
//! short: what it knows up to its edge stays, and what comes after it is read.

mod count;
mod frame;
mod list;
mod moves;
mod window;

pub use count::Count;
pub use frame::{Change, Entered, Frame, Page, Spec, Watch};
pub use list::{Filled, List, Need};
pub use moves::{Is, Kinds, Move, Was, is_member, moves, names_channels};
pub use window::{Key, Window};

#[cfg(test)]
mod tests;
