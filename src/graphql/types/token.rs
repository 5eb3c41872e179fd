//! Sessions and tokens: what lets somebody in.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};

use super::{Integration, User};
use crate::domain::access;
use crate::domain::id::{IntegrationId, TokenId, UserId};
use crate::domain::noun::TokenKind;
use crate::graphql::scalars::DateTime;
use crate::graphql::state::{Reader, reader};
use crate::store::credentials::Listed;

/// What a token is good for: never more than its holder may do.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "access::Scope")]
pub enum TokenScope {
    /// Looking: queries and subscriptions. Without it, a mutation's payload names things by id only.
    Read,
    /// Handing in what contacts wrote: `receiveMessage`.
    Receive,
    /// The daily work: status, owner, properties, replies, trash, undo.
    Work,
    /// The account's settings: inboxes, channels, users, pipelines, definitions.
    Administer,
}

/// How a session began.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// By a password.
    Password,
    /// By a token of the identity provider.
    IdentityProvider,
}

/// Somebody signed in somewhere.
#[derive(SimpleObject)]
pub struct Session {
    /// The session's id.
    id: ID,
    /// How it began.
    kind: SessionKind,
    /// When.
    created_at: DateTime,
    /// When it was last used, to the minute. A socket that stands open counts.
    last_used_at: Option<DateTime>,
    /// When it ends, if it is used meanwhile.
    expires_at: Option<DateTime>,
    /// What its program calls itself.
    user_agent: Option<String>,
    /// The network address that it began from.
    address: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

impl Session {
    /// A session, as the one that asks sees it.
    #[must_use]
    pub fn of(row: Listed, current: TokenId) -> Self {
        Self {
            current: row.id == current,
            id: row.id.to_string().into(),
            kind: match row.kind {
                TokenKind::Provider => SessionKind::IdentityProvider,
                TokenKind::Session | TokenKind::Made => SessionKind::Password,
            },
            created_at: DateTime(row.created_at),
            last_used_at: row.last_used_at.map(DateTime),
            expires_at: row.expires_at.map(DateTime),
            user_agent: row.user_agent,
            address: row.address,
        }
    }
}

/// What a program, or a script of a person's, comes with. The token itself is shown once, when it is made.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Token {
    /// The token's id.
    id: ID,
    /// What people call it.
    name: Option<String>,
    /// What it is good for; null: for all that its holder may do.
    scopes: Option<Vec<TokenScope>>,
    /// When it was made.
    created_at: DateTime,
    /// When it was last used, to the minute; null: never.
    last_used_at: Option<DateTime>,
    /// When it ends; null: when somebody revokes it.
    expires_at: Option<DateTime>,
    #[graphql(skip)]
    user: Option<UserId>,
    #[graphql(skip)]
    integration: Option<IntegrationId>,
}

impl From<Listed> for Token {
    fn from(row: Listed) -> Self {
        let all = row.scopes == access::Scopes::ALL;
        let scopes = row.scopes.list().into_iter().map(Into::into);
        Self {
            id: row.id.to_string().into(),
            name: row.name,
            scopes: (!all).then(|| scopes.collect()),
            created_at: DateTime(row.created_at),
            last_used_at: row.last_used_at.map(DateTime),
            expires_at: row.expires_at.map(DateTime),
            user: row.user,
            integration: row.integration,
        }
    }
}

#[ComplexObject]
impl Token {
    /// The person in whose name it acts; null for a program's.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        super::maybe_user(&*reader(ctx)?, self.user).await
    }

    /// The program that it is for; null for a person's.
    async fn integration(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Integration>> {
        maybe_integration(&*reader(ctx)?, self.integration).await
    }
}

async fn maybe_integration(
    reader: &Reader,
    id: Option<IntegrationId>,
) -> async_graphql::Result<Option<Integration>> {
    match id {
        None => Ok(None),
        Some(id) => Ok(reader
            .loaders()
            .integrations
            .one(id)
            .await?
            .map(Integration)),
    }
}
