//! Tickets and conversations as rows, and back.

use diesel::deserialize::{self, FromSqlRow};
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{self as st, Nullable as Maybe, Untyped};
use serde_json::{Value, json};
use uuid::Uuid;

use super::columns::{Columns, FromColumns, by_place};
use crate::domain::id::TrashGroupId;
use crate::domain::image::{Conversation, Status, Ticket, Time, Trash};
use crate::domain::noun::{ConversationStatus, StatusCategory, TicketPriority, Workspace};
use crate::error::{Error, Result};

/// The columns of [`TicketRow`] in its order, of `tickets t` with [`TICKET_TRASH`].
pub(super) const TICKET_COLUMNS: &str = "t.id, t.number, t.name, t.name_version, t.pipeline_id, t.status_id, \
     t.category, t.owner_id, t.priority, t.priority_version, t.workspace, t.contact_id, t.created_at, \
     t.last_activity_at, t.closed_at, t.trash_group_id, g.trashed_at, g.purge_at, t.version";
/// The same of `tickets t` alone: where the times of what is in the trash are read after it, as of what is locked, or
/// where it is known to be outside it.
pub(super) const TICKET_OWN_COLUMNS: &str = "t.id, t.number, t.name, t.name_version, t.pipeline_id, \
     t.status_id, t.category, t.owner_id, t.priority, t.priority_version, t.workspace, t.contact_id, t.created_at, \
     t.last_activity_at, t.closed_at, t.trash_group_id, NULL::timestamptz, \
     NULL::timestamptz, t.version";
/// Joins its trash group to a ticket `t`. With a limit of its own, because only so is it looked up by its key for
/// certain: where the planner knows too little, it would read the whole trash for a single ticket.
pub(super) const TICKET_TRASH: &str = "LEFT JOIN LATERAL (SELECT g.trashed_at, g.purge_at FROM trash_groups g \
     WHERE t.trash_group_id IS NOT NULL AND g.account_id = t.account_id AND g.id = t.trash_group_id LIMIT 1) g ON true";

/// The columns of [`ConversationRow`] in its order, of `conversations c` with [`CONVERSATION_TRASH`].
pub(super) const CONVERSATION_COLUMNS: &str = "c.id, c.subject, c.status, c.workspace, c.inbox_id, \
     c.channel_id, c.contact_id, c.owner_id, c.ticket_id, c.created_at, c.last_activity_at, c.closed_at, \
     c.trash_group_id, g.trashed_at, g.purge_at, c.version";
/// The same of `conversations c` alone, as [`TICKET_OWN_COLUMNS`].
pub(super) const CONVERSATION_OWN_COLUMNS: &str = "c.id, c.subject, c.status, c.workspace, c.inbox_id, \
     c.channel_id, c.contact_id, c.owner_id, c.ticket_id, c.created_at, c.last_activity_at, c.closed_at, \
     c.trash_group_id, NULL::timestamptz, NULL::timestamptz, c.version";
/// Joins its trash group to a conversation `c`, as [`TICKET_TRASH`] does to a ticket.
pub(super) const CONVERSATION_TRASH: &str = "LEFT JOIN LATERAL (SELECT g.trashed_at, g.purge_at FROM trash_groups g \
     WHERE c.trash_group_id IS NOT NULL AND g.account_id = c.account_id AND g.id = c.trash_group_id LIMIT 1) g ON true";

/// The columns of a list's tickets `t`, and what is to be joined for them: outside the trash no group has any times.
pub(super) const fn tickets_of_list(in_trash: bool) -> (&'static str, &'static str) {
    match in_trash {
        true => (TICKET_COLUMNS, TICKET_TRASH),
        false => (TICKET_OWN_COLUMNS, ""),
    }
}

/// The same for conversations `c`.
pub(super) const fn conversations_of_list(in_trash: bool) -> (&'static str, &'static str) {
    match in_trash {
        true => (CONVERSATION_COLUMNS, CONVERSATION_TRASH),
        false => (CONVERSATION_OWN_COLUMNS, ""),
    }
}

by_place! {
    /// A ticket's row with the times of its trash group; its properties stand in a table of their own.
    pub(super) struct TicketRow {
        id: st::Uuid => Uuid,
        number: st::Integer => i32,
        name: st::Text => String,
        name_version: st::Integer => i32,
        pipeline_id: st::Uuid => Uuid,
        status_id: st::Uuid => Uuid,
        category: st::SmallInt => i16,
        owner_id: Maybe<st::Uuid> => Option<Uuid>,
        priority: Maybe<st::SmallInt> => Option<i16>,
        priority_version: st::Integer => i32,
        workspace: st::SmallInt => i16,
        contact_id: Maybe<st::Uuid> => Option<Uuid>,
        created_at: st::Timestamptz => Time,
        last_activity_at: st::Timestamptz => Time,
        closed_at: Maybe<st::Timestamptz> => Option<Time>,
        trash_group_id: Maybe<st::Uuid> => Option<Uuid>,
        trashed_at: Maybe<st::Timestamptz> => Option<Time>,
        purge_at: Maybe<st::Timestamptz> => Option<Time>,
        version: st::Integer => i32,
    }
}

by_place! {
    /// A conversation's row with the times of its trash group.
    pub(super) struct ConversationRow {
        id: st::Uuid => Uuid,
        subject: Maybe<st::Text> => Option<String>,
        status: st::SmallInt => i16,
        workspace: st::SmallInt => i16,
        inbox_id: st::Uuid => Uuid,
        channel_id: st::Uuid => Uuid,
        contact_id: st::Uuid => Uuid,
        owner_id: Maybe<st::Uuid> => Option<Uuid>,
        ticket_id: Maybe<st::Uuid> => Option<Uuid>,
        created_at: st::Timestamptz => Time,
        last_activity_at: st::Timestamptz => Time,
        closed_at: Maybe<st::Timestamptz> => Option<Time>,
        trash_group_id: Maybe<st::Uuid> => Option<Uuid>,
        trashed_at: Maybe<st::Timestamptz> => Option<Time>,
        purge_at: Maybe<st::Timestamptz> => Option<Time>,
        version: st::Integer => i32,
    }
}

/// Rows that are decoded by place, whole: for lists of many columns.
macro_rules! read_by_place {
    ($($row:ty),*) => {$(
        impl FromSqlRow<Untyped, Pg> for $row {
            fn build_from_row<'r>(row: &impl Row<'r, Pg>) -> deserialize::Result<Self> {
                Self::take(&mut Columns::of(row))
            }
        }
    )*};
}
pub(super) use read_by_place;

read_by_place!(TicketRow, ConversationRow);

impl TicketRow {
    /// The trash group that it is in.
    pub(super) const fn trash_group(&self) -> Option<Uuid> {
        self.trash_group_id
    }
}

impl ConversationRow {
    /// The trash group that it is in.
    pub(super) const fn trash_group(&self) -> Option<Uuid> {
        self.trash_group_id
    }
}

/// A code that this version does not know can only come from a newer one.
pub(super) fn known<T>(value: Option<T>, what: &str) -> Result<T> {
    value.ok_or_else(|| {
        Error::Internal(format!(
            "unknown code of {what}: the database is newer than the server"
        ))
    })
}

fn trash(group: Option<Uuid>, trashed_at: Option<Time>, purge_at: Option<Time>) -> Option<Trash> {
    Some(Trash {
        group: TrashGroupId(group?),
        trashed_at: trashed_at?,
        purge_at: purge_at?,
    })
}

impl TryFrom<TicketRow> for Ticket {
    type Error = Error;

    fn try_from(row: TicketRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            number: row.number,
            name: row.name,
            name_version: row.name_version,
            status: Status {
                id: row.status_id.into(),
                pipeline: row.pipeline_id.into(),
                category: known(StatusCategory::from_code(row.category), "category")?,
            },
            owner: row.owner_id.map(Into::into),
            priority: match row.priority {
                Some(code) => Some(known(TicketPriority::from_code(code), "priority")?),
                None => None,
            },
            priority_version: row.priority_version,
            workspace: known(Workspace::from_code(row.workspace), "workspace")?,
            contact: row.contact_id.map(Into::into),
            properties: std::collections::BTreeMap::new(),
            created_at: row.created_at,
            last_activity_at: row.last_activity_at,
            closed_at: row.closed_at,
            trash: trash(row.trash_group_id, row.trashed_at, row.purge_at),
            version: row.version,
        })
    }
}

impl TryFrom<ConversationRow> for Conversation {
    type Error = Error;

    fn try_from(row: ConversationRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            subject: row.subject,
            status: known(ConversationStatus::from_code(row.status), "status")?,
            workspace: known(Workspace::from_code(row.workspace), "workspace")?,
            inbox: row.inbox_id.into(),
            channel: row.channel_id.into(),
            contact: row.contact_id.into(),
            owner: row.owner_id.map(Into::into),
            ticket: row.ticket_id.map(Into::into),
            created_at: row.created_at,
            last_activity_at: row.last_activity_at,
            closed_at: row.closed_at,
            trash: trash(row.trash_group_id, row.trashed_at, row.purge_at),
            version: row.version,
        })
    }
}

/// The columns that a cascade may change or set, as `jsonb_to_recordset` reads them.
pub(super) fn ticket_json(ticket: &Ticket) -> Value {
    json!({
        "id": ticket.id, "number": ticket.number, "name": ticket.name, "name_version": ticket.name_version,
        "pipeline_id": ticket.status.pipeline, "status_id": ticket.status.id,
        "category": ticket.status.category.code(), "owner_id": ticket.owner,
        "priority": ticket.priority.map(TicketPriority::code), "priority_version": ticket.priority_version,
        "workspace": ticket.workspace.code(), "contact_id": ticket.contact, "created_at": ticket.created_at,
        "last_activity_at": ticket.last_activity_at, "closed_at": ticket.closed_at,
        "trash_group_id": ticket.trash.map(|trash| trash.group), "version": ticket.version,
    })
}

/// The columns that a cascade may change or set, but `thread_key`.
pub(super) fn conversation_json(conversation: &Conversation) -> Value {
    json!({
        "id": conversation.id, "subject": conversation.subject, "status": conversation.status.code(),
        "workspace": conversation.workspace.code(), "inbox_id": conversation.inbox,
        "channel_id": conversation.channel, "contact_id": conversation.contact,
        "owner_id": conversation.owner, "ticket_id": conversation.ticket,
        "created_at": conversation.created_at, "last_activity_at": conversation.last_activity_at,
        "closed_at": conversation.closed_at,
        "trash_group_id": conversation.trash.map(|trash| trash.group), "version": conversation.version,
    })
}
