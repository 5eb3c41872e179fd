//! The small words: statuses, kinds and roles, each with the code that the database keeps.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code that the database keeps; never reused, never renumbered.
            #[must_use]
            pub const fn code(self) -> i16 {
                match self { $(Self::$variant => $code,)* }
            }

            /// Reads a code of the database.
            #[must_use]
            pub const fn from_code(code: i16) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

codes! {
    /// Where a ticket and its conversations are worked on (rule 5).
    Workspace {
        /// The shared inbox.
        Inbox = 0,
        /// The help desk: where accounts created after 1 April 2024 manage tickets.
        HelpDesk = 1,
    }
    /// Whether a conversation waits for somebody.
    ConversationStatus {
        /// Somebody has to look at it.
        Open = 0,
        /// Done.
        Closed = 1,
    }
    /// What a ticket's status means; a move between the two is a *crossing* (rules 11–13).
    StatusCategory {
        /// Work is left.
        Open = 0,
        /// Work is done.
        Closed = 1,
    }
    /// How a token came to be.
    TokenKind {
        /// Made for a program or a script.
        Made = 0,
        /// A session: somebody signed in with a password.
        Session = 1,
        /// A session: somebody came with a token of the identity provider.
        Provider = 2,
    }
    /// How urgent a ticket is. None at all is the lowest.
    TicketPriority {
        /// Below the usual.
        Low = 1,
        /// The usual.
        Medium = 2,
        /// Above the usual.
        High = 3,
        /// Before everything else.
        Urgent = 4,
    }
    /// How messages come in.
    ChannelKind {
        /// E-mail.
        Email = 0,
        /// A chat on a web site.
        Chat = 1,
        /// A form on a web site.
        Form = 2,
        /// Messenger.
        Messenger = 3,
        /// WhatsApp.
        Whatsapp = 4,
        /// A program of the company's own.
        Api = 5,
    }
    /// What a saved view lists.
    SavedViewKind {
        /// Conversations.
        Conversations = 0,
        /// Tickets.
        Tickets = 1,
    }
    /// Who a message is meant for.
    MessageKind {
        /// From the contact.
        Incoming = 0,
        /// To the contact.
        Outgoing = 1,
        /// Between agents; the contact never sees it.
        Note = 2,
    }
    /// What a property holds.
    PropertyType {
        /// One line of text.
        String = 0,
        /// Text of several lines.
        Text = 1,
        /// A number.
        Number = 2,
        /// Yes or no.
        Boolean = 3,
        /// A day.
        Date = 4,
        /// A moment.
        Datetime = 5,
        /// One of the options.
        Enumeration = 6,
        /// Any of the options.
        MultiEnumeration = 7,
    }
    /// What a user may do.
    Role {
        /// Everything, the account's settings included.
        Admin = 0,
        /// The daily work.
        Agent = 1,
        /// Looking, changing nothing.
        Viewer = 2,
    }
}

impl Workspace {
    /// Where tickets live in an account created at that time (rule 5).
    #[must_use]
    pub const fn of_tickets(tickets_in_inbox: bool) -> Self {
        if tickets_in_inbox {
            Self::Inbox
        } else {
            Self::HelpDesk
        }
    }
}
