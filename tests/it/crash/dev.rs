//! `tandem dev`: everything on this machine by one command, a second time as well, and after a crash.

use serde_json::{Value, json};

use super::process::{Server, run};
use crate::embedded::scratch::Scratch;
use crate::support::Client;
use crate::support::desk::text;

/// The token that it shows.
fn demo_token(server: &Server) -> String {
    let line = server
        .greeting
        .lines()
        .find(|line| line.contains("Demo token"));
    let line = line.unwrap_or_else(|| panic!("no demo token: {}", server.greeting));
    line.split_whitespace().last().expect("a token").to_owned()
}

async fn ids(server: &Server) -> Vec<String> {
    let client = Client::new(&server.url, &demo_token(server));
    let query = "{ conversations(first: 100, orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id } } }";
    let data = client.gql(query, json!({})).await;
    data["conversations"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .map(|node| text(&node["id"]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_has_demo_data_and_further_ones_keep_what_is_there() {
    let scratch = Scratch::new("tandem dev");
    let data_dir = scratch.0.join("with a space").display().to_string();
    let server = Server::dev(&data_dir).await;
    let token = demo_token(&server);
    let first = ids(&server).await;
    assert!(first.len() > 10, "{}", first.len());
    let client = Client::new(&server.url, &token);
    let noted = client
        .done(
            "addNote",
            json!({ "conversationId": first[0], "text": "kept" }),
        )
        .await;
    assert_eq!(noted["result"], "APPLIED");

    // Another command finds the running database.
    let made = run(&[
        "account",
        "create",
        "--data-dir",
        &data_dir,
        "--no-fetch",
        "--name",
        "Second",
        "--admin-email",
        "b@example.com",
        "--json",
    ])
    .await
    .json();
    let second = Client::new(&server.url, &text(&made["token"]));
    assert_eq!(
        second
            .gql("{ viewer { account { name } } }", json!({}))
            .await["viewer"]["account"]["name"],
        "Second"
    );
    // A second dev with this directory would be a second Postgres on its files.
    let taken = run(&[
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--no-fetch",
        "--data-dir",
        &data_dir,
    ])
    .await;
    assert_eq!(taken.code, 1, "{taken:?}");
    assert!(taken.err.contains("tandem: "), "{taken:?}");

    let (code, _) = server.terminate().await;
    assert_eq!(code, Some(0));
    let kept = "query($id: ID!) { conversation(id: $id) { lastMessage { text } } }";
    // Stopped in order, then killed: the data is the same, and so is the token.
    for killed in [false, true] {
        let server = Server::dev(&data_dir).await;
        assert_eq!(demo_token(&server), token);
        assert_eq!(ids(&server).await, first);
        let data = Client::new(&server.url, &token)
            .gql(kept, json!({ "id": first[0] }))
            .await;
        assert_eq!(
            data["conversation"]["lastMessage"]["text"],
            Value::from("kept")
        );
        if killed {
            assert_eq!(server.terminate().await.0, Some(0));
        } else {
            server.kill().await;
        }
    }
}
