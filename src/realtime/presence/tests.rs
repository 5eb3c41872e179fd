//! Several servers' books, a bus that may lose anything, and a clock that is told what time it is.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::book::Book;
use super::crowd::{Place, Who};
use super::{Asked, Presence, PresenceOptions, Seen};
use crate::domain::id::{AccountId, ConversationId, TokenId, UserId};
use crate::domain::image::Time;

struct World {
    books: Vec<Book>,
    begun: Instant,
    now: Instant,
}

fn who(conversation: u128, user: u128) -> Who {
    let place = Place {
        account: AccountId(Uuid::from_u128(1)),
        conversation: ConversationId(Uuid::from_u128(conversation)),
    };
    Who {
        place,
        user: UserId(Uuid::from_u128(user)),
    }
}

fn token(n: u128) -> TokenId {
    TokenId(Uuid::from_u128(n))
}

impl World {
    fn new(servers: usize) -> Self {
        let now = Instant::now();
        let book = |n: usize| Book::new(Uuid::from_u128(n as u128 + 1), PresenceOptions::default());
        Self {
            books: (0..servers).map(book).collect(),
            begun: now,
            now,
        }
    }

    /// The wall clock of the same moment.
    fn at(&self) -> Time {
        let since = (self.now - self.begun).as_millis() as i64;
        Time::from_timestamp_millis(1_800_000_000_000 + since).unwrap()
    }

    fn come(&mut self, server: usize, who: Who) -> Time {
        let at = self.at();
        assert!(self.books[server].come(who, at));
        at
    }

    fn types(&mut self, server: usize, who: Who, by: u128, typing: bool) {
        let (at, now) = (self.at(), self.now);
        self.books[server].types(who, token(by), typing, at, now);
    }

    /// Lets time pass; each message reaches each server for which `arrives` holds.
    fn run(&mut self, millis: u64, arrives: impl Fn(usize, usize) -> bool) {
        let end = self.now + Duration::from_millis(millis);
        while self.now < end {
            self.now += Duration::from_millis(50);
            for book in &mut self.books {
                book.pass(self.now);
            }
            for from in 0..self.books.len() {
                for message in self.books[from].take_messages(self.now) {
                    assert!(message.len() < 8_000);
                    for to in (0..self.books.len()).filter(|to| arrives(from, *to)) {
                        self.books[to].hear(&message, self.now);
                    }
                }
            }
        }
    }

    fn all(&mut self, millis: u64) {
        self.run(millis, |_, _| true);
    }

    /// Who a server shows, and whether they write.
    fn shown(&self, server: usize, conversation: u128) -> Vec<(u128, bool)> {
        let list = self.books[server].list(who(conversation, 0).place);
        list.into_iter()
            .map(|one| (one.user.0.as_u128(), one.typing))
            .collect()
    }

    fn all_show(&self, conversation: u128, expected: &[(u128, bool)]) {
        for server in 0..self.books.len() {
            assert_eq!(
                self.shown(server, conversation),
                expected,
                "server {server}"
            );
        }
    }
}

#[test]
fn two_windows_are_one_person_since_the_earliest_that_is_open() {
    let mut world = World::new(2);
    let first = world.come(0, who(1, 7));
    world.all(1_000);
    let second = world.come(1, who(1, 7));
    let third = world.come(1, who(1, 7));
    world.all(100);
    world.all_show(1, &[(7, false)]);
    assert_eq!(world.books[1].list(who(1, 7).place)[0].since, first);
    world.books[0].go(who(1, 7), first);
    world.all(100);
    assert_eq!(world.books[0].list(who(1, 7).place)[0].since, second);
    world.books[1].go(who(1, 7), second);
    world.all(100);
    world.all_show(1, &[(7, false)]);
    world.books[1].go(who(1, 7), third);
    world.all(100);
    world.all_show(1, &[]);
    assert_eq!(
        world.books[0].len() + world.books[1].len(),
        0,
        "nothing is kept"
    );
}

#[test]
fn who_writes_in_any_window_writes_until_they_stop_or_it_runs_out() {
    let mut world = World::new(3);
    world.come(0, who(1, 7));
    // The mutations reach other servers than the subscription.
    world.types(1, who(1, 7), 1, true);
    world.types(2, who(1, 7), 2, true);
    world.all(100);
    world.all_show(1, &[(7, true)]);
    world.types(0, who(1, 7), 1, false);
    world.all(100);
    world.all_show(1, &[(7, true)]);
    world.types(0, who(1, 7), 2, false);
    world.all(100);
    world.all_show(1, &[(7, false)]);
    // Renewed it lasts, and then it runs out by itself, everywhere.
    for _ in 0..4 {
        world.types(2, who(1, 7), 2, true);
        world.all(4_000);
        world.all_show(1, &[(7, true)]);
    }
    world.all(2_100);
    world.all_show(1, &[(7, false)]);
    // Who writes where they do not look is there until it runs out.
    world.types(2, who(2, 8), 3, true);
    world.all(100);
    world.all_show(2, &[(8, true)]);
    world.all(6_000);
    world.all_show(2, &[]);
}

#[test]
fn of_a_server_that_says_nothing_any_more_nobody_is_shown_within_the_lease() {
    let mut world = World::new(2);
    world.come(0, who(1, 7));
    world.come(1, who(1, 8));
    world.all(60_000);
    world.all_show(1, &[(7, false), (8, false)]);
    let lease = PresenceOptions::default().lease.as_millis() as u64;
    world.run(lease - 1_500, |from, to| from != 1 && to != 1);
    assert_eq!(world.shown(0, 1).len(), 2, "a lost beat is nothing");
    world.run(1_600, |from, to| from != 1 && to != 1);
    assert_eq!(world.shown(0, 1), [(7, false)]);
    // It was only cut off: it comes back by itself, with what happened meanwhile.
    world.come(1, who(1, 9));
    world.run(500, |from, to| from != 1 && to != 1);
    world.all(2_000);
    world.all_show(1, &[(7, false), (8, false), (9, false)]);
}

#[test]
fn a_server_that_starts_asks_for_what_there_is() {
    let mut world = World::new(3);
    // More than one message holds.
    for user in 1..=90 {
        world.come(0, who(1, user));
        world.come(1, who(2, 1_000 + user));
    }
    world.types(1, who(2, 1_001), 1, true);
    world.run(1_000, |_, to| to != 2);
    assert_eq!(world.books[2].len(), 0);
    world.books[2].ask_all();
    world.all(300);
    assert_eq!(world.shown(2, 1), world.shown(0, 1));
    assert_eq!(world.shown(2, 2), world.shown(1, 2));
    assert_eq!(world.shown(2, 2).iter().filter(|one| one.1).count(), 1);
    assert_eq!(world.shown(2, 1).len(), 90);
    // And a server that stops says so.
    let bye = world.books[0].bye();
    world.books[2].hear(&bye, world.now);
    assert_eq!(world.shown(2, 1), []);
}

#[test]
fn whatever_is_lost_is_made_good() {
    let mut world = World::new(3);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let mut open: Vec<(usize, Who, Time)> = Vec::new();
    for round in 0..400 {
        let server = next(3) as usize;
        let one = who(u128::from(next(3)), u128::from(next(5)));
        if next(2) == 0 || open.is_empty() {
            let since = world.come(server, one);
            open.push((server, one, since));
        } else {
            let at = next(open.len() as u64) as usize;
            let (server, one, since) = open.swap_remove(at);
            world.books[server].go(one, since);
        }
        // Every third message is lost on some way.
        let lost = next(9) as usize;
        world.run(50, |from, to| {
            (from * 3 + to + round) % 9 != lost && lost % 3 != from
        });
    }
    world.all(3_000);
    for conversation in 0..3 {
        let mut expected: Vec<_> = open
            .iter()
            .filter(|(_, one, _)| one.place == who(conversation, 0).place)
            .map(|(_, one, _)| one.user.0.as_u128())
            .collect();
        expected.sort_unstable();
        expected.dedup();
        for server in 0..3 {
            let mut shown = world.shown(server, conversation);
            shown.sort_unstable();
            let shown: Vec<_> = shown.into_iter().map(|one| one.0).collect();
            assert_eq!(
                shown, expected,
                "server {server}, conversation {conversation}"
            );
        }
        let lists = world.books.iter();
        let lists = lists.map(|book| book.list(who(conversation, 0).place));
        let lists: Vec<_> = lists.collect();
        assert!(
            lists.windows(2).all(|two| two[0] == two[1]),
            "the same everywhere"
        );
    }
}

#[test]
fn nobody_is_at_more_conversations_than_the_limit_and_no_list_is_longer() {
    let mut world = World::new(2);
    let at = world.at();
    let most = PresenceOptions::default().conversations;
    let shown = (0..most as u128 + 20).filter(|n| world.books[0].come(who(*n, 7), at));
    assert_eq!(shown.count(), most);
    for n in 0..most as u128 + 20 {
        world.types(1, who(n, 8), 1, true);
    }
    assert_eq!(world.books[1].len(), most);
    for user in 0..300 {
        world.come(0, who(1, 1_000 + user));
    }
    world.all(200);
    assert_eq!(world.shown(0, 1).len(), PresenceOptions::default().people);
    assert_eq!(world.shown(1, 1), world.shown(0, 1));
    // Beyond the tokens that one may write by, the oldest mark goes.
    for by in 0..50 {
        world.types(0, who(9, 9), by, true);
    }
    world.all(200);
    world.all_show(9, &[(7, false), (8, true), (9, true)]);
}

#[tokio::test]
async fn who_sees_the_same_shares_one_frame_and_nothing_is_kept_when_all_have_gone() {
    // Never connected to: no hint is sent.
    let store = crate::store::Store::new("postgres://nobody@localhost/none", &Default::default());
    let never = std::future::pending::<()>;
    let hints = crate::realtime::hints::Hints::Off;
    let (bus, _) = crate::realtime::hints::Bus::start(&store.unwrap(), &hints, never());
    let hub = crate::realtime::hub::Hub::new(1);
    let (presence, _) = Presence::start(&bus, hub, PresenceOptions::default(), never());
    let room = presence.room(who(1, 0).place);
    assert!(std::sync::Arc::ptr_eq(
        &room,
        &presence.room(who(1, 0).place)
    ));
    let at = Time::from_timestamp_millis(1_800_000_000_000).unwrap();
    let here: Vec<_> = (1..=3)
        .map(|user| presence.look(who(1, user), at))
        .collect();
    let Seen::People(all) = room.watch().borrow().clone() else {
        panic!("people are there")
    };
    assert_eq!(all.len(), 3);

    let asked = |operation: &str| Asked {
        operation: operation.into(),
        name: None,
        variables: "{}".into(),
        access: "".into(),
    };
    let made = std::sync::atomic::AtomicUsize::new(0);
    let make = || async {
        tokio::task::yield_now().await;
        let n = made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if n == 0 {
            Err("the first fails")
        } else {
            Ok(bytes::Bytes::from(n.to_string()))
        }
    };
    let part: super::People = all[1..].into();
    let frame = async |operation, shown| room.frame(&asked(operation), &all, shown, make).await;
    assert_eq!(
        frame("a", &all).await,
        Err("the first fails"),
        "and is not kept"
    );
    let (one, two) = tokio::join!(frame("a", &all), frame("a", &all));
    assert_eq!((one, two), (Ok("1".into()), Ok("1".into())));
    assert_eq!(frame("a", &part).await, Ok("2".into()), "others are shown");
    assert_eq!(
        frame("b", &all).await,
        Ok("3".into()),
        "other fields are asked for"
    );
    assert_eq!(frame("a", &all).await, Ok("1".into()));
    drop(here);
    assert_eq!(*room.watch().borrow(), Seen::People([].into()));
    drop(room);
    let state = presence.inner.lock();
    assert!(state.rooms.is_empty());
    assert_eq!(state.book.len(), 0);
}
