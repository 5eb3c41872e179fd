//! The state of presence on one server, without clock, runtime or database: what its own clients do, what it hears
//! of others, and what it is to tell them.

use std::collections::{BTreeSet, HashMap, HashSet};

use tokio::time::Instant;
use uuid::Uuid;

use super::PresenceOptions;
use super::crowd::{Crowd, Mark, Place, Who};
use super::message::{Line, Message, Word, grouped};
use super::peers::Peers;
use crate::domain::id::{AccountId, TokenId, UserId};
use crate::domain::image::Time;
use crate::domain::presence::Present;

/// The most tokens by which one user is known to write at one conversation, and the most that one message names.
const TOKENS: usize = 4;

/// See the module.
pub(super) struct Book {
    options: PresenceOptions,
    own: Uuid,
    crowd: Crowd,
    peers: Peers,
    /// Who looks through this server: since when, for each of their windows.
    looking: HashMap<Who, Vec<Time>>,
    /// At how many conversations a user looks through this server.
    looks_of: HashMap<(AccountId, UserId), usize>,
    /// Whose list may have changed.
    touched: BTreeSet<Place>,
    /// What to tell others: of whom, and which of their tokens have stopped writing.
    untold: HashMap<Who, HashSet<TokenId>>,
    /// Whether to ask everybody.
    ask: bool,
    /// Whether somebody has asked.
    asked: bool,
    answered: Option<Instant>,
    beaten: Option<Instant>,
    /// The number of the last message with lines.
    number: u64,
}

impl Book {
    pub fn new(own: Uuid, options: PresenceOptions) -> Self {
        Self {
            options,
            own,
            crowd: Crowd::default(),
            peers: Peers::default(),
            looking: HashMap::new(),
            looks_of: HashMap::new(),
            touched: BTreeSet::new(),
            untold: HashMap::new(),
            ask: false,
            asked: false,
            answered: None,
            beaten: None,
            number: 0,
        }
    }

    /// A window of a user's begins to look, through this server. False where they look at too many conversations
    /// already: then this one is not shown.
    pub fn come(&mut self, who: Who, since: Time) -> bool {
        if !self.looking.contains_key(&who) {
            let looks = self.looks_of.entry((who.place.account, who.user));
            let looks = looks.or_default();
            if *looks >= self.options.conversations {
                return false;
            }
            *looks += 1;
        }
        self.looking.entry(who).or_default().push(since);
        self.look_here(who);
        true
    }

    /// A window that had come closes.
    pub fn go(&mut self, who: Who, since: Time) {
        let Some(windows) = self.looking.get_mut(&who) else {
            return;
        };
        if let Some(place) = windows.iter().position(|window| *window == since) {
            windows.swap_remove(place);
        }
        if windows.is_empty() {
            self.looking.remove(&who);
            let user = (who.place.account, who.user);
            if let Some(looks) = self.looks_of.get_mut(&user) {
                *looks -= 1;
                if *looks == 0 {
                    self.looks_of.remove(&user);
                }
            }
        }
        self.look_here(who);
    }

    /// A user says, through this server, whether they write.
    pub fn types(&mut self, who: Who, token: TokenId, typing: bool, at: Time, now: Instant) {
        if typing {
            let elsewhere = self.crowd.writing_here();
            let elsewhere = elsewhere.filter(|other| {
                other.user == who.user && other.place.account == who.place.account && *other != who
            });
            // Nobody writes at more conversations than they may look at; what is too much runs out soon.
            if elsewhere.count() >= self.options.conversations {
                return;
            }
            let until = now + self.options.typing;
            let mark = Mark {
                token,
                since: at,
                until,
                own: true,
            };
            self.crowd.mark(who, mark, TOKENS);
        } else {
            self.crowd.unmark(who, token);
        }
        let stopped = self.untold.entry(who).or_default();
        if typing {
            stopped.remove(&token);
        } else if stopped.len() < TOKENS {
            stopped.insert(token);
        }
        self.touched.insert(who.place);
    }

    /// Asks all others for what they have: this server has just begun to hear, or may have missed something.
    pub fn ask_all(&mut self) {
        self.ask = true;
    }

    /// Another server has said something.
    pub fn hear(&mut self, text: &str, now: Instant) {
        let Some(message) = Message::read(text) else {
            tracing::debug!("a message about presence in another form was passed over");
            return;
        };
        let server = message.server;
        if server == self.own {
            return;
        }
        match message.word {
            Word::Ask(whom) => self.asked |= whom.is_none_or(|whom| whom == self.own),
            Word::Bye => self.forget(server),
            Word::Beat => self.peers.beat(server, message.number, now),
            Word::Changes(lines) => {
                self.peers.changes(server, message.number, now);
                self.take_over(server, lines, now);
            }
            Word::Part(index, of, lines) => {
                self.peers.part(server, message.number, index, now);
                self.take_over(server, lines, now);
                if index + 1 >= of {
                    for who in self.peers.told(server) {
                        self.crowd.look(who, server, None);
                        self.touched.insert(who.place);
                    }
                }
            }
        }
    }

    /// Forgets what has run out: who wrote, and servers of which nothing is heard any more.
    pub fn pass(&mut self, now: Instant) {
        for who in self.crowd.run_out(now) {
            self.touched.insert(who.place);
        }
        for server in self.peers.silent(self.options.lease, now) {
            tracing::debug!(%server, "nothing is heard of a server: its people are not shown");
            self.forget(server);
        }
    }

    /// Whose list may have changed since this was last asked.
    pub fn take_touched(&mut self) -> BTreeSet<Place> {
        std::mem::take(&mut self.touched)
    }

    /// Who is at a conversation.
    pub fn list(&self, place: Place) -> Vec<Present> {
        self.crowd.list(place, self.options.people)
    }

    /// How many users at conversations are known of.
    pub fn len(&self) -> usize {
        self.crowd.len()
    }

    /// Whether there is something to say at once.
    pub fn has_news(&self) -> bool {
        self.ask || self.peers.doubts() || !self.untold.is_empty()
    }

    /// What is to be said now, in this order.
    pub fn take_messages(&mut self, now: Instant) -> Vec<String> {
        let mut messages = Vec::new();
        if std::mem::take(&mut self.ask) {
            messages.push(self.message(Word::Ask(None)));
        }
        for server in self.peers.take_doubted() {
            messages.push(self.message(Word::Ask(Some(server))));
        }
        let due = |last: Option<Instant>, pause| last.is_none_or(|last| last + pause <= now);
        if self.asked && due(self.answered, self.options.answer_pause) {
            (self.asked, self.answered) = (false, Some(now));
            let here: BTreeSet<_> = self.looking.keys().copied().collect();
            let here = &here | &self.crowd.writing_here().collect();
            // What nobody was told yet is in it, or was taken back.
            let told = std::mem::take(&mut self.untold);
            let all: BTreeSet<_> = &here | &told.keys().copied().collect();
            let lines = all
                .into_iter()
                .map(|who| self.line(who, told.get(&who), now));
            let parts = grouped(lines.collect::<Vec<_>>());
            let of = u32::try_from(parts.len()).unwrap_or(u32::MAX);
            for (index, lines) in (0..of).zip(parts) {
                self.number += 1;
                messages.push(self.message(Word::Part(index, of, lines)));
            }
        } else if !self.untold.is_empty() {
            let untold = std::mem::take(&mut self.untold);
            let lines = untold.iter();
            let lines = lines.map(|(who, stopped)| self.line(*who, Some(stopped), now));
            for lines in grouped(lines.collect::<Vec<_>>()) {
                self.number += 1;
                messages.push(self.message(Word::Changes(lines)));
            }
        }
        let lives = !self.looking.is_empty() || self.crowd.writing_here().next().is_some();
        if lives && due(self.beaten, self.options.beat) {
            self.beaten = Some(now);
            messages.push(self.message(Word::Beat));
        }
        messages
    }

    /// The last word of a server that stops.
    pub fn bye(&self) -> String {
        self.message(Word::Bye)
    }

    fn message(&self, word: Word) -> String {
        Message::new(self.own, self.number, word).write()
    }

    fn look_here(&mut self, who: Who) {
        let windows = self.looking.get(&who).into_iter().flatten();
        let since = windows.min().copied();
        self.crowd.look(who, self.own, since);
        self.untold.entry(who).or_default();
        self.touched.insert(who.place);
    }

    fn line(&self, who: Who, stopped: Option<&HashSet<TokenId>>, now: Instant) -> Line {
        let looks = self.looking.get(&who).into_iter().flatten().min();
        let marks = self.crowd.marks(who).filter(|mark| mark.own);
        let left = |mark: &Mark| {
            let left = mark.until.saturating_duration_since(now).as_millis();
            u64::try_from(left).unwrap_or(u64::MAX)
        };
        Line {
            account: who.place.account.0,
            conversation: who.place.conversation.0,
            user: who.user.0,
            looks: looks.map(Time::timestamp_micros),
            types: marks
                .map(|mark| (mark.token.0, mark.since.timestamp_micros(), left(&mark)))
                .collect(),
            stopped: stopped.into_iter().flatten().map(|token| token.0).collect(),
        }
    }

    fn take_over(&mut self, server: Uuid, lines: Vec<Line>, now: Instant) {
        for line in lines {
            let place = Place {
                account: line.account.into(),
                conversation: line.conversation.into(),
            };
            let who = Who {
                place,
                user: line.user.into(),
            };
            let looks = line.looks.and_then(Time::from_timestamp_micros);
            self.crowd.look(who, server, looks);
            self.peers.look(server, who, looks.is_some());
            for (token, since, left) in line.types {
                let left = std::time::Duration::from_millis(left).min(self.options.typing);
                let Some(since) = Time::from_timestamp_micros(since) else {
                    continue;
                };
                let mark = Mark {
                    token: token.into(),
                    since,
                    until: now + left,
                    own: false,
                };
                self.crowd.mark(who, mark, TOKENS);
            }
            for token in line.stopped {
                self.crowd.unmark(who, token.into());
            }
            self.touched.insert(place);
        }
    }

    fn forget(&mut self, server: Uuid) {
        for who in self.peers.gone(server) {
            self.crowd.look(who, server, None);
            self.touched.insert(who.place);
        }
    }
}
