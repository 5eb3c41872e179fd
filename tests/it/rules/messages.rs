//! Rules 26–28: messages.

use serde_json::json;

use super::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn rule_26_a_contacts_message_reopens_the_conversation_but_not_its_ticket() {
    let desk = Desk::old().await;
    let message = desk.message("a thread", "person@example.com");
    let conversation = desk.receive(message.clone()).await.id("conversation");
    let ticket = desk.ticket(&conversation).await;
    desk.set_ticket_status(&ticket, "Closed").await.applied();

    let answer = desk.receive(message).await;

    assert_eq!(
        answer.applied(),
        [
            "c1 message INCOMING · DIRECT",
            "c1 CLOSED -> OPEN · INCOMING_MESSAGE_REOPENS_CONVERSATION · by 0"
        ]
    );
    let seen = desk.see(&conversation).await;
    assert_eq!(
        (&seen["state"], &seen["closedAt"]),
        (&json!("OPEN"), &json!(null))
    );
    assert_eq!(desk.see(&ticket).await["status"]["name"], "Closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_26_a_message_into_the_trash_is_kept_and_changes_nothing_else() {
    let desk = Desk::old().await;
    let message = desk.message("a thread", "person@example.com");
    let conversation = desk.receive(message.clone()).await.id("conversation");
    desk.set_status(&conversation, "CLOSED").await.applied();
    desk.trash_conversation(&conversation).await.applied();
    let mut before = desk.see(&conversation).await;

    let answer = desk.receive(message).await;

    assert_eq!(answer.applied(), ["c1 message INCOMING · DIRECT"]);
    let mut after = desk.see(&conversation).await;
    assert_eq!(
        (
            &before["messages"]["totalCount"],
            &after["messages"]["totalCount"]
        ),
        (&json!(1), &json!(2))
    );
    for seen in [&mut before, &mut after] {
        seen.as_object_mut().unwrap().remove("messages");
    }
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_27_a_reply_to_an_ownerless_conversation_makes_the_sender_its_owner() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let ann = desk.user("ann", "agent").await;
    desk.set_ticket_status(&ticket, "Closed").await.applied();

    let input = json!({ "conversationId": conversations[0], "text": "Good day" });
    let reply = desk.run_as(&desk.client(&ann), "sendReply", input).await;

    assert_eq!(
        reply.applied(),
        [
            "c1 message OUTGOING · DIRECT",
            "c1 owner nobody -> ann · REPLY_ASSIGNS_SENDER · by 0",
            "t1 owner nobody -> ann · CONVERSATION_OWNER_SETS_TICKET_OWNER · by 1",
        ]
    );
    assert_eq!(
        reply.body["cascade"]["effects"][0]["message"]["text"],
        "Good day"
    );
    assert_eq!(
        desk.see(&conversations[0]).await["state"],
        "CLOSED",
        "a reply changes no status"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_27_a_reply_leaves_an_owner_in_place_and_a_note_makes_none() {
    let desk = Desk::old().await;
    let owned = desk.conversation().await;
    let free = desk.conversation().await;
    let ann = desk.user("ann", "agent").await;
    desk.set_owner(&owned, Some(&ann.id)).await.applied();

    let reply = desk
        .run(
            "sendReply",
            json!({ "conversationId": owned, "text": "Good day" }),
        )
        .await;
    let note = desk
        .run(
            "addNote",
            json!({ "conversationId": free, "text": "Ask Ann" }),
        )
        .await;

    assert_eq!(reply.applied(), ["c1 message OUTGOING · DIRECT"]);
    assert_eq!(note.applied(), ["c2 message NOTE · DIRECT"]);
    assert_eq!(desk.see(&free).await["owner"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_an_inbox_may_create_a_ticket_for_every_new_conversation() {
    let desk = Desk::newer().await;
    let required =
        json!({ "name": "product", "label": "Product", "type": "STRING", "required": true });
    desk.set_up("createPropertyDefinition", required, "property")
        .await;
    let update = json!({ "inboxId": desk.account.inbox_id, "createsTickets": true });
    desk.set_up("updateInbox", update, "inbox").await;

    let first = desk
        .receive(desk.message("a thread", "person@example.com"))
        .await;
    let second = desk
        .receive(desk.message("a thread", "person@example.com"))
        .await;

    assert_eq!(
        first.applied(),
        [
            "c1 created · DIRECT",
            "c1 message INCOMING · DIRECT",
            "t1 created · NEW_CONVERSATION_CREATES_TICKET · by 0",
            "c1 linked to t1 · NEW_CONVERSATION_CREATES_TICKET · by 2",
            "t1 INBOX -> HELP_DESK · TICKET_CREATED_MOVES_TO_HELP_DESK · by 2",
            "c1 INBOX -> HELP_DESK · TICKET_CREATED_MOVES_TO_HELP_DESK · by 3",
        ]
    );
    assert_eq!(second.applied(), ["c1 message INCOMING · DIRECT"]);
    let ticket = desk.see(&first.id("ticket")).await;
    assert_eq!(
        (&ticket["name"], &ticket["version"]),
        (&json!("About a thread"), &json!(1))
    );
    assert_eq!(
        ticket["properties"],
        json!([{ "definition": { "name": "product" }, "display": null }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_key_that_the_channel_has_had_is_unchanged_and_returns_that_conversation() {
    let desk = Desk::old().await;
    let mut message = desk.message("a thread", "person@example.com");
    message["messageKey"] = json!("<1@example.com>");
    let conversation = desk.receive(message.clone()).await.id("conversation");

    message["threadKey"] = json!("another thread");
    let again = desk.receive(message).await;

    again.unchanged();
    assert_eq!(again.id("conversation"), conversation);
    assert_eq!(desk.see(&conversation).await["messages"]["totalCount"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_found_by_address_in_any_case_or_by_telephone_number() {
    let desk = Desk::old().await;
    let contact = async |thread: &str, from: serde_json::Value| {
        let mut message = desk.message(thread, "");
        message["from"] = from;
        let conversation = desk.receive(message).await.id("conversation");
        let query = "query($id: ID!) { conversation(id: $id) { contact { id } } }";
        desk.admin.gql(query, json!({ "id": conversation })).await["conversation"]["contact"]["id"]
            .clone()
    };

    let first = contact("1", json!({ "email": "Ann@Example.com", "name": "Ann" })).await;
    let phone = contact("2", json!({ "phone": "+49 30 123" })).await;

    assert_eq!(
        contact("3", json!({ "email": "ann@example.COM" })).await,
        first
    );
    assert_eq!(contact("4", json!({ "phone": "+49 30 123" })).await, phone);
    assert_ne!(phone, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_nobody_is_refused_and_channels_are_for_administrators() {
    let desk = Desk::old().await;
    let ann = desk.user("ann", "agent").await;
    let mut nobody = desk.message("a thread", "");
    nobody["from"] = json!({ "name": "Nobody" });

    assert_eq!(desk.receive(nobody).await.refused(), "INVALID_VALUE");
    let message = desk.message("a thread", "person@example.com");
    assert_eq!(
        desk.run_as(&desk.client(&ann), "receiveMessage", message)
            .await
            .refused(),
        "FORBIDDEN"
    );
    assert_eq!(desk.log_length().await, 0);
}
