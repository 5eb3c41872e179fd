//! Status, owner, properties and inbox: rules 6–8, 11–14, 22–25, 29.

use super::command::{Edits, Expect};
use super::effect::{Change, Code, Rule, Thing};
use super::step::{Step, Stop};
use super::world::{State, World};

impl World {
    pub(super) fn update_ticket_status(
        &mut self,
        ticket: usize,
        status: usize,
        expect: Expect,
    ) -> Step {
        let thing = Thing::Ticket(ticket);
        let before = self.tickets[ticket].status;
        if before == status {
            return Err(Stop::Unchanged);
        }
        self.outside_trash(&[thing])?;
        self.same_version(thing, expect)?;
        let cause = self.set_ticket_status(ticket, status, Rule::Direct, None);
        let members = self.members(ticket);
        match (self.statuses[before], self.statuses[status]) {
            (State::Open, State::Closed) => {
                for conversation in members {
                    let rule = Rule::TicketClosedClosesConversations;
                    self.set_status(conversation, State::Closed, rule, Some(cause));
                }
            }
            (State::Closed, State::Open) => {
                if let [only] = members[..] {
                    let rule = Rule::TicketReopenedReopensOnlyConversation;
                    self.set_status(only, State::Open, rule, Some(cause));
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn update_conversation_status(
        &mut self,
        conversation: usize,
        status: State,
        expect: Expect,
    ) -> Step {
        let thing = Thing::Conversation(conversation);
        if self.conversations[conversation].status == status {
            return Err(Stop::Unchanged);
        }
        self.outside_trash(&[thing])?;
        self.same_version(thing, expect)?;
        self.set_status(conversation, status, Rule::Direct, None);
        Ok(())
    }

    pub(super) fn update_ticket_owner(
        &mut self,
        ticket: usize,
        owner: Option<usize>,
        expect: Expect,
    ) -> Step {
        let thing = Thing::Ticket(ticket);
        self.may_own(thing, owner, expect)?;
        self.set_owner(thing, owner, Rule::Direct, None);
        Ok(())
    }

    pub(super) fn update_conversation_owner(
        &mut self,
        conversation: usize,
        owner: Option<usize>,
        expect: Expect,
    ) -> Step {
        self.may_own(Thing::Conversation(conversation), owner, expect)?;
        self.give_conversation(conversation, owner, Rule::Direct, None);
        Ok(())
    }

    fn may_own(&self, thing: Thing, owner: Option<usize>, expect: Expect) -> Step {
        if self.owner(thing) == owner {
            return Err(Stop::Unchanged);
        }
        self.outside_trash(&[thing])?;
        self.same_version(thing, expect)?;
        self.active_user(owner)
    }

    pub(super) fn claim_conversation(&mut self, conversation: usize, user: usize) -> Step {
        let owner = self.conversations[conversation].owner;
        if owner == Some(user) {
            return Err(Stop::Unchanged);
        }
        self.outside_trash(&[Thing::Conversation(conversation)])?;
        if owner.is_some() {
            return Err(Code::AlreadyOwned.into());
        }
        self.give_conversation(conversation, Some(user), Rule::Direct, None);
        Ok(())
    }

    /// Changes a conversation's owner, and its ticket's with it (rule 7).
    pub(super) fn give_conversation(
        &mut self,
        conversation: usize,
        to: Option<usize>,
        rule: Rule,
        by: Option<usize>,
    ) {
        let cause = self.set_owner(Thing::Conversation(conversation), to, rule, by);
        if let Some(ticket) = self.conversations[conversation].ticket
            && self.tickets[ticket].owner != to
        {
            let rule = Rule::ConversationOwnerSetsTicketOwner;
            self.set_owner(Thing::Ticket(ticket), to, rule, Some(cause));
        }
    }

    pub(super) fn move_conversation(
        &mut self,
        conversation: usize,
        inbox: usize,
        expect: Expect,
    ) -> Step {
        let thing = Thing::Conversation(conversation);
        if self.conversations[conversation].inbox == inbox {
            return Err(Stop::Unchanged);
        }
        self.outside_trash(&[thing])?;
        self.same_version(thing, expect)?;
        let cause = self.set_inbox(conversation, inbox, Rule::Direct, None);
        let siblings = self.conversations[conversation]
            .ticket
            .map_or_else(Vec::new, |ticket| self.members(ticket));
        for sibling in siblings {
            if self.conversations[sibling].inbox != inbox {
                self.set_inbox(sibling, inbox, Rule::MoveCarriesTicket, Some(cause));
            }
        }
        Ok(())
    }

    pub(super) fn update_ticket_properties(
        &mut self,
        ticket: usize,
        edits: &Edits,
        expect: Expect,
    ) -> Step {
        let thing = Thing::Ticket(ticket);
        let present = &self.tickets[ticket];
        let mut changes = edits.list();
        changes.retain(|(name, value)| present.properties.get(*name) != value.as_ref());
        if changes.is_empty() {
            return Err(Stop::Unchanged);
        }
        self.outside_trash(&[thing])?;
        if let Some(expected) = self.expected(thing, expect) {
            let edited_since = |name: &str| {
                present
                    .edited
                    .get(name)
                    .is_some_and(|&version| version > expected)
            };
            if expected > present.version || changes.iter().any(|(name, _)| edited_since(name)) {
                return Err(Code::VersionConflict.into());
            }
        }
        if self.required && changes.contains(&("colour", None)) {
            return Err(Code::RequiredProperty.into());
        }
        for (name, value) in changes {
            self.set_property(ticket, name, value, Rule::Direct, None);
        }
        Ok(())
    }

    /// Nothing where it has that status already: a closed conversation keeps its `closedAt` (rule 22).
    pub(super) fn set_status(
        &mut self,
        conversation: usize,
        to: State,
        rule: Rule,
        by: Option<usize>,
    ) {
        let now = self.now();
        let present = &mut self.conversations[conversation];
        if present.status == to {
            return;
        }
        let from = std::mem::replace(&mut present.status, to);
        let closed_after = (to == State::Closed).then_some(now);
        let closed_before = std::mem::replace(&mut present.closed, closed_after);
        let place = self.record(
            Thing::Conversation(conversation),
            Change::Status { from, to },
            rule,
            by,
        );
        self.effects[place].closed = (closed_before, closed_after);
    }

    fn set_ticket_status(
        &mut self,
        ticket: usize,
        to: usize,
        rule: Rule,
        by: Option<usize>,
    ) -> usize {
        let now = self.now();
        let from = self.tickets[ticket].status;
        let closed_before = self.tickets[ticket].closed;
        let closed_after = match (self.statuses[from], self.statuses[to]) {
            (_, State::Open) => None,
            (State::Open, State::Closed) => Some(now),
            (State::Closed, State::Closed) => closed_before,
        };
        self.tickets[ticket].status = to;
        self.tickets[ticket].closed = closed_after;
        let place = self.record(
            Thing::Ticket(ticket),
            Change::TicketStatus { from, to },
            rule,
            by,
        );
        self.effects[place].closed = (closed_before, closed_after);
        place
    }

    pub(super) fn set_owner(
        &mut self,
        thing: Thing,
        to: Option<usize>,
        rule: Rule,
        by: Option<usize>,
    ) -> usize {
        let owner = match thing {
            Thing::Ticket(ticket) => &mut self.tickets[ticket].owner,
            Thing::Conversation(conversation) => &mut self.conversations[conversation].owner,
        };
        let from = std::mem::replace(owner, to);
        self.record(thing, Change::Owner { from, to }, rule, by)
    }

    pub(super) fn set_inbox(
        &mut self,
        conversation: usize,
        to: usize,
        rule: Rule,
        by: Option<usize>,
    ) -> usize {
        let from = std::mem::replace(&mut self.conversations[conversation].inbox, to);
        self.record(
            Thing::Conversation(conversation),
            Change::Inbox { from, to },
            rule,
            by,
        )
    }

    pub(super) fn set_property(
        &mut self,
        ticket: usize,
        name: &str,
        to: Option<String>,
        rule: Rule,
        by: Option<usize>,
    ) -> usize {
        let properties = &mut self.tickets[ticket].properties;
        let from = match &to {
            Some(value) => properties.insert(name.to_owned(), value.clone()),
            None => properties.remove(name),
        };
        self.record(
            Thing::Ticket(ticket),
            Change::Property {
                name: name.to_owned(),
                from,
                to,
            },
            rule,
            by,
        )
    }
}
