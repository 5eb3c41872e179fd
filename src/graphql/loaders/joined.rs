//! Conversations and tickets with what is joined to them; what came along need not be asked for again.

use std::sync::Arc;

use super::{Loaders, by_statement};
use crate::domain::id::{ConversationId, TicketId};
use crate::error::Result;
use crate::graphql::loader::Batch;
use crate::store::read::joins::{ConversationJoins, TicketJoins, WithTicket};
use crate::store::read::message::Message;
use crate::store::read::page::Page;
use crate::store::read::{Source, conversation, ticket};

/// Conversations by id, with what is joined to them.
pub struct ConversationsJoined;

impl Batch for ConversationsJoined {
    type Key = (ConversationId, ConversationJoins);
    type Value = conversation::Listed;

    async fn load(source: Source, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, Self::Value)>> {
        by_statement(keys, async |joins, ids: Vec<ConversationId>| {
            let ids = ids.iter().map(|id| id.0).collect();
            let rows = conversation::conversations_by_id(&source, ids, joins).await?;
            let key = move |row: conversation::Listed| ((row.conversation.id, joins), row);
            Ok(rows.into_iter().map(key))
        })
        .await
    }
}

/// Tickets by id, with what is joined to them.
pub struct TicketsJoined;

impl Batch for TicketsJoined {
    type Key = (TicketId, TicketJoins);
    type Value = ticket::Listed;

    async fn load(source: Source, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, Self::Value)>> {
        by_statement(keys, async |joins, ids: Vec<TicketId>| {
            let ids = ids.iter().map(|id| id.0).collect();
            let rows = ticket::tickets_by_id(&source, ids, joins).await?;
            let key = move |row: ticket::Listed| ((row.ticket.id, joins), row);
            Ok(rows.into_iter().map(key))
        })
        .await
    }
}

impl Loaders {
    /// Knows these conversations, and what came along with them, from now on.
    pub fn know_conversations(&self, rows: &[conversation::Listed]) {
        let images = rows.iter().map(|row| &row.conversation);
        self.conversations
            .feed(images.map(|image| (image.id, Arc::clone(image))));
        let contacts = rows.iter().filter_map(|row| row.with.contact.as_ref());
        self.contacts
            .feed(contacts.map(|contact| (contact.id, Arc::clone(contact))));
        let messages = rows.iter().filter_map(|row| row.with.last_message.as_ref());
        self.last_messages
            .feed(messages.map(|message| (message.conversation, Arc::clone(message))));
        let tickets = rows.iter().filter_map(|row| row.with.ticket.as_ref());
        self.tickets.feed(
            tickets
                .clone()
                .map(|(ticket, _)| (ticket.id, Arc::clone(ticket))),
        );
        self.know_beside_tickets(tickets.map(|(ticket, with)| (ticket.id, with)));
    }

    /// Knows the page of a conversation's messages that came along with it from now on.
    pub fn know_messages(&self, id: ConversationId, page: Page, rows: Vec<Arc<Message>>) {
        let rows = Arc::new(page.cut(rows));
        self.message_pages.feed([((id.0, page), rows)]);
    }

    /// Knows these tickets, and what came along with them, from now on.
    pub fn know_tickets(&self, rows: &[ticket::Listed]) {
        let images = rows.iter().map(|row| &row.ticket);
        self.tickets
            .feed(images.map(|image| (image.id, Arc::clone(image))));
        self.know_beside_tickets(rows.iter().map(|row| (row.ticket.id, &row.with)));
    }

    fn know_beside_tickets<'a>(
        &self,
        all: impl Iterator<Item = (TicketId, &'a WithTicket)> + Clone,
    ) {
        let held = all.clone().filter_map(|(ticket, with)| {
            let held = with.properties.as_ref()?;
            Some((ticket, Arc::clone(held)))
        });
        self.properties.feed(held);
        let contacts = all.filter_map(|(_, with)| with.contact.as_ref());
        self.contacts
            .feed(contacts.map(|contact| (contact.id, Arc::clone(contact))));
    }
}
