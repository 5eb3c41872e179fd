//! Server-sent events.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::json;
use tandem::http::Limits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::support::{Server, TOKEN, eventually};

const EVENTS: &str = "text/event-stream";

async fn stream(server: &Server, document: &str) -> reqwest::Response {
    let request = server
        .post()
        .header(ACCEPT, EVENTS)
        .header("accept-encoding", "gzip");
    let response = request
        .json(&json!({"query": document}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200, "{document}");
    assert_eq!(
        response.headers()[CONTENT_TYPE],
        "text/event-stream; charset=utf-8"
    );
    assert!(!response.headers().contains_key(CONTENT_ENCODING));
    response
}

const COMPLETE: &str = "event: complete\ndata:\n\n";

#[tokio::test]
async fn each_operation_is_a_stream_of_its_own() {
    let server = Server::start().await;
    for (document, expected) in [
        (
            "subscription { count(to: 2) }",
            "event: next\nid: c0\ndata: {\"data\":{\"count\":0}}\n\nevent: next\nid: c1\ndata: {\"data\":{\"count\":1}}\n\n",
        ),
        (
            "{ viewer }",
            "event: next\ndata: {\"data\":{\"viewer\":\"ann\"}}\n\n",
        ),
        (
            "mutation { act }",
            "event: next\ndata: {\"data\":{\"act\":1}}\n\n",
        ),
    ] {
        let text = stream(&server, document).await.text().await.unwrap();
        assert_eq!(text, format!(":\n\n{expected}{COMPLETE}"));
    }
}

#[tokio::test]
async fn what_is_refused_or_fails_is_told_in_the_stream() {
    let server = Server::start().await;
    for (document, expected) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { panics }", "INTERNAL"),
        ("{ panics }", "INTERNAL"),
    ] {
        let text = stream(&server, document).await.text().await.unwrap();
        let events: Vec<&str> = text
            .trim_start_matches(":\n\n")
            .split_inclusive("\n\n")
            .collect();
        assert_eq!(events.len(), 2, "{text}");
        assert!(
            events[0].starts_with("event: next\ndata: {\"errors\":["),
            "{text}"
        );
        assert!(
            events[0].contains(expected) && !text.contains("secret"),
            "{text}"
        );
        assert_eq!(events[1], COMPLETE);
    }
    let request = server
        .http
        .post(server.url("/graphql"))
        .header(ACCEPT, EVENTS);
    let response = request
        .json(&json!({"query": "{viewer}"}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
    let request = server
        .post()
        .header(ACCEPT, EVENTS)
        .json(&json!([{"query": "{viewer}"}]));
    assert_eq!(request.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_browser_resumes_over_get() {
    let server = Server::start().await;
    let get = |query: &str| {
        let url = server.url(&format!("/graphql?query={query}"));
        server
            .http
            .get(url)
            .bearer_auth(TOKEN)
            .header(ACCEPT, EVENTS)
    };
    let request = get("subscription%7Bresumed%7D").header("last-event-id", "c41");
    let text = request.send().await.unwrap().text().await.unwrap();
    assert!(
        text.contains(r#"data: {"data":{"resumed":"c41"}}"#),
        "{text}"
    );
    let response = get("mutation%7Bact%7D").send().await.unwrap();
    assert_eq!(response.status(), 405);
}

#[tokio::test]
async fn an_idle_stream_beats_and_ends_with_its_client() {
    let limits = Limits {
        ping_interval: Duration::from_millis(20),
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let mut response = stream(&server, "subscription { silent }").await;
    let mut comments = 0;
    while comments < 4 {
        let chunk = response.chunk().await.unwrap().unwrap();
        assert!(chunk.iter().all(|byte| b":\n".contains(byte)), "{chunk:?}");
        comments += chunk.iter().filter(|byte| **byte == b':').count();
    }
    assert_eq!(server.desk.alive.load(SeqCst), 1);
    drop(response);
    eventually("the stream is dropped", || {
        server.desk.alive.load(SeqCst) == 0
    })
    .await;
}

#[tokio::test]
async fn withdrawn_access_ends_a_stream() {
    let server = Server::start().await;
    let response = stream(&server, "subscription { silent }").await;
    server.desk.withdrawn.send_replace(true);
    let text = response.text().await.unwrap();
    assert!(
        text.contains("FORBIDDEN") && text.ends_with(COMPLETE),
        "{text}"
    );
}

#[tokio::test]
async fn streams_of_a_user_are_limited() {
    let limits = Limits {
        streams_per_user: 1,
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let first = stream(&server, "subscription { silent }").await;
    let again = || {
        let request = server.post().header(ACCEPT, EVENTS);
        request
            .json(&json!({"query": "subscription { count(to: 1) }"}))
            .send()
    };
    assert_eq!(again().await.unwrap().status(), 429);
    drop(first);
    eventually("the first is gone", || server.desk.alive.load(SeqCst) == 0).await;
    assert_eq!(again().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_stalled_reader_is_cut_off() {
    let limits = Limits {
        write_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let mut stalled = TcpStream::connect(server.address).await.unwrap();
    let body = r#"{"query":"subscription { flood(length: 100000) }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\naccept: {EVENTS}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stalled.write_all(request.as_bytes()).await.unwrap();
    let mut start = [0; 15];
    stalled.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    assert_eq!(server.desk.alive.load(SeqCst), 1);
    eventually("the reader is cut off", || {
        server.desk.alive.load(SeqCst) == 0
    })
    .await;
}
