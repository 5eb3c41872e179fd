//! The world of the reference model: one account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::effect::{Recorded, Thing};

/// A moment: the place of the cascade in the log that happened then.
pub type Tick = usize;

/// Created before or after 1 April 2024 (rule 5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Old,
    New,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    Admin,
    Agent,
    Viewer,
}

/// The status of a conversation and the category of a ticket's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Open,
    Closed,
}

/// The workspace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Space {
    Inbox,
    HelpDesk,
}

#[derive(Clone, PartialEq, Debug)]
pub struct User {
    pub role: Role,
    pub active: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Conversation {
    pub status: State,
    pub closed: Option<Tick>,
    pub owner: Option<usize>,
    pub space: Space,
    pub inbox: usize,
    /// Each inbox starts with one channel, of the same number. It stays when the conversation moves.
    pub channel: usize,
    pub contact: usize,
    pub subject: String,
    pub ticket: Option<usize>,
    pub trashed: Option<Tick>,
    pub version: i32,
    pub active: Tick,
    pub messages: usize,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Ticket {
    pub status: usize,
    pub closed: Option<Tick>,
    pub owner: Option<usize>,
    pub space: Space,
    pub contact: usize,
    /// `name` and `priority` too; what is not here has no value.
    pub properties: BTreeMap<String, String>,
    pub trashed: Option<Tick>,
    pub version: i32,
    /// When the ticket itself was last changed.
    pub active: Tick,
    /// The version in which each property was last changed.
    pub edited: BTreeMap<String, i32>,
}

/// Who is named as having done it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Actor {
    User(usize),
    Contact(usize),
}

/// One entry of the log.
#[derive(Clone, Debug)]
pub struct Cascade {
    pub actor: Actor,
    pub command: &'static str,
    pub effects: Vec<Recorded>,
    pub undoes: Option<usize>,
}

/// One account with everything in it. User 0 is its first administrator.
#[derive(Clone, Debug)]
pub struct World {
    pub kind: Kind,
    pub users: Vec<User>,
    /// Whether each inbox creates a ticket for every new conversation (rule 28).
    pub inboxes: Vec<bool>,
    pub statuses: Vec<State>,
    /// Whether the property `colour` is required.
    pub required: bool,
    pub conversations: Vec<Conversation>,
    pub tickets: Vec<Ticket>,
    /// The conversation of each channel's thread.
    pub threads: BTreeMap<(usize, u8), usize>,
    /// The message keys that each channel has had.
    pub keys: BTreeSet<(usize, u8)>,
    /// Shared between copies of the world, of which every step makes one.
    pub log: Vec<Arc<Cascade>>,
    /// What the running command has done so far, and what it changed.
    pub(super) effects: Vec<Recorded>,
    pub(super) touched: BTreeSet<Thing>,
}

impl World {
    /// An account as it is set up before a script: an administrator, an agent and a viewer; two inboxes with a channel
    /// each; the first pipeline (New, Waiting on contact, Waiting on us, Closed) with a second closed status.
    pub fn new(kind: Kind, creates_tickets: bool, required: bool) -> Self {
        let user = |role| User { role, active: true };
        Self {
            kind,
            users: vec![user(Role::Admin), user(Role::Agent), user(Role::Viewer)],
            inboxes: vec![false, creates_tickets],
            statuses: vec![
                State::Open,
                State::Open,
                State::Open,
                State::Closed,
                State::Closed,
            ],
            required,
            conversations: Vec::new(),
            tickets: Vec::new(),
            threads: BTreeMap::new(),
            keys: BTreeSet::new(),
            log: Vec::new(),
            effects: Vec::new(),
            touched: BTreeSet::new(),
        }
    }

    /// The conversations of a ticket, by rising number.
    pub fn members(&self, ticket: usize) -> Vec<usize> {
        (0..self.conversations.len())
            .filter(|&c| self.conversations[c].ticket == Some(ticket))
            .collect()
    }

    /// The ticket of a thing: itself, or the one that the conversation is linked to.
    pub fn ticket_of(&self, thing: Thing) -> Option<usize> {
        match thing {
            Thing::Ticket(ticket) => Some(ticket),
            Thing::Conversation(conversation) => self.conversations[conversation].ticket,
        }
    }

    /// Everything that goes to the trash with a thing, the ticket first (rule 18).
    pub fn group(&self, thing: Thing) -> Vec<Thing> {
        match self.ticket_of(thing) {
            None => vec![thing],
            Some(ticket) => std::iter::once(Thing::Ticket(ticket))
                .chain(self.members(ticket).into_iter().map(Thing::Conversation))
                .collect(),
        }
    }

    pub fn exists(&self, thing: Thing) -> bool {
        match thing {
            Thing::Ticket(ticket) => ticket < self.tickets.len(),
            Thing::Conversation(conversation) => conversation < self.conversations.len(),
        }
    }

    pub fn trashed(&self, thing: Thing) -> Option<Tick> {
        match thing {
            Thing::Ticket(ticket) => self.tickets[ticket].trashed,
            Thing::Conversation(conversation) => self.conversations[conversation].trashed,
        }
    }

    pub fn version(&self, thing: Thing) -> i32 {
        match thing {
            Thing::Ticket(ticket) => self.tickets[ticket].version,
            Thing::Conversation(conversation) => self.conversations[conversation].version,
        }
    }

    pub fn owner(&self, thing: Thing) -> Option<usize> {
        match thing {
            Thing::Ticket(ticket) => self.tickets[ticket].owner,
            Thing::Conversation(conversation) => self.conversations[conversation].owner,
        }
    }

    /// A ticket's latest activity: its own, or that of one of its conversations.
    pub fn ticket_active(&self, ticket: usize) -> Tick {
        self.members(ticket)
            .into_iter()
            .map(|c| self.conversations[c].active)
            .fold(self.tickets[ticket].active, usize::max)
    }

    /// Whether a cascade counts as undone: its latest undo is there, and is not undone itself.
    pub fn undone_by(&self, cascade: usize) -> Option<usize> {
        let latest = self
            .log
            .iter()
            .rposition(|entry| entry.undoes == Some(cascade))?;
        self.undone_by(latest).is_none().then_some(latest)
    }
}
