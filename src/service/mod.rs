//! One function a command: authorize → lock → plan → apply. The only way to change a conversation or a ticket.
//!
//! A command is one transaction and one cascade. It runs in a task of its own, so that a client that hangs up
//! never leaves it half done, and is tried again a few times where the transaction lost against another one.

pub mod accounts;
pub mod admin;
pub mod conversations;
pub mod credentials;
pub mod messages;
mod order;
pub mod presence;
pub mod properties;
pub mod retention;
pub mod tickets;
pub mod trash;
pub mod undo;
pub mod verify;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

pub use order::{Lookup, Options, Order, Target, Work};

use crate::domain::cascade::Linked;
use crate::domain::event::Entry;
use crate::domain::id::{CascadeId, ConversationId};
use crate::domain::image::{Conversation, Ticket, Time};
use crate::domain::refusal::Refusal;
use crate::store::Store;

/// How often a command is tried again after losing against others. Each try waits for the locks, so that
/// one or two are the rule; the bound is for a hot ticket under many linkings at once.
const TRIES: u32 = 8;

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteResult {
    /// It happened.
    Applied,
    /// It was so already.
    Unchanged,
    /// It would happen (`dryRun`).
    Previewed,
    /// It was refused; the refusals say why.
    Rejected,
}

/// What a command returns.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What became of it.
    pub result: WriteResult,
    /// What happened, or would.
    pub entry: Option<Arc<Entry>>,
    /// The ticket, as it is now.
    pub ticket: Option<Ticket>,
    /// The conversation that the command named, as it is now.
    pub conversation: Option<Conversation>,
    /// Why it was refused, or what an undo left.
    pub refusals: Vec<Refusal>,
    /// The cascade that an undo was asked for.
    pub undoes: Option<CascadeId>,
}

impl Outcome {
    fn of(result: WriteResult, state: &Linked, named: Option<ConversationId>) -> Self {
        let conversation = state
            .conversations
            .iter()
            .find(|c| Some(c.id) == named)
            .cloned();
        Self {
            result,
            entry: None,
            ticket: state.ticket.clone(),
            conversation,
            refusals: Vec::new(),
            undoes: None,
        }
    }

    /// A command that was refused before anything was read.
    #[must_use]
    pub fn rejected(refusal: Refusal) -> Self {
        Self {
            result: WriteResult::Rejected,
            entry: None,
            ticket: None,
            conversation: None,
            refusals: vec![refusal],
            undoes: None,
        }
    }
}

/// What commands need to know beside the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long the trash keeps things; 30 days (rule 18).
    pub retention: TimeDelta,
    /// The longest text of a message, in characters.
    pub message_chars: usize,
    /// The longest subject or name, in characters.
    pub name_chars: usize,
    /// How long a session lasts, however much it is used; 14 days.
    pub session: TimeDelta,
    /// How long a session lasts that is not used; 12 hours.
    pub session_idle: TimeDelta,
    /// How long an invitation is good for; 3 days.
    pub invitation: TimeDelta,
}

impl Default for Settings {
    fn default() -> Self {
        use crate::domain::text;
        Self {
            retention: TimeDelta::days(30),
            message_chars: text::MESSAGE_CHARS,
            name_chars: text::NAME_CHARS,
            session: TimeDelta::days(14),
            session_idle: TimeDelta::hours(12),
            invitation: TimeDelta::days(3),
        }
    }
}

/// Told of each cascade that this server committed, so that its own subscribers need not wait for a read.
pub type OnCommit = Arc<dyn Fn(Arc<Entry>) + Send + Sync>;

/// Told when somebody may have lost access, so that their streams end at once.
pub type OnAccessChange =
    Arc<dyn Fn() -> futures_util::future::BoxFuture<'static, ()> + Send + Sync>;

/// The commands of Tandem.
#[derive(Clone)]
pub struct Service {
    store: Store,
    settings: Arc<Settings>,
    on_commit: OnCommit,
    credentials: Arc<credentials::Credentials>,
}

impl Service {
    /// Commands on that database.
    #[must_use]
    pub fn new(store: Store, settings: Settings, on_commit: OnCommit) -> Self {
        Self {
            store,
            settings: Arc::new(settings),
            on_commit,
            credentials: Arc::default(),
        }
    }

    /// The database.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The limits and times that commands keep.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// The present time, as precise as the database keeps it: what is written is what is read back.
#[must_use]
pub fn now() -> Time {
    let now: DateTime<Utc> = Utc::now();
    now.trunc_subsecs(6)
}
