//! Another account's things are not there, whatever asks for them.

use serde_json::{Value, json};

use super::at;
use crate::support::desk::text;
use crate::support::sql::log_length;
use crate::support::{NEWER, office};

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_another_account_find_nothing() {
    let (app, account, client) = office().await;
    let other = app.account(NEWER).await;
    let stranger = app.client(&other.token);
    let (ticket, conversations) = account.ticket(&client, 1).await;
    let lonely = account.conversation(&client).await;
    let (their_ticket, theirs) = other.ticket(&stranger, 1).await;
    let their_lonely = other.conversation(&stranger).await;
    let trashed = stranger
        .done(
            "trashConversation",
            json!({ "conversationId": other.conversation(&stranger).await }),
        )
        .await;
    let their_cascade = text(&trashed["cascade"]["id"]);
    let groups = stranger.gql("{ trash { nodes { id } } }", json!({})).await;
    let their_group = text(&groups["trash"]["nodes"][0]["id"]);
    let log = log_length(&app.database_url).await;

    let (own, closed) = (&conversations[0], &account.statuses["Closed"]);
    let cases: Vec<(&str, Value, &str)> = vec![
        (
            "createTicket",
            json!({ "conversationId": their_lonely }),
            "conversationId",
        ),
        (
            "createTicket",
            json!({ "conversationId": lonely, "statusId": other.statuses["New"] }),
            "statusId",
        ),
        (
            "createTicket",
            json!({ "conversationId": lonely, "ownerId": other.user_id }),
            "ownerId",
        ),
        (
            "linkConversation",
            json!({ "conversationId": their_lonely, "ticketId": ticket }),
            "conversationId",
        ),
        (
            "linkConversation",
            json!({ "conversationId": lonely, "ticketId": their_ticket }),
            "ticketId",
        ),
        (
            "updateTicketStatus",
            json!({ "ticketId": their_ticket, "statusId": closed }),
            "ticketId",
        ),
        (
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": other.statuses["Closed"] }),
            "statusId",
        ),
        (
            "updateTicketProperties",
            json!({ "ticketId": their_ticket, "name": "Mine" }),
            "ticketId",
        ),
        (
            "updateTicketOwner",
            json!({ "ticketId": their_ticket, "ownerId": account.user_id }),
            "ticketId",
        ),
        (
            "updateTicketOwner",
            json!({ "ticketId": ticket, "ownerId": other.user_id }),
            "ownerId",
        ),
        (
            "updateConversationStatus",
            json!({ "conversationId": theirs[0], "status": "CLOSED" }),
            "conversationId",
        ),
        (
            "updateConversationOwner",
            json!({ "conversationId": theirs[0] }),
            "conversationId",
        ),
        (
            "updateConversationOwner",
            json!({ "conversationId": own, "ownerId": other.user_id }),
            "ownerId",
        ),
        (
            "claimConversation",
            json!({ "conversationId": theirs[0] }),
            "conversationId",
        ),
        (
            "moveConversation",
            json!({ "conversationId": theirs[0], "inboxId": account.inbox_id }),
            "conversationId",
        ),
        (
            "moveConversation",
            json!({ "conversationId": own, "inboxId": other.inbox_id }),
            "inboxId",
        ),
        (
            "trashConversation",
            json!({ "conversationId": theirs[0] }),
            "conversationId",
        ),
        (
            "trashTicket",
            json!({ "ticketId": their_ticket }),
            "ticketId",
        ),
        ("restoreFromTrash", json!({ "id": their_group }), "id"),
        (
            "restoreFromTrash",
            json!({ "id": text(&trashed["conversation"]["id"]) }),
            "id",
        ),
        ("restoreFromTrash", json!({ "id": their_ticket }), "id"),
        (
            "undoCascade",
            json!({ "cascadeId": their_cascade }),
            "cascadeId",
        ),
        (
            "sendReply",
            json!({ "conversationId": theirs[0], "text": "Hello" }),
            "conversationId",
        ),
        (
            "addNote",
            json!({ "conversationId": theirs[0], "text": "Hello" }),
            "conversationId",
        ),
        (
            "receiveMessage",
            json!({ "channelId": other.channel_id, "threadKey": "t", "from": { "phone": "1" }, "text": "?" }),
            "channelId",
        ),
        (
            "updateInbox",
            json!({ "inboxId": other.inbox_id, "name": "Mine" }),
            "inboxId",
        ),
        (
            "createChannel",
            json!({ "inboxId": other.inbox_id, "kind": "CHAT", "name": "Mine" }),
            "inboxId",
        ),
        (
            "updateUser",
            json!({ "userId": other.user_id, "active": false }),
            "userId",
        ),
        (
            "createTicketStatus",
            json!({ "pipelineId": other.pipeline_id, "name": "Mine", "category": "OPEN" }),
            "pipelineId",
        ),
        (
            "updateTicketStatusDefinition",
            json!({ "statusId": other.statuses["New"], "name": "Mine" }),
            "statusId",
        ),
    ];
    for (mutation, input, field) in cases {
        client
            .refused(mutation, input, "NOT_FOUND", &at(field))
            .await;
    }
    // Names of definitions are no ids, but as little known.
    stranger
        .done(
            "createPropertyDefinition",
            json!({ "name": "theirs", "label": "L", "type": "TEXT" }),
        )
        .await;
    client
        .refused(
            "updatePropertyDefinition",
            json!({ "name": "theirs", "label": "Mine" }),
            "UNKNOWN_PROPERTY",
            &at("name"),
        )
        .await;
    client
        .refused(
            "updateDetailsPanel",
            json!({ "properties": ["theirs"] }),
            "UNKNOWN_PROPERTY",
            &at("properties"),
        )
        .await;
    let value = json!([{ "name": "theirs", "value": { "string": "x" } }]);
    let payload = client
        .payload(
            "updateTicketProperties",
            json!({ "ticketId": ticket, "properties": value }),
        )
        .await;
    assert_eq!(payload["userErrors"][0]["code"], "UNKNOWN_PROPERTY");
    // Names that they have are free here.
    client
        .done(
            "createPropertyDefinition",
            json!({ "name": "theirs", "label": "L", "type": "NUMBER" }),
        )
        .await;
    assert_eq!(log_length(&app.database_url).await, log);

    let ids = [
        &their_ticket,
        &theirs[0],
        &other.user_id,
        &other.inbox_id,
        &other.channel_id,
        &other.pipeline_id,
        &their_cascade,
        &their_group,
        &other.account_id,
        &other.statuses["New"],
    ];
    let data = client
        .gql(
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": ids }),
        )
        .await;
    assert!(
        data["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .all(Value::is_null),
        "{data:#}"
    );
}
