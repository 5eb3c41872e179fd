//! Lets the events of the story happen, by the rules.

use std::collections::HashMap;

use chrono::{DurationRound, TimeDelta};

use super::timeline::{Event, What};
use crate::bulk::history::{History, On, Outcome};
use crate::bulk::ids::Ids;
use crate::bulk::profile::{self, Account};
use crate::demo::story;
use crate::domain::cascade::{
    Command, HeldValue, Incoming, NewTicket, PropertyEdit, PropertyKey, Settings,
};
use crate::domain::id::{ContactId, ConversationId, TicketId, UserId};
use crate::domain::image::{Actor, Conversation, Message, Time};
use crate::domain::noun::{ConversationStatus, MessageKind, Workspace};
use crate::domain::property::InputValue;
use crate::error::{Error, Result};
use crate::service;
use crate::service::messages::hash;
use crate::store::bulk::{NewConversation, NewMessage};

/// Somebody who writes.
pub struct Known {
    /// The contact.
    pub id: ContactId,
    /// What to call them: the name, else the address, else the number.
    pub name: String,
}

/// What is to be written.
pub struct Played {
    /// What the rules made of it.
    pub outcome: Outcome,
    /// The conversations with their keys.
    pub conversations: Vec<NewConversation>,
    /// The messages in the order of time.
    pub messages: Vec<NewMessage>,
}

/// Lets everything happen, oldest first.
///
/// # Errors
/// When the story contradicts itself or the rules.
pub fn play(
    account: &Account,
    contacts: &HashMap<&str, Known>,
    events: Vec<Event<'_>>,
    now: Time,
    ids: &mut Ids,
) -> Result<Played> {
    let settings = Settings {
        tickets_in_inbox: account.tickets_in_inbox,
        retention: service::Settings::default().retention,
    };
    let mut player = Player {
        account,
        contacts,
        ids,
        now,
        history: History::new(account.id, settings),
        conversations: HashMap::new(),
        tickets: HashMap::new(),
        awaited: HashMap::new(),
        number: 0,
        messages: Vec::new(),
    };
    for event in &events {
        if let What::Describe(ticket) = event.what
            && let Some(link) = ticket.links.first()
        {
            player.awaited.insert(&link.conversation, ticket);
        }
    }
    for event in &events {
        player.happen(event)?;
    }
    let keys: HashMap<ConversationId, &str> = player
        .conversations
        .iter()
        .map(|(key, id)| (*id, *key))
        .collect();
    let outcome = player.history.finish();
    let conversations = outcome.conversations.iter().map(|conversation| {
        let key = keys.get(&conversation.id).copied();
        let lost = || Error::Internal(format!("no key of {}", conversation.id));
        Ok(NewConversation {
            thread_key: key.ok_or_else(lost)?.to_owned(),
            conversation: conversation.clone(),
        })
    });
    Ok(Played {
        conversations: conversations.collect::<Result<_>>()?,
        messages: player.messages,
        outcome,
    })
}

struct Player<'s> {
    account: &'s Account,
    contacts: &'s HashMap<&'s str, Known>,
    ids: &'s mut Ids,
    now: Time,
    history: History,
    conversations: HashMap<&'s str, ConversationId>,
    tickets: HashMap<&'s str, TicketId>,
    /// The ticket that a conversation begins, by its key.
    awaited: HashMap<&'s str, &'s story::Ticket>,
    number: i32,
    messages: Vec<NewMessage>,
}

impl<'s> Player<'s> {
    fn happen(&mut self, event: &Event<'s>) -> Result<()> {
        let at = event.at;
        match event.what {
            What::Message(conversation, message) => self.message(at, conversation, message),
            What::Claim(conversation, owner) => {
                let (id, user) = (
                    self.conversation(&conversation.key)?,
                    self.account.user(owner)?,
                );
                let command = Command::ClaimConversation(id, user);
                self.run(at, user, On::Conversation(id), &command)
            }
            What::Disown(conversation, by) => {
                let (id, user) = (
                    self.conversation(&conversation.key)?,
                    self.account.user(by)?,
                );
                let command = Command::UpdateConversationOwner(id, None);
                self.run(at, user, On::Conversation(id), &command)
            }
            What::Create(ticket, by) => self.create(at, ticket, by),
            What::Link(ticket, conversation, by) => {
                let (id, user) = (self.conversation(conversation)?, self.account.user(by)?);
                let on = On::Both(self.ticket(&ticket.key)?, id);
                self.run(at, user, on, &Command::LinkConversation(id))
            }
            What::Describe(ticket) => {
                let edits = self.described(ticket, |definition| !definition.read_only)?;
                let command = Command::UpdateTicketProperties(edits);
                self.on_ticket(at, ticket, ticket.owner.as_deref(), &command)
            }
            What::Own(ticket) => {
                let owner = self.user(ticket.owner.as_deref())?;
                let command = Command::UpdateTicketOwner(owner);
                self.on_ticket(at, ticket, ticket.owner.as_deref(), &command)
            }
            What::Progress(ticket, by) => {
                let status = self.account.status(&ticket.pipeline, &ticket.status)?;
                let command = Command::UpdateTicketStatus(status);
                self.on_ticket(at, ticket, by.or(ticket.owner.as_deref()), &command)
            }
            What::CloseConversation(conversation, by) => {
                let (id, user) = (
                    self.conversation(&conversation.key)?,
                    self.account.user(by)?,
                );
                let command = Command::UpdateConversationStatus(id, ConversationStatus::Closed);
                self.run(at, user, On::Conversation(id), &command)
            }
            What::CloseTicket(ticket, by) => {
                let status = self.account.status(&ticket.pipeline, &ticket.status)?;
                self.on_ticket(at, ticket, Some(by), &Command::UpdateTicketStatus(status))
            }
            What::TrashConversation(conversation, by) => {
                let (id, user) = (
                    self.conversation(&conversation.key)?,
                    self.account.user(by)?,
                );
                let command = Command::TrashConversation(id, self.ids.at(at)?);
                self.run(at, user, On::Conversation(id), &command)
            }
            What::TrashTicket(ticket, by) => {
                let command = Command::TrashTicket(self.ids.at(at)?);
                self.on_ticket(at, ticket, Some(by), &command)
            }
        }
    }

    fn run(&mut self, at: Time, user: UserId, on: On, command: &Command) -> Result<()> {
        let actor = Actor::User(user);
        self.history.run(self.ids, at, actor, on, command)?;
        Ok(())
    }

    /// A command on a ticket, by somebody or else by the administrator.
    fn on_ticket(
        &mut self,
        at: Time,
        ticket: &story::Ticket,
        by: Option<&str>,
        command: &Command,
    ) -> Result<()> {
        let user = self.user(by)?.unwrap_or(self.account.admin);
        let on = On::Ticket(self.ticket(&ticket.key)?);
        self.run(at, user, on, command)
    }

    fn user(&self, key: Option<&str>) -> Result<Option<UserId>> {
        key.map(|key| self.account.user(key)).transpose()
    }

    fn conversation(&self, key: &str) -> Result<ConversationId> {
        let found = self.conversations.get(key).copied();
        found.ok_or_else(|| profile::lacks("conversation so far", key))
    }

    fn ticket(&self, key: &str) -> Result<TicketId> {
        let found = self.tickets.get(key).copied();
        found.ok_or_else(|| profile::lacks("ticket so far", key))
    }

    fn message(
        &mut self,
        at: Time,
        conversation: &'s story::Conversation,
        told: &'s story::Message,
    ) -> Result<()> {
        let contacts = self.contacts;
        let contact = contacts.get(conversation.contact.as_str());
        let contact = contact.ok_or_else(|| profile::lacks("contact", &conversation.contact))?;
        let (kind, author) = match (told.kind, self.user(told.by.as_deref())?) {
            (story::MessageKind::Incoming, _) => {
                (MessageKind::Incoming, Actor::Contact(contact.id))
            }
            (story::MessageKind::Outgoing, Some(user)) => {
                (MessageKind::Outgoing, Actor::User(user))
            }
            (story::MessageKind::Note, Some(user)) => (MessageKind::Note, Actor::User(user)),
            (_, None) => return Err(profile::lacks("author in", &conversation.key)),
        };
        let message = Message {
            id: self.ids.at(at)?,
            kind,
            author,
            created_at: at,
        };
        let sha256 = hash(&told.text);
        let known = self.conversations.get(conversation.key.as_str()).copied();
        let (id, command) = match (kind, known) {
            (MessageKind::Incoming, known) => {
                let incoming = self.incoming(at, conversation, contact, message, sha256, known)?;
                (incoming.conversation, Command::ReceiveMessage(incoming))
            }
            (_, None) => return Err(profile::lacks("beginning of", &conversation.key)),
            (MessageKind::Outgoing, Some(id)) => {
                let user = self.user(told.by.as_deref())?;
                (id, Command::SendReply(id, message, sha256, user))
            }
            (MessageKind::Note, Some(id)) => (id, Command::AddNote(id, message, sha256)),
        };
        self.history
            .run(self.ids, at, author, On::Conversation(id), &command)?;
        let channel = self.history.conversation(id).map(|c| c.channel);
        self.messages.push(NewMessage {
            conversation: id,
            message,
            text: told.text.clone(),
            // No channel carries a note.
            channel: channel.filter(|_| kind != MessageKind::Note),
            key: None,
        });
        Ok(())
    }

    fn incoming(
        &mut self,
        at: Time,
        told: &'s story::Conversation,
        contact: &Known,
        message: Message,
        sha256: String,
        known: Option<ConversationId>,
    ) -> Result<Incoming> {
        let mut incoming = Incoming {
            starts: None,
            conversation: ConversationId(uuid::Uuid::nil()),
            message,
            sha256,
            ticket: None,
        };
        if let Some(id) = known {
            incoming.conversation = id;
            return Ok(incoming);
        }
        let (inbox, channel) = self.account.channel(&told.inbox, &told.channel)?;
        let id = self.ids.at(at)?;
        incoming.conversation = id;
        incoming.starts = Some(Box::new(Conversation {
            id,
            subject: told.subject.clone(),
            status: ConversationStatus::Open,
            workspace: Workspace::Inbox,
            inbox: inbox.id,
            channel,
            contact: contact.id,
            owner: None,
            ticket: None,
            created_at: at,
            last_activity_at: at,
            closed_at: None,
            trash: None,
            version: 1,
        }));
        self.conversations.insert(&told.key, id);
        if inbox.creates_tickets {
            incoming.ticket = Some(Box::new(self.automatic_ticket(at, told, contact)?));
        }
        Ok(incoming)
    }

    /// The ticket that the inbox creates (rule 28).
    fn automatic_ticket(
        &mut self,
        at: Time,
        told: &'s story::Conversation,
        contact: &Known,
    ) -> Result<NewTicket> {
        let ticket = self.awaited.get(told.key.as_str()).copied();
        let ticket = ticket.ok_or_else(|| profile::lacks("ticket of", &told.key))?;
        let id = self.ids.at(at)?;
        self.tickets.insert(&ticket.key, id);
        // Nobody can set these later.
        let mut properties = self.described(ticket, |definition| definition.read_only)?;
        properties.retain(|edit| edit.definition.is_some());
        self.number += 1;
        Ok(NewTicket {
            id,
            number: self.number,
            name: told.subject.clone().unwrap_or_else(|| contact.name.clone()),
            status: self.account.first_status,
            owner: None,
            priority: None,
            properties,
            missing: Vec::new(),
        })
    }

    fn create(&mut self, at: Time, ticket: &'s story::Ticket, by: &str) -> Result<()> {
        let first = ticket.links.first();
        let first = first.ok_or_else(|| profile::lacks("conversation of", &ticket.key))?;
        let conversation = self.conversation(&first.conversation)?;
        let statuses = self.account.pipeline(&ticket.pipeline)?;
        let status = statuses.first().map(|(_, status)| *status);
        let id = self.ids.at(at)?;
        self.tickets.insert(&ticket.key, id);
        self.number += 1;
        let mut properties = self.described(ticket, |_| true)?;
        // Both are part of the new ticket itself.
        properties.retain(|edit| edit.definition.is_some());
        let new = NewTicket {
            id,
            number: self.number,
            name: ticket.name.clone(),
            status: status.unwrap_or(self.account.first_status),
            owner: Some(self.user(ticket.owner.as_deref())?),
            priority: ticket.priority.map(profile::priority),
            properties,
            missing: Vec::new(),
        };
        let command = Command::CreateTicket(conversation, Box::new(new));
        let user = self.account.user(by)?;
        self.run(at, user, On::Conversation(conversation), &command)
    }

    /// The name, priority and those properties of a ticket that are wanted.
    fn described(
        &self,
        ticket: &story::Ticket,
        wanted: impl Fn(&crate::domain::property::PropertyDefinition) -> bool,
    ) -> Result<Vec<PropertyEdit>> {
        let mut edits = vec![PropertyEdit {
            definition: None,
            key: PropertyKey::Name,
            to: Some(HeldValue::Name(ticket.name.clone())),
        }];
        if let Some(priority) = ticket.priority {
            edits.push(PropertyEdit {
                definition: None,
                key: PropertyKey::Priority,
                to: Some(HeldValue::Priority(profile::priority(priority))),
            });
        }
        for (name, value) in &ticket.properties {
            let definition = self.account.definition(name)?;
            if !wanted(definition) {
                continue;
            }
            let value = definition
                .accept(self.value(value)?)
                .map_err(Error::Internal)?;
            edits.push(PropertyEdit {
                key: PropertyKey::Defined(definition.id),
                definition: Some(definition.clone()),
                to: Some(HeldValue::Property(value)),
            });
        }
        Ok(edits)
    }

    fn value(&self, value: &story::Value) -> Result<InputValue> {
        Ok(match value {
            story::Value::String(text) => InputValue::String(text.clone()),
            story::Value::Number(number) => InputValue::Number(*number),
            story::Value::Boolean(yes) => InputValue::Boolean(*yes),
            story::Value::DateDaysAgo(days) => {
                let day = self.now - TimeDelta::days(i64::from(*days));
                InputValue::Date(day.date_naive())
            }
            story::Value::DateTimeMinutesAgo(minutes) => {
                let time = self.now - TimeDelta::minutes(i64::from(*minutes));
                let quarter = time.duration_round(TimeDelta::minutes(15));
                let quarter = quarter.map_err(|error| Error::Internal(error.to_string()))?;
                InputValue::DateTime(quarter)
            }
            story::Value::Option(option) => InputValue::Option(option.clone()),
            story::Value::Options(options) => InputValue::Options(options.clone()),
        })
    }
}
