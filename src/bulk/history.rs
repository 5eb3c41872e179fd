//! A history made in memory: commands with their times, planned as those of clients are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ids::Ids;
use crate::domain::cascade::{Change, Command, Linked, Settings, plan};
use crate::domain::event::{Body, Entry};
use crate::domain::id::{AccountId, ConversationId, TicketId, TrashGroupId};
use crate::domain::image::{Actor, Conversation, Ticket, Time, Trash};
use crate::error::Result;
use crate::store::bulk::NewGroup;

/// What a command works on.
#[derive(Debug, Clone, Copy)]
pub enum On {
    /// A conversation that begins with it, or one with its ticket and siblings.
    Conversation(ConversationId),
    /// A ticket with its conversations.
    Ticket(TicketId),
    /// A ticket, and a conversation that is to be linked to it.
    Both(TicketId, ConversationId),
}

struct Tracked {
    ticket: Ticket,
    conversations: BTreeSet<ConversationId>,
}

/// Conversations and tickets of one account with all that happened to them.
pub struct History {
    account: AccountId,
    settings: Settings,
    conversations: BTreeMap<ConversationId, Conversation>,
    tickets: HashMap<TicketId, Tracked>,
    groups: HashMap<TrashGroupId, (Trash, Actor)>,
    entries: Vec<Entry>,
}

/// What a history ended with.
pub struct Outcome {
    /// The cascades in the order in which they happened; their positions are not drawn yet.
    pub entries: Vec<Entry>,
    /// By rising id.
    pub conversations: Vec<Conversation>,
    /// By rising number.
    pub tickets: Vec<Ticket>,
    /// Groups that are in the trash at the end.
    pub groups: Vec<NewGroup>,
}

impl History {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(account: AccountId, settings: Settings) -> Self {
        Self {
            account,
            settings,
            conversations: BTreeMap::new(),
            tickets: HashMap::new(),
            groups: HashMap::new(),
            entries: Vec::new(),
        }
    }

    /// Takes in a conversation that exists, with its ticket but not its siblings: enough to add messages to it.
    pub fn adopt(&mut self, conversation: Conversation, ticket: Option<Ticket>) {
        if let Some(ticket) = ticket {
            let tracked = self.tickets.entry(ticket.id).or_insert_with(|| Tracked {
                ticket,
                conversations: BTreeSet::new(),
            });
            tracked.conversations.insert(conversation.id);
        }
        self.conversations.insert(conversation.id, conversation);
    }

    /// The conversation as it is by now.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<&Conversation> {
        self.conversations.get(&id)
    }

    /// The ticket as it is by now.
    #[must_use]
    pub fn ticket(&self, id: TicketId) -> Option<&Ticket> {
        self.tickets.get(&id).map(|tracked| &tracked.ticket)
    }

    /// Lets a command happen. Whether it changed anything (rule 22).
    ///
    /// # Errors
    /// The refusal, when the rules forbid it.
    pub fn run(
        &mut self,
        ids: &mut Ids,
        at: Time,
        actor: Actor,
        on: On,
        command: &Command,
    ) -> Result<bool> {
        let before = self.linked(on);
        let planned = plan(&before, command, None, at)?;
        if planned.effects.is_empty() {
            return Ok(false);
        }
        let mut after = planned.after;
        after
            .conversations
            .sort_by_key(|conversation| conversation.id);
        for effect in &planned.effects {
            if let Change::Trashed { trash } = effect.change {
                self.groups.entry(trash.group).or_insert((trash, actor));
            }
        }
        let body = Body::of(&before, &after, planned.effects);
        self.keep(after);
        self.entries.push(Entry {
            position: None,
            account: self.account,
            id: ids.at(at)?,
            occurred_at: at,
            actor,
            command: command.name().to_owned(),
            undoes: None,
            body,
        });
        Ok(true)
    }

    /// The state that the command is planned on, as the store would lock it.
    fn linked(&self, on: On) -> Linked {
        let (ticket, conversation) = match on {
            On::Ticket(ticket) => (Some(ticket), None),
            On::Both(ticket, conversation) => (Some(ticket), Some(conversation)),
            On::Conversation(id) => {
                let ticket = self.conversations.get(&id).and_then(|c| c.ticket);
                (ticket, Some(id))
            }
        };
        let tracked = ticket.and_then(|id| self.tickets.get(&id));
        let mut wanted = tracked.map_or_else(BTreeSet::new, |t| t.conversations.clone());
        wanted.extend(conversation);
        let found = wanted.iter().filter_map(|id| self.conversations.get(id));
        Linked {
            settings: self.settings,
            ticket: tracked.map(|tracked| tracked.ticket.clone()),
            conversations: found.cloned().collect(),
            // Whoever has left was there when it happened.
            inactive: BTreeSet::new(),
        }
    }

    fn keep(&mut self, after: Linked) {
        if let Some(ticket) = after.ticket {
            let linked = after.conversations.iter();
            let linked = linked.filter(|c| c.ticket == Some(ticket.id)).map(|c| c.id);
            match self.tickets.get_mut(&ticket.id) {
                Some(tracked) => {
                    tracked.conversations.extend(linked);
                    tracked.ticket = ticket;
                }
                None => {
                    let conversations = linked.collect();
                    let tracked = Tracked {
                        conversations,
                        ticket,
                    };
                    self.tickets.insert(tracked.ticket.id, tracked);
                }
            }
        }
        for conversation in after.conversations {
            self.conversations.insert(conversation.id, conversation);
        }
    }

    /// How it ended.
    #[must_use]
    pub fn finish(self) -> Outcome {
        let mut tickets: Vec<Ticket> = self.tickets.into_values().map(|t| t.ticket).collect();
        tickets.sort_by_key(|ticket| ticket.number);
        let conversations: Vec<_> = self.conversations.into_values().collect();
        let in_trash: BTreeSet<_> = conversations
            .iter()
            .filter_map(|conversation| conversation.trash)
            .map(|trash| trash.group.0)
            .collect();
        let groups = self.groups.into_values();
        Outcome {
            groups: groups
                .filter(|(trash, _)| in_trash.contains(&trash.group.0))
                .map(|(trash, actor)| NewGroup { trash, actor })
                .collect(),
            entries: self.entries,
            conversations,
            tickets,
        }
    }
}
