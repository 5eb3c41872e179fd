//! Why a command is refused: what a client shows its user, as `UserError`.

use super::cascade::Effect;
use super::image::Actor;

/// What kind of refusal it is; clients decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// No such thing, or one of another account.
    NotFound,
    /// The role or the scope does not allow it.
    Forbidden,
    /// The conversation has another ticket (rules 2 and 3).
    AlreadyLinked,
    /// Somebody else was faster.
    AlreadyOwned,
    /// It is in the trash (rule 21).
    InTrash,
    /// It is not in the trash (rule 21).
    NotInTrash,
    /// The value cannot be.
    InvalidValue,
    /// No definition has that name.
    UnknownProperty,
    /// Only a ticket's creation sets it.
    ReadOnlyProperty,
    /// A ticket must have it.
    RequiredProperty,
    /// Who left cannot own (rule 23).
    InactiveUser,
    /// Somebody changed it in between.
    VersionConflict,
    /// Undo left it: it has been changed since (rule 30).
    ChangedSince,
    /// What created, linked, added a message or purged cannot be undone (rule 30).
    NotUndoable,
    /// Something uses it.
    InUse,
    /// There is one already.
    AlreadyExists,
}

/// What some refusals carry beside code and message.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// The version that is there now, and who made it (found after planning).
    Version {
        /// That version.
        current: i32,
        /// The version that changed what was to be changed.
        changed_at: i32,
        /// Who; none when the log no longer tells.
        changed_by: Option<Actor>,
    },
    /// The effect that undo left as it is, and its place in the undone cascade.
    Effect {
        /// Its place.
        index: usize,
        /// The effect.
        effect: Box<Effect>,
    },
}

/// A refusal: a code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The kind.
    pub code: ErrorCode,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
    /// Where in the arguments, outermost first.
    pub path: Vec<String>,
    /// More, for some codes.
    pub detail: Option<Detail>,
}

impl Refusal {
    /// A refusal that points at a field of `input`.
    #[must_use]
    pub fn at(code: ErrorCode, field: &str, message: impl Into<String>) -> Self {
        let path = vec!["input".to_owned(), field.to_owned()];
        Self {
            code,
            message: message.into(),
            path,
            detail: None,
        }
    }

    /// A refusal of the whole command.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: Vec::new(),
            detail: None,
        }
    }
}
