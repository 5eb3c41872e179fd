//! Inboxes and their channels.

use uuid::Uuid;

use super::{Changed, Limits, SettingsOrder, exists_already, not_found};
use crate::domain::access::Viewer;
use crate::domain::id::{ChannelId, InboxId};
use crate::domain::noun::ChannelKind;
use crate::domain::refusal::Refusal;
use crate::error::Result;
use crate::service::accounts::check_email;
use crate::store::accounts::{self, Named};
use crate::store::{Tx, settings};

/// `createInbox`
#[derive(Debug, Clone)]
pub struct CreateInbox {
    /// Unique in the account.
    pub name: String,
    /// Whether each new conversation gets a ticket (rule 28).
    pub creates_tickets: bool,
}

impl SettingsOrder for CreateInbox {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.name("name", &self.name)
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        if accounts::name_taken(tx, viewer.account, Named::Inbox, &self.name, None).await? {
            return Err(exists_already("name", "an inbox", &self.name).into());
        }
        let id = InboxId(Uuid::now_v7());
        accounts::insert_inbox(tx, viewer.account, id, &self.name, self.creates_tickets).await?;
        Ok(Changed::Inbox(id))
    }
}

/// `updateInbox`
#[derive(Debug, Clone)]
pub struct UpdateInbox {
    /// Which.
    pub inbox: InboxId,
    /// A new name.
    pub name: Option<String>,
    /// Whether each new conversation gets a ticket (rule 28).
    pub creates_tickets: Option<bool>,
}

impl SettingsOrder for UpdateInbox {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.maybe_name("name", self.name.as_deref())
    }

    async fn find(&self, tx: &Tx, viewer: Viewer) -> Result<()> {
        find_inbox(tx, viewer, self.inbox).await
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        if let Some(name) = &self.name
            && accounts::name_taken(tx, viewer.account, Named::Inbox, name, Some(self.inbox.0))
                .await?
        {
            return Err(exists_already("name", "an inbox", name).into());
        }
        let name = self.name.as_deref();
        accounts::update_inbox(tx, viewer.account, self.inbox, name, self.creates_tickets).await?;
        Ok(Changed::Inbox(self.inbox))
    }
}

async fn find_inbox(tx: &Tx, viewer: Viewer, id: InboxId) -> Result<()> {
    if settings::inbox_exists(tx, viewer.account, id).await? {
        return Ok(());
    }
    Err(not_found("inboxId", "inbox", id).into())
}

/// `createChannel`
#[derive(Debug, Clone)]
pub struct CreateChannel {
    /// The inbox that it leads to.
    pub inbox: InboxId,
    /// How messages come in.
    pub kind: ChannelKind,
    /// Unique in the inbox.
    pub name: String,
    /// The company's own address on it.
    pub address: Option<String>,
}

impl SettingsOrder for CreateChannel {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.name("name", &self.name)?;
        match &self.address {
            Some(address) if self.kind == ChannelKind::Email => {
                check_email(address).map_err(|refusal| Refusal {
                    path: vec!["input".to_owned(), "address".to_owned()],
                    ..refusal
                })
            }
            address => limits.maybe_name("address", address.as_deref()),
        }
    }

    async fn find(&self, tx: &Tx, viewer: Viewer) -> Result<()> {
        find_inbox(tx, viewer, self.inbox).await
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let among = Named::Channel(self.inbox);
        if accounts::name_taken(tx, viewer.account, among, &self.name, None).await? {
            return Err(exists_already("name", "a channel", &self.name).into());
        }
        let id = ChannelId(Uuid::now_v7());
        let address = self.address.as_deref();
        accounts::insert_channel(
            tx,
            viewer.account,
            id,
            self.inbox,
            self.kind,
            &self.name,
            address,
        )
        .await?;
        Ok(Changed::Channel(id))
    }
}
