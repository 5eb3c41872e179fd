//! Rules 1–4: links.

use serde_json::json;

use super::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn rule_01_a_ticket_can_be_created_for_a_conversation_that_has_none() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;

    let created = desk
        .run("createTicket", json!({ "conversationId": conversation }))
        .await;

    assert_eq!(
        created.applied(),
        ["t1 created · DIRECT", "c1 linked to t1 · DIRECT"]
    );
    let ticket = desk.see(&created.id("ticket")).await;
    assert_eq!(
        ticket["conversations"]["nodes"],
        json!([{ "id": conversation }])
    );
    assert_eq!(desk.see(&conversation).await["ticket"]["id"], ticket["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_01_a_preview_shows_the_ticket_and_uses_up_no_number() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let log = desk.log_length().await;

    let preview = desk
        .run(
            "createTicket",
            json!({ "conversationId": conversation, "dryRun": true }),
        )
        .await;

    assert_eq!(
        preview.previewed(),
        ["new created · DIRECT", "c1 linked to nobody · DIRECT"]
    );
    assert_eq!(preview.body["ticket"], json!(null));
    assert_eq!(preview.body["cascade"]["cursor"], json!(null));
    let found = desk
        .see(
            preview.body["cascade"]["effects"][0]["subjectId"]
                .as_str()
                .unwrap(),
        )
        .await;
    assert_eq!(found, json!(null));
    assert_eq!(desk.log_length().await, log);
    assert_eq!(desk.see(&conversation).await["version"], 1);
    let ticket = desk.ticket(&conversation).await;
    assert_eq!(desk.see(&ticket).await["number"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_02_a_second_ticket_is_refused_and_nothing_changes() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let other = desk.conversation().await;
    let other = desk.ticket(&other).await;
    let (before, log) = (desk.see(&conversations[0]).await, desk.log_length().await);

    let second = desk
        .run(
            "createTicket",
            json!({ "conversationId": conversations[0] }),
        )
        .await;
    let elsewhere = desk.link(&conversations[0], &other).await;

    assert_eq!(second.refused(), "ALREADY_LINKED");
    assert_eq!(elsewhere.refused(), "ALREADY_LINKED");
    assert_eq!(desk.see(&conversations[0]).await, before);
    assert_eq!(desk.see(&ticket).await["conversations"]["totalCount"], 1);
    assert_eq!(desk.log_length().await, log);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_03_no_operation_takes_a_link_away() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let created = desk
        .run("createTicket", json!({ "conversationId": conversation }))
        .await;
    let ticket = created.id("ticket");
    let other = desk.conversation().await;
    let linked = desk.link(&other, &ticket).await;

    assert_eq!(
        desk.undo(&created.id("cascade")).await.refused(),
        "NOT_UNDOABLE"
    );
    assert_eq!(
        desk.undo(&linked.id("cascade")).await.refused(),
        "NOT_UNDOABLE"
    );
    desk.trash_conversation(&other).await.applied();
    desk.restore(&other).await.applied();

    for id in [&conversation, &other] {
        assert_eq!(desk.see(id).await["ticket"]["id"], json!(ticket));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_04_a_ticket_may_have_any_number_of_conversations() {
    let desk = Desk::old().await;
    let (ticket, _) = desk.ticket_with(7).await;
    let eighth = desk.conversation().await;

    let linked = desk.link(&eighth, &ticket).await;

    assert_eq!(linked.applied(), ["c8 linked to t1 · DIRECT"]);
    assert_eq!(desk.see(&ticket).await["conversations"]["totalCount"], 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_22_linking_what_is_linked_to_that_ticket_changes_nothing() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    let log = desk.log_length().await;

    desk.link(&conversations[1], &ticket).await.unchanged();

    assert_eq!(desk.log_length().await, log);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_25_linking_changes_no_status() {
    let desk = Desk::old().await;
    let (ticket, _) = desk.ticket_with(1).await;
    desk.set_ticket_status(&ticket, "Closed").await.applied();
    let open = desk.conversation().await;

    assert_eq!(
        desk.link(&open, &ticket).await.applied(),
        ["c2 linked to t1 · DIRECT"]
    );

    assert_eq!(desk.see(&open).await["state"], "OPEN");
    assert_eq!(desk.see(&ticket).await["status"]["name"], "Closed");
}
