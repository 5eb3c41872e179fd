//! The small words, as clients see them. The domain keeps their codes and their meaning.

use async_graphql::Enum;

use crate::domain::cascade::Rule;
use crate::domain::noun;

/// Where a ticket and its conversations are worked on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::Workspace")]
pub enum Workspace {
    /// The shared inbox.
    Inbox,
    /// The help desk: where accounts created after 1 April 2024 manage tickets (rule 5).
    HelpDesk,
}

/// Whether a conversation waits for somebody.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::ConversationStatus")]
pub enum ConversationStatus {
    /// Somebody has to look at it.
    Open,
    /// Done.
    Closed,
}

/// What a ticket's status means. A move between the two crosses, which is what rules 11 to 13 look at.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::StatusCategory")]
pub enum StatusCategory {
    /// Work is left.
    Open,
    /// Work is done.
    Closed,
}

/// How urgent a ticket is. None at all is the lowest.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::TicketPriority")]
pub enum TicketPriority {
    /// Below the usual.
    Low,
    /// The usual.
    Medium,
    /// Above the usual.
    High,
    /// Before everything else.
    Urgent,
}

/// How messages come in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::ChannelKind")]
pub enum ChannelKind {
    /// E-mail.
    Email,
    /// A chat on a web site.
    Chat,
    /// A form on a web site.
    Form,
    /// Messenger.
    Messenger,
    /// WhatsApp.
    Whatsapp,
    /// A program of the company's own.
    Api,
}

/// What a saved view lists.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::SavedViewKind")]
pub enum SavedViewKind {
    /// Conversations.
    Conversations,
    /// Tickets.
    Tickets,
}

/// Whom a message is meant for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::MessageKind")]
pub enum MessageKind {
    /// From the contact.
    Incoming,
    /// To the contact.
    Outgoing,
    /// Between agents; the contact never sees it.
    Note,
}

/// What a property holds.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::PropertyType")]
pub enum PropertyType {
    /// One line of text.
    String,
    /// Text of several lines.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    Datetime,
    /// One of the options.
    Enumeration,
    /// Any of the options.
    MultiEnumeration,
}

/// What a user may do.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "noun::Role")]
pub enum Role {
    /// Everything, the account's settings included.
    Admin,
    /// The daily work.
    Agent,
    /// Looking, changing nothing.
    Viewer,
}

/// Why an effect happened. `cascadeRules` describes each.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Rule")]
pub enum CascadeRule {
    /// What the command itself asked for; everything else follows from it.
    Direct,
    /// Rule 5: in an account created after 1 April 2024, a ticket and its conversation move to the help desk.
    TicketCreatedMovesToHelpDesk,
    /// Rule 7: a conversation's new owner becomes the owner of its ticket.
    ConversationOwnerSetsTicketOwner,
    /// Rule 11: a ticket that crosses to closed closes every open conversation of it.
    TicketClosedClosesConversations,
    /// Rule 12: a closed ticket with exactly one conversation that crosses to open reopens that conversation.
    TicketReopenedReopensOnlyConversation,
    /// Rule 15: a conversation that goes to the trash takes its ticket along.
    ConversationTrashedTrashesTicket,
    /// Rule 16: a ticket that goes to the trash takes its conversations along.
    TicketTrashedTrashesConversations,
    /// Rule 19: restoring one member of a trash group restores the whole group.
    RestoreReturnsWholeGroup,
    /// Rule 20: when its time in the trash is over, the whole group is deleted for good.
    RetentionEnded,
    /// Rule 26: a contact's message to a closed conversation reopens it.
    IncomingMessageReopensConversation,
    /// Rule 27: a user's reply to a conversation without an owner makes that user its owner.
    ReplyAssignsSender,
    /// Rule 28: an inbox set so creates a ticket for every new conversation.
    NewConversationCreatesTicket,
    /// Rule 29: moving a conversation moves the other conversations of its ticket with it.
    MoveCarriesTicket,
    /// Rule 30: undoing a cascade takes back exactly its effects, where nothing has changed since.
    Undo,
}
