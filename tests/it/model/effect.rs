//! What a command did, in the words of the contract.

use super::world::{Space, State, Tick};

/// What an effect is about, by its place in the world's lists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    Ticket(usize),
    Conversation(usize),
}

impl std::fmt::Debug for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ticket(index) => write!(f, "t{index}"),
            Self::Conversation(index) => write!(f, "c{index}"),
        }
    }
}

/// One effect, as both sides report it. `by` is the place of the effect that caused it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    pub subject: Thing,
    pub change: Change,
    pub rule: Rule,
    pub by: Option<usize>,
}

/// What changed, from what to what. Users, inboxes and statuses are places in the world's lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    Created,
    Linked {
        ticket: Option<usize>,
    },
    Status {
        from: State,
        to: State,
    },
    TicketStatus {
        from: usize,
        to: usize,
    },
    Owner {
        from: Option<usize>,
        to: Option<usize>,
    },
    Workspace {
        from: Space,
        to: Space,
    },
    Inbox {
        from: usize,
        to: usize,
    },
    Property {
        name: String,
        from: Option<String>,
        to: Option<String>,
    },
    Trashed,
    Restored,
    MessageAdded {
        kind: MessageKind,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MessageKind {
    Incoming,
    Outgoing,
    Note,
}

/// The rules that a command of a script can set off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    Direct,
    TicketCreatedMovesToHelpDesk,
    ConversationOwnerSetsTicketOwner,
    TicketClosedClosesConversations,
    TicketReopenedReopensOnlyConversation,
    ConversationTrashedTrashesTicket,
    TicketTrashedTrashesConversations,
    RestoreReturnsWholeGroup,
    IncomingMessageReopensConversation,
    ReplyAssignsSender,
    NewConversationCreatesTicket,
    MoveCarriesTicket,
    Undo,
}

/// Why a command was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    NotFound,
    Forbidden,
    AlreadyLinked,
    AlreadyOwned,
    InTrash,
    NotInTrash,
    RequiredProperty,
    InactiveUser,
    VersionConflict,
    ChangedSince,
    NotUndoable,
}

/// An effect that an undo left alone: its place in the cascade to be undone, and why.
pub type Conflict = (usize, Code);

/// What a command came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    Applied {
        effects: Vec<Effect>,
        left: Vec<Conflict>,
    },
    Previewed {
        effects: Vec<Effect>,
        left: Vec<Conflict>,
    },
    Unchanged,
    /// Any of these codes: where several rules refuse at once, the contract does not say which is named.
    Rejected(Vec<Code>),
    /// An undo that could take back nothing.
    NothingTakenBack(Vec<Conflict>),
    /// The bearer is not, or no longer, a user: HTTP 401.
    Unauthenticated,
    /// A change of a user, which is no cascade.
    Done,
}

/// An effect with what only undo needs to know of it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub effect: Effect,
    /// `closedAt` before and after, where the effect changed a status.
    pub closed: (Option<Tick>, Option<Tick>),
}
