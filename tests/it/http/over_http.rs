//! GraphQL over HTTP: statuses, media types, refusals.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use reqwest::header::{ACCEPT, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use tandem::http::Limits;

use super::support::{Server, TOKEN, eventually};

const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
const ANY: &str = "*/*";

#[tokio::test]
async fn the_status_follows_the_media_type() {
    let server = Server::start().await;
    for (document, accept, status, code) in [
        ("{ viewer }", RESPONSE, 200, None),
        ("{ viewer }", JSON, 200, None),
        ("{ viewer }", ANY, 200, None),
        ("{", RESPONSE, 400, Some("GRAPHQL_PARSE_FAILED")),
        ("{", JSON, 200, Some("GRAPHQL_PARSE_FAILED")),
        ("{", ANY, 400, Some("GRAPHQL_PARSE_FAILED")),
        ("{ nope }", RESPONSE, 400, Some("GRAPHQL_VALIDATION_FAILED")),
        ("{ nope }", JSON, 200, Some("GRAPHQL_VALIDATION_FAILED")),
        ("{ nope }", ANY, 400, Some("GRAPHQL_VALIDATION_FAILED")),
        (
            "query($x: Int!) { long(length: $x) }",
            ANY,
            400,
            Some("GRAPHQL_VALIDATION_FAILED"),
        ),
        ("subscription { silent }", ANY, 400, Some("BAD_REQUEST")),
        ("{ viewer }", "text/html", 406, Some("NOT_ACCEPTABLE")),
    ] {
        let request = server.post().header(ACCEPT, accept);
        let response = request
            .json(&json!({"query": document}))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{document} {accept}");
        let expected = if accept == RESPONSE { RESPONSE } else { JSON };
        let media = response.headers()[CONTENT_TYPE]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(media, format!("{expected}; charset=utf-8"), "{document}");
        let body: Value = response.json().await.unwrap();
        match code {
            None => assert_eq!(body, json!({"data": {"viewer": "ann"}})),
            Some(code) => {
                assert_eq!(body["errors"][0]["extensions"]["code"], code, "{body}");
                assert!(body.get("data").is_none(), "{body}");
            }
        }
    }
}

#[tokio::test]
async fn an_error_of_execution_is_a_200() {
    let server = Server::start().await;
    let (status, body) = server.query("{ broken }").await;
    assert_eq!((status, &body["data"]), (200, &Value::Null));
    assert!(body.get("data").is_some() && body["errors"][0]["path"] == json!(["broken"]));
    let (status, body) = server.query("{ viewer partly }").await;
    assert_eq!(status, 200);
    assert_eq!(body["data"], json!({"viewer": "ann", "partly": null}));
}

#[tokio::test]
async fn without_a_good_token_it_is_a_401() {
    let server = Server::start().await;
    for (authorization, status, code) in [
        (None, 401, "UNAUTHENTICATED"),
        (Some("Bearer wrong"), 401, "UNAUTHENTICATED"),
        (Some("Basic good"), 401, "UNAUTHENTICATED"),
        (Some("Bearer"), 401, "UNAUTHENTICATED"),
        (Some("Bearer down"), 503, "UNAVAILABLE"),
    ] {
        for get in [true, false] {
            let url = server.url("/graphql?query=%7Bviewer%7D");
            let mut request = if get {
                server.http.get(url)
            } else {
                server.http.post(url).json(&json!({"query": "{viewer}"}))
            };
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{authorization:?}");
            let challenge = response.headers().get(WWW_AUTHENTICATE);
            assert_eq!(
                challenge.is_some_and(|value| value.to_str().unwrap().starts_with("Bearer")),
                status == 401
            );
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["errors"][0]["extensions"]["code"], code);
        }
    }
    assert_eq!(server.desk.begun.load(SeqCst), 0);
}

#[tokio::test]
async fn a_token_that_cannot_be_checked_in_time_is_a_503() {
    let limits = Limits {
        auth_timeout: Duration::from_millis(20),
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let request = server
        .http
        .post(server.url("/graphql"))
        .bearer_auth("hangs");
    let response = request.json(&json!({"query": "{viewer}"})).send().await;
    assert_eq!(response.unwrap().status(), 503);
}

#[tokio::test]
async fn get_is_for_queries() {
    let server = Server::start().await;
    for (query, status) in [
        ("query=%7Bviewer%7D", 200),
        (
            "query=query+A%7Bviewer%7D+mutation+B%7Bact%7D&operationName=A",
            200,
        ),
        (
            "query=query+A%7Bviewer%7D+mutation+B%7Bact%7D&operationName=B",
            405,
        ),
        ("query=mutation%7Bact%7D", 405),
        ("query=subscription%7Bsilent%7D", 405),
        ("query=%7B", 400),
        ("", 400),
        ("query=%7Bviewer%7D&variables=%7B", 400),
        // A hash alone could name a mutation.
        (
            "extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%7D%7D",
            400,
        ),
    ] {
        let url = server.url(&format!("/graphql?{query}"));
        let response = server
            .http
            .get(url)
            .bearer_auth(TOKEN)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{query}");
        if status == 405 {
            assert_eq!(response.headers()[ALLOW], "POST");
        }
    }
    assert_eq!(server.desk.begun.load(SeqCst), 2);
    let put = server.http.put(server.url("/graphql")).bearer_auth(TOKEN);
    let response = put.send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()[ALLOW], "GET, POST");
    let nowhere = server
        .http
        .get(server.url("/nowhere"))
        .send()
        .await
        .unwrap();
    assert_eq!(nowhere.status(), 404);
    let body: Value = nowhere.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn a_body_is_json_and_has_a_limit() {
    let limits = Limits {
        body_bytes: 1000,
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let good = r#"{"query":"mutation { act }"}"#;
    let big = format!(r#"{{"query":"{{viewer}}{}"}}"#, " ".repeat(1000));
    for (content_type, body, status, code) in [
        (Some("application/json"), good, 200, None),
        (
            Some("text/plain"),
            good,
            415,
            Some("UNSUPPORTED_MEDIA_TYPE"),
        ),
        (
            Some("application/x-www-form-urlencoded"),
            good,
            415,
            Some("UNSUPPORTED_MEDIA_TYPE"),
        ),
        (None, good, 415, Some("UNSUPPORTED_MEDIA_TYPE")),
        (
            Some("application/json"),
            &*big,
            413,
            Some("PAYLOAD_TOO_LARGE"),
        ),
        (Some("application/json"), "", 400, Some("BAD_REQUEST")),
        (
            Some("application/json"),
            "{\"query\":",
            400,
            Some("BAD_REQUEST"),
        ),
        (
            Some("application/json"),
            "\"{viewer}\"",
            400,
            Some("BAD_REQUEST"),
        ),
        (
            Some("application/json"),
            "{\"query\":7}",
            400,
            Some("BAD_REQUEST"),
        ),
    ] {
        let mut request = server.post().body(body.to_owned());
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{content_type:?} {body}");
        let body: Value = response.json().await.unwrap();
        match code {
            None => assert_eq!(body, json!({"data": {"act": 1}})),
            Some(code) => assert_eq!(body["errors"][0]["extensions"]["code"], code, "{body}"),
        }
    }
    assert_eq!(server.desk.begun.load(SeqCst), 1, "only the good one ran");
}

#[tokio::test]
async fn strange_input_is_never_a_500() {
    let server = Server::start().await;
    for (query, variables, status) in [
        (
            "query($t: String!) { echo(text: $t) }",
            json!({"t": "a\0b\u{202e}🏃"}),
            200,
        ),
        ("{ echo(text: \"\0\") }", json!({}), 200),
        ("{ echo(text: \"\\u0000\") }", json!({}), 200),
        ("\0", json!({}), 400),
        (&"{a".repeat(500_000), json!({}), 400),
        (
            &format!("{{ echo(text: {}", "[".repeat(500_000)),
            json!({}),
            400,
        ),
        (&"query A { viewer } ".repeat(2), json!({}), 400),
        (
            "{ viewer }",
            json!({"t": i64::MAX, "u": 1e300, "": null}),
            200,
        ),
    ] {
        let body = json!({"query": query, "variables": variables});
        let response = server.post().json(&body).send().await.unwrap();
        let start: String = query.chars().take(40).collect();
        assert_eq!(response.status(), status, "{start}");
        response.json::<Value>().await.unwrap();
    }
    let deep = format!(
        r#"{{"query":"{{viewer}}","variables":{{"a":{}1{}}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let request = server.post().header(CONTENT_TYPE, JSON).body(deep);
    assert_eq!(request.send().await.unwrap().status(), 400);
    let megabyte = "ä".repeat(500_000);
    let body =
        json!({"query": "query($t: String!) { echo(text: $t) }", "variables": {"t": megabyte}});
    let response = server.post().json(&body).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["data"]["echo"], megabyte);
}

#[tokio::test]
async fn a_batch_runs_in_order_and_has_a_limit() {
    let limits = Limits {
        batch: 4,
        ..Limits::default()
    };
    let server = Server::with(limits).await;
    let batch = json!([
        {"query": "mutation { act }"},
        {"query": "{"},
        {"query": "subscription { silent }"},
        {"query": "{ viewer }"},
    ]);
    let response = server.post().json(&batch).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body[0], json!({"data": {"act": 1}}));
    assert_eq!(
        body[1]["errors"][0]["extensions"]["code"],
        "GRAPHQL_PARSE_FAILED"
    );
    assert_eq!(body[2]["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    assert_eq!(body[3], json!({"data": {"viewer": "ann"}}));
    let too_many = vec![json!({"query": "mutation { act }"}); 5];
    let response = server.post().json(&too_many).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(server.desk.begun.load(SeqCst), 2);
}

#[tokio::test]
async fn every_response_has_a_request_id() {
    let server = Server::start().await;
    for (sent, kept) in [
        (Some("trace-7.a:b/c"), true),
        (Some("has spaces"), false),
        (Some(""), false),
        (Some(&*"x".repeat(129)), false),
        (None, false),
    ] {
        let mut request = server.post().json(&json!({"query": "{ requestId }"}));
        if let Some(sent) = sent {
            request = request.header("x-request-id", sent);
        }
        let response = request.send().await.unwrap();
        let id = response.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(Some(id.as_str()) == sent, kept, "{sent:?} {id}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["data"]["requestId"], id);
    }
    for path in ["/health/live", "/nowhere", "/graphql"] {
        let response = server.http.get(server.url(path)).send().await.unwrap();
        assert!(response.headers().contains_key("x-request-id"), "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn a_panic_shows_the_request_id_and_nothing_else() {
    let server = Server::start().await;
    let request = server.post().header("x-request-id", "abc-123");
    let response = request
        .json(&json!({"query": "{ panics }"}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 500);
    // A browser reads it like any other answer.
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let text = response.text().await.unwrap();
    assert!(
        text.contains("abc-123") && text.contains("INTERNAL"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
    let (status, _) = server.query("{ viewer }").await;
    assert_eq!(status, 200, "the server lives");
}

#[tokio::test]
async fn large_responses_are_compressed_for_those_who_ask() {
    let server = Server::start().await;
    for (length, accepts, compressed) in [
        (100_000, true, true),
        (100_000, false, false),
        (10, true, false),
    ] {
        let mut request = server.post();
        if accepts {
            request = request.header("accept-encoding", "gzip");
        }
        let document = format!("{{ long(length: {length}) }}");
        let response = request
            .json(&json!({"query": document}))
            .send()
            .await
            .unwrap();
        let encoding = response.headers().get(CONTENT_ENCODING).cloned();
        assert_eq!(encoding.is_some_and(|value| value == "gzip"), compressed);
        let size = response.bytes().await.unwrap().len();
        assert_eq!(size > 50_000, length > 50_000 && !compressed, "{size}");
    }
}

#[tokio::test]
async fn a_hang_up_cancels_a_query_but_no_mutation() {
    let server = Server::start().await;
    for (document, begun, done) in [("mutation { held }", 1, 1), ("{ held }", 2, 1)] {
        let request = server.post().json(&json!({"query": document}));
        let request = tokio::spawn(request.send());
        eventually("it begins", || server.desk.begun.load(SeqCst) == begun).await;
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
        if document.starts_with('{') {
            eventually("it is given up", || server.desk.alive.load(SeqCst) == 0).await;
        }
        server.desk.gate.add_permits(1);
        eventually("the mutation is done", || {
            server.desk.done.load(SeqCst) == done
        })
        .await;
    }
    let batch = json!([{"query": "mutation { act }"}, {"query": "mutation { held }"}, {"query": "mutation { act }"}]);
    server.desk.gate.forget_permits(1);
    let request = tokio::spawn(server.post().json(&batch).send());
    eventually("the second begins", || server.desk.begun.load(SeqCst) == 4).await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    server.desk.gate.add_permits(1);
    eventually("all three are done", || server.desk.done.load(SeqCst) == 4).await;
}
