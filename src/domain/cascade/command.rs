//! Commands, as data: all that a client can ask for that ends in a cascade.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::effect::{Effect, HeldValue, Shown};
use crate::domain::id::{ConversationId, InboxId, PropertyId, TicketId, TrashGroupId, UserId};
use crate::domain::image::{Conversation, Message, Status, Ticket};
use crate::domain::noun::{ConversationStatus, TicketPriority, Workspace};
use crate::domain::property::PropertyDefinition;
use crate::domain::refusal::{ErrorCode, Refusal};

/// What of the account the rules depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether tickets are managed in the inbox (rule 5).
    pub tickets_in_inbox: bool,
    /// How long the trash keeps things (rule 18).
    pub retention: TimeDelta,
}

impl Settings {
    /// The workspace in which this account's tickets are.
    #[must_use]
    pub const fn ticket_workspace(&self) -> Workspace {
        Workspace::of_tickets(self.tickets_in_inbox)
    }
}

/// The locked state that a command is planned on: a ticket with its conversations, and the conversation
/// that the command names, which may not be linked (yet).
#[derive(Debug, Clone, PartialEq)]
pub struct Linked {
    /// What of the account matters.
    pub settings: Settings,
    /// The ticket, if there is one.
    pub ticket: Option<Ticket>,
    /// Conversations by rising id.
    pub conversations: Vec<Conversation>,
    /// Who of those that this command may make an owner is no longer active: whoever it names, and the owners of
    /// conversations without a ticket, who would own one.
    pub inactive: BTreeSet<UserId>,
}

impl Linked {
    /// The ticket's conversations.
    pub fn conversations_of(&self, ticket: TicketId) -> impl Iterator<Item = &Conversation> {
        let all = self.conversations.iter();
        all.filter(move |one| one.ticket == Some(ticket))
    }
}

/// A field of a ticket that the sidebar edits (rule 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertyKey {
    /// The name.
    Name,
    /// The priority.
    Priority,
    /// A property that the account defined.
    Defined(PropertyId),
}

/// One wanted value, already held against its definition.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyEdit {
    /// The definition; none for the built-in name and priority.
    pub definition: Option<PropertyDefinition>,
    /// Which field.
    pub key: PropertyKey,
    /// The value; none clears it.
    pub to: Option<HeldValue>,
}

impl PropertyEdit {
    /// What programs call the field.
    #[must_use]
    pub fn name(&self) -> String {
        match (self.key, &self.definition) {
            (PropertyKey::Name, _) => "name".to_owned(),
            (PropertyKey::Priority, _) => "priority".to_owned(),
            (PropertyKey::Defined(id), None) => id.to_string(),
            (PropertyKey::Defined(_), Some(definition)) => definition.name.clone(),
        }
    }

    /// A value of this field with the text that people read.
    #[must_use]
    pub fn show(&self, value: HeldValue) -> Shown {
        let display = match (&value, &self.definition) {
            (HeldValue::Name(name), _) => name.clone(),
            (HeldValue::Priority(priority), _) => match priority {
                TicketPriority::Low => "LOW",
                TicketPriority::Medium => "MEDIUM",
                TicketPriority::High => "HIGH",
                TicketPriority::Urgent => "URGENT",
            }
            .to_owned(),
            (HeldValue::Property(value), Some(definition)) => definition.display(value),
            (HeldValue::Property(_), None) => String::new(),
        };
        Shown { value, display }
    }
}

/// A ticket that is to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTicket {
    /// Its fresh id.
    pub id: TicketId,
    /// Its number; 0 in a preview.
    pub number: i32,
    /// Its name.
    pub name: String,
    /// Its first status.
    pub status: Status,
    /// Its owner; left out: the conversation's.
    pub owner: Option<Option<UserId>>,
    /// Its priority.
    pub priority: Option<TicketPriority>,
    /// Its first values.
    pub properties: Vec<PropertyEdit>,
    /// Names of required properties that have no value; empty where they are not asked for (rule 28).
    pub missing: Vec<String>,
}

/// What a contact wrote (rule 26).
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The new conversation, where the message starts one.
    pub starts: Option<Box<Conversation>>,
    /// The conversation that it belongs to.
    pub conversation: ConversationId,
    /// The message.
    pub message: Message,
    /// Hash of its text.
    pub sha256: String,
    /// The ticket that the inbox wants for a new conversation (rule 28).
    pub ticket: Option<Box<NewTicket>>,
}

/// A command, with all that it names already found.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// `createTicket`
    CreateTicket(ConversationId, Box<NewTicket>),
    /// `linkConversation`: to the ticket of the [`Linked`] state.
    LinkConversation(ConversationId),
    /// `updateTicketStatus`
    UpdateTicketStatus(Status),
    /// `updateTicketProperties`
    UpdateTicketProperties(Vec<PropertyEdit>),
    /// `updateTicketOwner`
    UpdateTicketOwner(Option<UserId>),
    /// `updateConversationStatus`
    UpdateConversationStatus(ConversationId, ConversationStatus),
    /// `updateConversationOwner`
    UpdateConversationOwner(ConversationId, Option<UserId>),
    /// `claimConversation`
    ClaimConversation(ConversationId, UserId),
    /// `moveConversation`
    MoveConversation(ConversationId, InboxId),
    /// `trashConversation`; the id is for the new trash group.
    TrashConversation(ConversationId, TrashGroupId),
    /// `trashTicket`; the id is for the new trash group.
    TrashTicket(TrashGroupId),
    /// `restoreFromTrash` of a conversation (some) or of the ticket (none).
    RestoreFromTrash(Option<ConversationId>),
    /// `undoCascade`: the effects to take back, an id for a new trash group, and who of the owners before left.
    UndoCascade(Vec<Effect>, TrashGroupId, BTreeSet<UserId>),
    /// `sendReply`; the user becomes the owner if nobody is (rule 27). None for an integration.
    SendReply(ConversationId, Message, String, Option<UserId>),
    /// `addNote`
    AddNote(ConversationId, Message, String),
    /// `receiveMessage`
    ReceiveMessage(Incoming),
    /// A message of an import, of any kind, which changes nothing but the thread it is added to.
    ImportMessages(
        Option<Box<Conversation>>,
        ConversationId,
        Vec<(Message, String)>,
    ),
    /// The end of the retention of everything in the [`Linked`] state (rule 20).
    Purge,
}

impl Command {
    /// The name of the mutation, as `Cascade.command` shows it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CreateTicket(..) => "createTicket",
            Self::LinkConversation(..) => "linkConversation",
            Self::UpdateTicketStatus(..) => "updateTicketStatus",
            Self::UpdateTicketProperties(..) => "updateTicketProperties",
            Self::UpdateTicketOwner(..) => "updateTicketOwner",
            Self::UpdateConversationStatus(..) => "updateConversationStatus",
            Self::UpdateConversationOwner(..) => "updateConversationOwner",
            Self::ClaimConversation(..) => "claimConversation",
            Self::MoveConversation(..) => "moveConversation",
            Self::TrashConversation(..) => "trashConversation",
            Self::TrashTicket(..) => "trashTicket",
            Self::RestoreFromTrash(..) => "restoreFromTrash",
            Self::UndoCascade(..) => "undoCascade",
            Self::SendReply(..) => "sendReply",
            Self::AddNote(..) => "addNote",
            Self::ReceiveMessage(..) => "receiveMessage",
            Self::ImportMessages(..) => "import",
            Self::Purge => "purge",
        }
    }
}

impl PropertyEdit {
    /// The value that the ticket has now.
    #[must_use]
    pub fn present(&self, ticket: &Ticket) -> Option<HeldValue> {
        match self.key {
            PropertyKey::Name => Some(HeldValue::Name(ticket.name.clone())),
            PropertyKey::Priority => ticket.priority.map(HeldValue::Priority),
            PropertyKey::Defined(id) => {
                let held = ticket.properties.get(&id);
                held.and_then(|held| held.value.clone())
                    .map(HeldValue::Property)
            }
        }
    }

    /// The ticket's version that changed this field last; 0 for never.
    #[must_use]
    pub fn changed_at(&self, ticket: &Ticket) -> i32 {
        match self.key {
            PropertyKey::Name => ticket.name_version,
            PropertyKey::Priority => ticket.priority_version,
            PropertyKey::Defined(id) => ticket.properties.get(&id).map_or(0, |held| held.version),
        }
    }

    /// Whether an edit of an existing ticket may do this.
    ///
    /// # Errors
    /// For a read-only property, and for clearing a required one or the name.
    pub fn allowed(&self) -> Result<(), Refusal> {
        let name = self.name();
        match &self.definition {
            Some(definition) if definition.read_only => Err(Refusal::at(
                ErrorCode::ReadOnlyProperty,
                "properties",
                format!("`{name}` is set when a ticket is created and cannot be changed."),
            )),
            Some(definition) if definition.required && self.to.is_none() => Err(Refusal::at(
                ErrorCode::RequiredProperty,
                "properties",
                format!("`{name}` is required and cannot be cleared; give it another value."),
            )),
            None if self.key == PropertyKey::Name && self.to.is_none() => Err(Refusal::at(
                ErrorCode::InvalidValue,
                "name",
                "A ticket's name cannot be cleared.",
            )),
            _ => Ok(()),
        }
    }
}
