//! Ids that are malformed, unknown, or of something else: null in queries, NOT_FOUND with the field in mutations.

use serde_json::{Value, json};
use tandem::domain::id::{
    CascadeId, ChannelId, ContactId, ConversationId, InboxId, PipelineId, StatusId, TicketId,
    TrashGroupId, UserId,
};
use uuid::Uuid;

use super::Desk;

const MALFORMED: [&str; 6] = [
    "",
    "nonsense",
    "ticket_",
    "conversation_01jd3y0000\u{0}00000000000000",
    "7",
    "zażółć_🎫",
];

#[tokio::test(flavor = "multi_thread")]
async fn queries_find_null() {
    let desk = Desk::new().await;
    let unknown = Uuid::now_v7();
    for (field, unknown) in [
        ("conversation", ConversationId(unknown).to_string()),
        ("ticket", TicketId(unknown).to_string()),
        ("inbox", InboxId(unknown).to_string()),
        ("contact", ContactId(unknown).to_string()),
        ("node", CascadeId(unknown).to_string()),
    ] {
        let mut ids: Vec<_> = MALFORMED.iter().map(|id| (*id).to_owned()).collect();
        ids.push(unknown);
        if field != "node" {
            // There is such a thing, but it is another thing.
            ids.extend(
                [
                    &desk.ticket,
                    &desk.conversation,
                    &desk.cascade,
                    &desk.account.user_id,
                ]
                .map(Clone::clone),
            );
        }
        let own = [
            ("ticket", &desk.ticket),
            ("conversation", &desk.conversation),
        ];
        ids.retain(|id| !own.iter().any(|(own, its)| *own == field && *its == id));
        for id in ids {
            let query = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
            let data = desk.client.gql(&query, json!({ "id": id })).await;
            assert_eq!(data, json!({ field: null }), "{id}");
        }
    }
    let ids = [MALFORMED[1], &desk.ticket, MALFORMED[5]];
    let data = desk
        .client
        .gql(
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": ids }),
        )
        .await;
    assert_eq!(data["nodes"], json!([null, { "id": desk.ticket }, null]));
    // A filter by an id that cannot be finds nothing, instead of everything.
    let conversations = "query($filter: ConversationFilter) { conversations(filter: $filter) { totalCount nodes { id } } }";
    for id in MALFORMED.iter().copied().chain([desk.cascade.as_str()]) {
        for field in ["inboxId", "contactId", "ticketId", "ownerId"] {
            let data = desk
                .client
                .gql(conversations, json!({ "filter": { field: id } }))
                .await;
            assert_eq!(
                data["conversations"],
                json!({ "totalCount": 0, "nodes": [] }),
                "{field} {id}"
            );
        }
    }
    desk.is_untouched("queries").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mutations_say_which_id_finds_nothing() {
    let desk = Desk::new().await;
    let (ticket, conversation, account) = (&desk.ticket, &desk.conversation, &desk.account);
    let unknown = Uuid::now_v7();
    let conversation_id = ConversationId(unknown).to_string();
    let ticket_id = TicketId(unknown).to_string();
    let (user_id, inbox_id) = (UserId(unknown).to_string(), InboxId(unknown).to_string());
    let (status_id, pipeline_id) = (
        StatusId(unknown).to_string(),
        PipelineId(unknown).to_string(),
    );
    let channel_id = ChannelId(unknown).to_string();
    // A mutation, an input that would do, the field that is put wrong, and an unknown id of the right type.
    let cases: Vec<(&str, Value, &str, String)> = vec![
        (
            "createTicket",
            json!({}),
            "conversationId",
            conversation_id.clone(),
        ),
        (
            "createTicket",
            json!({ "conversationId": desk.lonely }),
            "statusId",
            status_id.clone(),
        ),
        (
            "createTicket",
            json!({ "conversationId": desk.lonely }),
            "ownerId",
            user_id.clone(),
        ),
        (
            "linkConversation",
            json!({ "ticketId": ticket }),
            "conversationId",
            conversation_id.clone(),
        ),
        (
            "linkConversation",
            json!({ "conversationId": desk.lonely }),
            "ticketId",
            ticket_id.clone(),
        ),
        (
            "updateTicketStatus",
            json!({ "statusId": account.statuses["Closed"] }),
            "ticketId",
            ticket_id.clone(),
        ),
        (
            "updateTicketStatus",
            json!({ "ticketId": ticket }),
            "statusId",
            status_id.clone(),
        ),
        (
            "updateTicketProperties",
            json!({ "name": "X" }),
            "ticketId",
            ticket_id.clone(),
        ),
        (
            "updateTicketOwner",
            json!({ "ownerId": account.user_id }),
            "ticketId",
            ticket_id.clone(),
        ),
        (
            "updateTicketOwner",
            json!({ "ticketId": ticket }),
            "ownerId",
            user_id.clone(),
        ),
        (
            "updateConversationStatus",
            json!({ "status": "CLOSED" }),
            "conversationId",
            conversation_id.clone(),
        ),
        (
            "updateConversationOwner",
            json!({}),
            "conversationId",
            conversation_id.clone(),
        ),
        (
            "updateConversationOwner",
            json!({ "conversationId": conversation }),
            "ownerId",
            user_id.clone(),
        ),
        (
            "claimConversation",
            json!({}),
            "conversationId",
            conversation_id.clone(),
        ),
        (
            "moveConversation",
            json!({ "inboxId": account.inbox_id }),
            "conversationId",
            conversation_id.clone(),
        ),
        (
            "moveConversation",
            json!({ "conversationId": conversation }),
            "inboxId",
            inbox_id.clone(),
        ),
        (
            "trashConversation",
            json!({}),
            "conversationId",
            conversation_id.clone(),
        ),
        ("trashTicket", json!({}), "ticketId", ticket_id),
        (
            "restoreFromTrash",
            json!({}),
            "id",
            TrashGroupId(unknown).to_string(),
        ),
        (
            "undoCascade",
            json!({}),
            "cascadeId",
            CascadeId(unknown).to_string(),
        ),
        (
            "sendReply",
            json!({ "text": "x" }),
            "conversationId",
            conversation_id.clone(),
        ),
        (
            "addNote",
            json!({ "text": "x" }),
            "conversationId",
            conversation_id,
        ),
        (
            "receiveMessage",
            json!({ "threadKey": "t", "from": { "phone": "1" }, "text": "x" }),
            "channelId",
            channel_id,
        ),
        (
            "updateInbox",
            json!({ "name": "X" }),
            "inboxId",
            inbox_id.clone(),
        ),
        (
            "createChannel",
            json!({ "kind": "CHAT", "name": "X" }),
            "inboxId",
            inbox_id,
        ),
        ("updateUser", json!({ "name": "X" }), "userId", user_id),
        (
            "createTicketStatus",
            json!({ "name": "X", "category": "OPEN" }),
            "pipelineId",
            pipeline_id,
        ),
        (
            "updateTicketStatusDefinition",
            json!({ "name": "X" }),
            "statusId",
            status_id,
        ),
    ];
    for (mutation, input, field, unknown) in cases {
        let other = if field == "cascadeId" {
            ticket
        } else {
            &desk.cascade
        };
        for id in MALFORMED.iter().copied().chain([unknown.as_str(), other]) {
            let mut input = input.clone();
            input[field] = json!(id);
            let message = desk
                .client
                .refused(mutation, input, "NOT_FOUND", &["input", field])
                .await;
            assert!(
                !message.contains('\0') && message.len() < 200,
                "{message:?}"
            );
        }
    }
    desk.is_untouched("mutations").await;
}
