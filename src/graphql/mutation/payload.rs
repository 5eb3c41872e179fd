//! What commands return: the result, the cascade, the things after it, and typed errors.

use std::sync::Arc;

use async_graphql::{Context, Enum, Interface, Object};

use crate::domain::cascade;
use crate::domain::event::Entry;
use crate::domain::image::Actor as DomainActor;
use crate::domain::refusal::{self, Detail, Refusal};
use crate::graphql::Shown;
use crate::graphql::gate::agree;
use crate::graphql::state::{reader, state};
use crate::graphql::types::{self, Actor, Cascade, Conversation, Effect, Ticket};
use crate::service::{self, Order, Outcome, Service};

/// What became of a command.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::WriteResult")]
pub enum WriteResult {
    /// It happened.
    Applied,
    /// It was so already: nothing changed, nothing was written.
    Unchanged,
    /// It would happen (`dryRun`).
    Previewed,
    /// It was refused; `userErrors` says why.
    Rejected,
}

/// What kind of refusal it is; clients decide by it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "refusal::ErrorCode")]
pub enum ErrorCode {
    /// No such thing, or one of another account.
    NotFound,
    /// What a role may not do.
    Forbidden,
    /// The conversation has another ticket (rules 2 and 3).
    AlreadyLinked,
    /// Somebody else was faster.
    AlreadyOwned,
    /// It is in the trash (rule 21).
    InTrash,
    /// It is not in the trash (rule 21).
    NotInTrash,
    /// The value cannot be; the message says what would be right.
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

/// Why a command was refused, for programs and for people.
#[derive(Interface)]
#[graphql(
    field(name = "code", ty = "ErrorCode", desc = "What kind of refusal it is."),
    field(
        name = "message",
        ty = "String",
        desc = "What is wrong and what to do."
    ),
    field(
        name = "path",
        ty = "Option<Vec<String>>",
        desc = "Where in the arguments, outermost first."
    )
)]
pub enum UserError {
    /// A refusal that needs no more words.
    InputError(InputError),
    /// Somebody changed it in between.
    VersionConflict(VersionConflict),
    /// Undo left it as it is.
    UndoConflict(UndoConflict),
}

/// A refusal that needs no more than its message.
#[derive(Clone)]
pub struct InputError {
    code: ErrorCode,
    message: String,
    path: Option<Vec<String>>,
}

/// A refusal that needs no more than its message.
#[Object]
impl InputError {
    /// What kind of refusal it is.
    async fn code(&self) -> ErrorCode {
        self.code
    }

    /// What is wrong and what to do.
    async fn message(&self) -> String {
        self.message.clone()
    }

    /// Where in the arguments, outermost first.
    async fn path(&self) -> Option<Vec<String>> {
        self.path.clone()
    }
}

/// Somebody changed it in between. Edits of different properties do not conflict.
pub struct VersionConflict {
    error: InputError,
    current: i32,
    changed_by: Option<DomainActor>,
}

/// Somebody changed it in between. Edits of different properties do not conflict.
#[Object]
impl VersionConflict {
    /// `VERSION_CONFLICT`
    async fn code(&self) -> ErrorCode {
        self.error.code
    }

    /// What is wrong and what to do.
    async fn message(&self) -> String {
        self.error.message.clone()
    }

    /// Where in the arguments, outermost first.
    async fn path(&self) -> Option<Vec<String>> {
        self.error.path.clone()
    }

    /// The version that is there now.
    async fn current_version(&self) -> i32 {
        self.current
    }

    /// Who made the change that conflicts; null when the log no longer tells.
    async fn changed_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Actor>> {
        match self.changed_by {
            Some(actor) => Ok(Some(types::actor(&*reader(ctx)?, actor).await?)),
            None => Ok(None),
        }
    }
}

/// Undo left these as they are: they have been changed since.
pub struct UndoConflict {
    error: InputError,
    undone: Arc<Entry>,
    index: usize,
    effect: cascade::Effect,
}

/// Undo left these as they are: they have been changed since.
#[Object]
impl UndoConflict {
    /// `CHANGED_SINCE` or `INACTIVE_USER`
    async fn code(&self) -> ErrorCode {
        self.error.code
    }

    /// What is wrong and what to do.
    async fn message(&self) -> String {
        self.error.message.clone()
    }

    /// Where in the arguments, outermost first.
    async fn path(&self) -> Option<Vec<String>> {
        self.error.path.clone()
    }

    /// The effect that was left, as it stands in the undone cascade.
    async fn effect(&self) -> Effect {
        Effect::of(&self.undone, self.index, self.effect.clone())
    }
}

/// The errors of a payload.
///
/// `undone` is the cascade that an undo was asked for.
pub(super) fn user_errors(refusals: Vec<Refusal>, undone: Option<&Arc<Entry>>) -> Vec<UserError> {
    refusals
        .into_iter()
        .map(|refusal| user_error(refusal, undone))
        .collect()
}

fn user_error(refusal: Refusal, undone: Option<&Arc<Entry>>) -> UserError {
    let path = Some(refusal.path).filter(|path| !path.is_empty());
    let error = InputError {
        code: refusal.code.into(),
        message: refusal.message,
        path,
    };
    match (refusal.detail, undone) {
        (
            Some(Detail::Version {
                current,
                changed_by,
                ..
            }),
            _,
        ) => UserError::VersionConflict(VersionConflict {
            error,
            current,
            changed_by,
        }),
        (Some(Detail::Effect { index, effect }), Some(entry)) => {
            let undone = Arc::clone(entry);
            UserError::UndoConflict(UndoConflict {
                error,
                undone,
                index,
                effect: *effect,
            })
        }
        _ => UserError::InputError(error),
    }
}

/// What a command returns.
pub struct CascadePayload {
    outcome: Outcome,
    undone: Option<Arc<Entry>>,
    client_mutation_id: Option<String>,
}

/// What a command on conversations and tickets returns.
#[Object]
impl CascadePayload {
    /// What became of it.
    async fn result(&self) -> WriteResult {
        self.outcome.result.into()
    }

    /// What happened, or with `dryRun` what would; null when nothing did.
    async fn cascade(&self) -> Option<Cascade> {
        self.outcome.entry.clone().map(Cascade::new)
    }

    /// The ticket as it is now; a preview shows it unchanged, and none that it would create.
    async fn ticket(&self) -> Option<Ticket> {
        self.outcome
            .ticket
            .clone()
            .map(|ticket| Ticket::new(Arc::new(ticket)))
    }

    /// The conversation as it is now; a preview shows it unchanged.
    async fn conversation(&self) -> Option<Conversation> {
        self.outcome
            .conversation
            .clone()
            .map(|one| Conversation::new(Arc::new(one)))
    }

    /// Why it was refused, or what an undo left as it is.
    async fn user_errors(&self) -> Vec<UserError> {
        user_errors(self.outcome.refusals.clone(), self.undone.as_ref())
    }

    /// As it was given.
    async fn client_mutation_id(&self) -> Option<&str> {
        self.client_mutation_id.as_deref()
    }
}

/// Runs a command and wraps what it returns.
pub(super) async fn run<O: Order>(
    ctx: &Context<'_>,
    order: Result<O, Refusal>,
    client_mutation_id: Option<String>,
) -> async_graphql::Result<CascadePayload> {
    agree(ctx, O::ACTION)?;
    let state = state(ctx)?;
    let outcome = match order {
        Ok(order) => ctx
            .data::<Service>()?
            .run(*state.viewer(), order)
            .await
            .shown()?,
        Err(refusal) => Outcome::rejected(refusal),
    };
    // What the payload reads is read after the command, not before it.
    state.renew();
    let undone = match outcome.undoes {
        Some(id) if !outcome.refusals.is_empty() => {
            state.reader().loaders().entries.one(id).await?
        }
        _ => None,
    };
    Ok(CascadePayload {
        outcome,
        undone,
        client_mutation_id,
    })
}
