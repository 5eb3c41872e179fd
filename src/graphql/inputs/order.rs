//! Orders of lists.

use async_graphql::{Enum, InputObject};

use crate::domain::filter::{self, ConversationSort, TicketSort};

/// Which way a list goes.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Lowest or oldest first.
    Asc,
    /// Highest or newest first.
    Desc,
}

/// What conversations are sorted by; ties by id.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "ConversationSort")]
pub enum ConversationOrderField {
    /// When they were last active.
    #[graphql(name = "LAST_ACTIVITY_AT")]
    LastActivity,
    /// When they began.
    #[graphql(name = "CREATED_AT")]
    Created,
}

/// What tickets are sorted by; ties by id. No priority is the lowest.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "TicketSort")]
pub enum TicketOrderField {
    /// When they were last active.
    #[graphql(name = "LAST_ACTIVITY_AT")]
    LastActivity,
    /// When they were created.
    #[graphql(name = "CREATED_AT")]
    Created,
    /// Their number.
    Number,
    /// Their priority; none is the lowest.
    Priority,
}

/// The order of a list of conversations.
#[derive(InputObject, Debug, Clone, Copy)]
pub struct ConversationOrder {
    /// By what.
    #[graphql(default_with = "ConversationOrderField::LastActivity")]
    field: ConversationOrderField,
    /// Which way.
    #[graphql(default_with = "Direction::Desc")]
    direction: Direction,
}

impl Default for ConversationOrder {
    fn default() -> Self {
        Self {
            field: ConversationOrderField::LastActivity,
            direction: Direction::Desc,
        }
    }
}

impl From<ConversationOrder> for filter::Order<ConversationSort> {
    fn from(order: ConversationOrder) -> Self {
        Self {
            by: order.field.into(),
            descending: order.direction == Direction::Desc,
        }
    }
}

/// The order of a list of tickets.
#[derive(InputObject, Debug, Clone, Copy)]
pub struct TicketOrder {
    /// By what.
    #[graphql(default_with = "TicketOrderField::LastActivity")]
    field: TicketOrderField,
    /// Which way.
    #[graphql(default_with = "Direction::Desc")]
    direction: Direction,
}

impl Default for TicketOrder {
    fn default() -> Self {
        Self {
            field: TicketOrderField::LastActivity,
            direction: Direction::Desc,
        }
    }
}

impl From<TicketOrder> for filter::Order<TicketSort> {
    fn from(order: TicketOrder) -> Self {
        Self {
            by: order.field.into(),
            descending: order.direction == Direction::Desc,
        }
    }
}
