//! What subscribers of a live list ask for, and what they are told.

use std::sync::Arc;

use crate::domain::event::{Entry, Position};
use crate::domain::filter::{ConversationFilter, ConversationSort, Order};
use crate::domain::id::ConversationId;
use crate::domain::image::Conversation;

/// A list that somebody looks at: equal ones are one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spec {
    /// Which conversations.
    pub filter: ConversationFilter,
    /// In what order.
    pub order: Order<ConversationSort>,
    /// How many of them are shown.
    pub first: u16,
    /// What counts as a change of one of them, besides its own.
    pub watch: Watch,
}

/// What is shown of a conversation that is not its own: changes of that are changes of the row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Watch {
    /// Its ticket.
    pub ticket: bool,
    /// Its contact, whose name and address a message may bring.
    pub contact: bool,
    /// Other conversations and tickets: of its ticket, contact or inbox.
    pub related: bool,
}

/// The list as it is shown at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In the list's order.
    pub nodes: Vec<Arc<Conversation>>,
    /// How many the whole list has.
    pub total: i64,
    /// The position at which that is true.
    pub at: Position,
}

/// A row that came or changed, and its place in the finished list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    /// Counts from 0.
    pub index: usize,
    /// The row.
    pub node: Arc<Conversation>,
}

/// What has to be done to the list that was shown before: take out `left` and all that `entered` and `updated` name,
/// then insert these by rising index.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// No longer shown.
    pub left: Vec<ConversationId>,
    /// Not shown before; by rising index.
    pub entered: Vec<Entered>,
    /// Shown before, and changed or moved by a change of its own; by rising index.
    pub updated: Vec<Entered>,
    /// How many the whole list has now.
    pub total: i64,
    /// The position at which that is true.
    pub at: Position,
    /// The cascade that did it, where it was one alone.
    pub entry: Option<Arc<Entry>>,
}

/// What a subscriber of a live list is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The list, at first.
    Snapshot(Page),
    /// A change of it.
    Change(Change),
}
