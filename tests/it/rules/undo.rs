//! Rule 30: undo.

use serde_json::json;

use super::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_undo_takes_back_exactly_the_effects_closed_at_included() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    desk.set_status(&conversations[0], "CLOSED").await.applied();
    let before = desk.see(&conversations[0]).await;
    let closed = desk
        .set_ticket_status(&ticket, "Closed")
        .await
        .id("cascade");

    let undone = desk.undo(&closed).await;

    assert_eq!(
        undone.applied(),
        ["t1 Closed -> New · UNDO", "c2 CLOSED -> OPEN · UNDO · by 0"]
    );
    assert_eq!(desk.see(&conversations[0]).await, before);
    for id in [&ticket, &conversations[1]] {
        assert_eq!(desk.see(id).await["closedAt"], json!(null));
    }
    assert_eq!(undone.body["cascade"]["undoes"]["id"], json!(closed));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_a_reopening_taken_back_has_its_old_closed_at() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    desk.set_status(&conversation, "CLOSED").await.applied();
    let at = desk.see(&conversation).await["closedAt"].clone();
    let reopened = desk.set_status(&conversation, "OPEN").await.id("cascade");

    assert_eq!(
        desk.undo(&reopened).await.applied(),
        ["c1 OPEN -> CLOSED · UNDO"]
    );

    assert_eq!(desk.see(&conversation).await["closedAt"], at);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_what_was_changed_since_is_left_alone_and_reported() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let ann = desk.user("ann", "agent").await;
    let given = desk
        .set_owner(&conversations[0], Some(&ann.id))
        .await
        .id("cascade");
    desk.set_ticket_owner(&ticket, Some(&desk.account.user_id))
        .await
        .applied();

    let undone = desk.undo(&given).await;

    let (lines, left) = undone.applied_in_part();
    assert_eq!(lines, ["c1 owner ann -> nobody · UNDO"]);
    assert_eq!(left, [(1, "CHANGED_SINCE")]);
    assert_eq!(
        desk.see(&ticket).await["owner"]["id"],
        json!(desk.account.user_id)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_where_nothing_can_be_taken_back_undo_is_rejected() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let closed = desk.set_status(&conversation, "CLOSED").await.id("cascade");
    desk.set_status(&conversation, "OPEN").await.applied();
    let log = desk.log_length().await;

    let undone = desk.undo(&closed).await;

    assert_eq!(undone.refused(), "CHANGED_SINCE");
    assert_eq!(undone.left(), [(0, "CHANGED_SINCE")]);
    assert_eq!(desk.log_length().await, log);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_a_value_that_came_back_is_the_value_it_set() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let closed = desk.set_status(&conversation, "CLOSED").await.id("cascade");
    desk.set_status(&conversation, "OPEN").await.applied();
    desk.set_status(&conversation, "CLOSED").await.applied();

    assert_eq!(
        desk.undo(&closed).await.applied(),
        ["c1 CLOSED -> OPEN · UNDO"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_nothing_is_given_back_to_an_owner_who_has_left() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let ann = desk.user("ann", "agent").await;
    desk.set_owner(&conversation, Some(&ann.id)).await.applied();
    let taken = desk.set_owner(&conversation, None).await.id("cascade");
    desk.deactivate(&ann.id).await;

    let undone = desk.undo(&taken).await;

    assert_eq!(undone.refused(), "INACTIVE_USER");
    assert_eq!(undone.left(), [(0, "INACTIVE_USER")]);
    assert_eq!(desk.see(&conversation).await["owner"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_undoing_what_is_undone_changes_nothing_and_an_undo_can_be_undone() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let closed = desk.set_status(&conversation, "CLOSED").await;
    let (closed, at) = (
        closed.id("cascade"),
        closed.body["cascade"]["occurredAt"].clone(),
    );
    let undone = desk.undo(&closed).await.id("cascade");

    desk.undo(&closed).await.unchanged();
    assert_eq!(
        desk.undo(&undone).await.applied(),
        ["c1 OPEN -> CLOSED · UNDO"]
    );

    assert_eq!(desk.see(&conversation).await["closedAt"], at);
    assert_eq!(
        desk.undo(&closed).await.applied(),
        ["c1 CLOSED -> OPEN · UNDO"],
        "it is no longer undone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_the_log_shows_what_undid_what() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let closed = desk.set_status(&conversation, "CLOSED").await.id("cascade");
    let undone = desk.undo(&closed).await.id("cascade");

    let query = "{ cascades(first: 2) { nodes { id undoes { id } undoneBy { id } } } }";
    let data = desk.admin.gql(query, json!({})).await;

    assert_eq!(
        data["cascades"]["nodes"],
        json!([
            { "id": undone, "undoes": { "id": closed }, "undoneBy": null },
            { "id": closed, "undoes": null, "undoneBy": { "id": undone } },
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_undoing_the_trashing_restores() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    let trashed = desk
        .trash_conversation(&conversations[1])
        .await
        .id("cascade");

    assert_eq!(
        desk.undo(&trashed).await.applied(),
        [
            "c2 restored · UNDO",
            "t1 restored · UNDO · by 0",
            "c1 restored · UNDO · by 1"
        ]
    );
    for id in conversations.iter().chain([&ticket]) {
        assert_eq!(desk.see(id).await["trashedAt"], json!(null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_undoing_a_trashing_from_before_the_last_leaves_it_in_the_trash() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let first = desk.trash_conversation(&conversation).await.id("cascade");
    desk.restore(&conversation).await.applied();
    desk.trash_conversation(&conversation).await.applied();

    assert_eq!(desk.undo(&first).await.refused(), "CHANGED_SINCE");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_undoing_a_restore_trashes_anew_with_new_times() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let first = desk.trash_ticket(&ticket).await.body["cascade"]["occurredAt"].clone();
    let restored = desk.restore(&ticket).await.id("cascade");
    let since = desk.conversation().await;
    desk.link(&since, &ticket).await.applied();

    let undone = desk.undo(&restored).await;

    let lines = undone.applied();
    assert_eq!(
        lines[..2],
        ["t1 trashed · UNDO", "c1 trashed · UNDO · by 0"]
    );
    assert!(
        lines[2].starts_with("c2 trashed · UNDO"),
        "rule 18: what was linked since goes too: {lines:?}"
    );
    let at = &undone.body["cascade"]["occurredAt"];
    assert_ne!(*at, first);
    for id in [&ticket, &conversations[0], &since] {
        assert_eq!(desk.see(id).await["trashedAt"], *at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_a_preview_of_an_undo_shows_what_it_would_leave() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let closed = desk
        .set_ticket_status(&ticket, "Closed")
        .await
        .id("cascade");
    desk.set_status(&conversations[0], "OPEN").await.applied();
    let before = desk.see(&ticket).await;

    let preview = desk
        .run(
            "undoCascade",
            json!({ "cascadeId": closed, "dryRun": true }),
        )
        .await;

    assert_eq!(preview.previewed(), ["t1 Closed -> New · UNDO"]);
    assert_eq!(preview.left(), [(1, "CHANGED_SINCE")]);
    assert_eq!(desk.see(&ticket).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_30_what_created_linked_or_wrote_cannot_be_undone() {
    let desk = Desk::old().await;
    let received = desk
        .receive(desk.message("a thread", "person@example.com"))
        .await;
    let conversation = received.id("conversation");
    let created = desk
        .run("createTicket", json!({ "conversationId": conversation }))
        .await;
    let other = desk.conversation().await;
    let linked = desk.link(&other, &created.id("ticket")).await;
    let reply = desk
        .run(
            "sendReply",
            json!({ "conversationId": conversation, "text": "Hello" }),
        )
        .await;

    for payload in [received, created, linked, reply] {
        assert_eq!(
            desk.undo(&payload.id("cascade")).await.refused(),
            "NOT_UNDOABLE"
        );
    }
    assert_eq!(desk.undo(&conversation).await.refused(), "NOT_FOUND");
}
