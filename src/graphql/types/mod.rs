//! The types of the API, one file a noun.

mod account;
mod cascade;
mod contact;
mod conversation;
mod effect;
mod inbox;
mod lists;
mod message;
mod node;
mod pipeline;
mod presence;
mod property;
mod saved_view;
mod search;
mod ticket;
mod token;
mod trash;
mod user;
mod words;

pub use account::{Account, Viewer};
pub use cascade::{Cascade, CascadeRuleDescription};
pub use contact::Contact;
pub use conversation::Conversation;
pub(super) use conversation::{ask_for_messages, messages_of};
pub use effect::{Effect, InitialValue, Subject};
pub use inbox::{Channel, Inbox};
pub(super) use lists::{
    ConversationsOf, ask_for_conversations, conversation_list, ticket_filter, ticket_list,
};
pub use message::Message;
pub use node::{Node, node, nodes};
pub use pipeline::{Pipeline, TicketStatus};
pub use presence::Presence;
pub(super) use presence::presences;
pub use property::{PropertyDefinition, PropertyOption, PropertyValue};
pub use saved_view::SavedView;
pub(super) use search::search;
pub use search::{ExcerptPart, SearchConnection, SearchEdge, SearchResult};
pub(super) use ticket::unknown_property;
pub use ticket::{Ticket, TicketCard};
pub use token::{Session, SessionKind, Token, TokenScope};
pub use trash::TrashGroup;
pub use user::{Actor, Integration, System, User, actor, maybe_user};
pub use words::{
    CascadeRule, ChannelKind, ConversationStatus, MessageKind, PropertyType, Role, SavedViewKind,
    StatusCategory, TicketPriority, Workspace,
};

use crate::error::Error;

/// Something that the database's own foreign keys promise.
fn there<T>(found: Option<T>, what: impl std::fmt::Display) -> async_graphql::Result<T> {
    found.ok_or_else(|| Error::Internal(format!("{what} is gone")).into_graphql())
}
