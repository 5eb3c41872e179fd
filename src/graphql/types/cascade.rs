//! Cascades: entries of the log.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::{Actor, CascadeRule, Conversation, Effect, Ticket, actor};
use crate::domain::cascade::{Rule, Subject};
use crate::domain::event::Entry;
use crate::domain::id::{ConversationId, TicketId};
use crate::graphql::plain::Plain;
use crate::graphql::scalars::{Cursor, DateTime};
use crate::graphql::state::reader;

/// One command and all that followed from it: one transaction, one entry of the log, one frame for every
/// subscriber.
#[derive(Clone)]
pub struct Cascade(Arc<Entry>);

impl Cascade {
    /// The cascade of this entry.
    #[must_use]
    pub const fn new(entry: Arc<Entry>) -> Self {
        Self(entry)
    }

    /// The tickets that it changed, or whose conversations it changed, each once, in the order of the effects.
    fn ticket_ids(&self) -> Vec<TicketId> {
        let mut ids = Vec::new();
        for effect in &self.0.body.effects {
            if let Subject::Ticket(id) = effect.subject
                && !ids.contains(&id)
            {
                ids.push(id);
            }
        }
        ids
    }

    /// The conversations that it changed, each once, in the order of the effects.
    fn conversation_ids(&self) -> Vec<ConversationId> {
        let mut seen = std::collections::HashSet::new();
        let subjects = self.0.body.effects.iter().map(|effect| effect.subject);
        let ids = subjects.filter_map(|subject| match subject {
            Subject::Conversation(id) => Some(id),
            Subject::Ticket(_) => None,
        });
        ids.filter(|id| seen.insert(*id)).collect()
    }
}

/// One command and all that followed from it: one transaction, one entry of the log, one frame for every
/// subscriber.
#[Object]
impl Cascade {
    /// The cascade's id. A preview has a fresh one that nothing finds, and no cursor.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its place in the account's log; none in a preview.
    async fn cursor(&self) -> Option<Cursor> {
        self.0.position.map(Cursor)
    }

    /// When it was planned.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    /// Who asked for it.
    async fn actor(&self, ctx: &Context<'_>) -> async_graphql::Result<Actor> {
        actor(&*reader(ctx)?, self.0.actor).await
    }

    /// What they asked for: the name of the mutation, or `import` or `purge`.
    async fn command(&self) -> &str {
        &self.0.command
    }

    /// What happened, in the order of cause: an effect comes after the one that caused it.
    async fn effects(&self) -> Vec<Effect> {
        let places = 0..self.0.body.effects.len();
        places
            .filter_map(|index| Effect::new(&self.0, index))
            .collect()
    }

    /// The tickets that it changed. Never older than the cascade; what was purged since is left out.
    async fn tickets(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Ticket>> {
        let reader = reader(ctx)?;
        let found = self.ticket_ids().into_iter();
        let found = found.map(|id| Ticket::find(&reader, id));
        let found = futures_util::future::try_join_all(found).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The conversations that it changed. Never older than the cascade; what was purged since is left out.
    async fn conversations(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Conversation>> {
        let reader = reader(ctx)?;
        let found = self.conversation_ids().into_iter();
        let found = found.map(|id| Conversation::find(&reader, id));
        let found = futures_util::future::try_join_all(found).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The cascade that it took back.
    async fn undoes(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Cascade>> {
        match self.0.undoes {
            None => Ok(None),
            Some(id) => Ok(reader(ctx)?.loaders().entries.one(id).await?.map(Cascade)),
        }
    }

    /// The cascade that took it back, if that still stands: an undo that has itself been undone does not count.
    async fn undone_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Cascade>> {
        let found = reader(ctx)?.loaders().undos.one(self.0.id).await?;
        Ok(found.map(Cascade))
    }
}

/// A rule in words.
#[derive(SimpleObject)]
pub struct CascadeRuleDescription {
    /// The value that effects carry.
    rule: CascadeRule,
    /// Its number in the book of rules; none for what a command itself asks for.
    number: Option<i32>,
    /// What it does, in a sentence.
    description: &'static str,
}

impl From<Rule> for CascadeRuleDescription {
    fn from(rule: Rule) -> Self {
        Self {
            rule: rule.into(),
            number: rule.number(),
            description: rule.description(),
        }
    }
}

// What a cascade did is of many kinds, with neighbours of their own.
impl Plain for Cascade {}
