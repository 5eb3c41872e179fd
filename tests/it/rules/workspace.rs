//! Rules 5 and 29: workspaces and inboxes.

use serde_json::json;

use super::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn rule_05_an_older_account_keeps_tickets_in_the_inbox() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;

    for id in [&ticket, &conversations[0], &conversations[1]] {
        assert_eq!(desk.see(id).await["workspace"], "INBOX");
    }
    let viewer = desk
        .admin
        .gql("{ viewer { account { ticketsInInbox } } }", json!({}))
        .await;
    assert_eq!(viewer["viewer"]["account"]["ticketsInInbox"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_05_in_a_newer_account_ticket_and_conversation_move_in_the_same_step() {
    let desk = Desk::newer().await;
    let conversation = desk.conversation().await;
    assert_eq!(desk.see(&conversation).await["workspace"], "INBOX");

    let created = desk
        .run("createTicket", json!({ "conversationId": conversation }))
        .await;

    assert_eq!(
        created.applied(),
        [
            "t1 created · DIRECT",
            "c1 linked to t1 · DIRECT",
            "t1 INBOX -> HELP_DESK · TICKET_CREATED_MOVES_TO_HELP_DESK · by 0",
            "c1 INBOX -> HELP_DESK · TICKET_CREATED_MOVES_TO_HELP_DESK · by 1",
        ]
    );
    let other = desk.conversation().await;
    assert_eq!(
        desk.link(&other, &created.id("ticket")).await.applied(),
        [
            "c2 linked to t1 · DIRECT",
            "c2 INBOX -> HELP_DESK · TICKET_CREATED_MOVES_TO_HELP_DESK · by 0",
        ]
    );
    let viewer = desk
        .admin
        .gql("{ viewer { account { ticketsInInbox } } }", json!({}))
        .await;
    assert_eq!(viewer["viewer"]["account"]["ticketsInInbox"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_05_in_a_newer_account_no_ticket_is_found_in_the_inbox() {
    let desk = Desk::newer().await;
    let (ticket, _) = desk.ticket_with(2).await;

    let data = desk
        .admin
        .gql(
            "{ inbox: tickets(filter: { workspace: INBOX }) { nodes { id } }
               desk: tickets(filter: { workspace: HELP_DESK }) { nodes { id } }
               left: conversations(filter: { workspace: INBOX, hasTicket: true }) { nodes { id } } }",
            json!({}),
        )
        .await;

    assert_eq!(data["inbox"]["nodes"], json!([]));
    assert_eq!(data["left"]["nodes"], json!([]));
    assert_eq!(data["desk"]["nodes"], json!([{ "id": ticket }]));
}

async fn second_inbox(desk: &Desk) -> String {
    let made = desk
        .set_up("createInbox", json!({ "name": "Second" }), "inbox")
        .await;
    let id = made["inbox"]["id"].as_str().unwrap().to_owned();
    desk.name(&id, "second");
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_moving_a_conversation_moves_the_others_of_its_ticket_with_it() {
    let desk = Desk::old().await;
    let (_, conversations) = desk.ticket_with(3).await;
    let alone = desk.conversation().await;
    let second = second_inbox(&desk).await;

    let input = json!({ "conversationId": conversations[1], "inboxId": second });
    let moved = desk.run("moveConversation", input.clone()).await;

    assert_eq!(
        moved.applied(),
        [
            "c2 inbox inbox -> second · DIRECT",
            "c1 inbox inbox -> second · MOVE_CARRIES_TICKET · by 0",
            "c3 inbox inbox -> second · MOVE_CARRIES_TICKET · by 0",
        ]
    );
    for id in &conversations {
        let seen = desk.see(id).await;
        assert_eq!(seen["inbox"]["id"], json!(second));
        assert_eq!(
            seen["channel"]["id"],
            json!(desk.account.channel_id),
            "it keeps the channel that it came by"
        );
    }
    assert_eq!(
        desk.see(&alone).await["inbox"]["id"],
        json!(desk.account.inbox_id)
    );
    desk.run("moveConversation", input).await.unchanged();
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_who_is_there_already_is_not_moved() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let second = second_inbox(&desk).await;
    let there = desk.conversation().await;
    let move_to = |id: &str| json!({ "conversationId": id, "inboxId": second });
    desk.run("moveConversation", move_to(&there))
        .await
        .applied();
    desk.link(&there, &ticket).await.applied();

    let moved = desk
        .run("moveConversation", move_to(&conversations[0]))
        .await;

    assert_eq!(moved.applied(), ["c1 inbox inbox -> second · DIRECT"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_the_next_message_of_a_moved_thread_stays_with_it() {
    let desk = Desk::old().await;
    let message = desk.message("a thread", "person@example.com");
    let conversation = desk.receive(message.clone()).await.id("conversation");
    let second = second_inbox(&desk).await;
    desk.run(
        "moveConversation",
        json!({ "conversationId": conversation, "inboxId": second }),
    )
    .await
    .applied();

    let answer = desk.receive(message).await;

    assert_eq!(answer.applied(), ["c1 message INCOMING · DIRECT"]);
    assert_eq!(desk.see(&conversation).await["inbox"]["id"], json!(second));
}
