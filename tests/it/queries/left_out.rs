//! A variable that is left out leaves out what is given it: in a filter any owner is not nobody, and in a mutation what
//! stays is not what is cleared.

use serde_json::{Value, json};

use crate::stream::socket::Socket;
use crate::support::{Client, office};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_no_value_is_not_null() {
    let (_app, account, client) = office().await;
    let (ticket, own) = account.ticket(&client, 1).await;
    account.conversation(&client).await;
    let owned = json!({ "conversationId": own[0], "ownerId": account.user_id });
    client.done("updateConversationOwner", owned).await;
    let priority = json!({ "ticketId": ticket, "priority": "HIGH" });
    client.done("updateTicketProperties", priority).await;

    let count = async |query: &str, variables: Value| {
        let data = client.gql(query, variables).await;
        data["conversations"]["totalCount"].clone()
    };
    // In an object, in one within a list, in a fragment, beside another operation that has the variable too.
    for query in [
        "query($owner: ID) { conversations(filter: { ownerId: $owner }) { totalCount } }",
        "query($owner: ID) { conversations(filter: { or: [{ ownerId: $owner }] }) { totalCount } }",
        "query($owner: ID) { ...All } fragment All on Query { conversations(filter: { ownerId: $owner }) { totalCount } }",
        // The usual way: with a name that the request does not repeat.
        "query Owned($owner: ID) { conversations(filter: { ownerId: $owner }) { totalCount } }",
        "query($owner: ID, $yes: Boolean!) { ... @include(if: $yes) { conversations(filter: { ownerId: $owner }) { totalCount } } }",
    ] {
        let with = |owner: Value| json!({ "owner": owner, "yes": true });
        assert_eq!(count(query, json!({ "yes": true })).await, 2, "{query}");
        assert_eq!(count(query, with(Value::Null)).await, 1, "{query}");
        assert_eq!(
            count(query, with(json!(account.inbox_id))).await,
            0,
            "{query}"
        );
    }
    let default =
        "query($owner: ID = null) { conversations(filter: { ownerId: $owner }) { totalCount } }";
    assert_eq!(count(default, json!({})).await, 1, "a default is a value");
    let whole = "query($filter: ConversationFilter, $first: Int) { conversations(filter: $filter, first: $first) { totalCount } }";
    assert_eq!(count(whole, json!({})).await, 2);

    for name in ["", " Edit"] {
        edits_what_is_given(&client, &ticket, name).await;
    }

    // What the document may not say is refused all the same, and so is what must be given.
    for (query, variables) in [
        ("query($id: ID) { ticket(id: $id) { id } }", json!({})),
        ("query($id: ID!) { ticket(id: $id) { id } }", json!({})),
        ("query($no: ID) { asOf }", json!({})),
        (
            "query { conversations(filter: { ownerId: $owner }) { totalCount } }",
            json!({}),
        ),
    ] {
        let answer = client.raw(query, variables).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{query}: {answer:#}"
        );
    }
}

/// What a mutation is not given stays; what it is given as null is cleared.
async fn edits_what_is_given(client: &Client, ticket: &str, name: &str) {
    let high = json!({ "ticketId": ticket, "priority": "HIGH" });
    client.done("updateTicketProperties", high).await;
    let edit = format!(
        "mutation{name}($id: ID!, $name: String, $priority: TicketPriority) {{ updateTicketProperties(input: \
         {{ ticketId: $id, name: $name, priority: $priority }}) {{ result ticket {{ name priority }} userErrors {{ message }} }} }}"
    );
    let edited = client
        .gql(&edit, json!({ "id": ticket, "name": "Another" }))
        .await;
    let expected = json!({ "name": "Another", "priority": "HIGH" });
    let ticket_of = |data: &Value| data["updateTicketProperties"]["ticket"].clone();
    assert_eq!(ticket_of(&edited), expected, "{edit}: {edited:#}");
    let cleared = client
        .gql(&edit, json!({ "id": ticket, "priority": null }))
        .await;
    let expected = json!({ "name": "Another", "priority": null });
    assert_eq!(ticket_of(&cleared), expected, "{edit}: {cleared:#}");
}

/// Each frame leaves out what the opening left out.
#[tokio::test(flavor = "multi_thread")]
async fn in_pushed_frames_too() {
    let (app, account, client) = office().await;
    let conversation = account.conversation(&client).await;
    let owned = json!({ "conversationId": conversation, "ownerId": account.user_id });
    client.done("updateConversationOwner", owned).await;
    let mut socket = Socket::open(&app.url, &account.token).await;
    let query = "subscription Changed($id: ID!, $owner: ID) { conversationChanged(id: $id) { status \
        inbox { conversations(filter: { ownerId: $owner }) { totalCount } } } }";
    let variables = json!({ "id": conversation });
    socket.subscribe("1", query, variables).await;
    for status in ["OPEN", "CLOSED"] {
        let frame = socket.receive().await["payload"]["data"].take();
        let expected =
            json!({ "status": status, "inbox": { "conversations": { "totalCount": 1 } } });
        assert_eq!(frame["conversationChanged"], expected);
        let close = json!({ "conversationId": conversation, "status": "CLOSED" });
        client.done("updateConversationStatus", close).await;
    }
}
