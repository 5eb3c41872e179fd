//! Shutdown: what runs comes to its end, within bounds.

use std::{
    sync::atomic::Ordering::SeqCst,
    time::{Duration, Instant},
};

use reqwest::header::ACCEPT;
use serde_json::json;
use tandem::http::Limits;

use super::support::{Client, Server, eventually};

#[tokio::test]
async fn idle_sockets_and_streams_are_told_to_go() {
    let mut server = Server::start().await;
    let mut idle = server.socket().await;
    let mut subscribed = server.socket().await;
    let mut uninitialised = Client::connect(server.address).await;
    subscribed.subscribe("1", "subscription { silent }").await;
    let request = server.post().header(ACCEPT, "text/event-stream");
    let stream = request
        .json(&json!({"query": "subscription { silent }"}))
        .send();
    let stream = stream.await.unwrap();
    eventually("both run", || server.desk.alive.load(SeqCst) == 2).await;
    let began = Instant::now();
    server.begin_stop();
    for client in [&mut idle, &mut subscribed, &mut uninitialised] {
        assert_eq!(client.closed().await.0, 1001);
        assert!(client.ended().await);
    }
    // Cut, not completed: a client reconnects, elsewhere, with its last event's id.
    assert_eq!(stream.text().await.unwrap(), ":\n\n");
    server.stopped().await;
    assert!(began.elapsed() < Duration::from_secs(3));
    assert_eq!(server.desk.alive.load(SeqCst), 0);
}

#[tokio::test]
async fn running_mutations_are_waited_for() {
    let mut server = Server::start().await;
    let mut client = server.socket().await;
    client.subscribe("1", "mutation { held }").await;
    let post = tokio::spawn(
        server
            .post()
            .json(&json!({"query": "mutation { held }"}))
            .send(),
    );
    eventually("both run", || server.desk.begun.load(SeqCst) == 2).await;
    server.begin_stop();
    client.send(json!({"type": "ping"})).await;
    assert_eq!(
        client.receive().await["type"],
        "pong",
        "the socket still works"
    );
    server.desk.gate.add_permits(2);
    assert_eq!(client.receive().await["payload"]["data"]["held"], 2);
    assert_eq!(client.receive().await["type"], "complete");
    assert_eq!(client.closed().await.0, 1001);
    let answer: serde_json::Value = post.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer, json!({"data": {"held": 2}}));
    server.stopped().await;
}

#[tokio::test]
async fn an_abandoned_mutation_is_waited_for() {
    let mut server = Server::start().await;
    let post = tokio::spawn(
        server
            .post()
            .json(&json!({"query": "mutation { held }"}))
            .send(),
    );
    eventually("it runs", || server.desk.begun.load(SeqCst) == 1).await;
    post.abort();
    assert!(post.await.unwrap_err().is_cancelled());
    server.begin_stop();
    server.desk.gate.add_permits(1);
    server.stopped().await;
    assert_eq!(server.desk.done.load(SeqCst), 1);
}

#[tokio::test]
async fn the_drain_has_an_end() {
    let limits = Limits {
        drain: Duration::from_millis(100),
        ..Limits::default()
    };
    let mut server = Server::with(limits).await;
    let mut client = server.socket().await;
    client.subscribe("1", "mutation { held }").await;
    eventually("it runs", || server.desk.begun.load(SeqCst) == 1).await;
    let began = Instant::now();
    server.begin_stop();
    assert_eq!(client.closed().await.0, 1001);
    server.stopped().await;
    assert!(
        began.elapsed() < Duration::from_secs(6),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(server.desk.done.load(SeqCst), 0);
}
