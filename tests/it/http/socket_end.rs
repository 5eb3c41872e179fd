//! graphql-transport-ws: each close code.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use serde_json::json;
use tandem::http::Limits;
use tokio_tungstenite::tungstenite::Message;

use super::support::{Client, Server, TOKEN, eventually};

fn init() -> Message {
    text(json!({"type": "connection_init", "payload": {"token": TOKEN}}))
}

fn text(message: serde_json::Value) -> Message {
    Message::text(message.to_string())
}

#[tokio::test]
async fn wrong_messages_close_with_the_code_of_the_protocol() {
    let limits = Limits {
        ws_message_bytes: 10_000,
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let silent = || {
        text(json!({"id": "a", "type": "subscribe", "payload": {"query": "subscription{silent}"}}))
    };
    for (name, messages, code, reason) in [
        (
            "not JSON",
            vec![Message::text("hello")],
            4400,
            "Invalid message",
        ),
        (
            "a list",
            vec![init(), Message::text("[]")],
            4400,
            "an object with a `type`",
        ),
        (
            "unknown type",
            vec![init(), text(json!({"type": "start"}))],
            4400,
            "start",
        ),
        (
            "binary",
            vec![init(), Message::binary(vec![1])],
            4400,
            "not binary",
        ),
        (
            "binary before init",
            vec![Message::binary(vec![1])],
            4400,
            "not binary",
        ),
        (
            "no id",
            vec![init(), text(json!({"type": "complete"}))],
            4400,
            "id",
        ),
        (
            "no query",
            vec![
                init(),
                text(json!({"id": "a", "type": "subscribe", "payload": {}})),
            ],
            4400,
            "query",
        ),
        (
            "wrong variables",
            vec![
                init(),
                text(
                    json!({"id": "a", "type": "subscribe", "payload": {"query": "{a}", "variables": 1}}),
                ),
            ],
            4400,
            "variables",
        ),
        (
            "init with a list",
            vec![text(json!({"type": "connection_init", "payload": []}))],
            4400,
            "object",
        ),
        ("too early", vec![silent()], 4401, "Unauthorized"),
        (
            "no token",
            vec![text(json!({"type": "connection_init"}))],
            4403,
            "Forbidden",
        ),
        (
            "wrong token",
            vec![text(
                json!({"type": "connection_init", "payload": {"token": "wrong"}}),
            )],
            4403,
            "Forbidden",
        ),
        (
            "no answer on the token",
            vec![text(
                json!({"type": "connection_init", "payload": {"token": "down"}}),
            )],
            1013,
            "try again",
        ),
        (
            "same id",
            vec![init(), silent(), silent()],
            4409,
            "Subscriber for a already exists",
        ),
        (
            "two inits",
            vec![init(), init()],
            4429,
            "Too many initialisation requests",
        ),
        (
            "too big",
            vec![init(), Message::text(" ".repeat(10_001))],
            1009,
            "10000 bytes",
        ),
        (
            "long reason",
            vec![init(), text(json!({"type": "x".repeat(500)}))],
            4400,
            "unexpected type",
        ),
    ] {
        let mut client = Client::connect(server.address).await;
        for message in messages {
            client.send_raw(message).await;
        }
        let (closed, why) = client.closed().await;
        assert_eq!(closed, code, "{name}: {why}");
        assert!(why.contains(reason), "{name}: {why}");
    }
    eventually("nothing runs on", || server.desk.alive.load(SeqCst) == 0).await;
}

#[tokio::test]
async fn another_protocol_closes_with_4406() {
    let server = Server::start().await;
    for protocol in [None, Some("graphql-ws"), Some("soap, wamp")] {
        let mut client = Client::open(server.address, protocol, None).await.unwrap();
        assert_eq!(client.closed().await.0, 4406, "{protocol:?}");
    }
    let several = Some("graphql-ws, graphql-transport-ws");
    let mut client = Client::open(server.address, several, None).await.unwrap();
    client.init().await;
}

#[tokio::test]
async fn no_init_in_time_closes_with_4408() {
    let limits = Limits {
        init_timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let mut silent = Client::connect(server.address).await;
    assert_eq!(silent.closed().await.0, 4408);
    let mut pinging = Client::connect(server.address).await;
    pinging.send(json!({"type": "ping"})).await;
    assert_eq!(pinging.closed().await.0, 4408, "a ping is no init");
    let mut prompt = server.socket().await;
    prompt
        .subscribe("1", "subscription { ticks(millis: 400) }")
        .await;
    assert_eq!(prompt.receive().await["type"], "next", "not after the init");
}

#[tokio::test]
async fn withdrawn_access_closes_with_4403() {
    let server = Server::start().await;
    let mut client = server.socket().await;
    client.subscribe("1", "subscription { silent }").await;
    eventually("it runs", || server.desk.alive.load(SeqCst) == 1).await;
    let began = std::time::Instant::now();
    server.desk.withdrawn.send_replace(true);
    let error = client.receive().await;
    assert_eq!(
        (&error["id"], &error["type"]),
        (&json!("1"), &json!("error"))
    );
    assert_eq!(error["payload"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(client.closed().await.0, 4403);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn sockets_of_a_user_are_limited() {
    let limits = Limits {
        streams_per_user: 1,
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let first = server.socket().await;
    let mut second = Client::connect(server.address).await;
    second.send_raw(init()).await;
    assert_eq!(second.closed().await.0, 4429);
    let mut other = Client::connect(server.address).await;
    other
        .send(json!({"type": "connection_init", "payload": {"token": "bob"}}))
        .await;
    assert_eq!(other.receive().await["type"], "connection_ack");
    drop(first);
    let freed = async {
        loop {
            let mut third = Client::connect(server.address).await;
            third.send_raw(init()).await;
            if let Message::Text(_) = futures_util::StreamExt::next(&mut third.wire)
                .await
                .unwrap()
                .unwrap()
            {
                return;
            }
        }
    };
    tokio::time::timeout(super::support::PATIENCE, freed)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_plain_request_for_an_upgrade_is_refused_clearly() {
    let server = Server::start().await;
    let request = server
        .http
        .get(server.url("/graphql"))
        .header("upgrade", "websocket");
    let response = request
        .header("connection", "upgrade")
        .send()
        .await
        .unwrap();
    assert!(response.status().is_client_error());
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}
