//! Inboxes and the channels that lead to them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::lists::{ConversationsOf, conversation_list_of};
use super::{ChannelKind, Conversation};
use crate::graphql::connection::{Connection, PageArgs};
use crate::graphql::inputs::{ConversationFilter, ConversationOrder};
use crate::graphql::plain::{At, Plain, Plan, Written};
use crate::graphql::state::reader;
use crate::store::read::desk;

/// Where conversations arrive.
pub struct Inbox(pub Arc<desk::Inbox>);

/// Where conversations arrive.
#[Object]
impl Inbox {
    /// The inbox' id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its name; unique in the account.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The ways that lead to it, by name.
    async fn channels(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Channel>> {
        let reader = reader(ctx)?;
        let channels = reader.loaders().channels_of_inbox.one(self.0.id).await?;
        let channels = channels.iter().flat_map(|channels| channels.iter());
        Ok(channels.cloned().map(Arc::new).map(Channel).collect())
    }

    /// Whether every new conversation gets a ticket (rule 28).
    async fn creates_tickets(&self) -> bool {
        self.0.creates_tickets
    }

    /// The conversations in it, the trash left out unless the filter asks for it.
    #[allow(clippy::too_many_arguments)]
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; left out: all that are not in the trash.")] filter: Option<
            ConversationFilter,
        >,
        #[graphql(desc = "In what order; left out: most recently active first.")] order_by: Option<
            ConversationOrder,
        >,
        #[graphql(desc = "At most so many from the beginning: 25 if left out, 100 at most.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, 100 at most; excludes `first`.")]
        last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Conversation>> {
        let of = ConversationsOf::inbox(self.0.id);
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        conversation_list_of(ctx, of, filter, order_by, args).await
    }
}

/// A way into an inbox: an address, a form, a chat.
#[derive(Clone)]
pub struct Channel(pub Arc<desk::Channel>);

/// A way into an inbox: an address, a form, a chat.
#[Object]
impl Channel {
    /// The channel's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// How messages come in.
    async fn kind(&self) -> ChannelKind {
        self.0.kind.into()
    }

    /// Its name; unique in the inbox.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

impl Plain for Inbox {
    fn plain(&self, field: &str, _: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        match field {
            "id" => at.id(self.0.id),
            "name" => at.text(&*self.0.name),
            "createsTickets" => at.json(&self.0.creates_tickets),
            _ => None,
        }
    }
}

impl Plain for Channel {
    fn plain(&self, field: &str, _: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        match field {
            "id" => at.id(self.0.id),
            "kind" => at.word::<ChannelKind>(self.0.kind),
            "name" => at.text(&*self.0.name),
            _ => None,
        }
    }
}
