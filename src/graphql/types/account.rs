//! Who asks, and the account that they ask in.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::{PropertyDefinition, User, there};
use crate::domain::property;
use crate::error::Error;
use crate::graphql::scalars::DateTime;
use crate::graphql::state::{Reader, reader};
use crate::store::read::account;

/// A company that uses Tandem: nothing outside it exists for its users.
pub struct Account(pub Arc<account::Account>);

/// A company that uses Tandem: nothing outside it exists for its users.
#[Object]
impl Account {
    /// The account's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The company's name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When the account was created, which decides where its tickets are managed (rule 5).
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Whether tickets are managed in the inbox: in accounts created up to 1 April 2024 (rule 5).
    async fn tickets_in_inbox(&self) -> bool {
        self.0.tickets_in_inbox
    }
}

/// Who asks: the owner of the token.
pub struct Viewer;

/// Who asks: the owner of the token.
#[Object]
impl Viewer {
    /// The user. An integration's token has none: `FORBIDDEN`.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<User> {
        let reader = reader(ctx)?;
        let Some(id) = reader.viewer().user() else {
            let message = "This token is an integration's, not a user's; ask for `account` or `detailsPanel` instead.";
            return Err(Error::request("FORBIDDEN", message).into_graphql());
        };
        let user = reader.loaders().users.one(id).await?;
        Ok(User(there(user, id)?))
    }

    /// The account that the token is of.
    async fn account(&self, ctx: &Context<'_>) -> async_graphql::Result<Account> {
        let account = reader(ctx)?.loaders().account.one(()).await?;
        Ok(Account(there(account, "the account")?))
    }

    /// Which properties the viewer's ticket details panel shows, in that order (rule 9). Before any choice: all
    /// that are in use, by label.
    async fn details_panel(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<PropertyDefinition>> {
        let panel = panel(&*reader(ctx)?).await?;
        Ok(panel.iter().cloned().map(PropertyDefinition).collect())
    }
}

/// The definitions that the viewer's panel shows, in their order. An integration, which has none, is shown all.
pub(super) async fn panel(
    reader: &Reader,
) -> async_graphql::Result<Arc<Vec<Arc<property::PropertyDefinition>>>> {
    let loaders = reader.loaders();
    if let Some(user) = reader.viewer().user() {
        return Ok(loaders.panels.one(user).await?.unwrap_or_default());
    }
    let definitions = loaders.definitions.one(()).await?.unwrap_or_default();
    let in_use = definitions.iter().filter(|definition| !definition.archived);
    Ok(Arc::new(in_use.cloned().collect()))
}
