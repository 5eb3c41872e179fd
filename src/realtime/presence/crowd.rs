//! Who is where, put together from all servers.

use std::collections::{BTreeMap, HashMap, HashSet};

use tokio::time::Instant;
use uuid::Uuid;

use crate::domain::id::{AccountId, ConversationId, TokenId, UserId};
use crate::domain::image::Time;
use crate::domain::presence::Present;

/// A conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The account.
    pub account: AccountId,
    /// The conversation.
    pub conversation: ConversationId,
}

/// A user at a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Who {
    /// Where.
    pub place: Place,
    /// Who.
    pub user: UserId,
}

/// Says that somebody writes, until it runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// What tells a user's windows apart, as far as the server can.
    pub token: TokenId,
    pub since: Time,
    pub until: Instant,
    /// Whether it was said to this server, which then tells it to those that ask.
    pub own: bool,
}

#[derive(Debug, Default)]
struct Person {
    /// Since when they look, by the server that they are connected to.
    looks: BTreeMap<Uuid, Time>,
    marks: Vec<Mark>,
}

/// Everybody.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    places: HashMap<Place, HashMap<UserId, Person>>,
    /// Those who have marks: only they can run out.
    writing: HashSet<Who>,
    /// How many there are in all places.
    people: usize,
}

impl Crowd {
    /// What one server says of whether somebody looks.
    pub fn look(&mut self, who: Who, server: Uuid, since: Option<Time>) {
        match since {
            Some(since) => {
                self.person(who).looks.insert(server, since);
            }
            None => self.settle(who, |person| {
                person.looks.remove(&server);
            }),
        }
    }

    /// Sets a mark, or renews it: then it has been there since it first was. Beyond `most`, those that run out first
    /// are dropped.
    pub fn mark(&mut self, who: Who, mark: Mark, most: usize) {
        self.writing.insert(who);
        let marks = &mut self.person(who).marks;
        match marks.iter_mut().find(|old| old.token == mark.token) {
            Some(old) => {
                let since = old.since.min(mark.since);
                *old = Mark { since, ..mark };
            }
            None => marks.push(mark),
        }
        marks.sort_by_key(|mark| std::cmp::Reverse(mark.until));
        marks.truncate(most.max(1));
    }

    /// Takes the mark of that token away.
    pub fn unmark(&mut self, who: Who, token: TokenId) {
        self.settle(who, |person| {
            person.marks.retain(|mark| mark.token != token);
        });
    }

    /// The marks of somebody.
    pub fn marks(&self, who: Who) -> impl Iterator<Item = Mark> + '_ {
        let person = self.places.get(&who.place).and_then(|p| p.get(&who.user));
        person
            .into_iter()
            .flat_map(|person| person.marks.iter().copied())
    }

    /// Those who write by what was said to this server.
    pub fn writing_here(&self) -> impl Iterator<Item = Who> + '_ {
        let here = |who: &Who| self.marks(*who).any(|mark| mark.own);
        self.writing.iter().copied().filter(here)
    }

    /// Drops marks that have run out; whose they were.
    pub fn run_out(&mut self, now: Instant) -> Vec<Who> {
        let over = |who: &Who| self.marks(*who).any(|mark| mark.until <= now);
        let over: Vec<_> = self.writing.iter().copied().filter(over).collect();
        for who in &over {
            self.settle(*who, |person| {
                person.marks.retain(|mark| mark.until > now);
            });
        }
        over
    }

    /// Who is there: the first to come are the first, and beyond `most` are not told.
    pub fn list(&self, place: Place, most: usize) -> Vec<Present> {
        let people = self.places.get(&place).into_iter().flatten();
        let mut list: Vec<_> = people
            .filter_map(|(user, person)| {
                let looks = person.looks.values().copied();
                let since = looks
                    .chain(person.marks.iter().map(|mark| mark.since))
                    .min();
                since.map(|since| Present {
                    user: *user,
                    typing: !person.marks.is_empty(),
                    since,
                })
            })
            .collect();
        list.sort_by_key(|present| (present.since, present.user));
        list.truncate(most);
        list
    }

    /// How many users at conversations are known of.
    pub const fn len(&self) -> usize {
        self.people
    }

    fn person(&mut self, who: Who) -> &mut Person {
        let people = self.places.entry(who.place).or_default();
        people.entry(who.user).or_insert_with(|| {
            self.people += 1;
            Person::default()
        })
    }

    /// Takes something away from somebody, and forgets who has nothing left.
    fn settle(&mut self, who: Who, take: impl FnOnce(&mut Person)) {
        let Some(people) = self.places.get_mut(&who.place) else {
            return;
        };
        let Some(person) = people.get_mut(&who.user) else {
            return;
        };
        take(person);
        if person.marks.is_empty() {
            self.writing.remove(&who);
            if person.looks.is_empty() {
                people.remove(&who.user);
                self.people -= 1;
            }
        }
        if people.is_empty() {
            self.places.remove(&who.place);
        }
    }
}
