//! Limits of the transports: how often, how long, how many at once; over HTTP and on sockets alike.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};
use tandem::http::Limits;

use super::support::{Client, Server, eventually};

fn limits() -> Limits {
    Limits::default()
}

#[tokio::test]
async fn a_token_has_its_share_and_is_told_what_is_left() {
    let server = Server::with(Limits {
        rate_per_token: 3,
        ..limits()
    })
    .await;
    let ask = || server.post().json(&json!({ "query": "{ viewer }" })).send();
    for left in [2, 1, 0] {
        let response = ask().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["ratelimit-policy"], "\"token\";q=3;w=60");
        let standing = response.headers()["ratelimit"].to_str().unwrap();
        assert!(
            standing.starts_with(&format!("\"token\";r={left};t=")),
            "{standing}"
        );
    }
    let refused = ask().await.unwrap();
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()[RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert_eq!(server.desk.begun.load(SeqCst), 3, "nothing was done for it");
    // On a socket the same token has nothing left either; another has.
    let mut client = server.socket().await;
    client.subscribe("1", "{ viewer }").await;
    let error = client.receive().await;
    assert_eq!(
        (&error["id"], &error["type"]),
        (&json!("1"), &json!("error"))
    );
    assert_eq!(error["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    assert!(
        error["payload"][0]["extensions"]["retryAfter"]
            .as_u64()
            .is_some_and(|wait| wait > 0)
    );
    let other = server.http.post(server.url("/graphql")).bearer_auth("bob");
    let other = other
        .json(&json!({ "query": "{ viewer }" }))
        .send()
        .await
        .unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn a_batch_counts_as_what_is_in_it() {
    let server = Server::with(Limits {
        rate_per_token: 5,
        ..limits()
    })
    .await;
    let batch = |count: usize| {
        server
            .post()
            .json(&vec![json!({ "query": "{ viewer }" }); count])
            .send()
    };
    assert_eq!(batch(4).await.unwrap().status(), 200);
    assert_eq!(batch(4).await.unwrap().status(), 429);
    assert_eq!(server.desk.begun.load(SeqCst), 4);
}

#[tokio::test]
async fn an_address_is_counted_before_its_token_is_looked_at() {
    let trusted = tandem::http::Network {
        address: "127.0.0.1".parse().unwrap(),
        bits: 32,
    };
    let server = Server::with(Limits {
        rate_per_address: 3,
        trusted_proxies: vec![trusted],
        ..limits()
    })
    .await;
    let guess = async |from: &str| {
        let request = server
            .http
            .post(server.url("/graphql"))
            .bearer_auth("a guess");
        let request = request.header("x-forwarded-for", from);
        let request = request.json(&json!({ "query": "{ viewer }" }));
        request.send().await.unwrap().status().as_u16()
    };
    for _ in 0..3 {
        assert_eq!(guess("203.0.113.1").await, 401);
    }
    assert_eq!(guess("203.0.113.1").await, 429);
    assert_eq!(
        guess("198.51.100.7, 203.0.113.1").await,
        429,
        "what the client says first is not believed"
    );
    assert_eq!(guess("203.0.113.2").await, 401);
    // Health is asked by the proxy, often.
    for _ in 0..5 {
        let health = server
            .http
            .get(server.url("/health/live"))
            .send()
            .await
            .unwrap();
        assert_eq!(health.status(), 200);
    }
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up_and_a_mutation_is_not() {
    let server = Server::with(Limits {
        request_timeout: Duration::from_millis(50),
        ..limits()
    })
    .await;
    let (status, body) = server.query("{ held }").await;
    assert_eq!(
        (status, &body["errors"][0]["extensions"]["code"]),
        (504, &json!("TIMEOUT"))
    );
    assert_eq!(server.desk.alive.load(SeqCst), 0, "it does not go on");
    let (status, body) = server.query("mutation { held }").await;
    assert_eq!(
        (status, &body["errors"][0]["extensions"]["code"]),
        (504, &json!("TIMEOUT"))
    );
    assert!(
        body["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("not known"),
        "{body}"
    );
    assert_eq!(server.desk.alive.load(SeqCst), 1);
    server.desk.gate.add_permits(1);
    eventually("it came to its end", || server.desk.done.load(SeqCst) == 1).await;
    let mut client = server.socket().await;
    client.subscribe("1", "{ held }").await;
    let error = client.receive().await;
    assert_eq!(error["payload"][0]["extensions"]["code"], "TIMEOUT");
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_is_told_at_once() {
    let server = Server::with(Limits {
        requests_at_once: 1,
        ..limits()
    })
    .await;
    let held = tokio::spawn(server.post().json(&json!({ "query": "{ held }" })).send());
    eventually("it runs", || server.desk.begun.load(SeqCst) == 1).await;
    let refused = server
        .post()
        .json(&json!({ "query": "{ viewer }" }))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()[RETRY_AFTER], "1");
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    // Nobody is asked who it is: that of this token would never be known.
    let query = json!({ "query": "{ viewer }" });
    let unknown = server
        .http
        .post(server.url("/graphql"))
        .bearer_auth("hangs");
    let unknown = unknown.json(&query).send().await.unwrap();
    assert_eq!(unknown.status(), 503);
    let stream = server.post().header("accept", "text/event-stream");
    let stream = stream.json(&json!({ "query": "subscription { count(to: 1) }" }));
    assert_eq!(stream.send().await.unwrap().status(), 200);
    let mut client = server.socket().await;
    client.subscribe("1", "{ viewer }").await;
    assert_eq!(
        client.receive().await["payload"][0]["extensions"]["code"],
        "UNAVAILABLE"
    );
    // What stands for long takes no place.
    client.subscribe("2", "subscription { count(to: 1) }").await;
    assert_eq!(client.receive().await["type"], "next");
    server.desk.gate.add_permits(1);
    assert_eq!(held.await.unwrap().unwrap().status(), 200);
    assert_eq!(server.query("{ viewer }").await.0, 200);
}

#[tokio::test]
async fn a_document_can_be_named_by_its_hash_over_every_transport() {
    let server = Server::start().await;
    let document = "{ viewer }";
    let hash = tandem::http::document_hash(document);
    let named = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let encoded: String = named
        .to_string()
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    let url = server.url(&format!("/graphql?extensions={encoded}"));
    let by_url = || {
        let request = server.http.get(&url);
        request.bearer_auth(super::support::TOKEN).send()
    };
    let missing: Value = by_url().await.unwrap().json().await.unwrap();
    assert_eq!(missing["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(
        missing["errors"][0]["extensions"]["code"],
        "PERSISTED_QUERY_NOT_FOUND"
    );
    let sent = json!({ "query": document, "extensions": named });
    let sent: Value = server
        .post()
        .json(&sent)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(sent, json!({ "data": { "viewer": "ann" } }));
    let found: Value = by_url().await.unwrap().json().await.unwrap();
    assert_eq!(found, json!({ "data": { "viewer": "ann" } }));
    let mut client = server.socket().await;
    client
        .send(json!({ "id": "1", "type": "subscribe", "payload": { "extensions": named } }))
        .await;
    assert_eq!(client.receive().await["payload"]["data"]["viewer"], "ann");
}

#[tokio::test]
async fn pages_of_other_sites_may_do_what_they_were_allowed() {
    let server = Server::with(Limits {
        origins: vec!["https://desk.example.com".into()],
        ..limits()
    })
    .await;
    let preflight = async |origin: &str| {
        let request = server
            .http
            .request(reqwest::Method::OPTIONS, server.url("/graphql"));
        let request = request
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            );
        request.send().await.unwrap()
    };
    let allowed = preflight("https://desk.example.com").await;
    assert_eq!(
        allowed.headers()["access-control-allow-origin"],
        "https://desk.example.com"
    );
    assert!(
        !allowed
            .headers()
            .contains_key("access-control-allow-credentials")
    );
    let refused = preflight("https://evil.example").await;
    assert!(
        !refused
            .headers()
            .contains_key("access-control-allow-origin")
    );
    let asked = server.post().header("origin", "https://desk.example.com");
    let asked = asked
        .json(&json!({ "query": "{ viewer }" }))
        .send()
        .await
        .unwrap();
    assert_eq!(
        asked.headers()["access-control-allow-origin"],
        "https://desk.example.com"
    );
    assert!(
        asked.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap()
            .contains("retry-after")
    );
    for (origin, opens) in [
        (None, true),
        (Some(format!("http://{}", server.address)), true),
        (Some("https://desk.example.com".to_owned()), true),
        (Some("https://evil.example".to_owned()), false),
        (Some("null".to_owned()), false),
    ] {
        let opened = Client::from_origin(server.address, origin.as_deref()).await;
        assert_eq!(opened.is_ok(), opens, "{origin:?}");
    }
    let plain = Server::start().await;
    let asked = plain.post().header("origin", "https://desk.example.com");
    let asked = asked
        .json(&json!({ "query": "{ viewer }" }))
        .send()
        .await
        .unwrap();
    assert!(!asked.headers().contains_key("access-control-allow-origin"));
}
