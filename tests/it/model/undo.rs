//! Taking a cascade back: rule 30.

use super::effect::{Change, Code, Conflict, Recorded, Rule, Thing};
use super::step::{Step, Stop};
use super::world::World;

impl World {
    /// Takes back the cascade at that place in the log; says what it left alone.
    pub(super) fn undo(&mut self, cascade: usize) -> Step<Vec<Conflict>> {
        if self.undone_by(cascade).is_some() {
            return Err(Stop::Unchanged);
        }
        let done = self.log[cascade].effects.clone();
        let has = |wanted: fn(&Change) -> bool| {
            done.iter().any(|recorded| wanted(&recorded.effect.change))
        };
        if !has(|change| matches!(change, Change::Trashed | Change::Restored)) {
            let subjects: Vec<Thing> = done
                .iter()
                .map(|recorded| recorded.effect.subject)
                .collect();
            self.outside_trash(&subjects)?;
        }
        if has(|change| {
            matches!(
                change,
                Change::Created | Change::Linked { .. } | Change::MessageAdded { .. }
            )
        }) {
            return Err(Code::NotUndoable.into());
        }
        let mut left = Vec::new();
        // Where each effect's inverse is in the new cascade.
        let mut places: Vec<Option<usize>> = Vec::new();
        for (index, recorded) in done.iter().enumerate() {
            let by = cause(&done, &places, recorded.effect.by);
            let taken_back = match self.why_not(cascade, recorded) {
                Some(code) => {
                    left.push((index, code));
                    None
                }
                None => Some(self.take_back(recorded, by)),
            };
            places.push(taken_back);
        }
        if self.effects.is_empty() {
            return Err(Stop::NothingTakenBack(left));
        }
        self.trash_what_came_since();
        Ok(left)
    }

    /// Why an effect is left alone: it is no longer as the cascade made it, or its former owner has left.
    fn why_not(&self, cascade: usize, recorded: &Recorded) -> Option<Code> {
        let subject = recorded.effect.subject;
        let stands = match (&recorded.effect.change, subject) {
            (Change::Status { to, .. }, Thing::Conversation(c)) => {
                self.conversations[c].status == *to
            }
            (Change::TicketStatus { to, .. }, Thing::Ticket(t)) => self.tickets[t].status == *to,
            (Change::Owner { to, .. }, _) => self.owner(subject) == *to,
            (Change::Inbox { to, .. }, Thing::Conversation(c)) => {
                self.conversations[c].inbox == *to
            }
            (Change::Property { name, to, .. }, Thing::Ticket(t)) => {
                self.tickets[t].properties.get(name) == to.as_ref()
            }
            (Change::Trashed, _) => self.trashed(subject) == Some(cascade),
            (Change::Restored, _) => self.trashed(subject).is_none(),
            (change, _) => panic!("{change:?} of {subject:?} cannot be undone"),
        };
        if !stands {
            return Some(Code::ChangedSince);
        }
        match recorded.effect.change {
            Change::Owner {
                from: Some(user), ..
            } if !self.users[user].active => Some(Code::InactiveUser),
            _ => None,
        }
    }

    fn take_back(&mut self, recorded: &Recorded, by: Option<usize>) -> usize {
        let subject = recorded.effect.subject;
        let rule = Rule::Undo;
        let closed_before = recorded.closed.0;
        match (recorded.effect.change.clone(), subject) {
            (Change::Status { from, to }, Thing::Conversation(c)) => {
                self.conversations[c].status = from;
                let closed = std::mem::replace(&mut self.conversations[c].closed, closed_before);
                let place = self.record(subject, Change::Status { from: to, to: from }, rule, by);
                self.effects[place].closed = (closed, closed_before);
                place
            }
            (Change::TicketStatus { from, to }, Thing::Ticket(t)) => {
                self.tickets[t].status = from;
                let closed = std::mem::replace(&mut self.tickets[t].closed, closed_before);
                let place = self.record(
                    subject,
                    Change::TicketStatus { from: to, to: from },
                    rule,
                    by,
                );
                self.effects[place].closed = (closed, closed_before);
                place
            }
            (Change::Owner { from, .. }, _) => self.set_owner(subject, from, rule, by),
            (Change::Inbox { from, .. }, Thing::Conversation(c)) => {
                self.set_inbox(c, from, rule, by)
            }
            (Change::Property { name, from, .. }, Thing::Ticket(t)) => {
                self.set_property(t, &name, from, rule, by)
            }
            (Change::Trashed, _) => self.set_restored(subject, rule, by),
            (Change::Restored, _) => self.set_trashed(subject, rule, by),
            (change, _) => panic!("{change:?} of {subject:?} cannot be undone"),
        }
    }

    /// Undoing a restore trashes the whole group as it is now, with what was linked since: a ticket because of its
    /// conversation (rule 15), a conversation because of its ticket (rule 16).
    fn trash_what_came_since(&mut self) {
        let trashed: Vec<Thing> = self
            .effects
            .iter()
            .filter(|recorded| recorded.effect.change == Change::Trashed)
            .map(|recorded| recorded.effect.subject)
            .collect();
        for thing in trashed {
            for other in self.group(thing) {
                if self.trashed(other).is_none() {
                    let cause = match (other, self.ticket_of(other)) {
                        (Thing::Conversation(_), Some(ticket)) => Thing::Ticket(ticket),
                        _ => thing,
                    };
                    let by = self
                        .effects
                        .iter()
                        .position(|recorded| recorded.effect.subject == cause);
                    self.set_trashed(other, Rule::Undo, by);
                }
            }
        }
    }
}

/// The inverse of the effect's cause; where that was left alone, of the cause's cause.
fn cause(done: &[Recorded], places: &[Option<usize>], mut by: Option<usize>) -> Option<usize> {
    while let Some(index) = by {
        if places[index].is_some() {
            return places[index];
        }
        by = done[index].effect.by;
    }
    None
}
