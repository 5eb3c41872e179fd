//! The trash: rules 15, 16, 18, 19, 21.

use super::command::Expect;
use super::effect::{Change, Code, Rule, Thing};
use super::step::{Step, Stop};
use super::world::{Tick, World};

impl World {
    pub(super) fn trash(&mut self, thing: Thing, expect: Expect) -> Step {
        if self.trashed(thing).is_some() {
            return Err(Stop::Unchanged);
        }
        self.same_version(thing, expect)?;
        let group = self.group(thing);
        let named = self.set_trashed(thing, Rule::Direct, None);
        let mut cause = named;
        for other in group.into_iter().filter(|&other| other != thing) {
            match other {
                Thing::Ticket(_) => {
                    cause = self.set_trashed(
                        other,
                        Rule::ConversationTrashedTrashesTicket,
                        Some(named),
                    );
                }
                Thing::Conversation(_) => {
                    self.set_trashed(other, Rule::TicketTrashedTrashesConversations, Some(cause));
                }
            }
        }
        Ok(())
    }

    pub(super) fn restore(&mut self, thing: Thing) -> Step {
        if self.trashed(thing).is_none() {
            return Err(Code::NotInTrash.into());
        }
        let named = self.set_restored(thing, Rule::Direct, None);
        for other in self
            .group(thing)
            .into_iter()
            .filter(|&other| other != thing)
        {
            self.set_restored(other, Rule::RestoreReturnsWholeGroup, Some(named));
        }
        Ok(())
    }

    pub(super) fn set_trashed(&mut self, thing: Thing, rule: Rule, by: Option<usize>) -> usize {
        let now = self.now();
        *self.trash_of(thing) = Some(now);
        self.record(thing, Change::Trashed, rule, by)
    }

    pub(super) fn set_restored(&mut self, thing: Thing, rule: Rule, by: Option<usize>) -> usize {
        *self.trash_of(thing) = None;
        self.record(thing, Change::Restored, rule, by)
    }

    fn trash_of(&mut self, thing: Thing) -> &mut Option<Tick> {
        match thing {
            Thing::Ticket(ticket) => &mut self.tickets[ticket].trashed,
            Thing::Conversation(conversation) => &mut self.conversations[conversation].trashed,
        }
    }
}
