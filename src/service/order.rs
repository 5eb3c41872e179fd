//! The way of every command.

use std::future::Future;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt, ready};
use futures_util::{join, try_join};
use tracing::Instrument;
use uuid::Uuid;

use super::{Outcome, Service, TRIES, WriteResult, now};
use crate::domain::access::{Action, Seen, Viewer};
use crate::domain::cascade::{Command, Effect, Linked, Plan, Subject, plan};
use crate::domain::event::{Body, Entry};
use crate::domain::id::{CascadeId, ConversationId, TicketId, UserId};
use crate::domain::image::Time;
use crate::domain::refusal::{Detail, ErrorCode, Refusal};
use crate::error::{Error, Result};
use crate::store::apply::{self, Contents};
use crate::store::{Scope, Tx, linked, log, viewers};

/// What a command names.
#[derive(Debug, Clone, Copy, Default)]
pub struct Target {
    /// The ticket, and the input field that names it.
    pub ticket: Option<(TicketId, &'static str)>,
    /// The conversation, and the input field that names it.
    pub conversation: Option<(ConversationId, &'static str)>,
    /// Who is to become the owner: kept from being deactivated meanwhile.
    pub owner: Option<UserId>,
    /// The cascade that is to be taken back.
    pub undoes: Option<CascadeId>,
    /// Whether what is named may be gone: an undo of what was purged.
    pub may_be_gone: bool,
    /// Whether it is something else that the command names, by which these were found: a channel's thread, a trash group.
    /// Whether the viewer sees that, [`Order::seen`] says, since what they have not named must not be told.
    pub unnamed: bool,
}

impl Target {
    /// A ticket, named by `ticketId`.
    #[must_use]
    pub fn ticket(id: TicketId) -> Self {
        Self {
            ticket: Some((id, "ticketId")),
            ..Self::default()
        }
    }

    /// A conversation, named by `conversationId`.
    #[must_use]
    pub fn conversation(id: ConversationId) -> Self {
        Self {
            conversation: Some((id, "conversationId")),
            ..Self::default()
        }
    }
}

/// What a client wishes beside the change itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The version that the client saw of what is to change; another one now is a conflict.
    pub expected_version: Option<i32>,
    /// Plan only: nothing is written, no number used up.
    pub dry_run: bool,
}

/// The transaction that a command works in.
pub struct Work<'a> {
    /// The transaction.
    pub tx: &'a Tx,
    /// Who asks.
    pub viewer: Viewer,
    /// When.
    pub now: Time,
    /// The service, for its settings.
    pub service: &'a Service,
}

/// What is looked up while the locks are taken, without waiting for them.
pub type Lookup<'a, T> = BoxFuture<'a, Result<T>>;

/// Nothing more to look up.
pub fn looked_up<'a, T: Send + 'a>(found: T) -> Lookup<'a, T> {
    ready(Ok(found)).boxed()
}

/// A command on its way: its input, already well-formed.
pub trait Order: Send + Sync + 'static {
    /// What kind of permission it takes.
    const ACTION: Action;
    /// What [`Order::prepare`] looks up.
    type Found: Send + Sync;

    /// What the client wishes beside the change itself.
    fn options(&self) -> Options {
        Options::default()
    }

    /// Checks the input, and tells what to lock. What else it names, and the account's definitions, are looked up without
    /// locks and sent ahead of them; what that refuses is told before anything else.
    fn prepare<'a>(
        &'a self,
        work: &'a Work<'a>,
    ) -> impl Future<Output = Result<(Target, Lookup<'a, Self::Found>)>> + Send;

    /// Whether all is there for the viewer that the command names beside its [`Target`], which is looked at already.
    ///
    /// # Errors
    /// `NOT_FOUND`, as for what is not there for anybody.
    fn seen(&self, _: &Viewer, _: &Self::Found, _: &Linked) -> Result<(), Refusal> {
        Ok(())
    }

    /// Makes the command, once everything is locked. None: nothing to do.
    fn command(
        &self,
        work: &Work<'_>,
        found: Self::Found,
        linked: &Linked,
    ) -> impl Future<Output = Result<Option<(Command, Contents)>>> + Send;
}

/// Tells the metrics of a committed cascade and of what it did by which rule.
fn count(entry: &Entry, command: &Command) {
    metrics::counter!("tandem_cascades_total", "command" => command.name()).increment(1);
    for effect in &entry.body.effects {
        metrics::counter!("tandem_effects_total", "rule" => effect.rule.name()).increment(1);
    }
}

impl Service {
    /// Runs a command to its end, whatever becomes of whoever asked.
    ///
    /// # Errors
    /// When the database is away or the command kept losing; refusals are part of the [`Outcome`].
    pub async fn run<O: Order>(&self, viewer: Viewer, order: O) -> Result<Outcome> {
        let service = self.clone();
        let task = async move { service.run_here(viewer, &order).await };
        let task = tokio::spawn(task.in_current_span());
        task.await
            .map_err(|error| Error::Internal(format!("a command ended early: {error}")))?
    }

    /// Runs a command in this task.
    ///
    /// # Errors
    /// As [`Service::run`].
    pub async fn run_here<O: Order>(&self, viewer: Viewer, order: &O) -> Result<Outcome> {
        let mut tries = 1;
        loop {
            match self.attempt(viewer.clone(), order).await {
                Err(Error::Refused(refusal)) => return Ok(Outcome::rejected(*refusal)),
                Err(error) if error.is_passing_conflict() && tries < TRIES => {
                    metrics::counter!("tandem_command_retries_total").increment(1);
                    tracing::debug!(%error, tries, "command lost against another and is tried again");
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    async fn attempt<O: Order>(&self, viewer: Viewer, order: &O) -> Result<Outcome> {
        let tx = self.store.begin(Scope::Account(viewer.account)).await?;
        let work = Work {
            tx: &tx,
            viewer: viewer.clone(),
            now: now(),
            service: self,
        };
        let (target, lookup) = order.prepare(&work).await?;
        let ids = linked::Target {
            ticket: target.ticket.map(|(id, _)| id),
            conversation: target.conversation.map(|(id, _)| id),
        };
        // Sent together, in this order; who asks is looked up anew without waiting for it.
        let locked = async {
            try_join!(
                linked::lock(
                    &tx,
                    viewer.account,
                    ids,
                    target.owner,
                    self.settings.retention,
                ),
                viewers::present_viewer(&tx, &viewer)
            )
        };
        let (found, locked) = join!(lookup, locked);
        let found = found?;
        let (before, present) = locked?;
        let known = present.as_ref().unwrap_or(&viewer);
        missing(&before, &target, known)?;
        order.seen(known, &found, &before)?;
        let Some(viewer) = present.as_ref().filter(|viewer| viewer.may(O::ACTION)) else {
            let message = "Your role does not allow this; ask an administrator.";
            let message = present
                .as_ref()
                .map_or(message, |viewer| viewer.why_not(O::ACTION, message));
            return Err(Refusal::new(ErrorCode::Forbidden, message).into());
        };
        // From here on in the order of the locks: the time of a cascade is never before that of one it waited for.
        let work = Work {
            tx: &tx,
            viewer: viewer.clone(),
            now: now(),
            service: self,
        };
        let named = ids.conversation;
        let Some((command, contents)) = order.command(&work, found, &before).await? else {
            tx.rollback().await?;
            return Ok(Outcome::of(WriteResult::Unchanged, &before, named));
        };
        let planned = match plan(
            &before,
            &command,
            order.options().expected_version,
            work.now,
        ) {
            Ok(planned) => planned,
            Err(refusal) => {
                let refusal = self.explain(&work, &before, refusal, named).await?;
                tx.rollback().await?;
                let mut outcome = Outcome::of(WriteResult::Rejected, &before, named);
                outcome.refusals.push(refusal);
                return Ok(outcome);
            }
        };
        let at = work.now;
        self.conclude(
            tx,
            viewer.clone(),
            &before,
            planned,
            &command,
            contents,
            target,
            order.options().dry_run,
            at,
        )
        .await
    }

    /// Writes, previews or leaves a planned command.
    #[allow(clippy::too_many_arguments)]
    async fn conclude(
        &self,
        tx: Tx,
        viewer: Viewer,
        before: &Linked,
        planned: Plan,
        command: &Command,
        contents: Contents,
        target: Target,
        dry_run: bool,
        at: Time,
    ) -> Result<Outcome> {
        let named = target
            .conversation
            .map(|(id, _)| id)
            .or_else(|| shown_conversation(&planned, command, &viewer));
        let seen_before = viewer.seen(before);
        let Plan {
            effects,
            mut left,
            mut after,
        } = planned;
        if let (Some(seen), Command::UndoCascade(undone, ..)) = (&seen_before, command) {
            keep_seen(&mut left, seen, undone, effects.is_empty());
        }
        if effects.is_empty() {
            tx.rollback().await?;
            let result = if left.is_empty() {
                WriteResult::Unchanged
            } else {
                WriteResult::Rejected
            };
            let mut outcome = Outcome::of(result, before, named);
            outcome.refusals = left;
            outcome.undoes = target.undoes;
            return Ok(outcome);
        }
        after
            .conversations
            .sort_by_key(|conversation| conversation.id);
        let mut entry = entry(&viewer, before, &after, effects, command, target.undoes, at);
        if dry_run {
            tx.rollback().await?;
            let mut outcome = Outcome::of(WriteResult::Previewed, before, named);
            outcome.entry = shown(&viewer, &after, Arc::new(entry));
            outcome.refusals = left;
            outcome.undoes = target.undoes;
            return Ok(outcome);
        }
        apply::commit(tx, before, &after, &mut entry, &contents).await?;
        count(&entry, command);
        let entry = Arc::new(entry);
        (self.on_commit)(Arc::clone(&entry));
        let mut outcome = Outcome::of(WriteResult::Applied, &after, named);
        outcome.entry = shown(&viewer, &after, entry);
        outcome.refusals = left;
        outcome.undoes = target.undoes;
        Ok(outcome)
    }

    /// Adds to a version conflict who made the version that is there.
    async fn explain(
        &self,
        work: &Work<'_>,
        before: &Linked,
        mut refusal: Refusal,
        named: Option<ConversationId>,
    ) -> Result<Refusal> {
        if let Some(Detail::Version {
            changed_at,
            changed_by,
            ..
        }) = &mut refusal.detail
        {
            let subject = named.map(Subject::Conversation);
            let ticket = before
                .ticket
                .as_ref()
                .map(|ticket| Subject::Ticket(ticket.id));
            if let Some(subject) = subject.or(ticket) {
                *changed_by =
                    log::changed_by(work.tx, work.viewer.account, subject, *changed_at).await?;
            }
        }
        Ok(refusal)
    }
}

/// The conversation that a payload shows where the input names none: the one that a message started, the first that
/// an undo changes. A command on a ticket shows none.
fn shown_conversation(
    planned: &Plan,
    command: &Command,
    viewer: &Viewer,
) -> Option<ConversationId> {
    let seen = |id| {
        let all = &planned.after.conversations;
        let found = all.iter().find(|one| one.id == id);
        found.is_some_and(|one| viewer.sees_conversation(one))
    };
    match command {
        Command::ReceiveMessage(incoming) => Some(incoming.conversation),
        Command::UndoCascade(..) => {
            planned
                .effects
                .iter()
                .find_map(|effect| match effect.subject {
                    Subject::Conversation(id) => Some(id).filter(|id| seen(*id)),
                    Subject::Ticket(_) => None,
                })
        }
        _ => None,
    }
}

/// What of a cascade its viewer is shown: the rules are followed in full, whoever asks.
fn shown(viewer: &Viewer, after: &Linked, entry: Arc<Entry>) -> Option<Arc<Entry>> {
    match viewer.seen(after) {
        Some(seen) => seen.shown(&entry).map(Arc::new),
        None => Some(entry),
    }
}

/// Of what an undo left, tells what the viewer sees, by its place among what they see of the undone cascade.
fn keep_seen(left: &mut Vec<Refusal>, seen: &Seen, undone: &[Effect], nothing_done: bool) {
    let reasons = !left.is_empty();
    let places = seen.places(undone);
    let place = |index: usize| places.get(index).copied().flatten();
    left.retain_mut(|refusal| match &mut refusal.detail {
        Some(Detail::Effect { index, effect }) => match place(*index) {
            Some(shown) => {
                *index = shown;
                effect.caused_by = effect.caused_by.and_then(place);
                true
            }
            None => false,
        },
        _ => true,
    });
    if nothing_done && reasons && left.is_empty() {
        let message = "What is left of this cascade has been changed since.";
        left.push(Refusal::at(ErrorCode::ChangedSince, "cascadeId", message));
    }
}

/// Whether what the command names is there, for this viewer: what they do not see is told as what nobody has.
fn missing(linked: &Linked, target: &Target, viewer: &Viewer) -> Result<()> {
    if target.may_be_gone {
        return Ok(());
    }
    if let Some((id, field)) = target.ticket
        && !(linked.ticket.as_ref().is_some_and(|ticket| ticket.id == id)
            && (target.unnamed || viewer.sees_ticket(linked.conversations_of(id))))
    {
        return Err(Refusal::at(
            ErrorCode::NotFound,
            field,
            format!("There is no ticket `{id}`."),
        )
        .into());
    }
    if let Some((id, field)) = target.conversation
        && !linked
            .conversations
            .iter()
            .any(|one| one.id == id && (target.unnamed || viewer.sees_conversation(one)))
    {
        let message = format!("There is no conversation `{id}`.");
        return Err(Refusal::at(ErrorCode::NotFound, field, message).into());
    }
    Ok(())
}

/// The log's entry of a plan.
fn entry(
    viewer: &Viewer,
    before: &Linked,
    after: &Linked,
    effects: Vec<Effect>,
    command: &Command,
    undoes: Option<CascadeId>,
    at: Time,
) -> Entry {
    let actor = match command {
        // What a contact wrote is the contact's doing, whoever handed it in.
        Command::ReceiveMessage(incoming) => incoming.message.author,
        _ => viewer.actor(),
    };
    Entry {
        position: None,
        account: viewer.account,
        id: CascadeId(Uuid::now_v7()),
        occurred_at: at,
        actor,
        command: command.name().to_owned(),
        undoes,
        body: Body::of(before, after, effects),
    }
}
