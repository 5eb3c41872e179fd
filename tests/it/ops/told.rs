//! What a server tells of itself beside metrics: a log without secrets or texts, and traces from the request to the SQL.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};

use crate::crash::process::Server;
use crate::support::{Client, TestApp};

const TEXT: &str = "the heliotrope is in the second drawer";

/// Does a little of everything that has a text, a token or a name in it, well and badly.
async fn work(server: &Server, token: &str, channel: &str) {
    let client = Client::new(&server.url, token);
    let input = json!({ "input": {
        "channelId": channel,
        "threadKey": "1",
        "subject": format!("About: {TEXT}"),
        "from": { "email": "kim.heliotrope@example.com" },
        "text": TEXT,
    } });
    let mutation = "mutation Arrive($input: ReceiveMessageInput!) { receiveMessage(input: $input) { conversation { id } } }";
    let made = client.gql(mutation, input.clone()).await;
    let id = &made["receiveMessage"]["conversation"]["id"];
    let note = "mutation Note($input: AddNoteInput!) { addNote(input: $input) { result } }";
    client
        .gql(
            note,
            json!({ "input": { "conversationId": id, "text": TEXT } }),
        )
        .await;
    client.gql("query Search($text: String!) { conversations(first: 1) { nodes { subject lastMessage { text } } } echo: node(id: $text) { id } }", json!({ "text": TEXT })).await;
    // Refused in every way: by the parser, by the schema, by the rules, at the door.
    client.raw(&format!("{{ {TEXT}"), json!({})).await;
    client
        .raw(
            &format!("{{ node(id: \"{TEXT}\") {{ nothing }} }}"),
            json!({}),
        )
        .await;
    client
        .raw(
            mutation,
            json!({ "input": { "channelId": TEXT, "threadKey": "1", "from": {}, "text": TEXT } }),
        )
        .await;
    client.raw(mutation, json!({ "input": TEXT })).await;
    let wrong = Client::new(&server.url, &format!("heliotrope{token}"));
    wrong.raw("{ asOf }", json!({})).await;
    let url = format!(
        "{}/graphql?query=%7BasOf%7D&token={token}&heliotrope=1",
        server.url
    );
    let _ = reqwest::Client::new()
        .get(url)
        .bearer_auth(token)
        .send()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_no_token_and_no_text() {
    let app = TestApp::start().await;
    let account = app.account("2024-01-01T00:00:00Z").await;
    let server = Server::logging(&app.database_url, "trace", &[]).await;
    work(&server, &account.token, &account.channel_id).await;
    let (code, log) = server.terminate().await;
    assert_eq!(code, Some(0));
    // Of ours all, down to the least.
    let own: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .filter(|line: &Value| {
            line["target"]
                .as_str()
                .is_some_and(|target| target.starts_with("tandem"))
        })
        .collect();
    assert!(own.len() > 10, "{log}");
    let with_id = own
        .iter()
        .filter(|line| line.to_string().contains("request_id"));
    assert!(with_id.count() > 5, "requests have their names");
    for line in own {
        let line = line.to_string();
        assert!(!line.contains(&account.token), "{line}");
        assert!(!line.contains("heliotrope"), "{line}");
    }
}

/// A collector that takes what it is given; the bodies of one connection after another.
fn collector() -> (String, std::sync::mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (send, received) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = Vec::new();
            let mut buffer = [0; 4096];
            let (head, length) = loop {
                let count = stream.read(&mut buffer).unwrap();
                bytes.extend_from_slice(&buffer[..count]);
                let text = String::from_utf8_lossy(&bytes);
                if let Some(end) = text.find("\r\n\r\n") {
                    let head = text[..end].to_owned();
                    let length = head
                        .lines()
                        .find_map(|line| line.strip_prefix("Content-Length: "));
                    let length: usize = length.unwrap().parse().unwrap();
                    break (head, length);
                }
            };
            let mut body = bytes.split_off(head.len() + 4);
            while body.len() < length {
                let count = stream.read(&mut buffer).unwrap();
                assert!(count > 0);
                body.extend_from_slice(&buffer[..count]);
            }
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .unwrap();
            let line = head.lines().next().unwrap().to_owned();
            if send.send((line, body)).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}/v1/traces"), received)
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_lead_from_the_request_to_the_sql_and_hold_no_text() {
    let app = TestApp::start().await;
    let account = app.account("2024-01-01T00:00:00Z").await;
    let (endpoint, received) = collector();
    let server = Server::serve_with(&app.database_url, &["--traces", &endpoint]).await;
    work(&server, &account.token, &account.channel_id).await;
    // What is left is handed over at the end.
    let (code, _) = server.terminate().await;
    assert_eq!(code, Some(0));
    let mut all = Vec::new();
    while let Ok((line, body)) = received.recv_timeout(Duration::from_millis(200)) {
        assert_eq!(line, "POST /v1/traces HTTP/1.1");
        all.extend(body);
    }
    let has = |text: &str| {
        all.windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    for expected in [
        "request",
        "Arrive",
        "statement",
        "db.query.text",
        "INSERT INTO cascades",
        "service.name",
    ] {
        assert!(has(expected), "no {expected} in {} bytes", all.len());
    }
    assert!(!has(&account.token));
    assert!(!has("heliotrope"));
}
