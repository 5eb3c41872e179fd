//! The commands of a script: the contract's mutations with numbers for ids, so that a shrunk script reads well.
//!
//! A number that the world has nothing for stands for an id that finds nothing.

use super::effect::Thing;

/// One line of a script: who does what.
#[derive(Clone)]
pub struct Act {
    pub user: usize,
    pub command: Command,
}

impl std::fmt::Debug for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "user {}: {:?}", self.user, self.command)
    }
}

/// `expectedVersion`, relative to the present one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    Any,
    Current,
    /// So many versions back, but not before the first.
    Behind(u8),
    Ahead,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priority {
    Low,
    High,
}

impl Priority {
    /// As the contract writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::High => "HIGH",
        }
    }
}

/// A new value for `priority` or a property: nothing said, `null`, or a value.
pub type Edit<T> = Option<Option<T>>;

/// What an edit of a ticket's properties may name. `colour` is a string, `size` an enumeration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edits {
    pub name: Option<u8>,
    pub priority: Edit<Priority>,
    pub colour: Edit<u8>,
    pub size: Edit<u8>,
}

/// The options of the property `size`.
pub const SIZES: [&str; 3] = ["small", "medium", "large"];

impl Edits {
    /// Each edit as property name and new value, in the order of the input.
    pub fn list(&self) -> Vec<(&'static str, Option<String>)> {
        let mut list = Vec::new();
        list.extend(self.name.map(|n| ("name", Some(format!("Name {n}")))));
        list.extend(
            self.priority
                .map(|p| ("priority", p.map(|p| p.name().to_owned()))),
        );
        list.extend(
            self.colour
                .map(|c| ("colour", c.map(|c| format!("colour {c}")))),
        );
        list.extend(
            self.size
                .map(|s| ("size", s.map(|s| SIZES[usize::from(s)].to_owned()))),
        );
        list
    }
}

/// A cascade to undo: so many back from the newest one in the log.
pub type Back = usize;

#[derive(Clone, Debug)]
pub enum Command {
    CreateTicket {
        conversation: usize,
        status: Option<usize>,
        owner: Option<usize>,
        edits: Edits,
        expect: Expect,
        dry: bool,
    },
    LinkConversation {
        conversation: usize,
        ticket: usize,
        expect: Expect,
        dry: bool,
    },
    UpdateTicketStatus {
        ticket: usize,
        status: usize,
        expect: Expect,
        dry: bool,
    },
    UpdateTicketProperties {
        ticket: usize,
        edits: Edits,
        expect: Expect,
        dry: bool,
    },
    UpdateTicketOwner {
        ticket: usize,
        owner: Option<usize>,
        expect: Expect,
        dry: bool,
    },
    UpdateConversationStatus {
        conversation: usize,
        close: bool,
        expect: Expect,
        dry: bool,
    },
    UpdateConversationOwner {
        conversation: usize,
        owner: Option<usize>,
        expect: Expect,
        dry: bool,
    },
    ClaimConversation {
        conversation: usize,
        dry: bool,
    },
    MoveConversation {
        conversation: usize,
        inbox: usize,
        expect: Expect,
        dry: bool,
    },
    TrashConversation {
        conversation: usize,
        expect: Expect,
        dry: bool,
    },
    TrashTicket {
        ticket: usize,
        expect: Expect,
        dry: bool,
    },
    RestoreFromTrash {
        thing: Thing,
        dry: bool,
    },
    UndoCascade {
        back: Back,
        dry: bool,
    },
    SendReply {
        conversation: usize,
    },
    AddNote {
        conversation: usize,
    },
    ReceiveMessage {
        channel: usize,
        thread: u8,
        contact: usize,
        key: Option<u8>,
    },
    UpdateUser {
        user: usize,
        active: bool,
    },
}

impl Command {
    /// The mutation's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CreateTicket { .. } => "createTicket",
            Self::LinkConversation { .. } => "linkConversation",
            Self::UpdateTicketStatus { .. } => "updateTicketStatus",
            Self::UpdateTicketProperties { .. } => "updateTicketProperties",
            Self::UpdateTicketOwner { .. } => "updateTicketOwner",
            Self::UpdateConversationStatus { .. } => "updateConversationStatus",
            Self::UpdateConversationOwner { .. } => "updateConversationOwner",
            Self::ClaimConversation { .. } => "claimConversation",
            Self::MoveConversation { .. } => "moveConversation",
            Self::TrashConversation { .. } => "trashConversation",
            Self::TrashTicket { .. } => "trashTicket",
            Self::RestoreFromTrash { .. } => "restoreFromTrash",
            Self::UndoCascade { .. } => "undoCascade",
            Self::SendReply { .. } => "sendReply",
            Self::AddNote { .. } => "addNote",
            Self::ReceiveMessage { .. } => "receiveMessage",
            Self::UpdateUser { .. } => "updateUser",
        }
    }

    /// Whether it is a preview.
    pub fn dry(&self) -> bool {
        self.clone().options().is_some_and(|(_, dry)| *dry)
    }

    /// Its `expectedVersion`, where it has one, and `dryRun`.
    pub fn options(&mut self) -> Option<(Option<&mut Expect>, &mut bool)> {
        match self {
            Self::CreateTicket { expect, dry, .. }
            | Self::LinkConversation { expect, dry, .. }
            | Self::UpdateTicketStatus { expect, dry, .. }
            | Self::UpdateTicketProperties { expect, dry, .. }
            | Self::UpdateTicketOwner { expect, dry, .. }
            | Self::UpdateConversationStatus { expect, dry, .. }
            | Self::UpdateConversationOwner { expect, dry, .. }
            | Self::MoveConversation { expect, dry, .. }
            | Self::TrashConversation { expect, dry, .. }
            | Self::TrashTicket { expect, dry, .. } => Some((Some(expect), dry)),
            Self::ClaimConversation { dry, .. }
            | Self::RestoreFromTrash { dry, .. }
            | Self::UndoCascade { dry, .. } => Some((None, dry)),
            Self::SendReply { .. }
            | Self::AddNote { .. }
            | Self::ReceiveMessage { .. }
            | Self::UpdateUser { .. } => None,
        }
    }

    /// The thing whose version `expectedVersion` names, with what the script expects of it.
    pub fn expects(&self) -> Option<(Thing, Expect)> {
        match *self {
            Self::CreateTicket {
                conversation,
                expect,
                ..
            }
            | Self::LinkConversation {
                conversation,
                expect,
                ..
            }
            | Self::UpdateConversationStatus {
                conversation,
                expect,
                ..
            }
            | Self::UpdateConversationOwner {
                conversation,
                expect,
                ..
            }
            | Self::MoveConversation {
                conversation,
                expect,
                ..
            }
            | Self::TrashConversation {
                conversation,
                expect,
                ..
            } => Some((Thing::Conversation(conversation), expect)),
            Self::UpdateTicketStatus { ticket, expect, .. }
            | Self::UpdateTicketProperties { ticket, expect, .. }
            | Self::UpdateTicketOwner { ticket, expect, .. }
            | Self::TrashTicket { ticket, expect, .. } => Some((Thing::Ticket(ticket), expect)),
            _ => None,
        }
    }
}
