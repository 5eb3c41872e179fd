//! Two servers and a Postgres behind proxies that cut, halve, delay and split; eight writers; subscribers over sockets
//! and event streams who resume by their cursor. Meanwhile Postgres crashes, a server is killed, Postgres is restarted.
//! In the end each subscriber has seen exactly the log.
//!
//! `TANDEM_CHAOS_CASCADES` says how many cascades are written (`.ci/run`: 10,000), `TANDEM_CHAOS_SEED` repeats the
//! proxies' and the writers' dice of a run that failed.

pub mod stage;
pub mod subscriber;
pub mod writer;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::chaos_proxy::Dice;
use crate::support::sql::{connect_across, texts};
use stage::Stage;
use subscriber::{Seen, Subscriber, Way};
use writer::{Writer, Written};

/// How many cascades are written where nothing else is said: as many as take some seconds.
const CASCADES: usize = 1_000;
const WRITERS: usize = 8;
const WAYS: [Way; 6] = [
    Way::Socket,
    Way::Socket,
    Way::Socket,
    Way::Events,
    Way::Events,
    Way::Events,
];
/// The longest without anything new: a restart on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
    )
}

/// Waits until there are so many; fails when there come no more for a long time.
async fn until(what: &str, goal: usize, count: impl Fn() -> usize) {
    let (mut last, mut since) = (0, Instant::now());
    loop {
        let now = count();
        if now >= goal {
            return;
        }
        if now > last {
            (last, since) = (now, Instant::now());
        }
        assert!(
            since.elapsed() < PATIENCE,
            "{what}: {now} of {goal}, and no more"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_subscriber_sees_exactly_the_log_whatever_breaks() {
    let goal = number("TANDEM_CHAOS_CASCADES").map_or(CASCADES, |n| usize::try_from(n).unwrap());
    let seed = number("TANDEM_CHAOS_SEED").unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    println!("TANDEM_CHAOS_SEED={seed} TANDEM_CHAOS_CASCADES={goal}");
    let mut dice = Dice::new(seed);
    let mut fork = || Dice::new(dice.below(u64::MAX));
    let mut stage = Stage::set(seed).await;
    let desks = stage.desks(WRITERS + 1).await;
    let start = stage.as_of().await;

    let written = Arc::new(Written::default());
    let stop = Arc::default();
    let seen: Vec<Seen> = WAYS.iter().map(|_| Arc::new(Mutex::default())).collect();
    let subscribers: Vec<_> = WAYS
        .iter()
        .zip(&seen)
        .map(|(way, seen)| {
            let subscriber = Subscriber {
                way: *way,
                servers: stage.servers(),
                token: stage.token.clone(),
                start: start.clone(),
                seen: Arc::clone(seen),
                dice: fork(),
                stop: Arc::clone(&stop),
                ends: Default::default(),
            };
            tokio::spawn(subscriber.run())
        })
        .collect();
    let begun = Instant::now();
    stage.calm(false);
    let writers: Vec<_> = desks[..WRITERS]
        .iter()
        .map(|own| {
            let writer = Writer {
                servers: stage.servers(),
                token: stage.token.clone(),
                own: own.clone(),
                shared: desks[WRITERS].clone(),
                statuses: stage.statuses.clone(),
                dice: fork(),
                written: Arc::clone(&written),
            };
            tokio::spawn(writer.run())
        })
        .collect();

    let count = || written.count.load(Ordering::Relaxed);
    until("written", goal / 4, count).await;
    stage.crash_postgres().await;
    until("written", goal / 2, count).await;
    stage.kill_a_server().await;
    until("written", goal * 3 / 4, count).await;
    stage.restart_postgres().await;
    until("written", goal, count).await;
    written.stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("a writer");
    }
    stage.calm(true);
    let wrote = begun.elapsed();

    let so_far = log(&stage, &start).await;
    let last = so_far.last();
    let so_far = so_far.len();
    for (way, seen) in WAYS.iter().zip(&seen) {
        // Whoever sees the end has seen all there is for it: whether that was all is looked at below.
        let count = || {
            let seen = seen.lock().unwrap();
            if seen.last() >= last {
                so_far
            } else {
                seen.len().min(so_far - 1)
            }
        };
        until(&format!("seen by {way:?}"), so_far, count).await;
    }
    println!(
        "{} cascades in {wrote:?}, seen by all after {:?}; {} mutations of unknown end; {}",
        so_far,
        begun.elapsed(),
        written.unknown.load(Ordering::Relaxed),
        stage.done()
    );
    stop.store(true, Ordering::Relaxed);
    // Those who wait for the next frame are given one.
    stage.desks(1).await;
    for (way, subscriber) in WAYS.iter().zip(subscribers) {
        println!("{way:?}: {:?}", subscriber.await.expect("a subscriber"));
    }

    // What was still under way when they stopped may have come since; nothing of it before what they have seen.
    let log = log(&stage, &start).await;
    for (way, seen) in WAYS.iter().zip(&seen) {
        let seen = seen.lock().unwrap();
        let differs = seen
            .iter()
            .zip(&log)
            .position(|(seen, logged)| seen != logged);
        assert_eq!(differs, None, "{way:?}: {} of {}", seen.len(), log.len());
        assert!(
            (so_far..=log.len()).contains(&seen.len()),
            "{way:?}: {} of {}",
            seen.len(),
            log.len()
        );
    }
    let acknowledged = written.acknowledged.lock().unwrap();
    let logged: std::collections::BTreeSet<_> = log.iter().map(|(cursor, _)| cursor).collect();
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|cursor| !logged.contains(cursor))
        .collect();
    assert!(lost.is_empty(), "acknowledged and not in the log: {lost:?}");
    let mut distinct = acknowledged.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), acknowledged.len(), "acknowledged twice");
    // It was no fair weather.
    let (cuts, halves) = stage.damage();
    assert!(cuts > 0 && halves > 0 && written.unknown.load(Ordering::Relaxed) > 0);
}

/// The cursor and id of each cascade after a position.
async fn log(stage: &Stage, start: &str) -> Vec<(String, String)> {
    let query = "SELECT lpad(to_hex(position), 16, '0') || ' ' || id AS text FROM cascades ORDER BY position";
    let mut sql = connect_across(&stage.database_url()).await;
    let rows = texts(&mut sql, query).await.into_iter();
    let rows = rows.filter_map(|row| {
        let (cursor, id) = row.split_once(' ').expect("two columns");
        (cursor > start).then(|| (cursor.to_owned(), id.to_owned()))
    });
    rows.collect()
}
