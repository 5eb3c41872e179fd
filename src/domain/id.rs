//! Ids: a UUIDv7 in the database, a `TypeID` (`ticket_01jd3y…`) towards clients.
//!
//! Each noun has a type of its own, so that a ticket's id cannot be passed where a conversation's
//! belongs, neither in the code nor by a client.

use std::fmt;

use serde::{Deserialize, Serialize};
use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

/// Why a text is not the id that was wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not the form `type_` and 26 characters.
    #[error("`{0}` is not an id")]
    Malformed(String),
    /// An id, but of something else.
    #[error("`{0}` is not the id of a {1}")]
    OtherType(String, &'static str),
}

/// Shortens what a client sent, so that an error never repeats a megabyte.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(48).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $marker:ident = $prefix:literal;)*) => {
        $(
            #[doc(hidden)]
            #[derive(Default)]
            pub struct $marker;
            impl StaticType for $marker {
                const TYPE: &'static str = $prefix;
            }

            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub Uuid);

            impl $name {
                /// The part before the underscore.
                pub const PREFIX: &'static str = $prefix;

                /// Reads the form that clients see.
                ///
                /// # Errors
                /// When the text is no id, or one of another type.
                pub fn parse(text: &str) -> Result<Self, IdError> {
                    match text.parse::<TypeSafeId<$marker>>() {
                        Ok(id) => Ok(Self(id.uuid())),
                        Err(type_safe_id::Error::IncorrectType { .. }) if AnyId::parse(text).is_ok() => {
                            Err(IdError::OtherType(shown(text), $prefix))
                        }
                        Err(_) => Err(IdError::Malformed(shown(text))),
                    }
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    TypeSafeId::<$marker>::from_uuid(self.0).fmt(f)
                }
            }

            impl From<Uuid> for $name {
                fn from(id: Uuid) -> Self {
                    Self(id)
                }
            }
        )*

        /// An id of any noun, as `node(id:)` takes it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AnyId {
            $(
                #[doc = concat!("The id of a ", $prefix, ".")]
                $marker($name),
            )*
        }

        impl AnyId {
            /// Reads an id and tells by its prefix what it names.
            ///
            /// # Errors
            /// When the text is no id, or of a type that nothing here has.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let prefix = text.rsplit_once('_').map_or("", |(prefix, _)| prefix);
                match prefix {
                    $($prefix => $name::parse(text).map(Self::$marker),)*
                    _ => Err(IdError::Malformed(shown(text))),
                }
            }
        }
    };
}

ids! {
    /// A company that uses Tandem; the wall between tenants.
    AccountId, Account = "account";
    /// Somebody who works in an account.
    UserId, User = "user";
    /// A program that acts with a token of its own.
    IntegrationId, Integration = "integration";
    /// A bearer token, shown as it is listed (never the secret itself).
    TokenId, Token = "token";
    /// Where a company's conversations arrive.
    InboxId, Inbox = "inbox";
    /// A way into an inbox: an address, a form, a chat.
    ChannelId, Channel = "channel";
    /// A customer of the account.
    ContactId, Contact = "contact";
    /// One thread with one contact in one inbox.
    ConversationId, Conversation = "conversation";
    /// One message or note of a conversation.
    MessageId, Message = "message";
    /// The tracked work.
    TicketId, Ticket = "ticket";
    /// A row of statuses that tickets go through.
    PipelineId, Pipeline = "pipeline";
    /// One status of a pipeline.
    StatusId, Status = "status";
    /// The definition of a ticket property.
    PropertyId, Property = "property";
    /// One entry of the log.
    CascadeId, Cascade = "cascade";
    /// What went into the trash together.
    TrashGroupId, TrashGroup = "trash";
    /// A list that a user has named.
    SavedViewId, SavedView = "view";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let id = TicketId(Uuid::from_u128(0x0193_5b1c_0000_7000_8000_0000_0000_0001));
        let text = id.to_string();
        assert!(text.starts_with("ticket_01") && text.len() == 33, "{text}");
        assert_eq!(TicketId::parse(&text), Ok(id));
        assert_eq!(AnyId::parse(&text), Ok(AnyId::Ticket(id)));
    }

    #[test]
    fn tells_another_type_from_nonsense() {
        let id = TicketId(Uuid::from_u128(7)).to_string();
        assert_eq!(
            ConversationId::parse(&id),
            Err(IdError::OtherType(id, "conversation"))
        );
        for text in [
            "",
            "ticket_",
            "ticket",
            "ticket_zzzzzzzzzzzzzzzzzzzzzzzzzz",
            "\0",
            "_",
            "é",
        ] {
            assert!(
                matches!(TicketId::parse(text), Err(IdError::Malformed(_))),
                "{text:?}"
            );
            assert!(AnyId::parse(text).is_err(), "{text:?}");
        }
    }
}
