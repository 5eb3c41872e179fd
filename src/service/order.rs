//! The way of every command.

use std::future::Future;
use std::sync::Arc;

use futures_util::try_join;
use tracing::Instrument;
use uuid::Uuid;

use super::{Outcome, Service, TRIES, WriteResult, now};
use crate::domain::access::{Action, Viewer};
use crate::domain::cascade::{Command, Linked, Plan, Subject, plan};
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

/// A command on its way: its input, already well-formed.
pub trait Order: Send + Sync + 'static {
    /// What kind of permission it takes.
    const ACTION: Action;
    /// What [`Order::prepare`] found.
    type Found: Send + Sync;

    /// What the client wishes beside the change itself.
    fn options(&self) -> Options {
        Options::default()
    }

    /// Checks the input against the account's definitions and finds what it names, without locking.
    fn prepare(
        &self,
        work: &Work<'_>,
    ) -> impl Future<Output = Result<(Target, Self::Found)>> + Send;

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
            match self.attempt(viewer, order).await {
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
            viewer,
            now: now(),
            service: self,
        };
        let (target, found) = order.prepare(&work).await?;
        let ids = linked::Target {
            ticket: target.ticket.map(|(id, _)| id),
            conversation: target.conversation.map(|(id, _)| id),
        };
        // Sent together: who asks is looked up anew without waiting for it.
        let (before, present) = try_join!(
            linked::lock(
                &tx,
                viewer.account,
                ids,
                target.owner,
                self.settings.retention,
            ),
            viewers::present_viewer(&tx, viewer)
        )?;
        missing(&before, &target)?;
        let Some(viewer) = present.filter(|viewer| viewer.may(O::ACTION)) else {
            let message = "Your role does not allow this; ask an administrator.";
            let message = present.map_or(message, |viewer| viewer.why_not(O::ACTION, message));
            return Err(Refusal::new(ErrorCode::Forbidden, message).into());
        };
        // From here on in the order of the locks: the time of a cascade is never before that of one it waited for.
        let work = Work {
            tx: &tx,
            viewer,
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
            viewer,
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
            .or_else(|| shown_conversation(&planned, command));
        let Plan {
            effects,
            left,
            mut after,
        } = planned;
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
        let mut entry = entry(viewer, before, &after, effects, command, target.undoes, at);
        if dry_run {
            tx.rollback().await?;
            let mut outcome = Outcome::of(WriteResult::Previewed, before, named);
            outcome.entry = Some(Arc::new(entry));
            outcome.refusals = left;
            outcome.undoes = target.undoes;
            return Ok(outcome);
        }
        apply::apply(&tx, before, &after, &mut entry, &contents).await?;
        tx.commit().await?;
        count(&entry, command);
        let entry = Arc::new(entry);
        (self.on_commit)(Arc::clone(&entry));
        let mut outcome = Outcome::of(WriteResult::Applied, &after, named);
        outcome.entry = Some(entry);
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
fn shown_conversation(planned: &Plan, command: &Command) -> Option<ConversationId> {
    match command {
        Command::ReceiveMessage(incoming) => Some(incoming.conversation),
        Command::UndoCascade(..) => {
            planned
                .effects
                .iter()
                .find_map(|effect| match effect.subject {
                    Subject::Conversation(id) => Some(id),
                    Subject::Ticket(_) => None,
                })
        }
        _ => None,
    }
}

fn missing(linked: &Linked, target: &Target) -> Result<()> {
    if target.may_be_gone {
        return Ok(());
    }
    if let Some((id, field)) = target.ticket
        && linked.ticket.as_ref().is_none_or(|ticket| ticket.id != id)
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
            .any(|conversation| conversation.id == id)
    {
        let message = format!("There is no conversation `{id}`.");
        return Err(Refusal::at(ErrorCode::NotFound, field, message).into());
    }
    Ok(())
}

/// The log's entry of a plan.
fn entry(
    viewer: Viewer,
    before: &Linked,
    after: &Linked,
    effects: Vec<crate::domain::cascade::Effect>,
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
