//! Nobody starves anybody.

use std::{
    sync::atomic::Ordering::SeqCst,
    time::{Duration, Instant},
};

use serde_json::json;
use tandem::http::Limits;

use super::support::{Server, eventually};

#[tokio::test]
async fn a_busy_stream_starves_no_other() {
    let server = Server::start().await;
    let mut client = server.socket().await;
    client
        .subscribe("flood", "subscription { flood(length: 10) }")
        .await;
    assert_eq!(client.receive().await["id"], "flood");
    client
        .subscribe("other flood", "subscription { flood(length: 10) }")
        .await;
    client
        .subscribe("count", "subscription { count(to: 50) }")
        .await;
    client.subscribe("query", "{ viewer }").await;
    let (mut floods, mut others, mut counts, mut queried) = (0, 0, 0, false);
    let began = Instant::now();
    while counts < 50 || !queried {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{floods} {others} {counts} {queried}"
        );
        let message = client.receive().await;
        match message["id"].as_str().unwrap() {
            "flood" => floods += 1,
            "other flood" => others += 1,
            "count" if message["type"] == "next" => counts += 1,
            "query" => queried = true,
            _ => {}
        }
    }
    assert!(others > 10, "{floods} {others}");
    client
        .send(json!({"id": "flood", "type": "complete"}))
        .await;
    client
        .send(json!({"id": "other flood", "type": "complete"}))
        .await;
    eventually("a flooded socket hears its client", || {
        server.desk.alive.load(SeqCst) == 0
    })
    .await;
}

#[tokio::test]
async fn a_slow_reader_is_dropped_and_costs_the_others_nothing() {
    let limits = Limits {
        write_timeout: Duration::from_millis(500),
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let mut slow = server.socket().await;
    let mut brisk = server.socket().await;
    slow.subscribe("1", "subscription { flood(length: 100000) }")
        .await;
    brisk
        .subscribe("1", "subscription { ticks(millis: 5) }")
        .await;
    let mut received = 0;
    eventually("both run", || server.desk.alive.load(SeqCst) == 2).await;
    let began = Instant::now();
    while server.desk.alive.load(SeqCst) == 2 {
        assert_eq!(brisk.receive().await["type"], "next");
        received += 1;
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the slow one is never dropped"
        );
    }
    // Held up by the slow one it would have received one or two.
    assert!(received >= 20, "{received}");
    assert_eq!(brisk.receive().await["type"], "next");
}

#[tokio::test]
async fn a_stalled_reader_does_not_outlive_its_access() {
    let server = Server::start().await;
    let mut stalled = server.socket().await;
    stalled
        .subscribe("1", "subscription { flood(length: 100000) }")
        .await;
    eventually("it runs", || server.desk.alive.load(SeqCst) == 1).await;
    let began = Instant::now();
    server.desk.withdrawn.send_replace(true);
    eventually("it ends", || server.desk.alive.load(SeqCst) == 0).await;
    assert!(began.elapsed() < Duration::from_secs(1));
}
