//! graphql-transport-ws: operations and their messages.

use std::sync::atomic::Ordering::SeqCst;

use serde_json::json;
use tandem::http::Limits;
use tokio_tungstenite::tungstenite::Message;

use super::support::{Client, Server, eventually};

#[tokio::test]
async fn a_token_comes_with_the_init_or_with_the_upgrade() {
    let server = Server::start().await;
    for (payload, header, viewer) in [
        (json!({"authorization": "Bearer good"}), None, "ann"),
        (json!({"Authorization": "bearer good"}), None, "ann"),
        (json!({"token": "good"}), None, "ann"),
        (json!(null), Some("Bearer good"), "ann"),
        (json!({}), Some("Bearer good"), "ann"),
        (json!({"token": "bob"}), Some("Bearer good"), "bob"),
    ] {
        let protocol = Some("graphql-transport-ws");
        let mut client = Client::open(server.address, protocol, header)
            .await
            .unwrap();
        client
            .send(json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(client.receive().await["type"], "connection_ack");
        client.subscribe("1", "{ viewer }").await;
        assert_eq!(
            client.receive().await,
            json!({"id": "1", "type": "next", "payload": {"data": {"viewer": viewer}}})
        );
        assert_eq!(
            client.receive().await,
            json!({"id": "1", "type": "complete"})
        );
    }
}

#[tokio::test]
async fn all_three_kinds_run_and_ids_are_free_again() {
    let server = Server::start().await;
    let mut client = server.socket().await;
    for _ in 0..2 {
        for (document, results) in [
            ("{ viewer }", vec![json!({"viewer": "ann"})]),
            ("mutation { act }", vec![json!({"act": 1})]),
            (
                "subscription { count(to: 3) }",
                vec![
                    json!({"count": 0}),
                    json!({"count": 1}),
                    json!({"count": 2}),
                ],
            ),
        ] {
            client.subscribe("ü\"1", document).await;
            for data in results {
                let expected = json!({"id": "ü\"1", "type": "next", "payload": {"data": data}});
                assert_eq!(client.receive().await, expected);
            }
            let complete = json!({"id": "ü\"1", "type": "complete"});
            assert_eq!(client.receive().await, complete);
        }
    }
}

#[tokio::test]
async fn refusals_are_errors_and_failures_are_results() {
    let server = Server::start().await;
    let mut client = server.socket().await;
    for (document, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ panics }", "INTERNAL"),
        ("subscription { panics }", "INTERNAL"),
    ] {
        client.subscribe("1", document).await;
        let error = client.receive().await;
        assert_eq!(
            (&error["type"], &error["id"]),
            (&json!("error"), &json!("1"))
        );
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
        assert!(!error.to_string().contains("secret"));
    }
    client.subscribe("1", "{ broken }").await;
    let next = client.receive().await;
    assert_eq!(next["type"], "next");
    assert_eq!(next["payload"]["errors"][0]["path"], json!(["broken"]));
    assert_eq!(client.receive().await["type"], "complete");
    client.subscribe("1", "subscription { partly }").await;
    assert_eq!(client.receive().await["payload"]["data"]["partly"], 1);
    assert_eq!(
        client.receive().await["payload"]["errors"][0]["message"],
        "broke"
    );
    let extensions = json!({"persistedQuery": {"version": 1, "sha256Hash": "x"}});
    client.subscribe("2", "{ viewer }").await;
    client
        .send(json!({"id": "3", "type": "subscribe", "payload": {"extensions": extensions}}))
        .await;
    let mut codes = Vec::new();
    while codes.is_empty() {
        let message = client.receive().await;
        if message["id"] == "3" {
            codes.push(message["payload"][0]["extensions"]["code"].clone());
        }
    }
    assert_eq!(codes, ["PERSISTED_QUERY_NOT_FOUND"]);
}

#[tokio::test]
async fn complete_cancels_at_once() {
    let server = Server::start().await;
    let mut client = server.socket().await;
    client
        .subscribe("1", "subscription { ticks(millis: 1) }")
        .await;
    client.subscribe("2", "{ held }").await;
    assert_eq!(client.receive().await["type"], "next");
    eventually("both run", || server.desk.alive.load(SeqCst) == 2).await;
    for id in ["1", "2", "unknown"] {
        client.send(json!({"id": id, "type": "complete"})).await;
    }
    eventually("both end", || server.desk.alive.load(SeqCst) == 0).await;
    // The id is free: what follows belongs to the new operation.
    client.subscribe("1", "{ viewer }").await;
    loop {
        let message = client.receive().await;
        if message["payload"]["data"].get("ticks").is_some() {
            continue;
        }
        assert_eq!(message["payload"]["data"]["viewer"], "ann");
        break;
    }
    assert_eq!(
        client.receive().await,
        json!({"id": "1", "type": "complete"})
    );
}

#[tokio::test]
async fn a_hang_up_cancels_all_but_mutations() {
    let server = Server::start().await;
    let mut client = server.socket().await;
    client.subscribe("1", "subscription { silent }").await;
    client.subscribe("2", "{ held }").await;
    client.subscribe("3", "mutation { held }").await;
    eventually("all run", || {
        server.desk.begun.load(SeqCst) == 2 && server.desk.alive.load(SeqCst) == 3
    })
    .await;
    drop(client);
    eventually("two end", || server.desk.alive.load(SeqCst) == 1).await;
    server.desk.gate.add_permits(1);
    eventually("the mutation is done", || {
        server.desk.done.load(SeqCst) == 1
    })
    .await;
}

#[tokio::test]
async fn operations_of_a_socket_are_limited() {
    let limits = Limits {
        operations_per_socket: 2,
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let mut client = server.socket().await;
    client.subscribe("1", "subscription { silent }").await;
    client.subscribe("2", "mutation { held }").await;
    client.subscribe("3", "{ viewer }").await;
    let error = client.receive().await;
    assert_eq!(
        (&error["id"], &error["type"]),
        (&json!("3"), &json!("error"))
    );
    assert_eq!(
        error["payload"][0]["extensions"]["code"],
        "TOO_MANY_OPERATIONS"
    );
    // A mutation that nobody waits for still counts: it still works.
    client.send(json!({"id": "2", "type": "complete"})).await;
    client.subscribe("4", "{ viewer }").await;
    assert_eq!(client.receive().await["type"], "error");
    server.desk.gate.add_permits(1);
    eventually("it is done", || server.desk.alive.load(SeqCst) == 1).await;
    client.subscribe("5", "{ viewer }").await;
    assert_eq!(client.receive().await["payload"]["data"]["viewer"], "ann");
}

#[tokio::test]
async fn a_client_that_closes_gets_its_answer() {
    let server = Server::start().await;
    let mut client = server.socket().await;
    client.subscribe("1", "subscription { silent }").await;
    eventually("it runs", || server.desk.alive.load(SeqCst) == 1).await;
    client.send_raw(Message::Close(None)).await;
    assert!(client.ended().await, "the handshake is completed");
    eventually("it ends", || server.desk.alive.load(SeqCst) == 0).await;
}
