//! graphql-transport-ws: pings.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use futures_util::StreamExt;
use serde_json::json;
use tandem::http::Limits;
use tokio_tungstenite::tungstenite::Message;

use super::support::{Client, Server, eventually};

fn impatient() -> Limits {
    Limits {
        ping_interval: Duration::from_millis(100),
        ..Limits::default()
    }
}

#[tokio::test]
async fn pings_are_answered_with_what_they_bring() {
    let server = Server::start().await;
    let mut client = Client::connect(server.address).await;
    client.send(json!({"type": "ping"})).await;
    assert_eq!(client.receive().await, json!({"type": "pong"}));
    client.init().await;
    client
        .send(json!({"type": "ping", "payload": {"a": [1]}}))
        .await;
    let pong = json!({"type": "pong", "payload": {"a": [1]}});
    assert_eq!(client.receive().await, pong);
    client
        .send(json!({"type": "pong", "payload": {"unasked": true}}))
        .await;
    client.subscribe("1", "{ viewer }").await;
    assert_eq!(client.receive().await["type"], "next");
}

#[tokio::test]
async fn the_server_pings_in_both_ways_and_keeps_those_who_only_listen() {
    let server = Server::with(impatient()).await;
    let mut client = server.socket().await;
    client.subscribe("1", "subscription { silent }").await;
    // The client's library answers the WebSocket's pings; ours are left unanswered.
    let (mut frames, mut messages) = (0, 0);
    while frames < 8 || messages < 8 {
        match client.wire.next().await.unwrap().unwrap() {
            Message::Ping(_) => frames += 1,
            Message::Text(text) => {
                assert_eq!(text.as_str(), r#"{"type":"ping"}"#);
                messages += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(server.desk.alive.load(SeqCst), 1);
}

#[tokio::test]
async fn a_dead_peer_is_dropped() {
    let server = Server::with(impatient()).await;
    let mut client = server.socket().await;
    client.subscribe("1", "subscription { silent }").await;
    eventually("it runs", || server.desk.alive.load(SeqCst) == 1).await;
    // Nobody reads, so nobody answers.
    eventually("it is dropped", || server.desk.alive.load(SeqCst) == 0).await;
    drop(client);
}
