//! What a list reads together with its rows, in the same statement: only what the query selects.
//!
//! A loader for each kind of neighbour is right where few rows are asked about. For a page of conversations each further
//! statement costs Postgres and the server as much as some four of its rows. Users and statuses are not joined: they are
//! few, and kept from one response to the next ([`super::kept`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{self as st, Nullable as Maybe};

use super::conversation;
use super::kept::mark_of;
use super::message::{self, MESSAGE_COLUMNS, Message, MessageColumns};
use super::page::Page;
use super::user::Contact;
use crate::domain::id::{ContactId, PropertyId};
use crate::domain::image::{Conversation, Held, Ticket, Time};
use crate::error::{Error, Result};
use crate::store::columns::{Columns, FromJoin};
use crate::store::rows::{ConversationRow, TICKET_OWN_COLUMNS, TicketRow};

/// What is joined to a ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct TicketJoins {
    /// Its contact.
    pub contact: bool,
    /// What it holds of each property. Of the tickets of a list they are read beside it.
    pub properties: bool,
}

/// What is joined to a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ConversationJoins {
    /// Its contact.
    pub contact: bool,
    /// Its newest message or note.
    pub last_message: bool,
    /// Its ticket, with what is joined to that.
    pub ticket: Option<TicketJoins>,
    /// A page of its messages and notes that [`may_come_along`](Page::may_come_along). Of the conversations of a list they
    /// are read beside it.
    pub messages: Option<Page>,
    /// The same of the contact's other conversations, most recent first, the trash left out.
    pub previous: Option<Page>,
}

/// What came along with a ticket; what was not joined or is not there is none.
#[derive(Debug, Clone, Default)]
pub struct WithTicket {
    /// Its contact.
    pub contact: Option<Arc<Contact>>,
    /// What it holds of each property.
    pub properties: Option<Arc<BTreeMap<PropertyId, Held>>>,
}

/// What came along with a conversation; what was not joined or is not there is none.
#[derive(Debug, Clone, Default)]
pub struct WithConversation {
    /// Its contact.
    pub contact: Option<Arc<Contact>>,
    /// Its newest message or note.
    pub last_message: Option<Arc<Message>>,
    /// Its ticket with what came along with that.
    pub ticket: Option<(Arc<Ticket>, WithTicket)>,
    /// Its messages and notes, from one end on, with at least one more than the page has where there is one.
    pub messages: Option<Vec<Arc<Message>>>,
    /// The same of the contact's other conversations.
    pub previous: Option<Vec<Arc<Conversation>>>,
}

const CONTACT: u8 = 1;
const LAST_MESSAGE: u8 = 2;
const TICKET: u8 = 4;
const TICKET_CONTACT: u8 = 8;
const PROPERTIES: u8 = 16;
const MESSAGES: u8 = 32;
const PREVIOUS: u8 = 64;

/// Columns to select and tables to join them from.
pub(super) struct Joined {
    /// The mark of the account's settings, and a number that says which columns follow, so that a row can be read by
    /// itself. To be the first columns.
    pub first: String,
    /// To be the last columns; empty, or begins with a comma.
    pub columns: String,
    /// To follow the `FROM`.
    pub tables: String,
}

impl Joined {
    fn column(&mut self, columns: &str) {
        self.columns += ", ";
        self.columns += columns;
    }

    fn add(&mut self, columns: &str, table: &str) {
        self.column(columns);
        self.tables += " LEFT JOIN ";
        self.tables += table;
    }
}

fn contact(alias: &str, of: &str) -> (String, String) {
    (
        format!("{alias}.name, {alias}.email, {alias}.phone, {alias}.created_at"),
        format!(
            "contacts {alias} ON {alias}.account_id = {of}.account_id AND {alias}.id = {of}.contact_id"
        ),
    )
}

impl TicketJoins {
    /// Nothing at all.
    pub const NONE: Self = Self {
        contact: false,
        properties: false,
    };

    /// Both of it.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            contact: self.contact || other.contact,
            properties: self.properties || other.properties,
        }
    }

    const fn bits(self) -> u8 {
        (self.contact as u8 * TICKET_CONTACT) | (self.properties as u8 * PROPERTIES)
    }

    fn add_to(self, joined: &mut Joined) {
        if self.contact {
            let (columns, table) = contact("tk", "t");
            joined.add(&columns, &table);
        }
        if self.properties {
            joined.column(
                "(SELECT coalesce(json_object_agg(h.definition_id, json_build_object('value', h.value, 'version', h.version)), '{}') \
                 FROM ticket_properties h WHERE h.account_id = t.account_id AND h.ticket_id = t.id)",
            );
        }
    }

    /// What to select beside tickets `t` of the account with that placeholder.
    pub(super) fn sql(self, account: &str) -> Joined {
        let mut joined = Joined {
            first: format!("{}, {}::smallint", mark_of(account), self.bits()),
            columns: String::new(),
            tables: String::new(),
        };
        self.add_to(&mut joined);
        joined
    }
}

impl ConversationJoins {
    /// Nothing at all.
    pub const NONE: Self = Self {
        contact: false,
        last_message: false,
        ticket: None,
        messages: None,
        previous: None,
    };

    /// Both of it, of a list.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            messages: None,
            previous: None,
            contact: self.contact || other.contact,
            last_message: self.last_message || other.last_message,
            ticket: match (self.ticket, other.ticket) {
                (Some(one), Some(other)) => Some(one.and(other)),
                (Some(one), None) | (None, Some(one)) => Some(one),
                (None, None) => None,
            },
        }
    }

    const fn bits(self) -> u8 {
        let ticket = match self.ticket {
            Some(ticket) => TICKET | ticket.bits(),
            None => 0,
        };
        (self.contact as u8 * CONTACT)
            | (self.last_message as u8 * LAST_MESSAGE)
            | ticket
            | (self.messages.is_some() as u8 * MESSAGES)
            | (self.previous.is_some() as u8 * PREVIOUS)
    }

    /// What to select beside conversations `c` of the account with that placeholder.
    pub(super) fn sql(self, account: &str) -> Joined {
        let mut joined = Joined {
            first: format!("{}, {}::smallint", mark_of(account), self.bits()),
            columns: String::new(),
            tables: String::new(),
        };
        if self.contact {
            let (columns, table) = contact("k", "c");
            joined.add(&columns, &table);
        }
        if self.last_message {
            joined.add(
                MESSAGE_COLUMNS,
                "LATERAL (SELECT m.* FROM messages m WHERE m.account_id = c.account_id AND m.conversation_id = c.id \
                 ORDER BY m.created_at DESC, m.id DESC LIMIT 1) m ON true",
            );
        }
        if let Some(ticket) = self.ticket {
            joined.add(
                TICKET_OWN_COLUMNS,
                "tickets t ON t.account_id = c.account_id AND t.id = c.ticket_id",
            );
            ticket.add_to(&mut joined);
        }
        if let Some(page) = self.messages {
            joined.column(&message::along(account, page));
        }
        if let Some(page) = self.previous {
            joined.column(&conversation::previous_along(account, page));
        }
        joined
    }
}

/// What stands beside a row, before it is known whose it is.
#[derive(Default)]
pub(super) struct Beside {
    contact: Option<ContactColumns>,
    last_message: Option<MessageColumns>,
    ticket: Option<TicketRow>,
    ticket_contact: Option<ContactColumns>,
    properties: Option<serde_json::Value>,
    messages: Option<Vec<MessageColumns>>,
    previous: Option<Vec<ConversationRow>>,
}

struct ContactColumns(Option<String>, Option<String>, Option<String>, Time);

fn take_contact<'r>(
    columns: &mut Columns<'_, impl Row<'r, Pg>>,
) -> deserialize::Result<Option<ContactColumns>> {
    let name = columns.take::<Maybe<st::Text>, _>()?;
    let email = columns.take::<Maybe<st::Text>, _>()?;
    let phone = columns.take::<Maybe<st::Text>, _>()?;
    let since = columns.take::<Maybe<st::Timestamptz>, Option<Time>>()?;
    Ok(since.map(|since| ContactColumns(name, email, phone, since)))
}

impl Beside {
    /// Takes the columns that the flags announce.
    pub(super) fn take<'r>(
        flags: i16,
        columns: &mut Columns<'_, impl Row<'r, Pg>>,
    ) -> deserialize::Result<Self> {
        let has = |bit: u8| flags & i16::from(bit) != 0;
        let mut beside = Self::default();
        if has(CONTACT) {
            beside.contact = take_contact(columns)?;
        }
        if has(LAST_MESSAGE) {
            beside.last_message = MessageColumns::take_maybe(columns)?;
        }
        if has(TICKET) {
            beside.ticket = TicketRow::take_maybe(columns)?;
        }
        if has(TICKET_CONTACT) {
            beside.ticket_contact = take_contact(columns)?;
        }
        if has(PROPERTIES) {
            beside.properties = Some(columns.take::<st::Json, _>()?);
        }
        if has(MESSAGES) {
            beside.messages = Some(columns.take_list()?);
        }
        if has(PREVIOUS) {
            beside.previous = Some(columns.take_list()?);
        }
        Ok(beside)
    }

    /// What it is to this conversation.
    pub(super) fn of_conversation(mut self, of: &Conversation) -> Result<WithConversation> {
        let contact = self
            .contact
            .take()
            .map(|columns| columns.decode(of.contact));
        let last_message = self.last_message.take();
        let decode = |columns: MessageColumns| columns.decode(of.id).map(Arc::new);
        let last_message = last_message.map(decode);
        let messages = self
            .messages
            .take()
            .map(|all| all.into_iter().map(decode).collect());
        let previous = self.previous.take().map(|all| {
            let decode = |row: ConversationRow| row.try_into().map(Arc::new);
            all.into_iter().map(decode).collect()
        });
        let ticket = match self.ticket.take() {
            None => None,
            Some(row) => {
                let mut ticket: Ticket = row.try_into()?;
                // Both are in the same trash group or in none (rule 18).
                ticket.trash = of.trash;
                let with = self.of_ticket(&ticket)?;
                Some((Arc::new(ticket), with))
            }
        };
        Ok(WithConversation {
            contact,
            last_message: last_message.transpose()?,
            ticket,
            messages: messages.transpose()?,
            previous: previous.transpose()?,
        })
    }

    /// What it is to this ticket.
    pub(super) fn of_ticket(self, of: &Ticket) -> Result<WithTicket> {
        let contact = of.contact.zip(self.ticket_contact);
        let properties = self.properties.map(serde_json::from_value).transpose();
        let properties = properties
            .map_err(|error| Error::Internal(format!("properties of {}: {error}", of.id)))?;
        Ok(WithTicket {
            properties: properties.map(Arc::new),
            contact: contact.map(|(id, columns)| columns.decode(id)),
        })
    }
}

impl ContactColumns {
    fn decode(self, id: ContactId) -> Arc<Contact> {
        let Self(name, email, phone, created_at) = self;
        Arc::new(Contact {
            id,
            name,
            email,
            phone,
            created_at,
        })
    }
}
