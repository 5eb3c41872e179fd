//! What people did, from what the story says about the end.

use chrono::TimeDelta;

use crate::demo::story::{Account, Conversation, Message, MessageKind, Moment, Ticket};
use crate::domain::image::Time;

/// Something that somebody did.
#[derive(Debug, Clone, Copy)]
pub struct Event<'s> {
    /// When.
    pub at: Time,
    /// What.
    pub what: What<'s>,
}

/// What was done. In the order in which things of the same minute happen.
#[derive(Debug, Clone, Copy)]
pub enum What<'s> {
    /// A message or note; the first of a conversation starts it, with a ticket where its inbox wants one.
    Message(&'s Conversation, &'s Message),
    /// The owner claimed the conversation before anybody replied.
    Claim(&'s Conversation, &'s str),
    /// Whoever had replied gave the conversation away, to nobody.
    Disown(&'s Conversation, &'s str),
    /// Somebody created the ticket for its first conversation.
    Create(&'s Ticket, &'s str),
    /// Somebody linked one more conversation.
    Link(&'s Ticket, &'s str, &'s str),
    /// The ticket that its inbox had created got its name, priority and properties.
    Describe(&'s Ticket),
    /// The ticket got the owner that it has.
    Own(&'s Ticket),
    /// The open ticket got the status that it has.
    Progress(&'s Ticket, Option<&'s str>),
    /// Somebody closed the conversation by itself.
    CloseConversation(&'s Conversation, &'s str),
    /// Somebody closed the ticket.
    CloseTicket(&'s Ticket, &'s str),
    /// Somebody trashed the conversation, which has no ticket.
    TrashConversation(&'s Conversation, &'s str),
    /// Somebody trashed the ticket.
    TrashTicket(&'s Ticket, &'s str),
}

impl What<'_> {
    const fn rank(&self) -> u8 {
        match self {
            Self::Message(..) => 0,
            Self::Create(..) => 1,
            Self::Link(..) => 2,
            Self::Claim(..) => 3,
            Self::Disown(..) => 4,
            Self::Describe(..) => 5,
            Self::Own(..) => 6,
            Self::Progress(..) => 7,
            Self::CloseConversation(..) => 8,
            Self::CloseTicket(..) => 9,
            Self::TrashConversation(..) => 10,
            Self::TrashTicket(..) => 11,
        }
    }
}

/// So many minutes before `now`.
#[must_use]
pub fn ago(now: Time, minutes: u32) -> Time {
    now - TimeDelta::minutes(i64::from(minutes))
}

/// Everything that happened in the account, in the order of time.
#[must_use]
pub fn of(story: &Account, now: Time) -> Vec<Event<'_>> {
    let tellers: Vec<_> = story
        .conversations
        .iter()
        .map(|conversation| Teller::of(story, conversation, now))
        .collect();
    let mut events: Vec<Event<'_>> = Vec::new();
    for teller in &tellers {
        teller.tell(&mut events);
    }
    for ticket in &story.tickets {
        let linked = |teller: &&Teller<'_>| teller.ticket.is_some_and(|t| t.key == ticket.key);
        let tellers: Vec<_> = tellers.iter().filter(linked).collect();
        tell_ticket(ticket, &tellers, now, &mut events);
    }
    events.sort_by_key(|event| (event.at, event.what.rank()));
    events
}

/// Soon after `base`, but before whatever is next.
fn soon(base: Time, minutes: i64, next: Time) -> Time {
    base + TimeDelta::minutes(minutes).min((next - base) / 2)
}

/// A conversation, ready to be told.
struct Teller<'s> {
    conversation: &'s Conversation,
    ticket: Option<&'s Ticket>,
    linked: Option<Time>,
    now: Time,
}

impl<'s> Teller<'s> {
    fn of(story: &'s Account, conversation: &'s Conversation, now: Time) -> Self {
        let links = story.tickets.iter().flat_map(|ticket| {
            let links = ticket.links.iter();
            links.map(move |link| (ticket, link))
        });
        let link = links
            .into_iter()
            .find(|(_, link)| link.conversation == conversation.key);
        Self {
            conversation,
            ticket: link.map(|(ticket, _)| ticket),
            linked: link.map(|(_, link)| ago(now, link.minutes_ago)),
            now,
        }
    }

    fn moment(&self, moment: Option<&Moment>) -> Option<Time> {
        moment.map(|moment| ago(self.now, moment.minutes_ago))
    }

    fn sent(&self, message: &Message) -> Time {
        ago(self.now, message.minutes_ago)
    }

    /// When the next thing that the story tells of it happens.
    fn next_after(&self, time: Time) -> Time {
        let told = self.conversation.messages.iter().map(|m| self.sent(m));
        let ticket = self.ticket;
        let moments = [
            self.linked,
            self.moment(self.conversation.closed.as_ref()),
            self.moment(self.conversation.trashed.as_ref()),
            self.moment(ticket.and_then(|ticket| ticket.closed.as_ref())),
            self.moment(ticket.and_then(|ticket| ticket.trashed.as_ref())),
            Some(self.now),
        ];
        let all = told.chain(moments.into_iter().flatten());
        all.filter(|at| *at > time).min().unwrap_or(self.now)
    }

    fn replies(&self) -> impl DoubleEndedIterator<Item = (&'s str, Time)> {
        let now = self.now;
        let messages = self.conversation.messages.iter();
        messages
            .filter(|message| message.kind == MessageKind::Outgoing)
            .filter_map(move |message| {
                Some((message.by.as_deref()?, ago(now, message.minutes_ago)))
            })
    }

    /// How it got the owner that it has, if not by a reply alone (rule 27); and when it got its owner.
    fn owned(&self) -> (Option<Event<'s>>, Option<Time>) {
        let conversation = self.conversation;
        let first = self.replies().next();
        match (conversation.owner.as_deref(), first) {
            (None, None) => (None, None),
            (Some(owner), Some((replier, at))) if owner == replier => (None, Some(at)),
            (Some(owner), _) => {
                let began = ago(self.now, conversation.created_minutes_ago());
                let at = soon(began, 12, self.next_after(began));
                let what = What::Claim(conversation, owner);
                (Some(Event { at, what }), Some(at))
            }
            (None, Some((replier, first))) => {
                let last = self.replies().next_back().map_or(first, |(_, at)| at);
                let at = soon(last, 9, self.next_after(last));
                let what = What::Disown(conversation, replier);
                (Some(Event { at, what }), Some(at))
            }
        }
    }

    fn tell(&self, events: &mut Vec<Event<'s>>) {
        let conversation = self.conversation;
        for message in &conversation.messages {
            let what = What::Message(conversation, message);
            let at = self.sent(message);
            events.push(Event { at, what });
        }
        events.extend(self.owned().0);
        let with_ticket = self.ticket.and_then(|ticket| ticket.closed.as_ref());
        if let Some(closed) = &conversation.closed
            && Some(closed) != with_ticket
        {
            let at = ago(self.now, closed.minutes_ago);
            let what = What::CloseConversation(conversation, &closed.by);
            events.push(Event { at, what });
        }
        if let Some(trashed) = &conversation.trashed {
            let at = ago(self.now, trashed.minutes_ago);
            let what = What::TrashConversation(conversation, &trashed.by);
            events.push(Event { at, what });
        }
    }
}

fn tell_ticket<'s>(
    ticket: &'s Ticket,
    tellers: &[&Teller<'s>],
    now: Time,
    events: &mut Vec<Event<'s>>,
) {
    let mut tell = |at, what| events.push(Event { at, what });
    let next = |time: Time| {
        let nexts = tellers.iter().map(|teller| teller.next_after(time));
        nexts.min().unwrap_or(now)
    };
    let created = ago(now, ticket.created_minutes_ago());
    for (index, link) in ticket.links.iter().enumerate() {
        let at = ago(now, link.minutes_ago);
        match (&link.by, index) {
            // The message that started the conversation created it (rule 28).
            (None, _) => {}
            (Some(by), 0) => tell(at, What::Create(ticket, by)),
            (Some(by), _) => tell(at, What::Link(ticket, &link.conversation, by)),
        }
    }
    let owned = tellers
        .iter()
        .filter_map(|teller| teller.owned().1.filter(|at| Some(*at) > teller.linked));
    let owned = owned.fold(created, Time::max);
    if ticket.links.first().is_some_and(|link| link.by.is_none()) {
        tell(soon(owned, 4, next(owned)), What::Describe(ticket));
    }
    tell(soon(owned, 7, next(owned)), What::Own(ticket));
    if ticket.closed.is_none() {
        let spoken = tellers.iter().flat_map(|teller| {
            let messages = teller.conversation.messages.iter();
            messages
                .filter(|message| message.kind != MessageKind::Note)
                .map(|message| (teller.sent(message), message))
        });
        let last = spoken.max_by_key(|(at, _)| *at);
        let (base, by) = match last {
            Some((at, message)) if at > created => (at, message.by.as_deref()),
            _ => (created, None),
        };
        tell(soon(base, 3, next(base)), What::Progress(ticket, by));
    }
    if let Some(closed) = &ticket.closed {
        let at = ago(now, closed.minutes_ago);
        tell(at, What::CloseTicket(ticket, &closed.by));
    }
    if let Some(trashed) = &ticket.trashed {
        let at = ago(now, trashed.minutes_ago);
        tell(at, What::TrashTicket(ticket, &trashed.by));
    }
}
