//! Effects: the steps of a cascade.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, Union};

use super::{
    CascadeRule, Conversation, ConversationStatus, Inbox, Message, Ticket, TicketStatus, User,
    Workspace, maybe_user, there,
};
use crate::domain::cascade::{self, Change};
use crate::domain::event::Entry;
use crate::domain::id::StatusId;
use crate::error::Error;
use crate::graphql::scalars::DateTime;
use crate::graphql::state::{Reader, reader};

mod initial;

pub use initial::InitialValue;

/// What an effect happened to.
#[derive(Union)]
pub enum Subject {
    /// A ticket.
    Ticket(Ticket),
    /// A conversation.
    Conversation(Conversation),
}

/// One effect of an entry.
#[derive(Clone)]
pub struct Step {
    entry: Arc<Entry>,
    index: usize,
    effect: cascade::Effect,
}

impl Step {
    fn subject_id(&self) -> ID {
        match self.effect.subject {
            cascade::Subject::Ticket(id) => id.to_string(),
            cascade::Subject::Conversation(id) => id.to_string(),
        }
        .into()
    }

    async fn subject(&self, reader: &Reader) -> async_graphql::Result<Option<Subject>> {
        Ok(match self.effect.subject {
            cascade::Subject::Ticket(id) => Ticket::find(reader, id).await?.map(Subject::Ticket),
            cascade::Subject::Conversation(id) => Conversation::find(reader, id)
                .await?
                .map(Subject::Conversation),
        })
    }

    fn caused_by(&self) -> Option<Effect> {
        Effect::new(&self.entry, self.effect.caused_by?)
    }

    /// A field asked of an effect that is not of its type: [`Effect::new`] never makes one.
    fn another(&self) -> async_graphql::Error {
        let message = format!(
            "effect {} of {} is of another type",
            self.index, self.entry.id
        );
        Error::Internal(message).into_graphql()
    }
}

macro_rules! effects {
    ($(#[doc = $doc:tt] $name:ident { $($field:tt)* })*) => {
        $(
            #[doc = $doc]
            pub struct $name(Step);

            #[doc = $doc]
            #[allow(clippy::unused_async, reason = "the macro takes no resolver that is not async")]
            #[Object]
            impl $name {
                /// Its place in `effects`.
                pub async fn index(&self) -> i32 {
                    i32::try_from(self.0.index).unwrap_or(i32::MAX)
                }

                /// The id of what it happened to; stays also when that was purged.
                pub async fn subject_id(&self) -> ID {
                    self.0.subject_id()
                }

                /// What it happened to: never older than the cascade, and null once purged or, in a preview, not
                /// yet created.
                pub async fn subject(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Subject>> {
                    self.0.subject(&*reader(ctx)?).await
                }

                /// Why it happened.
                pub async fn rule(&self) -> CascadeRule {
                    self.0.effect.rule.into()
                }

                /// The effect of the same cascade that it followed from; none for what the command asked for.
                pub async fn caused_by(&self) -> Option<Effect> {
                    self.0.caused_by()
                }

                $($field)*
            }
        )*

        /// One step of a cascade. The fields of the types are named apart, so that one query can select them all
        /// without aliases.
        #[derive(Interface)]
        #[graphql(
            field(name = "index", ty = "i32", desc = "Its place in `effects`."),
            field(name = "subject_id", ty = "ID",
                  desc = "The id of what it happened to; stays also when that was purged."),
            field(name = "subject", ty = "Option<Subject>",
                  desc = "What it happened to: never older than the cascade, and null once purged or, in a preview, \
                          not yet created."),
            field(name = "rule", ty = "CascadeRule", desc = "Why it happened."),
            field(name = "caused_by", ty = "Option<Effect>",
                  desc = "The effect of the same cascade that it followed from; none for what the command asked for.")
        )]
        pub enum Effect { $(#[doc = $doc] $name(Box<$name>),)* }
    };
}

effects! {
    /// The subject came to be.
    Created {
        /// What it was at first, for people: name, status, owner and so on. Empty once purged.
        async fn values(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<InitialValue>> {
            initial::values(&*reader(ctx)?, &self.0.effect.change).await
        }
    }

    /// The subject, a conversation, got its ticket.
    Linked {
        /// The ticket; null once purged or, in a preview, not yet created.
        async fn ticket(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Ticket>> {
            match &self.0.effect.change {
                Change::Linked { ticket } => Ticket::find(&*reader(ctx)?, *ticket).await,
                _ => Err(self.0.another()),
            }
        }
    }

    /// The subject, a conversation, was closed or reopened.
    ConversationStatusChanged {
        /// Before.
        async fn previous_status(&self) -> async_graphql::Result<ConversationStatus> {
            match &self.0.effect.change {
                Change::ConversationStatus { from, .. } => Ok((*from).into()),
                _ => Err(self.0.another()),
            }
        }

        /// After.
        async fn status(&self) -> async_graphql::Result<ConversationStatus> {
            match &self.0.effect.change {
                Change::ConversationStatus { to, .. } => Ok((*to).into()),
                _ => Err(self.0.another()),
            }
        }
    }

    /// The status of the subject, a ticket, changed.
    TicketStatusChanged {
        /// Before.
        async fn previous_ticket_status(&self, ctx: &Context<'_>) -> async_graphql::Result<TicketStatus> {
            match &self.0.effect.change {
                Change::TicketStatus { from, .. } => status(&*reader(ctx)?, from.id).await,
                _ => Err(self.0.another()),
            }
        }

        /// After.
        async fn ticket_status(&self, ctx: &Context<'_>) -> async_graphql::Result<TicketStatus> {
            match &self.0.effect.change {
                Change::TicketStatus { to, .. } => status(&*reader(ctx)?, to.id).await,
                _ => Err(self.0.another()),
            }
        }
    }

    /// The subject's owner changed.
    OwnerChanged {
        /// Before; none: nobody.
        async fn previous_owner(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
            match &self.0.effect.change {
                Change::Owner { from, .. } => maybe_user(&*reader(ctx)?, *from).await,
                _ => Err(self.0.another()),
            }
        }

        /// After; none: nobody.
        async fn owner(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
            match &self.0.effect.change {
                Change::Owner { to, .. } => maybe_user(&*reader(ctx)?, *to).await,
                _ => Err(self.0.another()),
            }
        }
    }

    /// The subject moved to another workspace.
    WorkspaceChanged {
        /// Before.
        async fn previous_workspace(&self) -> async_graphql::Result<Workspace> {
            match &self.0.effect.change {
                Change::Workspace { from, .. } => Ok((*from).into()),
                _ => Err(self.0.another()),
            }
        }

        /// After.
        async fn workspace(&self) -> async_graphql::Result<Workspace> {
            match &self.0.effect.change {
                Change::Workspace { to, .. } => Ok((*to).into()),
                _ => Err(self.0.another()),
            }
        }
    }

    /// The subject, a conversation, moved to another inbox.
    InboxChanged {
        /// Before.
        async fn previous_inbox(&self, ctx: &Context<'_>) -> async_graphql::Result<Inbox> {
            match &self.0.effect.change {
                Change::Inbox { from, .. } => inbox(&*reader(ctx)?, *from).await,
                _ => Err(self.0.another()),
            }
        }

        /// After.
        async fn inbox(&self, ctx: &Context<'_>) -> async_graphql::Result<Inbox> {
            match &self.0.effect.change {
                Change::Inbox { to, .. } => inbox(&*reader(ctx)?, *to).await,
                _ => Err(self.0.another()),
            }
        }
    }

    /// A property of the subject, a ticket, changed; `name` and `priority` are properties here.
    PropertyChanged {
        /// What programs call it.
        async fn property(&self) -> async_graphql::Result<&str> {
            match &self.0.effect.change {
                Change::Property { name, .. } => Ok(name),
                _ => Err(self.0.another()),
            }
        }

        /// The value before, as people read it then; null for none, and once purged.
        async fn previous_value(&self) -> async_graphql::Result<Option<&str>> {
            match &self.0.effect.change {
                Change::Property { from, .. } => Ok(from.as_ref().map(|shown| shown.display.as_str())),
                _ => Err(self.0.another()),
            }
        }

        /// The value after, as people read it then; null for none, and once purged.
        async fn value(&self) -> async_graphql::Result<Option<&str>> {
            match &self.0.effect.change {
                Change::Property { to, .. } => Ok(to.as_ref().map(|shown| shown.display.as_str())),
                _ => Err(self.0.another()),
            }
        }
    }

    /// The subject went to the trash.
    Trashed {
        /// When it will be deleted for good (rule 20).
        async fn purge_at(&self) -> async_graphql::Result<DateTime> {
            match &self.0.effect.change {
                Change::Trashed { trash } => Ok(DateTime(trash.purge_at)),
                _ => Err(self.0.another()),
            }
        }
    }

    /// The subject came back from the trash.
    Restored {}

    /// The subject was deleted for good.
    Purged {}

    /// A message was added to the subject, a conversation.
    MessageAdded {
        /// The message; null once purged.
        async fn message(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Message>> {
            match &self.0.effect.change {
                Change::MessageAdded { message, .. } => {
                    Ok(reader(ctx)?.loaders().messages.one(message.id).await?.map(Message))
                }
                _ => Err(self.0.another()),
            }
        }
    }
}

async fn status(reader: &Reader, id: StatusId) -> async_graphql::Result<TicketStatus> {
    let status = reader.loaders().statuses.one(id).await?;
    Ok(TicketStatus(there(status, id)?))
}

async fn inbox(reader: &Reader, id: crate::domain::id::InboxId) -> async_graphql::Result<Inbox> {
    let inbox = reader.loaders().inboxes.one(id).await?;
    Ok(Inbox(there(inbox, id)?))
}

impl Effect {
    /// The effect at that place of the entry.
    #[must_use]
    pub fn new(entry: &Arc<Entry>, index: usize) -> Option<Self> {
        let effect = entry.body.effects.get(index)?.clone();
        Some(Self::of(entry, index, effect))
    }

    /// An effect with its entry and place.
    #[must_use]
    pub fn of(entry: &Arc<Entry>, index: usize, effect: cascade::Effect) -> Self {
        macro_rules! step {
            ($name:ident, $step:expr) => {
                Self::$name(Box::new($name($step)))
            };
        }
        let step = Step {
            entry: Arc::clone(entry),
            index,
            effect,
        };
        match &step.effect.change {
            Change::TicketCreated { .. } | Change::ConversationCreated { .. } => {
                step!(Created, step)
            }
            Change::Linked { .. } => step!(Linked, step),
            Change::ConversationStatus { .. } => step!(ConversationStatusChanged, step),
            Change::TicketStatus { .. } => step!(TicketStatusChanged, step),
            Change::Owner { .. } => step!(OwnerChanged, step),
            Change::Workspace { .. } => step!(WorkspaceChanged, step),
            Change::Inbox { .. } => step!(InboxChanged, step),
            Change::Property { .. } => step!(PropertyChanged, step),
            Change::Trashed { .. } => step!(Trashed, step),
            Change::Restored { .. } => step!(Restored, step),
            Change::Purged => step!(Purged, step),
            Change::MessageAdded { .. } => step!(MessageAdded, step),
        }
    }
}
