//! Effects: the steps of a cascade, as data that the log keeps.

use serde::{Deserialize, Serialize};

use super::command::PropertyKey;
use super::rule::Rule;
use crate::domain::id::{ConversationId, InboxId, TicketId, UserId};
use crate::domain::image::{Conversation, Message, Status, Ticket, Time, Trash};
use crate::domain::noun::{ConversationStatus, TicketPriority, Workspace};
use crate::domain::property::Value;

/// What an effect happened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A ticket.
    Ticket(TicketId),
    /// A conversation.
    Conversation(ConversationId),
}

/// One step of a cascade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// What it happened to.
    pub subject: Subject,
    /// Why.
    pub rule: Rule,
    /// The place, in the same cascade, of the effect that caused it; none for what the command asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub caused_by: Option<usize>,
    /// What happened.
    pub change: Change,
}

/// A property's value at the time of a change, with the text that people saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The value.
    pub value: HeldValue,
    /// The value as people read it then.
    pub display: String,
}

/// A value of any editable field of a ticket's sidebar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldValue {
    /// The ticket's name.
    Name(String),
    /// The ticket's priority.
    Priority(TicketPriority),
    /// A defined property's value.
    Property(Value),
}

/// What an effect did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// A ticket came to be; as it was at first.
    TicketCreated {
        /// As it was at first. Emptied when the ticket is purged.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        ticket: Option<Box<Ticket>>,
    },
    /// A conversation came to be; as it was at first.
    ConversationCreated {
        /// As it was at first. Emptied when the conversation is purged.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        conversation: Option<Box<Conversation>>,
    },
    /// The conversation got its ticket.
    Linked {
        /// That ticket.
        ticket: TicketId,
    },
    /// The conversation was closed or reopened.
    ConversationStatus {
        /// Before.
        from: ConversationStatus,
        /// After.
        to: ConversationStatus,
        /// `closedAt` before.
        closed_before: Option<Time>,
        /// `closedAt` after.
        closed_after: Option<Time>,
    },
    /// The ticket's status changed.
    TicketStatus {
        /// Before.
        from: Status,
        /// After.
        to: Status,
        /// `closedAt` before.
        closed_before: Option<Time>,
        /// `closedAt` after.
        closed_after: Option<Time>,
    },
    /// The owner changed.
    Owner {
        /// Before.
        from: Option<UserId>,
        /// After.
        to: Option<UserId>,
    },
    /// It moved to another workspace.
    Workspace {
        /// Before.
        from: Workspace,
        /// After.
        to: Workspace,
    },
    /// The conversation moved to another inbox.
    Inbox {
        /// Before.
        from: InboxId,
        /// After.
        to: InboxId,
    },
    /// A property of the ticket changed, its name and priority included.
    Property {
        /// Which.
        key: PropertyKey,
        /// What programs call it.
        name: String,
        /// Before.
        from: Option<Shown>,
        /// After.
        to: Option<Shown>,
    },
    /// It went to the trash.
    Trashed {
        /// With whom and until when.
        trash: Trash,
    },
    /// It came back from the trash.
    Restored {
        /// What it was in the trash with.
        trash: Trash,
    },
    /// It was deleted for good.
    Purged,
    /// A message was added to the conversation.
    MessageAdded {
        /// That message.
        message: Message,
        /// Hash of its text, so that the log can prove the text; emptied when it is purged.
        #[serde(skip_serializing_if = "String::is_empty", default)]
        sha256: String,
        /// `lastActivityAt` of the conversation before, where the message counts for it: live counts by that time need
        /// no look at the database. Entries of older servers lack it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        active_before: Option<Time>,
    },
}

impl Change {
    /// Whether it changes the thing itself, so that its version grows.
    #[must_use]
    pub const fn bumps_version(&self) -> bool {
        !matches!(self, Self::MessageAdded { .. } | Self::Purged)
    }

    /// Whether an undo can take it back (rule 30).
    #[must_use]
    pub const fn undoable(&self) -> bool {
        !matches!(
            self,
            Self::TicketCreated { .. }
                | Self::ConversationCreated { .. }
                | Self::Linked { .. }
                | Self::MessageAdded { .. }
                | Self::Purged
        )
    }
}
