//! A ticket and a conversation as the planner reads them, the store writes them and the log keeps them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{
    ChannelId, ContactId, ConversationId, InboxId, IntegrationId, MessageId, PipelineId,
    PropertyId, StatusId, TicketId, TrashGroupId, UserId,
};
use super::noun::{ConversationStatus, MessageKind, StatusCategory, TicketPriority, Workspace};
use super::property::Value;

/// A moment in UTC, in microseconds, as the database keeps it.
pub type Time = DateTime<Utc>;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person of the account.
    User(UserId),
    /// A customer, by writing.
    Contact(ContactId),
    /// A program with a token of its own.
    Integration(IntegrationId),
    /// Tandem itself: imports, the end of a retention.
    System,
}

/// Why and until when something is in the trash. One for the whole group (rule 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trash {
    /// What went into the trash together.
    pub group: TrashGroupId,
    /// When.
    pub trashed_at: Time,
    /// When it is deleted for good.
    pub purge_at: Time,
}

/// A ticket's status with what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its id.
    pub id: StatusId,
    /// The pipeline that it is a status of.
    pub pipeline: PipelineId,
    /// Whether work is left.
    pub category: StatusCategory,
}

/// A property of a ticket that has or had a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The value; none after it was cleared.
    pub value: Option<Value>,
    /// The ticket's version that changed it last: edits of different properties do not conflict.
    pub version: i32,
}

/// All that a ticket is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// Counts from 1 in each account; what people call it by. 0 in a preview.
    pub number: i32,
    /// What it is about.
    pub name: String,
    /// The version that changed the name last.
    pub name_version: i32,
    /// Where it stands.
    pub status: Status,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// How urgent it is.
    pub priority: Option<TicketPriority>,
    /// The version that changed the priority last.
    pub priority_version: i32,
    /// Where it is worked on.
    pub workspace: Workspace,
    /// The contact of its first conversation, for good.
    pub contact: Option<ContactId>,
    /// Values by definition.
    pub properties: BTreeMap<PropertyId, Held>,
    /// When it was created.
    pub created_at: Time,
    /// The latest of its conversations' and of its own changes.
    pub last_activity_at: Time,
    /// When it crossed to closed; none while it is open.
    pub closed_at: Option<Time>,
    /// Set while it is in the trash.
    pub trash: Option<Trash>,
    /// Grows by one with each cascade that changes it.
    pub version: i32,
}

/// All that a conversation is, but its messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// What its first message said it is about.
    pub subject: Option<String>,
    /// Whether it waits for somebody.
    pub status: ConversationStatus,
    /// Where it is worked on.
    pub workspace: Workspace,
    /// Where it is.
    pub inbox: InboxId,
    /// The way it came by; a move does not change it (rule 29).
    pub channel: ChannelId,
    /// Whom it is with.
    pub contact: ContactId,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// Its ticket; once set never changed (rule 3).
    pub ticket: Option<TicketId>,
    /// When it began.
    pub created_at: Time,
    /// The time of its last incoming or outgoing message.
    pub last_activity_at: Time,
    /// When it was closed; none while it is open.
    pub closed_at: Option<Time>,
    /// Set while it is in the trash.
    pub trash: Option<Trash>,
    /// Grows by one with each cascade that changes it.
    pub version: i32,
}

/// A message without its text, which stays in its own table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who it is meant for.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author: Actor,
    /// When it was written.
    pub created_at: Time,
}
