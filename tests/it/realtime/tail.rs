//! The tail: consecutive, once, none left out.

use std::sync::Arc;
use std::time::Duration;

use tandem::domain::event::{CascadeFilter, Entry, Position};
use tandem::domain::id::AccountId;
use tandem::realtime::RealtimeOptions;
use tandem::realtime::follow::Feed;
use tandem::realtime::hints::Hints;
use tandem::realtime::hub::LiveFeed;
use tandem::realtime::tail::{Health, TailOptions};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::world::*;
use crate::support::database;

/// A queue that no test fills.
fn roomy() -> RealtimeOptions {
    RealtimeOptions {
        queue: 10_000,
        ..RealtimeOptions::default()
    }
}

fn without_hints() -> RealtimeOptions {
    RealtimeOptions {
        hints: Hints::Off,
        ..roomy()
    }
}

async fn next(feed: &mut LiveFeed) -> Arc<Entry> {
    let next = within(DEADLINE, "an entry", feed.next()).await;
    next.expect("the feed goes on").expect("no lag").1
}

fn feed(server: &Server, account: AccountId) -> LiveFeed {
    server.live.hub.subscribe(account, CascadeFilter::default())
}

/// Collects what a feed gives, until as many have come as the log holds and a moment longer.
async fn collect(mut feed: LiveFeed, count: usize) -> Vec<i64> {
    let mut got = Vec::new();
    while got.len() < count {
        got.push(next(&mut feed).await.position.unwrap().0);
    }
    assert!(feed.is_empty(), "more than the log holds");
    got
}

/// What the stream would be without the tail's care: the rows after the last one seen, again and again.
fn naive_reader(client: Client, account: AccountId) -> (watch::Sender<bool>, JoinHandle<Vec<i64>>) {
    let (stop, stopped) = watch::channel(false);
    let mut client = client;
    let task = tokio::spawn(async move {
        let mut got: Vec<i64> = Vec::new();
        loop {
            let last_look = *stopped.borrow();
            let after = got.last().copied().unwrap_or(0);
            let text = format!(
                "SELECT position AS n FROM cascades WHERE account_id = '{}' AND position > {after} ORDER BY position",
                account.0
            );
            got.extend(client.numbers(&text).await);
            if last_look {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    (stop, task)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tail_gives_exactly_the_log() {
    let database = database().await;
    let (a, b) = (
        server(&database, roomy()).await,
        server(&database, roomy()).await,
    );
    // Writes nothing itself, and hears of nothing.
    let c = server(&database, without_hints()).await;
    let accounts = [account(), account()];
    let feeds: Vec<_> = [&a, &b, &c]
        .into_iter()
        .flat_map(|server| accounts.map(|account| (account, feed(server, account))))
        .collect();
    let (naive_stop, naive) = naive_reader(Client::new(&database).await, accounts[0]);

    // Something long, elsewhere in the database.
    let mut stray = Client::new(&database).await;
    stray
        .run("BEGIN; CREATE TEMPORARY TABLE stray (x int)")
        .await;

    // Meanwhile every connection of the three servers is cut, again and again.
    let (stop, stopped) = watch::channel(false);
    let mut cutter = Client::new(&database).await;
    let cuts = tokio::spawn(async move {
        let (mut dice, mut cut) = (Dice::fresh(), 0);
        while !*stopped.borrow() {
            tokio::time::sleep(Duration::from_millis(dice.below(300))).await;
            cut += cutter.cut_connections().await;
        }
        cut
    });
    write(&database, &accounts, 8, 2_000, &[&a, &b]).await;
    stop.send_replace(true);
    assert!(cuts.await.unwrap() > 0, "nothing was cut");
    naive_stop.send_replace(true);

    let mut client = Client::new(&database).await;
    for (account, feed) in feeds {
        let log = client.log(account).await;
        assert!(log.len() > 500 && log.len() < 1_200, "{}", log.len());
        assert_eq!(collect(feed, log.len()).await, log);
    }
    stray.run("ROLLBACK").await;
    // The test is worth something only while a plain reader fails it.
    let log = client.log(accounts[0]).await;
    let lost = log.len() - naive.await.unwrap().len();
    println!("a plain reader lost {lost} of {}", log.len());
    assert!(lost > 0, "the writers did not overtake each other");
    for server in [a, b, c] {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_is_waited_for_and_what_was_rolled_back_is_not() {
    let database = database().await;
    let server = server(&database, roomy()).await;
    let account = account();
    let mut feed = feed(&server, account);
    let (mut early, mut late) = (Client::new(&database).await, Client::new(&database).await);

    early.begin().await;
    let first = early.append(account).await;
    let second = late.commit(account).await;
    server.live.tail.committed(second.clone());
    // Much longer than the tail's patience, with the lock table looked at several times.
    let patience = TailOptions::default().lock_patience * 8;
    tokio::time::sleep(patience).await;
    assert!(feed.is_empty(), "the stream has overtaken a commit");
    assert!(server.live.tail.position() < first.position.unwrap());
    early.run("COMMIT").await;
    assert_eq!(*next(&mut feed).await, first);
    assert_eq!(*next(&mut feed).await, second);

    early.begin().await;
    let gone = early.append(account).await;
    let third = late.commit(account).await;
    early.run("ROLLBACK").await;
    assert_eq!(*next(&mut feed).await, third);
    assert!(
        gone.position < third.position && server.live.tail.position() == third.position.unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stray_transaction_holds_nothing_up() {
    let database = database().await;
    let mut options = roomy();
    options.tail.lock_patience = Duration::from_secs(3_600);
    let by_ids_alone = server(&database, options).await;
    let server = server(&database, roomy()).await;
    let account = account();
    let (mut feed_by_ids, mut feed) = (feed(&by_ids_alone, account), feed(&server, account));
    let (mut stray, mut writer) = (Client::new(&database).await, Client::new(&database).await);
    stray
        .run("BEGIN; CREATE TEMPORARY TABLE stray (x int)")
        .await;

    let first = writer.commit(account).await;
    for feed in [&mut feed, &mut feed_by_ids] {
        assert_eq!(*next(feed).await, first);
    }
    // Where a position was rolled back, transaction ids alone cannot tell; the locks can.
    writer.begin().await;
    writer.append(account).await;
    writer.run("ROLLBACK").await;
    let second = writer.commit(account).await;
    assert_eq!(*next(&mut feed).await, second);
    assert!(feed_by_ids.is_empty());
    stray.run("COMMIT").await;
    assert_eq!(*next(&mut feed_by_ids).await, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_hints_everything_comes_within_a_second() {
    let database = database().await;
    let server = server(&database, without_hints()).await;
    let account = account();
    let mut feed = feed(&server, account);
    let mut writer = Client::new(&database).await;
    for _ in 0..5 {
        let entry = writer.commit(account).await;
        let committed = Instant::now();
        assert_eq!(*next(&mut feed).await, entry);
        assert!(committed.elapsed() < Duration::from_secs(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_is_much_faster_than_a_look() {
    let database = database().await;
    let mut options = roomy();
    options.tail.poll = Duration::from_secs(3_600);
    let (a, b) = (
        server(&database, options.clone()).await,
        server(&database, options).await,
    );
    let account = account();
    let (mut at_a, mut at_b) = (feed(&a, account), feed(&b, account));
    let mut writer = Client::new(&database).await;
    // The first may come before the second server listens; from then on there are only hints to go by.
    for _ in 0..20 {
        let entry = writer.commit(account).await;
        let committed = Instant::now();
        a.live.tail.committed(entry.clone());
        assert_eq!(*next(&mut at_a).await, entry);
        let handed = committed.elapsed();
        assert_eq!(*next(&mut at_b).await, entry);
        println!("handed over {handed:?}, hinted {:?}", committed.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_begins_where_nothing_can_still_appear() {
    let database = database().await;
    let account = account();
    let (mut early, mut late) = (Client::new(&database).await, Client::new(&database).await);
    let mut stray = Client::new(&database).await;
    stray
        .run("BEGIN; CREATE TEMPORARY TABLE stray (x int)")
        .await;
    let empty = server(&database, roomy()).await;
    assert_eq!(empty.live.tail.position(), Position(0));

    // A position in flight below a committed one: a tail that began above it would lose it.
    early.begin().await;
    let first = early.append(account).await;
    let second = late.commit(account).await;
    let server = starting(&database, roomy());
    let mut started = Box::pin(server.live.tail.wait_for_start());
    let early_start = tokio::time::timeout(Duration::from_millis(300), &mut started).await;
    assert!(early_start.is_err(), "it began over a commit in flight");
    assert_eq!(server.live.tail.health(), Health::Starting);
    early.run("COMMIT").await;
    within(DEADLINE, "start", started).await.unwrap();
    assert_eq!(Some(server.live.tail.position()), second.position);
    assert!(first.position < second.position);

    // A number that was drawn and not used may be drawn again after a crash: no tail goes past it by itself.
    late.begin().await;
    late.append(account).await;
    late.run("ROLLBACK").await;
    let begun = Instant::now();
    let third = super::world::server(&database, roomy()).await;
    println!("began in {:?}, beside a long transaction", begun.elapsed());
    assert_eq!(Some(third.live.tail.position()), second.position);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_beyond_the_buffer_is_read() {
    let database = database().await;
    let mut options = without_hints();
    options.tail.buffer = 4;
    options.tail.page = 7;
    let server = server(&database, options).await;
    let account = account();
    let feed = feed(&server, account);
    let mut writer = Client::new(&database).await;
    let mut entries = Vec::new();
    for _ in 0..200 {
        entries.push(writer.commit(account).await);
    }
    // In the worst order, and faster than they can be taken.
    for entry in entries.iter().rev() {
        server.live.tail.committed(entry.clone());
    }
    let log: Vec<i64> = entries.iter().map(|e| e.position.unwrap().0).collect();
    assert_eq!(collect(feed, 200).await, log);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_costs_nothing_but_time() {
    let database = database().await;
    let server = server(&database, roomy()).await;
    let account = account();
    let feed = feed(&server, account);
    let mut writer = Client::new(&database).await;
    let mut cutter = Client::new(&database).await;
    let mut log = Vec::new();
    // Every connection of the server is cut as soon as it is there.
    until("the tail notices", async || {
        cutter.cut_connections().await;
        matches!(server.live.tail.health(), Health::Failing { .. })
    })
    .await;
    for _ in 0..50 {
        cutter.cut_connections().await;
        log.push(writer.commit(account).await.position.unwrap().0);
    }
    assert_eq!(collect(feed, log.len()).await, log);
    until("the tail is well again", async || {
        matches!(server.live.tail.health(), Health::Healthy { .. })
    })
    .await;
    let last = Position(*log.last().unwrap());
    within(DEADLINE, "the position", server.live.tail.wait_for(last))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_lets_go_its_account_alone() {
    let database = database().await;
    let server = server(&database, roomy()).await;
    let (ours, theirs) = (account(), account());
    let (mut feed_ours, mut feed_theirs) = (feed(&server, ours), feed(&server, theirs));
    let mut writer = Client::new(&database).await;
    writer.begin().await;
    let from_the_future = writer.append(ours).await;
    writer
        .run("UPDATE cascades SET body = '{\"v\": 9}'; COMMIT")
        .await;
    let readable = writer.commit(theirs).await;
    assert_eq!(*next(&mut feed_theirs).await, readable);
    let lagged = within(DEADLINE, "the end", feed_ours.next()).await;
    let resume_after = lagged.unwrap().unwrap_err().resume_after;
    assert_eq!(resume_after.0 + 1, from_the_future.position.unwrap().0);
}
