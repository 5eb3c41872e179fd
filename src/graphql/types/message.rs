//! Messages.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::{Actor, Contact, Integration, MessageKind, User, actor};
use crate::domain::image;
use crate::graphql::connection::Listed;
use crate::graphql::plain::{At, Plain, Plan, Written};
use crate::graphql::scalars::DateTime;
use crate::graphql::state::reader;
use crate::store::read::message;

/// One message or note of a conversation.
pub struct Message(pub Arc<message::Message>);

impl Listed for Message {
    const CONNECTION: &'static str = "MessageConnection";
    const EDGE: &'static str = "MessageEdge";
}

/// One message or note of a conversation.
#[Object]
impl Message {
    /// The message's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Whom it is meant for.
    async fn kind(&self) -> MessageKind {
        self.0.kind.into()
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> async_graphql::Result<Actor> {
        actor(&*reader(ctx)?, self.0.author).await
    }

    /// What it says, as plain text.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

impl Plain for Message {
    fn plain(&self, field: &str, below: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        let message = &*self.0;
        match field {
            "id" => at.id(message.id),
            "kind" => at.word::<MessageKind>(message.kind),
            "text" => at.text(&*message.text),
            "createdAt" => at.time(message.created_at),
            "author" => match message.author {
                image::Actor::User(user) => {
                    let user = at.known(|all| &all.users, user)??;
                    at.object(below, &User(user))
                }
                image::Actor::Contact(contact) => {
                    let contact = at.known(|all| &all.contacts, contact)??;
                    at.object(below, &Contact(contact))
                }
                image::Actor::Integration(integration) => {
                    let integration = at.known(|all| &all.integrations, integration)??;
                    at.object(below, &Integration(integration))
                }
                image::Actor::System => None,
            },
            _ => None,
        }
    }
}
