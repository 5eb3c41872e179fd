//! What all chunks of the large account have in common.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::people::Contacts;
use crate::bulk::profile::Account;
use crate::demo::choices::{Choices, Topic};
use crate::demo::{skew, story};
use crate::domain::id::{ChannelId, ContactId, InboxId, UserId};
use crate::domain::image::{Status, Time};
use crate::domain::noun::StatusCategory;
use crate::error::{Error, Result};

/// The account with all that its numbers stand for.
pub struct Setting {
    /// The account.
    pub account: Arc<Account>,
    contacts: Contacts,
    agents: Vec<UserId>,
    /// The ways in, by kind: inbox and channel.
    channels: HashMap<story::ChannelKind, Vec<(InboxId, ChannelId)>>,
    open: Vec<Status>,
    closed: Vec<Status>,
    /// How many conversations it gets.
    pub conversations: u64,
    /// How many tickets it gets.
    pub tickets: u64,
    /// What all ages count back from.
    pub now: Time,
}

impl Setting {
    /// Collects what the account was set up with.
    pub fn new(
        account: Arc<Account>,
        contacts: Contacts,
        conversations: u64,
        tickets: u64,
        now: Time,
    ) -> Self {
        use story::ChannelKind as Kind;
        let kinds = [
            (Kind::Email, "email"),
            (Kind::Chat, "chat"),
            (Kind::Form, "form"),
            (Kind::Messenger, "messenger"),
            (Kind::Whatsapp, "whatsapp"),
            (Kind::Api, "api"),
        ];
        let mut inboxes: Vec<_> = account.inboxes.values().collect();
        inboxes.sort_by_key(|inbox| inbox.id);
        let channels = kinds.map(|(kind, key)| {
            let with = inboxes.iter().filter_map(|inbox| {
                let channel = inbox.channels.get(key)?;
                Some((inbox.id, *channel))
            });
            (kind, with.collect())
        });
        let statuses = account
            .pipelines
            .values()
            .flatten()
            .map(|(_, status)| *status);
        let (open, closed) = statuses.partition(|status| status.category == StatusCategory::Open);
        Self {
            // The first user administers and the last one only looks on.
            agents: account
                .users
                .iter()
                .skip(1)
                .rev()
                .skip(1)
                .map(|(_, id)| *id)
                .collect(),
            channels: channels.into_iter().collect(),
            open,
            closed,
            account,
            contacts,
            conversations,
            tickets,
            now,
        }
    }

    /// So many seconds before now.
    pub fn ago(&self, seconds: u64) -> Time {
        self.now - TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0))
    }

    /// Within an hour after `base`, or sooner where `next` is near; `n` decides.
    pub fn soon(&self, n: u64, base: Time, next: Time) -> Time {
        let seconds = 30 + Choices::new(Topic::Gap, !n).below(3_600);
        let wanted = TimeDelta::seconds(i64::try_from(seconds).unwrap_or(30));
        // Whole microseconds, as the database has them.
        let half = TimeDelta::milliseconds((next - base).num_milliseconds() / 2);
        base + wanted.min(half)
    }

    /// Whom a conversation is with: the number and the id.
    pub fn contact(&self, conversation: u64) -> Result<(u64, ContactId)> {
        let number = skew::contact_of(conversation, self.contacts.len() as u64);
        let known = usize::try_from(number)
            .ok()
            .and_then(|n| self.contacts.get(n));
        let id = known.copied().flatten();
        let lost = || Error::Internal(format!("contact {number} was not written"));
        Ok((number, id.ok_or_else(lost)?))
    }

    /// The way that a conversation came by.
    pub fn channel(&self, conversation: u64) -> Result<(InboxId, ChannelId)> {
        let kind = skew::channel_of(conversation);
        let with = self.channels.get(&kind).map_or(&[][..], Vec::as_slice);
        let mut choices = Choices::new(Topic::Channel, !conversation);
        let at = usize::try_from(choices.skewed_below(with.len() as u64)).unwrap_or(0);
        let lost = || Error::Internal(format!("no inbox has a channel of kind {kind:?}"));
        with.get(at).copied().ok_or_else(lost)
    }

    /// Somebody who works there; `n` decides who.
    pub fn agent(&self, n: u64) -> UserId {
        let mut choices = Choices::new(Topic::Owner, !n);
        let at = usize::try_from(choices.skewed_below(self.agents.len() as u64)).unwrap_or(0);
        self.agents.get(at).copied().unwrap_or(self.account.admin)
    }

    /// Whose a conversation is, if anybody's.
    pub fn owner(&self, conversation: u64) -> Option<UserId> {
        let owner = skew::owner_of(conversation, self.agents.len() as u64)?;
        usize::try_from(owner)
            .ok()
            .and_then(|n| self.agents.get(n))
            .copied()
    }

    /// The status of a category that a ticket is in.
    pub fn status(&self, ticket: u64, category: StatusCategory) -> Option<Status> {
        let statuses = match category {
            StatusCategory::Open => &self.open,
            StatusCategory::Closed => &self.closed,
        };
        let at = skew::status_of(ticket, statuses.len() as u64);
        usize::try_from(at)
            .ok()
            .and_then(|n| statuses.get(n))
            .copied()
    }
}
