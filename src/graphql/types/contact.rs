//! Customers.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::lists::{ConversationsOf, conversation_list_of, ticket_list_of_contact};
use super::{Conversation, Ticket};
use crate::graphql::connection::{Connection, PageArgs};
use crate::graphql::plain::{At, Plain, Plan, Written};
use crate::graphql::scalars::DateTime;
use crate::store::read::user;

/// A customer of the account.
pub struct Contact(pub Arc<user::Contact>);

/// A customer of the account.
#[Object]
impl Contact {
    /// The contact's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name, as the contact writes it.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The e-mail address.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// The telephone number.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// When the contact first wrote.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The contact's conversations, most recent first, the trash left out.
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many: 25 if left out, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<Conversation>> {
        let of = ConversationsOf::contact(self.0.id);
        conversation_list_of(ctx, of, None, None, PageArgs::forward(first, after)).await
    }

    /// The contact's tickets, most recent first, the trash left out.
    async fn tickets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many: 25 if left out, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<Ticket>> {
        ticket_list_of_contact(ctx, self.0.id, PageArgs::forward(first, after)).await
    }
}

impl Plain for Contact {
    fn plain(&self, field: &str, _: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        match field {
            "id" => at.id(self.0.id),
            "name" => at.text(self.0.name.as_deref()),
            "email" => at.text(self.0.email.as_deref()),
            "phone" => at.text(self.0.phone.as_deref()),
            "createdAt" => at.time(self.0.created_at),
            _ => None,
        }
    }
}
