//! Rules 15, 16, 18, 19, 21 and 22: the trash.

use chrono::{DateTime, Days, Utc};
use serde_json::{Value, json};

use super::desk::Desk;

fn moment(value: &Value) -> DateTime<Utc> {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no moment: {value}"))
        .parse()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_15_a_trashed_conversation_takes_its_ticket_with_it() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;

    let trashed = desk.trash_conversation(&conversations[0]).await;

    assert_eq!(
        trashed.applied(),
        [
            "c1 trashed · DIRECT",
            "t1 trashed · CONVERSATION_TRASHED_TRASHES_TICKET · by 0"
        ]
    );
    assert_eq!(
        desk.see(&ticket).await["trashedAt"],
        trashed.body["cascade"]["occurredAt"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_16_a_trashed_ticket_takes_its_conversations_with_it() {
    let desk = Desk::old().await;
    let (ticket, _) = desk.ticket_with(2).await;

    assert_eq!(
        desk.trash_ticket(&ticket).await.applied(),
        [
            "t1 trashed · DIRECT",
            "c1 trashed · TICKET_TRASHED_TRASHES_CONVERSATIONS · by 0",
            "c2 trashed · TICKET_TRASHED_TRASHES_CONVERSATIONS · by 0",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_18_trashing_one_conversation_trashes_the_ticket_and_every_sibling() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(3).await;

    let trashed = desk.trash_conversation(&conversations[1]).await;

    assert_eq!(
        trashed.applied(),
        [
            "c2 trashed · DIRECT",
            "t1 trashed · CONVERSATION_TRASHED_TRASHES_TICKET · by 0",
            "c1 trashed · TICKET_TRASHED_TRASHES_CONVERSATIONS · by 1",
            "c3 trashed · TICKET_TRASHED_TRASHES_CONVERSATIONS · by 1",
        ]
    );
    let at = &trashed.body["cascade"]["occurredAt"];
    for id in conversations.iter().chain([&ticket]) {
        assert_eq!(desk.see(id).await["trashedAt"], *at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_18_a_group_has_one_trashed_at_and_one_purge_at_thirty_days_later() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    let alone = desk.conversation().await;

    let trashed = desk.trash_ticket(&ticket).await;
    desk.trash_conversation(&alone).await.applied();

    let purge_at = trashed.body["cascade"]["effects"][0]["purgeAt"].clone();
    for effect in trashed.body["cascade"]["effects"].as_array().unwrap() {
        assert_eq!(effect["purgeAt"], purge_at);
    }
    let data = desk
        .admin
        .gql(
            "{ trash { nodes { trashedAt purgeAt trashedBy { ... on User { id } } ticket { id } conversations { id } } } }",
            json!({}),
        )
        .await;
    let groups = data["trash"]["nodes"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    let group = groups
        .iter()
        .find(|group| group["ticket"]["id"] == json!(ticket))
        .unwrap();
    let mut members: Vec<&str> = group["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    members.sort_unstable();
    assert_eq!(members, conversations);
    assert_eq!(group["trashedBy"], json!({ "id": desk.account.user_id }));
    assert_eq!(group["trashedAt"], trashed.body["cascade"]["occurredAt"]);
    assert_eq!(group["purgeAt"], purge_at);
    assert_eq!(
        moment(&group["trashedAt"]) + Days::new(30),
        moment(&purge_at)
    );
    let other = groups
        .iter()
        .find(|group| group["ticket"].is_null())
        .unwrap();
    assert_eq!(other["conversations"], json!([{ "id": alone }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_restoring_any_member_restores_the_whole_group_to_exactly_what_it_was() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(3).await;
    let ann = desk.user("ann", "agent").await;
    desk.set_owner(&conversations[0], Some(&ann.id))
        .await
        .applied();
    desk.set_status(&conversations[1], "CLOSED").await.applied();
    let edit = json!({ "ticketId": ticket, "priority": "URGENT", "name": "Broken" });
    desk.run("updateTicketProperties", edit).await.applied();
    let everything: Vec<&String> = conversations.iter().chain([&ticket]).collect();
    let mut before = Vec::new();
    for id in &everything {
        before.push(apart_from_version(desk.see(id).await));
    }
    desk.trash_ticket(&ticket).await.applied();
    desk.deactivate(&ann.id).await;

    let restored = desk.restore(&conversations[1]).await;

    assert_eq!(
        restored.applied(),
        [
            "c2 restored · DIRECT",
            "t1 restored · RESTORE_RETURNS_WHOLE_GROUP · by 0",
            "c1 restored · RESTORE_RETURNS_WHOLE_GROUP · by 0",
            "c3 restored · RESTORE_RETURNS_WHOLE_GROUP · by 0",
        ]
    );
    for (id, before) in everything.iter().zip(before) {
        assert_eq!(apart_from_version(desk.see(id).await), before);
    }
    assert_eq!(
        desk.see(&conversations[0]).await["owner"]["id"],
        json!(ann.id),
        "even one who has left"
    );
}

fn apart_from_version(mut seen: Value) -> Value {
    let fields = seen.as_object_mut().unwrap();
    fields.remove("version");
    fields.remove("lastActivityAt");
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_group_can_be_restored_by_its_own_id() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    desk.trash_conversation(&conversations[1]).await.applied();
    let data = desk
        .admin
        .gql("{ trash { nodes { id } } }", json!({}))
        .await;

    let restored = desk
        .restore(data["trash"]["nodes"][0]["id"].as_str().unwrap())
        .await;

    assert_eq!(restored.applied().len(), 3);
    for id in conversations.iter().chain([&ticket]) {
        assert_eq!(desk.see(id).await["trashedAt"], json!(null));
    }
    let data = desk
        .admin
        .gql("{ trash { nodes { id } } }", json!({}))
        .await;
    assert_eq!(data["trash"]["nodes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_in_the_trash_every_change_is_refused() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let conversation = &conversations[0];
    let second = desk
        .set_up("createInbox", json!({ "name": "Second" }), "inbox")
        .await["inbox"]["id"]
        .clone();
    let alone = desk.conversation().await;
    let fresh = desk.conversation().await;
    let closing = desk.set_status(conversation, "CLOSED").await.id("cascade");
    desk.trash_ticket(&ticket).await.applied();
    desk.trash_conversation(&alone).await.applied();
    let log = desk.log_length().await;

    let me = &desk.account.user_id;
    for (mutation, input) in [
        ("createTicket", json!({ "conversationId": alone })),
        (
            "linkConversation",
            json!({ "conversationId": fresh, "ticketId": ticket }),
        ),
        (
            "linkConversation",
            json!({ "conversationId": alone, "ticketId": ticket }),
        ),
        (
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": desk.status("Closed") }),
        ),
        (
            "updateTicketProperties",
            json!({ "ticketId": ticket, "priority": "LOW" }),
        ),
        (
            "updateTicketOwner",
            json!({ "ticketId": ticket, "ownerId": me }),
        ),
        (
            "updateConversationStatus",
            json!({ "conversationId": conversation, "status": "OPEN" }),
        ),
        (
            "updateConversationOwner",
            json!({ "conversationId": conversation, "ownerId": me }),
        ),
        (
            "claimConversation",
            json!({ "conversationId": conversation }),
        ),
        (
            "moveConversation",
            json!({ "conversationId": conversation, "inboxId": second }),
        ),
        (
            "sendReply",
            json!({ "conversationId": conversation, "text": "Hello" }),
        ),
        (
            "addNote",
            json!({ "conversationId": conversation, "text": "Hello" }),
        ),
        ("undoCascade", json!({ "cascadeId": closing })),
    ] {
        assert_eq!(
            desk.run(mutation, input).await.refused(),
            "IN_TRASH",
            "{mutation}"
        );
    }
    assert_eq!(desk.log_length().await, log);
    assert_eq!(desk.see(&fresh).await["ticket"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_what_is_not_in_the_trash_cannot_be_restored() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;

    assert_eq!(desk.restore(&ticket).await.refused(), "NOT_IN_TRASH");
    assert_eq!(
        desk.restore(&conversations[0]).await.refused(),
        "NOT_IN_TRASH"
    );
    assert_eq!(desk.restore("ticket_nonsense").await.refused(), "NOT_FOUND");
    assert_eq!(
        desk.restore(&desk.account.user_id).await.refused(),
        "NOT_FOUND"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_22_trashing_the_trashed_changes_nothing() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    desk.trash_ticket(&ticket).await.applied();
    let before = desk.see(&ticket).await;

    desk.trash_ticket(&ticket).await.unchanged();
    desk.trash_conversation(&conversations[0]).await.unchanged();

    assert_eq!(desk.see(&ticket).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_leave_the_trash_out_unless_it_is_asked_for() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let kept = desk.conversation().await;
    desk.trash_ticket(&ticket).await.applied();

    let data = desk
        .admin
        .gql(
            "{ tickets { totalCount } conversations { nodes { id } }
               trashed: conversations(filter: { inTrash: true }) { nodes { id } }
               gone: tickets(filter: { inTrash: true }) { nodes { id } } }",
            json!({}),
        )
        .await;

    assert_eq!(data["tickets"]["totalCount"], 0);
    assert_eq!(data["conversations"]["nodes"], json!([{ "id": kept }]));
    assert_eq!(
        data["trashed"]["nodes"],
        json!([{ "id": conversations[0] }])
    );
    assert_eq!(data["gone"]["nodes"], json!([{ "id": ticket }]));
}
