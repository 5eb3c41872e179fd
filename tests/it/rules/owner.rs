//! Rules 7, 8, 22–24: owners.

use serde_json::json;

use super::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn rule_07_the_ticket_gets_the_owner_of_its_conversation() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    let ann = desk.user("ann", "agent").await;

    let changed = desk.set_owner(&conversations[0], Some(&ann.id)).await;

    assert_eq!(
        changed.applied(),
        [
            "c1 owner nobody -> ann · DIRECT",
            "t1 owner nobody -> ann · CONVERSATION_OWNER_SETS_TICKET_OWNER · by 0"
        ]
    );
    assert_eq!(desk.see(&ticket).await["owner"]["id"], json!(ann.id));
    assert_eq!(desk.see(&conversations[1]).await["owner"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_07_a_ticket_that_has_that_owner_already_is_not_touched() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let ann = desk.user("ann", "agent").await;
    desk.set_ticket_owner(&ticket, Some(&ann.id))
        .await
        .applied();
    let version = desk.see(&ticket).await["version"].clone();

    let changed = desk.set_owner(&conversations[0], Some(&ann.id)).await;

    assert_eq!(changed.applied(), ["c1 owner nobody -> ann · DIRECT"]);
    assert_eq!(desk.see(&ticket).await["version"], version);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_07_a_claim_is_a_change_of_owner() {
    let desk = Desk::old().await;
    let (_, conversations) = desk.ticket_with(1).await;
    let ann = desk.user("ann", "agent").await;
    let bob = desk.user("bob", "agent").await;
    let claim = json!({ "conversationId": conversations[0] });

    let claimed = desk
        .run_as(&desk.client(&ann), "claimConversation", claim.clone())
        .await;
    let second = desk
        .run_as(&desk.client(&bob), "claimConversation", claim.clone())
        .await;
    let own = desk
        .run_as(&desk.client(&ann), "claimConversation", claim)
        .await;

    assert_eq!(
        claimed.applied(),
        [
            "c1 owner nobody -> ann · DIRECT",
            "t1 owner nobody -> ann · CONVERSATION_OWNER_SETS_TICKET_OWNER · by 0"
        ]
    );
    assert_eq!(second.refused(), "ALREADY_OWNED");
    own.unchanged();
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_08_the_owner_of_a_ticket_is_not_that_of_its_conversations() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    let ann = desk.user("ann", "agent").await;

    let changed = desk.set_ticket_owner(&ticket, Some(&ann.id)).await;

    assert_eq!(changed.applied(), ["t1 owner nobody -> ann · DIRECT"]);
    for id in &conversations {
        assert_eq!(desk.see(id).await["owner"], json!(null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_22_a_conversation_that_has_that_owner_leaves_its_ticket_alone() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let ann = desk.user("ann", "agent").await;
    desk.set_owner(&conversations[0], Some(&ann.id))
        .await
        .applied();
    desk.set_ticket_owner(&ticket, None).await.applied();

    desk.set_owner(&conversations[0], Some(&ann.id))
        .await
        .unchanged();

    assert_eq!(desk.see(&ticket).await["owner"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_23_nobody_is_an_owner_too() {
    let desk = Desk::old().await;
    let (_, conversations) = desk.ticket_with(1).await;
    let ann = desk.user("ann", "agent").await;
    desk.set_owner(&conversations[0], Some(&ann.id))
        .await
        .applied();

    let changed = desk.set_owner(&conversations[0], None).await;

    assert_eq!(
        changed.applied(),
        [
            "c1 owner ann -> nobody · DIRECT",
            "t1 owner ann -> nobody · CONVERSATION_OWNER_SETS_TICKET_OWNER · by 0"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_23_an_owner_change_changes_no_status() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let ann = desk.user("ann", "agent").await;
    desk.set_ticket_status(&ticket, "Closed").await.applied();

    desk.set_owner(&conversations[0], Some(&ann.id))
        .await
        .applied();

    assert_eq!(desk.see(&ticket).await["status"]["name"], "Closed");
    assert_eq!(desk.see(&conversations[0]).await["state"], "CLOSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_23_only_an_active_user_of_the_account_can_own() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let free = desk.conversation().await;
    let gone = desk.user("gone", "agent").await;
    desk.deactivate(&gone.id).await;
    let elsewhere = desk.app.account("2024-01-01T00:00:00Z").await;

    let inactive = desk.set_owner(&conversations[0], Some(&gone.id)).await;
    assert_eq!(
        (inactive.refused(), inactive.about()),
        ("INACTIVE_USER", "ownerId")
    );
    assert_eq!(
        desk.set_ticket_owner(&ticket, Some(&gone.id))
            .await
            .refused(),
        "INACTIVE_USER"
    );
    let created = desk
        .run(
            "createTicket",
            json!({ "conversationId": free, "ownerId": gone.id }),
        )
        .await;
    assert_eq!(created.refused(), "INACTIVE_USER");

    let foreign = desk
        .set_owner(&conversations[0], Some(&elsewhere.user_id))
        .await;
    assert_eq!(
        (foreign.refused(), foreign.about()),
        ("NOT_FOUND", "ownerId")
    );
    assert_eq!(
        desk.set_ticket_owner(&ticket, Some(&ticket))
            .await
            .refused(),
        "NOT_FOUND"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_the_ticket_follows_the_conversation_changed_last() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    let (ann, bob) = (
        desk.user("ann", "agent").await,
        desk.user("bob", "agent").await,
    );

    desk.set_owner(&conversations[0], Some(&ann.id))
        .await
        .applied();
    let second = desk.set_owner(&conversations[1], Some(&bob.id)).await;

    assert_eq!(
        second.applied(),
        [
            "c2 owner nobody -> bob · DIRECT",
            "t1 owner ann -> bob · CONVERSATION_OWNER_SETS_TICKET_OWNER · by 0"
        ]
    );
    assert_eq!(
        desk.see(&conversations[0]).await["owner"]["id"],
        json!(ann.id)
    );
    assert_eq!(desk.see(&ticket).await["owner"]["id"], json!(bob.id));
}
