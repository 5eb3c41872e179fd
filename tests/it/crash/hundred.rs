//! A hundred kill -9 at random moments, under the writes of several writers: what was acknowledged is in the log, each
//! subscriber that resumes sees exactly the log, and `tandem verify` finds no difference.
//!
//! `cargo test --test it crash::hundred -- --ignored --nocapture`. `TANDEM_KILLS` says how many (100),
//! `TANDEM_CHAOS_SEED` repeats the moments of an earlier run, as far as the machine does.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::{sleep, timeout};

use super::process::{Server, run};
use crate::chaos::subscriber::{Seen, Subscriber, Way};
use crate::chaos::writer::{Writer, Written};
use crate::support::chaos_proxy::{ChaosProxy, Dice, Upstream, Weather};
use crate::support::desk::text;
use crate::support::sql::{connect_across, texts};
use crate::support::{TestApp, database};

const WRITERS: usize = 6;
/// By two ways, each through the server that dies; and one at a server that lives.
const WAYS: [(Way, bool); 3] = [
    (Way::Socket, true),
    (Way::Events, true),
    (Way::Socket, false),
];
/// The longest that a server lives once it serves.
const LIFE: u64 = 700;
/// The longest without anything new.
const PATIENCE: Duration = Duration::from_secs(60);
/// The proxy stays calm: it is there for an address that outlives servers.
const CALM: Weather = Weather {
    cut: 1,
    half: 1,
    delay: 1,
    split: 1,
};

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

fn address(server: &Server) -> String {
    server.url.trim_start_matches("http://").to_owned()
}

/// `tandem verify`; how many cascades it replayed.
async fn verified(database_url: &str) -> u64 {
    let said = run(&["verify", "--database-url", database_url]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let count = said.out.strip_prefix("replayed ").expect("a report");
    let (count, _) = count.split_once(' ').expect("a number");
    count.parse().expect("a number")
}

/// The cursor and id of each cascade after a position.
async fn log(database_url: &str, start: &str) -> Vec<(String, String)> {
    let query = "SELECT lpad(to_hex(position), 16, '0') || ' ' || id AS text FROM cascades ORDER BY position";
    let rows = texts(&mut connect_across(database_url).await, query).await;
    let rows = rows.into_iter().filter_map(|row| {
        let (cursor, id) = row.split_once(' ').expect("two columns");
        (cursor > start).then(|| (cursor.to_owned(), id.to_owned()))
    });
    rows.collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn nothing_acknowledged_is_lost_in_a_hundred_kills() {
    let kills = number("TANDEM_KILLS").unwrap_or(100);
    let seed = number("TANDEM_CHAOS_SEED").unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    println!("TANDEM_KILLS={kills} TANDEM_CHAOS_SEED={seed}");
    let mut dice = Dice::new(seed);
    let database = database().await;
    let app = TestApp::on(&database.url, tandem::config::Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let mut desks = Vec::new();
    for _ in 0..=WRITERS {
        let (ticket, conversations) = account.ticket(&client, 1).await;
        desks.push((ticket, conversations[0].clone()));
    }
    let start = text(&client.gql("{ asOf }", json!({})).await["asOf"]);
    app.stop().await;

    let steady = Server::serve(&database.url).await;
    let mut mortal = Server::serve(&database.url).await;
    let front = ChaosProxy::start(Upstream::Tcp(address(&mortal)), CALM, seed).await;
    let (written, stop) = (Arc::new(Written::default()), Arc::default());
    let seen: [Seen; WAYS.len()] = Default::default();
    let subscribers = WAYS.iter().zip(&seen).map(|((way, mortal), seen)| {
        let subscriber = Subscriber {
            way: *way,
            servers: vec![match mortal {
                true => front.address.clone(),
                false => address(&steady),
            }],
            token: account.token.clone(),
            start: start.clone(),
            seen: Arc::clone(seen),
            dice: Dice::new(dice.below(u64::MAX)),
            stop: Arc::clone(&stop),
            ends: Default::default(),
        };
        tokio::spawn(subscriber.run())
    });
    let subscribers: Vec<_> = subscribers.collect();
    let writers = desks.iter().take(WRITERS).map(|own| {
        let writer = Writer {
            servers: vec![front.address.clone()],
            token: account.token.clone(),
            own: own.clone(),
            shared: desks[WRITERS].clone(),
            statuses: ["Closed", "New"].map(|name| account.statuses[name].clone()),
            dice: Dice::new(dice.below(u64::MAX)),
            written: Arc::clone(&written),
        };
        tokio::spawn(writer.run())
    });
    let writers: Vec<_> = writers.collect();

    let begun = Instant::now();
    let (mut stillborn, mut last) = (0, 0);
    for kill in 1..=kills {
        sleep(Duration::from_millis(dice.below(LIFE))).await;
        mortal.kill().await;
        // One in eight dies before it serves, somewhere in its start: dropped, it is killed.
        if dice.once_in(8) {
            let life = Duration::from_millis(dice.below(500));
            stillborn += u64::from(timeout(life, Server::serve(&database.url)).await.is_err());
        }
        mortal = Server::serve(&database.url).await;
        front.lead_to(Upstream::Tcp(address(&mortal)));
        if kill % 10 == 0 {
            let count = written.count.load(Ordering::Relaxed);
            let cascades = verified(&database.url).await;
            println!(
                "{kill} kills, {count} acknowledged, {cascades} verified, {:?}",
                begun.elapsed()
            );
            assert!(count > last, "nobody writes any more");
            last = count;
        }
    }
    sleep(Duration::from_millis(LIFE)).await;
    written.stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("a writer");
    }

    let logged = log(&database.url, &start).await;
    for ((way, _), seen) in WAYS.iter().zip(&seen) {
        let deadline = Instant::now() + PATIENCE;
        while seen.lock().unwrap().len() < logged.len() {
            assert!(Instant::now() < deadline, "{way:?} does not see the end");
            sleep(Duration::from_millis(5)).await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    mortal.kill().await;
    steady.kill().await;
    for subscriber in subscribers {
        println!(
            "a subscriber's streams ended: {:?}",
            subscriber.await.expect("a subscriber")
        );
    }
    for ((way, _), seen) in WAYS.iter().zip(&seen) {
        assert!(
            *seen.lock().unwrap() == logged,
            "{way:?} has seen something else than the log"
        );
    }
    let acknowledged = written.acknowledged.lock().unwrap().clone();
    let mut distinct = acknowledged.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), acknowledged.len(), "acknowledged twice");
    let known: std::collections::BTreeSet<_> = logged.iter().map(|(cursor, _)| cursor).collect();
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|cursor| !known.contains(cursor))
        .collect();
    assert!(lost.is_empty(), "acknowledged and not in the log: {lost:?}");
    let cascades = verified(&database.url).await;
    println!(
        "{kills} kills and {stillborn} in the start; {} acknowledged, {} of unknown end, {} in the log; {cascades} verified; {:?}",
        acknowledged.len(),
        written.unknown.load(Ordering::Relaxed),
        logged.len(),
        begun.elapsed()
    );
}
