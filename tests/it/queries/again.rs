//! Documents that were run before, of which the server knows what it need not find out again.

use serde_json::{Value, json};

use crate::support::{NEWER, TestApp, office};

#[tokio::test(flavor = "multi_thread")]
async fn what_writes_is_done_once_however_much_it_shows() {
    let (_app, account, client) = office().await;
    let conversation = account.conversation(&client).await;
    let note = "mutation($id: ID!) { addNote(input: { conversationId: $id, text: \"Again\" }) {
        conversation { contact { name } owner { name } } } }";
    let added = async |owner: Value| {
        let data = client.gql(note, json!({ "id": conversation })).await;
        assert_eq!(data["addNote"]["conversation"]["owner"], owner);
    };
    let there = "query($id: ID!) { conversation(id: $id) { messages(last: 1) { totalCount } } }";
    for count in 2..9 {
        if count > 5 {
            // Each of these is somebody whom the server has to look up first, by one statement more.
            let owner = account.user("agent").await.id;
            let owned = json!({ "conversationId": conversation, "ownerId": owner });
            client.done("updateConversationOwner", owned).await;
            added(json!({ "name": "Someone" })).await;
        } else {
            added(Value::Null).await;
        }
        let data = client.gql(there, json!({ "id": conversation })).await;
        assert_eq!(data["conversation"]["messages"]["totalCount"], count);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_of_a_document_is_itself() {
    let (_app, account, client) = office().await;
    account.conversation(&client).await;
    // The list is read from the database and would be last by itself; the other's order is the other way round.
    let query = "query Few { conversations(first: 1) { totalCount } __typename }
        query More { __typename viewer { account { name } } conversations(first: 1) { totalCount nodes { status } } }";
    let few = r#""data":{"conversations":{"totalCount":1},"__typename":"Query"}"#;
    let more = r#""conversations":{"totalCount":1,"nodes":[{"status":"OPEN"}]}}"#;
    for (name, expected) in [("Few", few), ("More", more)].repeat(4) {
        let body = json!({ "query": query, "operationName": name });
        for _ in 0..3 {
            let text = client.text(&body).await;
            assert!(text.contains(expected), "{name}: {text}");
        }
    }
    let without = client.text(&json!({ "query": query })).await;
    assert!(without.contains("\"errors\""), "{without}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_ask_is_refused_what_others_asked_before() {
    let app = TestApp::start().await;
    let account = app.account(NEWER).await;
    let admin = app.client(&account.token);
    let agent = app.client(&account.user("agent").await.token);
    let query = "{ tokens { id } }";
    for _ in 0..3 {
        let asked = admin.gql(query, json!({})).await;
        assert!(asked["tokens"].is_array());
        let refused = agent.raw(query, json!({})).await;
        let code = &refused["errors"][0]["extensions"]["code"];
        assert_eq!(code, "FORBIDDEN", "{refused}");
    }
}
