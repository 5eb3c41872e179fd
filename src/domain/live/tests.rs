//! A live list against what a fresh query would give, over random logs, with snapshots that are ahead of the log and
//! have holes, and with entries that were redacted after they were written.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use chrono::DateTime;
use uuid::Uuid;

use super::*;
use crate::domain::cascade::{Change as Step, Effect, Rule, Subject, Touches};
use crate::domain::event::{BODY_VERSION, Body, Entry, Position};
use crate::domain::filter::{
    Condition, ConversationFilter, ConversationLeaf as Leaf, ConversationSort, Order, TimeRange,
};
use crate::domain::id::{AccountId, ConversationId};
use crate::domain::image::{Actor, Conversation, Message, Time, Trash};
use crate::domain::noun::{ChannelKind, ConversationStatus, MessageKind, Workspace};

/// Small numbers that look random.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn one_in(&mut self, limit: u64) -> bool {
        self.below(limit) == 0
    }
}

type World = BTreeMap<ConversationId, Conversation>;

fn at(second: i64) -> Time {
    DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
}

fn id<T: From<Uuid>>(number: u64) -> T {
    Uuid::from_u128(u128::from(number) + 1).into()
}

/// What happens next to the world, as an entry of the log.
fn happen(world: &mut World, dice: &mut Dice, position: i64) -> Entry {
    let which: ConversationId = id(dice.below(14));
    let rule = Rule::Direct;
    let effect = |change| Effect {
        subject: Subject::Conversation(which),
        rule,
        caused_by: None,
        change,
    };
    let mut effects = Vec::new();
    let before = world.get(&which).cloned();
    let mut is = before.clone().unwrap_or_else(|| Conversation {
        id: which,
        subject: None,
        status: ConversationStatus::Open,
        workspace: Workspace::Inbox,
        inbox: id(dice.below(2)),
        channel: id(dice.below(2)),
        contact: id(0),
        owner: None,
        ticket: None,
        created_at: at(dice.below(5) as i64),
        last_activity_at: at(position - dice.below(4) as i64),
        closed_at: None,
        trash: None,
        version: 1,
    });
    if before.is_none() {
        let conversation = Some(Box::new(is.clone()));
        effects.push(effect(Step::ConversationCreated { conversation }));
    }
    let kind = if dice.one_in(3) {
        MessageKind::Note
    } else {
        MessageKind::Incoming
    };
    match (dice.below(6), is.trash) {
        (0, None) => {
            let from = is.status;
            is.status = match from {
                ConversationStatus::Open => ConversationStatus::Closed,
                ConversationStatus::Closed => ConversationStatus::Open,
            };
            let (to, closed_before, closed_after) = (is.status, None, None);
            effects.push(effect(Step::ConversationStatus {
                from,
                to,
                closed_before,
                closed_after,
            }));
        }
        (1, None) => {
            let (from, to) = (is.owner, dice.one_in(2).then(|| id(dice.below(2))));
            is.owner = to;
            effects.push(effect(Step::Owner { from, to }));
        }
        (2, None) => {
            let (from, to) = (is.inbox, id(dice.below(2)));
            is.inbox = to;
            effects.push(effect(Step::Inbox { from, to }));
        }
        (3, None) => {
            let trash = Trash {
                group: id(7),
                trashed_at: at(position),
                purge_at: at(position + 9),
            };
            is.trash = Some(trash);
            effects.push(effect(Step::Trashed { trash }));
        }
        (0, Some(trash)) => {
            is.trash = None;
            effects.push(effect(Step::Restored { trash }));
        }
        (1 | 2, Some(_)) => effects.push(effect(Step::Purged)),
        (_, trash) => {
            let created_at = at(position);
            let message = Message {
                id: id(0),
                kind,
                author: Actor::System,
                created_at,
            };
            let counts = kind != MessageKind::Note && trash.is_none();
            // Older servers did not say.
            let says = counts && !dice.one_in(4);
            let active_before = says.then_some(is.last_activity_at);
            if counts {
                is.last_activity_at = is.last_activity_at.max(created_at);
            }
            effects.push(effect(Step::MessageAdded {
                message,
                sha256: "x".to_owned(),
                active_before,
            }));
        }
    }
    let purged = effects.iter().any(|effect| effect.change == Step::Purged);
    let changed = !purged && before.as_ref() != Some(&is);
    if purged {
        world.remove(&which);
    } else {
        world.insert(which, is.clone());
    }
    Entry {
        position: Some(Position(position)),
        account: AccountId(Uuid::nil()),
        id: id(position.unsigned_abs()),
        occurred_at: at(position),
        actor: Actor::System,
        command: "test".to_owned(),
        undoes: None,
        body: Body {
            v: BODY_VERSION,
            effects,
            touches: Touches::default(),
            tickets: Vec::new(),
            conversations: changed.then_some(is).into_iter().collect(),
        },
    }
}

fn which(entry: &Entry) -> Subject {
    entry.body.effects[0].subject
}

fn filter(dice: &mut Dice) -> ConversationFilter {
    let range = TimeRange {
        from: Some(at(dice.below(60) as i64)),
        before: Some(at(20 + dice.below(60) as i64)),
    };
    let leaf = match dice.below(6) {
        0 => Leaf::Status(ConversationStatus::Open),
        1 => Leaf::Owner(None),
        2 => Leaf::Inbox(id(0)),
        3 => Leaf::Channel(vec![ChannelKind::Chat]),
        4 => Leaf::LastActivity(range),
        _ => {
            return ConversationFilter {
                in_trash: dice.one_in(3),
                condition: Condition::default(),
            };
        }
    };
    let leaf = Condition::Is(leaf);
    let condition = if dice.one_in(3) {
        Condition::Not(Box::new(leaf))
    } else {
        leaf
    };
    ConversationFilter {
        in_trash: dice.one_in(3),
        condition,
    }
}

/// What a fresh query gives: the members in order.
fn query(world: &World, spec: &Spec, kinds: &Kinds) -> Vec<Arc<Conversation>> {
    let members = world
        .values()
        .filter(|one| is_member(&spec.filter, one, kinds));
    let mut members: Vec<_> = members.cloned().map(Arc::new).collect();
    members.sort_by_key(|one| (spec.order.key(one), one.id.0));
    if spec.order.descending {
        members.reverse();
    }
    members
}

/// Does to a client's list what the contract says.
fn apply(shown: &mut Vec<Arc<Conversation>>, change: &Change) {
    let named = change.entered.iter().chain(&change.updated);
    let named: BTreeMap<_, _> = named
        .map(|one| (one.index, Arc::clone(&one.node)))
        .collect();
    let ids: HashSet<_> = named.values().map(|node| node.id).collect();
    shown.retain(|row| !ids.contains(&row.id) && !change.left.contains(&row.id));
    for (index, node) in named {
        shown.insert(index, node);
    }
}

/// A log with the worlds between its entries.
struct Log {
    entries: Vec<Entry>,
    worlds: Vec<World>,
}

impl Log {
    fn new(dice: &mut Dice, length: i64) -> Self {
        let (mut entries, mut worlds) = (Vec::new(), vec![World::new()]);
        for position in 1..=length {
            let mut world = worlds.last().unwrap().clone();
            entries.push(happen(&mut world, dice, position));
            worlds.push(world);
        }
        Self { entries, worlds }
    }

    /// The world with all entries up to a position and some later ones, none of which comes before another of its
    /// conversation that is not there.
    fn snapshot(&self, up_to: usize, early: &BTreeSet<Position>) -> World {
        let mut world = self.worlds[up_to].clone();
        for (index, entry) in self.entries.iter().enumerate().skip(up_to) {
            if early.contains(&entry.position.unwrap())
                && let Subject::Conversation(id) = which(entry)
            {
                match self.worlds[index + 1].get(&id) {
                    Some(image) => world.insert(id, image.clone()),
                    None => world.remove(&id),
                };
            }
        }
        world
    }
}

/// What is committed: all up to a position, and some after it.
struct Committed {
    up_to: usize,
    early: BTreeSet<Position>,
}

impl Committed {
    fn advance(&mut self, log: &Log, dice: &mut Dice, at_least: usize) {
        let more = if dice.one_in(3) {
            dice.below(6) as usize
        } else {
            0
        };
        self.up_to = (self.up_to + more).max(at_least).min(log.entries.len());
        let mut held = HashSet::new();
        for entry in log.entries.iter().skip(self.up_to).take(8) {
            let position = entry.position.unwrap();
            if self.early.contains(&position) {
                continue;
            }
            // Those of one conversation wait for one another.
            if held.contains(&which(entry)) || dice.one_in(2) {
                held.insert(which(entry));
            } else {
                self.early.insert(position);
            }
        }
    }

    /// The entry as it is in the log by now: without what was purged meanwhile.
    fn entry(&self, log: &Log, index: usize) -> Entry {
        let mut entry = log.entries[index].clone();
        let committed = |entry: &&Entry| {
            let position = entry.position.unwrap();
            position.0 <= self.up_to as i64 || self.early.contains(&position)
        };
        let purges = log.entries.iter().skip(index).filter(committed);
        let purges =
            purges.filter(|entry| entry.body.effects.iter().any(|e| e.change == Step::Purged));
        entry.body.redact(&purges.map(which).collect());
        entry
    }
}

fn play(seed: u64) -> (usize, usize) {
    let dice = &mut Dice::new(seed);
    let kinds = Kinds::from([(id(0), ChannelKind::Chat), (id(1), ChannelKind::Email)]);
    let log = Log::new(dice, 90);
    let start = dice.below(30) as usize;
    let spec = Spec {
        filter: filter(dice),
        order: Order {
            by: if dice.one_in(2) {
                ConversationSort::Created
            } else {
                ConversationSort::LastActivity
            },
            descending: dice.one_in(2),
        },
        first: dice.below(6) as u16,
        watch: Watch::default(),
    };
    let redacts = dice.one_in(2);
    let mut list = List::new(spec.clone(), dice.below(3) as u16, Position(start as i64));
    let mut committed = Committed {
        up_to: start,
        early: BTreeSet::new(),
    };
    let (mut next, mut shown, mut total) = (start, None::<Vec<Arc<Conversation>>>, 0);
    let (mut frames, mut reads) = (0, 0);
    loop {
        committed.advance(&log, dice, next);
        if let Some(page) = list.page() {
            let truth = query(&log.worlds[next], &spec, &kinds);
            let expected: Vec<_> = truth
                .iter()
                .take(usize::from(spec.first))
                .cloned()
                .collect();
            assert_eq!(page.at.0, next as i64, "seed {seed}");
            assert_eq!(page.nodes, expected, "seed {seed} at {next}");
            assert_eq!(page.total, truth.len() as i64, "seed {seed} at {next}");
            let change = list.show(&page);
            match (&mut shown, change) {
                (None, None) => (shown, total) = (Some(expected), page.total),
                (Some(shown), Some(change)) => {
                    apply(shown, &change);
                    total = change.total;
                    frames += 1;
                    assert_eq!(*shown, expected, "seed {seed} at {next}: {change:?}");
                }
                (Some(shown), None) => assert_eq!(*shown, expected, "seed {seed} at {next}"),
                (None, Some(change)) => panic!("seed {seed}: a change of nothing: {change:?}"),
            }
            assert_eq!(total, page.total, "seed {seed} at {next}");
        } else if let Some(need) = list.need() {
            reads += 1;
            let world = log.snapshot(committed.up_to, &committed.early);
            let members = query(&world, &spec, &kinds);
            let total = need.count.then_some(members.len() as i64);
            let before = |one: &Arc<Conversation>| {
                need.after.is_none_or(|after| {
                    let key = (spec.order.key(one), one.id.0);
                    let after = (after.value, after.id);
                    if spec.order.descending {
                        key < after
                    } else {
                        key > after
                    }
                })
            };
            let mut rows: Vec<_> = members.into_iter().filter(before).collect();
            let more = rows.len() > usize::from(need.rows);
            rows.truncate(usize::from(need.rows));
            let seen = (need.from.0 + 1..=committed.up_to as i64).map(Position);
            let early = committed.early.iter().copied();
            let seen = seen
                .chain(early.filter(|position| position.0 > need.from.0))
                .collect();
            list.fill(Filled {
                rows,
                more,
                total,
                seen,
            });
            continue;
        }
        if next == log.entries.len() {
            assert!(shown.is_some(), "seed {seed}: it was never of one moment");
            return (frames, reads);
        }
        let entry = if redacts {
            committed.entry(&log, next)
        } else {
            log.entries[next].clone()
        };
        list.apply(&Arc::new(entry), &kinds);
        next += 1;
    }
}

#[test]
fn a_live_list_is_what_a_fresh_query_gives() {
    let (mut frames, mut reads) = (0, 0);
    for seed in 0..3_000 {
        let (more, read) = play(seed);
        frames += more;
        reads += read;
    }
    println!("{frames} frames, {reads} readings");
    assert!(
        frames > 10_000 && reads > 10_000,
        "{frames} frames, {reads} readings"
    );
}
