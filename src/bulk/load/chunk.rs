//! Some thousand conversations with all that happened to them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::people::Contacts;
use super::properties;
use crate::bulk::history::{History, On};
use crate::bulk::ids::Ids;
use crate::bulk::profile::{self, Account};
use crate::demo::choices::{Choices, Topic};
use crate::demo::{skew, story, vocabulary};
use crate::domain::cascade::{Command, NewTicket, Settings};
use crate::domain::event::Entry;
use crate::domain::id::{ChannelId, ContactId, ConversationId, InboxId, TicketId, UserId};
use crate::domain::image::{Actor, Conversation, Message, Status, Ticket, Time};
use crate::domain::noun::{ConversationStatus, MessageKind, StatusCategory, Workspace};
use crate::error::{Error, Result};
use crate::service;
use crate::service::messages::hash;
use crate::store::bulk::{NewConversation, NewGroup, NewMessage};

/// A chunk ends with the next new ticket after so many conversations.
const CONVERSATIONS: usize = 1_000;
/// Only what was trashed lately is still in the trash.
const TRASH_DAYS: i64 = 25;

/// What one transaction writes.
pub struct Chunk {
    /// By rising id.
    pub conversations: Vec<NewConversation>,
    /// By rising number.
    pub tickets: Vec<Ticket>,
    /// Of what is in the trash.
    pub groups: Vec<NewGroup>,
    /// In no particular order.
    pub messages: Vec<NewMessage>,
    /// In the order of time.
    pub entries: Vec<Entry>,
}

/// All chunks of an account, oldest first.
pub struct Chunks {
    setting: Setting,
    ids: Ids,
    numbered: std::iter::Peekable<Box<dyn Iterator<Item = (u64, Option<u64>)> + Send>>,
}

/// What all chunks have in common.
struct Setting {
    account: Arc<Account>,
    contacts: Contacts,
    agents: Vec<UserId>,
    /// The ways in, by kind: inbox and channel.
    channels: HashMap<story::ChannelKind, Vec<(InboxId, ChannelId)>>,
    open: Vec<Status>,
    closed: Vec<Status>,
    conversations: u64,
    tickets: u64,
    now: Time,
}

impl Chunks {
    /// The chunks of `conversations` with `tickets` in all.
    pub fn new(
        account: Arc<Account>,
        contacts: Contacts,
        conversations: u64,
        tickets: u64,
        now: Time,
    ) -> Self {
        let numbered: Box<dyn Iterator<Item = _> + Send> =
            Box::new((0..conversations).zip(skew::tickets(conversations)));
        Self {
            setting: Setting::new(account, contacts, conversations, tickets, now),
            ids: Ids::default(),
            numbered: numbered.peekable(),
        }
    }
}

impl Iterator for Chunks {
    type Item = Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut members: Vec<(u64, Option<u64>)> = Vec::with_capacity(CONVERSATIONS + 64);
        let mut last_ticket = None;
        while let Some((_, ticket)) = self.numbered.peek() {
            let new_ticket = ticket.is_some() && *ticket != last_ticket;
            if members.len() >= CONVERSATIONS && new_ticket {
                break;
            }
            last_ticket = ticket.or(last_ticket);
            members.extend(self.numbered.next());
        }
        if members.is_empty() {
            return None;
        }
        Some(Maker::new(&self.setting, &mut self.ids).make(&members))
    }
}

impl Setting {
    fn new(
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

    fn ago(&self, seconds: u64) -> Time {
        self.now - TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0))
    }

    /// Within an hour after `base`, or sooner where `next` is near; `n` decides.
    fn soon(&self, n: u64, base: Time, next: Time) -> Time {
        let seconds = 30 + Choices::new(Topic::Gap, !n).below(3_600);
        let wanted = TimeDelta::seconds(i64::try_from(seconds).unwrap_or(30));
        // Whole microseconds, as the database has them.
        let half = TimeDelta::milliseconds((next - base).num_milliseconds() / 2);
        base + wanted.min(half)
    }

    fn contact(&self, conversation: u64) -> Result<(u64, ContactId)> {
        let number = skew::contact_of(conversation, self.contacts.len() as u64);
        let known = usize::try_from(number)
            .ok()
            .and_then(|n| self.contacts.get(n));
        let id = known.copied().flatten();
        let lost = || Error::Internal(format!("contact {number} was not written"));
        Ok((number, id.ok_or_else(lost)?))
    }

    fn channel(&self, conversation: u64) -> Result<(InboxId, ChannelId)> {
        let kind = skew::channel_of(conversation);
        let with = self.channels.get(&kind).map_or(&[][..], Vec::as_slice);
        let mut choices = Choices::new(Topic::Channel, !conversation);
        let at = usize::try_from(choices.skewed_below(with.len() as u64)).unwrap_or(0);
        let lost = || Error::Internal(format!("no inbox has a channel of kind {kind:?}"));
        with.get(at).copied().ok_or_else(lost)
    }

    fn agent(&self, n: u64) -> UserId {
        let mut choices = Choices::new(Topic::Owner, !n);
        let at = usize::try_from(choices.skewed_below(self.agents.len() as u64)).unwrap_or(0);
        self.agents.get(at).copied().unwrap_or(self.account.admin)
    }

    fn owner(&self, conversation: u64) -> Option<UserId> {
        let owner = skew::owner_of(conversation, self.agents.len() as u64)?;
        usize::try_from(owner)
            .ok()
            .and_then(|n| self.agents.get(n))
            .copied()
    }

    fn status(&self, ticket: u64, category: StatusCategory) -> Option<Status> {
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

/// What happens, in the order in which things of the same moment do.
enum What {
    /// The conversation begins, with its first messages or all.
    Begin(Box<Conversation>, Vec<(Message, String)>),
    /// Further messages.
    Add(ConversationId, Vec<(Message, String)>),
    /// The ticket is created.
    Create(ConversationId, Box<NewTicket>),
    /// The conversation is linked to the ticket.
    Link(TicketId, ConversationId),
    /// The conversation is closed.
    Close(ConversationId),
    /// The ticket gets another status.
    Status(TicketId, Status),
    /// The conversation, without a ticket, is trashed.
    TrashConversation(ConversationId),
    /// The ticket is trashed.
    TrashTicket(TicketId),
}

impl What {
    const fn rank(&self) -> u8 {
        match self {
            Self::Begin(..) => 0,
            Self::Add(..) => 1,
            Self::Create(..) => 2,
            Self::Link(..) => 3,
            Self::Close(..) => 4,
            Self::Status(..) => 5,
            Self::TrashConversation(..) => 6,
            Self::TrashTicket(..) => 7,
        }
    }
}

struct Happening {
    at: Time,
    by: Actor,
    what: What,
}

/// A ticket while its conversations are made.
struct Growing {
    id: TicketId,
    number: u64,
    created_at: Time,
    /// When the last of its conversations so far had its end.
    ended: Time,
    owner: Option<UserId>,
}

struct Maker<'c> {
    setting: &'c Setting,
    ids: &'c mut Ids,
    happenings: Vec<Happening>,
    keys: HashMap<ConversationId, u64>,
    messages: Vec<NewMessage>,
    ticket: Option<Growing>,
}

impl<'c> Maker<'c> {
    fn new(setting: &'c Setting, ids: &'c mut Ids) -> Self {
        Self {
            setting,
            ids,
            happenings: Vec::new(),
            keys: HashMap::new(),
            messages: Vec::new(),
            ticket: None,
        }
    }

    fn make(mut self, members: &[(u64, Option<u64>)]) -> Result<Chunk> {
        for (conversation, ticket) in members {
            self.conversation(*conversation, *ticket)?;
        }
        self.end_ticket()?;
        let mut happenings = std::mem::take(&mut self.happenings);
        happenings.sort_by_key(|happening| (happening.at, happening.what.rank()));
        let settings = Settings {
            tickets_in_inbox: self.setting.account.tickets_in_inbox,
            retention: service::Settings::default().retention,
        };
        let mut history = History::new(self.setting.account.id, settings);
        for happening in happenings {
            self.happen(&mut history, happening)?;
        }
        let outcome = history.finish();
        let keys = &self.keys;
        let conversations = outcome.conversations.into_iter().map(|conversation| {
            let number = keys.get(&conversation.id).copied().unwrap_or_default();
            NewConversation {
                thread_key: format!("load-{number}"),
                conversation,
            }
        });
        Ok(Chunk {
            conversations: conversations.collect(),
            tickets: outcome.tickets,
            groups: outcome.groups,
            messages: self.messages,
            entries: outcome.entries,
        })
    }

    fn push(&mut self, at: Time, by: Actor, what: What) {
        self.happenings.push(Happening { at, by, what });
    }

    fn conversation(&mut self, n: u64, ticket: Option<u64>) -> Result<()> {
        let setting = self.setting;
        let (number, contact) = setting.contact(n)?;
        let (inbox, channel) = setting.channel(n)?;
        let ages = skew::messages_seconds_ago(n, setting.conversations);
        let times: Vec<Time> = ages.iter().map(|age| setting.ago(*age)).collect();
        let (Some(began), Some(last)) = (times.first().copied(), times.last().copied()) else {
            return Err(Error::Internal(format!("conversation {n} has no message")));
        };
        let owner = setting.owner(n);
        let id: ConversationId = self.ids.at(began)?;
        self.keys.insert(id, n);
        let conversation = Conversation {
            id,
            subject: (skew::channel_of(n) != story::ChannelKind::Chat)
                .then(|| vocabulary::subject(n, number)),
            status: ConversationStatus::Open,
            workspace: Workspace::Inbox,
            inbox,
            channel,
            contact,
            owner,
            ticket: None,
            created_at: began,
            last_activity_at: began,
            closed_at: None,
            trash: None,
            version: 1,
        };
        let mut messages = Vec::with_capacity(times.len());
        for (index, at) in (0_u32..).zip(&times) {
            messages.push(self.message(n, index, *at, number, &conversation)?);
        }
        let subject = conversation.subject.clone();
        let agent = Actor::User(owner.unwrap_or_else(|| setting.agent(n)));
        let Some(ticket) = ticket else {
            let what = What::Begin(Box::new(conversation), messages);
            self.push(last, Actor::System, what);
            return self.end_conversation(n, id, last, agent);
        };

        // The ticket comes soon after the first message; what is written afterwards comes after it.
        let next = times.get(1).copied().unwrap_or(setting.now);
        let linked = setting.soon(n, began, next);
        let later = messages.split_off(1);
        let what = What::Begin(Box::new(conversation), messages);
        self.push(began, Actor::System, what);
        if !later.is_empty() {
            self.push(last, Actor::System, What::Add(id, later));
        }
        let linked = self.link(ticket, id, linked, agent, owner, || {
            let own_name = Choices::new(Topic::TicketName, !ticket).per_mille(400);
            let subject = subject.filter(|_| !own_name);
            subject.unwrap_or_else(|| vocabulary::ticket_name(ticket, number))
        })?;
        let mut ended = last.max(linked);
        // A closed ticket closes its conversations itself.
        if !skew::is_closed(ticket, setting.tickets) && skew::is_closed(n, setting.conversations) {
            ended = setting.soon(n, ended, setting.now);
            self.push(ended, agent, What::Close(id));
        }
        if let Some(growing) = &mut self.ticket {
            growing.ended = growing.ended.max(ended);
        }
        Ok(())
    }

    /// Creates the ticket or links to it; when that was.
    fn link(
        &mut self,
        ticket: u64,
        conversation: ConversationId,
        at: Time,
        by: Actor,
        owner: Option<UserId>,
        name: impl FnOnce() -> String,
    ) -> Result<Time> {
        if let Some(growing) = &self.ticket
            && growing.number == ticket
        {
            let (id, at) = (growing.id, at.max(growing.created_at));
            self.push(at, by, What::Link(id, conversation));
            return Ok(at);
        }
        self.end_ticket()?;
        let setting = self.setting;
        let id: TicketId = self.ids.at(at)?;
        let new = NewTicket {
            id,
            number: i32::try_from(ticket + 1).unwrap_or(i32::MAX),
            name: name(),
            status: setting.account.first_status,
            owner: None,
            priority: skew::priority_of(ticket).map(profile::priority),
            properties: properties::of(&setting.account, ticket, at)?,
            missing: Vec::new(),
        };
        self.push(at, by, What::Create(conversation, Box::new(new)));
        self.ticket = Some(Growing {
            id,
            number: ticket,
            created_at: at,
            ended: at,
            owner,
        });
        Ok(at)
    }

    fn message(
        &mut self,
        n: u64,
        index: u32,
        at: Time,
        contact: u64,
        conversation: &Conversation,
    ) -> Result<(Message, String)> {
        let told = skew::kind_of(n, index);
        let agent = || {
            let substitute = || self.setting.agent(n ^ (u64::from(index) << 32));
            Actor::User(conversation.owner.unwrap_or_else(substitute))
        };
        let (kind, author) = match told {
            story::MessageKind::Incoming => {
                (MessageKind::Incoming, Actor::Contact(conversation.contact))
            }
            story::MessageKind::Outgoing => (MessageKind::Outgoing, agent()),
            story::MessageKind::Note => (MessageKind::Note, agent()),
        };
        let message = Message {
            id: self.ids.at(at)?,
            kind,
            author,
            created_at: at,
        };
        let text = vocabulary::message(n, index, told, contact);
        let sha256 = hash(&text);
        self.messages.push(NewMessage {
            conversation: conversation.id,
            message,
            text,
            // No channel carries a note.
            channel: (kind != MessageKind::Note).then_some(conversation.channel),
            key: None,
        });
        Ok((message, sha256))
    }

    /// The end of a conversation without a ticket.
    fn end_conversation(
        &mut self,
        n: u64,
        id: ConversationId,
        last: Time,
        by: Actor,
    ) -> Result<()> {
        let setting = self.setting;
        let mut at = last;
        if skew::is_closed(n, setting.conversations) {
            at = setting.soon(n, at, setting.now);
            self.push(at, by, What::Close(id));
        }
        let lately = setting.now - at < TimeDelta::days(TRASH_DAYS);
        if lately && Choices::new(Topic::Closed, !n).per_mille(6) {
            at = setting.soon(!n, at, setting.now);
            self.push(at, by, What::TrashConversation(id));
        }
        Ok(())
    }

    /// The end of a ticket: all its conversations are known.
    fn end_ticket(&mut self) -> Result<()> {
        let Some(ticket) = self.ticket.take() else {
            return Ok(());
        };
        let (setting, n) = (self.setting, ticket.number);
        let closed = skew::is_closed(n, setting.tickets);
        let category = if closed {
            StatusCategory::Closed
        } else {
            StatusCategory::Open
        };
        let by = Actor::User(ticket.owner.unwrap_or_else(|| setting.agent(n)));
        let mut at = setting.soon(n, ticket.ended, setting.now);
        let lost = || Error::Internal("the account has no status".to_owned());
        let status = setting.status(n, category).ok_or_else(lost)?;
        self.push(at, by, What::Status(ticket.id, status));
        let lately = setting.now - at < TimeDelta::days(TRASH_DAYS);
        if lately && Choices::new(Topic::Status, !n).per_mille(6) {
            at = setting.soon(!n, at, setting.now);
            self.push(at, by, What::TrashTicket(ticket.id));
        }
        Ok(())
    }

    fn happen(&mut self, history: &mut History, happening: Happening) -> Result<()> {
        let at = happening.at;
        let (on, command) = match happening.what {
            What::Begin(conversation, messages) => {
                let id = conversation.id;
                let command = Command::ImportMessages(Some(conversation), id, messages);
                (On::Conversation(id), command)
            }
            What::Add(id, messages) => {
                let command = Command::ImportMessages(None, id, messages);
                (On::Conversation(id), command)
            }
            What::Create(id, ticket) => (On::Conversation(id), Command::CreateTicket(id, ticket)),
            What::Link(ticket, id) => (On::Both(ticket, id), Command::LinkConversation(id)),
            What::Close(id) => {
                let command = Command::UpdateConversationStatus(id, ConversationStatus::Closed);
                (On::Conversation(id), command)
            }
            What::Status(id, status) => (On::Ticket(id), Command::UpdateTicketStatus(status)),
            What::TrashConversation(id) => {
                let command = Command::TrashConversation(id, self.ids.at(at)?);
                (On::Conversation(id), command)
            }
            What::TrashTicket(id) => (On::Ticket(id), Command::TrashTicket(self.ids.at(at)?)),
        };
        history.run(self.ids, at, happening.by, on, &command)?;
        Ok(())
    }
}
