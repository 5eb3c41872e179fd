//! A ticket for a conversation, and a conversation for a ticket: rules 1, 2, 4, 5 and 28.

use std::collections::BTreeMap;

use super::command::{Edits, Expect};
use super::effect::{Change, Code, Rule, Thing};
use super::step::{Step, Stop};
use super::world::{Kind, Space, State, Ticket, World};

impl World {
    pub(super) fn create_ticket(
        &mut self,
        conversation: usize,
        status: Option<usize>,
        owner: Option<usize>,
        edits: &Edits,
        expect: Expect,
    ) -> Step {
        let thing = Thing::Conversation(conversation);
        self.outside_trash(&[thing])?;
        self.same_version(thing, expect)?;
        let linked = self.conversations[conversation]
            .ticket
            .is_some()
            .then_some(Code::AlreadyLinked);
        let inactive = owner
            .is_some_and(|user| !self.users[user].active)
            .then_some(Code::InactiveUser);
        let missing =
            (self.required && edits.colour.flatten().is_none()).then_some(Code::RequiredProperty);
        let refusals: Vec<Code> = [linked, inactive, missing].into_iter().flatten().collect();
        if !refusals.is_empty() {
            return Err(Stop::Rejected(refusals));
        }
        let inherited = self.conversations[conversation]
            .owner
            .filter(|&user| self.users[user].active);
        self.new_ticket(
            conversation,
            status.unwrap_or(0),
            owner.or(inherited),
            edits,
            Rule::Direct,
            None,
        );
        Ok(())
    }

    /// Creates a ticket, links it, and in a newer account moves both to the help desk.
    pub(super) fn new_ticket(
        &mut self,
        conversation: usize,
        status: usize,
        owner: Option<usize>,
        edits: &Edits,
        rule: Rule,
        by: Option<usize>,
    ) {
        let number = self.tickets.len();
        let now = self.now();
        let first = &self.conversations[conversation];
        let subject = Thing::Ticket(number);
        let name = edits
            .name
            .map_or_else(|| first.subject.clone(), |n| format!("Name {n}"));
        self.tickets.push(Ticket {
            status,
            closed: (self.statuses[status] == State::Closed).then_some(now),
            owner,
            space: Space::Inbox,
            contact: first.contact,
            properties: BTreeMap::from([("name".to_owned(), name)]),
            trashed: None,
            version: 1,
            active: now,
            edited: BTreeMap::from([("name".to_owned(), 1)]),
        });
        let created = self.record(subject, Change::Created, rule, by);
        for (name, value) in edits.list() {
            if name != "name" && value.is_some() {
                self.set_property(number, name, value, Rule::Direct, None);
            }
        }
        let linked = self.link(conversation, number, rule, by.map(|_| created));
        self.move_to_help_desk(subject, created);
        self.move_to_help_desk(Thing::Conversation(conversation), linked);
    }

    fn link(&mut self, conversation: usize, ticket: usize, rule: Rule, by: Option<usize>) -> usize {
        self.conversations[conversation].ticket = Some(ticket);
        self.record(
            Thing::Conversation(conversation),
            Change::Linked {
                ticket: Some(ticket),
            },
            rule,
            by,
        )
    }

    fn move_to_help_desk(&mut self, thing: Thing, by: usize) {
        let space = match thing {
            Thing::Ticket(ticket) => &mut self.tickets[ticket].space,
            Thing::Conversation(conversation) => &mut self.conversations[conversation].space,
        };
        if self.kind == Kind::Old || *space == Space::HelpDesk {
            return;
        }
        let from = std::mem::replace(space, Space::HelpDesk);
        let change = Change::Workspace {
            from,
            to: Space::HelpDesk,
        };
        self.record(thing, change, Rule::TicketCreatedMovesToHelpDesk, Some(by));
    }

    pub(super) fn link_conversation(
        &mut self,
        conversation: usize,
        ticket: usize,
        expect: Expect,
    ) -> Step {
        let thing = Thing::Conversation(conversation);
        if self.conversations[conversation].ticket == Some(ticket) {
            return Err(Stop::Unchanged);
        }
        self.outside_trash(&[thing, Thing::Ticket(ticket)])?;
        self.same_version(thing, expect)?;
        if self.conversations[conversation].ticket.is_some() {
            return Err(Code::AlreadyLinked.into());
        }
        let linked = self.link(conversation, ticket, Rule::Direct, None);
        self.move_to_help_desk(thing, linked);
        Ok(())
    }
}
