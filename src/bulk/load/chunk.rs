//! Some thousand conversations with all that happened to them.

use std::sync::Arc;

use super::maker::Maker;
use super::people::Contacts;
use super::setting::Setting;
use crate::bulk::ids::Ids;
use crate::bulk::profile::Account;
use crate::demo::skew;
use crate::domain::event::Entry;
use crate::domain::image::{Ticket, Time};
use crate::error::Result;
use crate::store::bulk::{NewConversation, NewGroup, NewMessage};

/// A chunk ends with the next new ticket after so many conversations.
const CONVERSATIONS: usize = 1_000;

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
