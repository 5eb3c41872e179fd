//! What lists are filtered by, as data: the store turns it into SQL, live lists hold it against images in memory.
//!
//! Two-valued everywhere: an empty owner is simply not that owner, so `not` finds it (unlike SQL's `null`).

use std::sync::Arc;

use super::id::{ChannelId, ContactId, InboxId, PropertyId, StatusId, TicketId, UserId};
use super::image::{Conversation, Ticket, Time};
use super::noun::{ChannelKind, ConversationStatus, StatusCategory, TicketPriority, Workspace};
use super::property::Value;

/// From (inclusive) and before (exclusive); either may be open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// At or after it.
    pub from: Option<Time>,
    /// Before it.
    pub before: Option<Time>,
}

impl TimeRange {
    /// Whether the moment is in it.
    #[must_use]
    pub fn contains(&self, time: Time) -> bool {
        self.from.is_none_or(|from| time >= from) && self.before.is_none_or(|before| time < before)
    }
}

/// Conditions put together. No condition at all, `All` of nothing, holds for everything; `Any` of nothing for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition<Leaf> {
    /// A single one.
    Is(Leaf),
    /// All of them.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
    /// Not that.
    Not(Box<Self>),
}

impl<Leaf> Default for Condition<Leaf> {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl<Leaf> Condition<Leaf> {
    /// What nothing fulfils.
    #[must_use]
    pub const fn never() -> Self {
        Self::Any(Vec::new())
    }

    /// All of these; a single one is itself.
    #[must_use]
    pub fn all(mut conditions: Vec<Self>) -> Self {
        match conditions.pop() {
            Some(only) if conditions.is_empty() => only,
            Some(last) => {
                conditions.push(last);
                Self::All(conditions)
            }
            None => Self::default(),
        }
    }

    /// Whether it holds, where `leaf` tells whether a single condition does.
    pub fn holds(&self, leaf: &impl Fn(&Leaf) -> bool) -> bool {
        match self {
            Self::Is(one) => leaf(one),
            Self::All(all) => all.iter().all(|one| one.holds(leaf)),
            Self::Any(any) => any.iter().any(|one| one.holds(leaf)),
            Self::Not(one) => !one.holds(leaf),
        }
    }

    /// Whether any of its single conditions is one that `leaf` looks for.
    pub fn names(&self, leaf: &impl Fn(&Leaf) -> bool) -> bool {
        match self {
            Self::Is(one) => leaf(one),
            Self::All(many) | Self::Any(many) => many.iter().any(|one| one.names(leaf)),
            Self::Not(one) => one.names(leaf),
        }
    }

    /// The single conditions, where all there is to it is that each of them holds: the everyday filters.
    #[must_use]
    pub fn plain(&self) -> Option<Vec<&Leaf>> {
        match self {
            Self::Is(one) => Some(vec![one]),
            Self::All(all) => all
                .iter()
                .map(|one| match one {
                    Self::Is(leaf) => Some(leaf),
                    _ => None,
                })
                .collect(),
            Self::Any(_) | Self::Not(_) => None,
        }
    }
}

/// One condition on a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConversationLeaf {
    /// In this inbox.
    Inbox(InboxId),
    /// In one of these inboxes: what somebody is limited to.
    InboxIn(Arc<[InboxId]>),
    /// With this contact.
    Contact(ContactId),
    /// Of this ticket.
    Ticket(TicketId),
    /// Open or closed.
    Status(ConversationStatus),
    /// Worked on there.
    Workspace(Workspace),
    /// Came by a channel of one of these kinds.
    Channel(Vec<ChannelKind>),
    /// Of this owner; none: of nobody.
    Owner(Option<UserId>),
    /// Has a ticket, or has none.
    HasTicket(bool),
    /// Was last active then.
    LastActivity(TimeRange),
}

/// Which conversations a list has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ConversationFilter {
    /// In the trash, instead of not in it.
    pub in_trash: bool,
    /// What else.
    pub condition: Condition<ConversationLeaf>,
}

impl ConversationFilter {
    /// Whether the list has this conversation. `kind_of` tells the kind of its channel.
    pub fn matches(
        &self,
        conversation: &Conversation,
        kind_of: &impl Fn(ChannelId) -> Option<ChannelKind>,
    ) -> bool {
        conversation.trash.is_some() == self.in_trash
            && self.condition.holds(&|leaf| match leaf {
                ConversationLeaf::Inbox(id) => conversation.inbox == *id,
                ConversationLeaf::InboxIn(ids) => ids.contains(&conversation.inbox),
                ConversationLeaf::Contact(id) => conversation.contact == *id,
                ConversationLeaf::Ticket(id) => conversation.ticket == Some(*id),
                ConversationLeaf::Status(status) => conversation.status == *status,
                ConversationLeaf::Workspace(workspace) => conversation.workspace == *workspace,
                ConversationLeaf::Channel(kinds) => {
                    kind_of(conversation.channel).is_some_and(|kind| kinds.contains(&kind))
                }
                ConversationLeaf::Owner(owner) => conversation.owner == *owner,
                ConversationLeaf::HasTicket(has) => conversation.ticket.is_some() == *has,
                ConversationLeaf::LastActivity(range) => {
                    range.contains(conversation.last_activity_at)
                }
            })
    }
}

/// What a property is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyTest {
    /// Has this very value. Options are a set: kept in the order that the definition had, which may be another by now.
    Equals(Value),
    /// Has this option among its options.
    Contains(String),
    /// Has a value, or has none.
    IsSet(bool),
}

/// One condition on a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum TicketLeaf {
    /// In one of these statuses.
    Status(Vec<StatusId>),
    /// Open or closed.
    Category(StatusCategory),
    /// Of one of these priorities.
    Priority(Vec<TicketPriority>),
    /// Of this owner; none: of nobody.
    Owner(Option<UserId>),
    /// Of this contact.
    Contact(ContactId),
    /// Worked on there.
    Workspace(Workspace),
    /// By a property of the account.
    Property(PropertyId, PropertyTest),
    /// Created then.
    Created(TimeRange),
}

/// Which tickets a list has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketFilter {
    /// In the trash, instead of not in it.
    pub in_trash: bool,
    /// What else.
    pub condition: Condition<TicketLeaf>,
}

impl TicketFilter {
    /// Whether the list has this ticket, whose properties must be loaded.
    #[must_use]
    pub fn matches(&self, ticket: &Ticket) -> bool {
        ticket.trash.is_some() == self.in_trash
            && self.condition.holds(&|leaf| match leaf {
                TicketLeaf::Status(ids) => ids.contains(&ticket.status.id),
                TicketLeaf::Category(category) => ticket.status.category == *category,
                TicketLeaf::Priority(any) => ticket.priority.is_some_and(|one| any.contains(&one)),
                TicketLeaf::Owner(owner) => ticket.owner == *owner,
                TicketLeaf::Contact(id) => ticket.contact == Some(*id),
                TicketLeaf::Workspace(workspace) => ticket.workspace == *workspace,
                TicketLeaf::Property(id, test) => {
                    let held = ticket.properties.get(id);
                    test.holds(held.and_then(|held| held.value.as_ref()))
                }
                TicketLeaf::Created(range) => range.contains(ticket.created_at),
            })
    }
}

impl PropertyTest {
    /// Whether a value, or none, passes.
    #[must_use]
    pub fn holds(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::IsSet(set), value) => value.is_some() == *set,
            (Self::Equals(Value::Options(wanted)), Some(Value::Options(options))) => {
                // No option is there twice.
                options.len() == wanted.len() && wanted.iter().all(|one| options.contains(one))
            }
            (Self::Equals(wanted), Some(value)) => value == wanted,
            (Self::Contains(option), Some(Value::Options(options))) => options.contains(option),
            _ => false,
        }
    }
}

/// What conversations are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConversationSort {
    /// When they were last active.
    LastActivity,
    /// When they began.
    Created,
}

/// What tickets are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketSort {
    /// When they were last active.
    LastActivity,
    /// When they were created.
    Created,
    /// Their number.
    Number,
    /// Their priority; none is the lowest.
    Priority,
}

/// An order of a list; ties are broken by id, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order<Sort> {
    /// By what.
    pub by: Sort,
    /// Highest first.
    pub descending: bool,
}

impl Default for Order<ConversationSort> {
    fn default() -> Self {
        Self {
            by: ConversationSort::LastActivity,
            descending: true,
        }
    }
}

impl Default for Order<TicketSort> {
    fn default() -> Self {
        Self {
            by: TicketSort::LastActivity,
            descending: true,
        }
    }
}

impl Order<ConversationSort> {
    /// The conversation's key in this order; ties are broken by its id.
    #[must_use]
    pub fn key(self, conversation: &Conversation) -> i64 {
        match self.by {
            ConversationSort::LastActivity => conversation.last_activity_at,
            ConversationSort::Created => conversation.created_at,
        }
        .timestamp_micros()
    }
}

impl Order<TicketSort> {
    /// The ticket's key in this order; ties are broken by its id.
    #[must_use]
    pub fn key(self, ticket: &Ticket) -> i64 {
        match self.by {
            TicketSort::LastActivity => ticket.last_activity_at.timestamp_micros(),
            TicketSort::Created => ticket.created_at.timestamp_micros(),
            TicketSort::Number => i64::from(ticket.number),
            TicketSort::Priority => i64::from(ticket.priority.map_or(0, TicketPriority::code)),
        }
    }
}
