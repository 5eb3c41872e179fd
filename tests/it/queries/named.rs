//! Requests as most clients send them: a document with one named operation whose name the request does not repeat.

use serde_json::json;

use crate::stream::socket::Socket;
use crate::support::office;

#[tokio::test(flavor = "multi_thread")]
async fn fields_come_in_the_order_asked_for() {
    let (_app, account, client) = office().await;
    account.conversation(&client).await;
    // The list is read from the database and would be last by itself.
    let query = "query Screen { conversations(first: 1) { totalCount } __typename }";
    for body in [
        json!({ "query": query }),
        json!({ "query": query, "operationName": "Screen" }),
    ] {
        let text = client.text(&body).await;
        let expected = r#"{"conversations":{"totalCount":1},"__typename":"Query"}"#;
        assert!(text.contains(expected), "{body}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whence_one_resumes_parts_no_group() {
    let (app, account, client) = office().await;
    let conversation = account.conversation(&client).await;
    let change = async |status: &str| {
        let input = json!({ "conversationId": conversation, "status": status });
        client.done("updateConversationStatus", input).await;
    };
    change("CLOSED").await;
    let log = "{ cascades(first: 2) { nodes { cursor } } }";
    let log = client.gql(log, json!({})).await;
    let query = "subscription Resumed($after: Cursor) { cascades(after: $after) { id } }";
    let mut sockets = Vec::new();
    for missed in [0, 1] {
        let after = &log["cascades"]["nodes"][missed]["cursor"];
        let mut socket = Socket::open(&app.url, &account.token).await;
        let variables = json!({ "after": after });
        socket.subscribe("1", query, variables).await;
        for _ in 0..missed {
            socket.cascade().await;
        }
        sockets.push(socket);
    }
    change("OPEN").await;
    let mut last = Vec::new();
    for socket in &mut sockets {
        last.push(socket.cascade().await);
    }
    assert_eq!(last[0], last[1]);
    assert_eq!(app.app.realtime().share.groups(), 1);
}
