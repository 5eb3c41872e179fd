//! Rules 11–14, 22 and 25: statuses.

use serde_json::json;

use super::desk::Desk;

const CLOSES: &str = "TICKET_CLOSED_CLOSES_CONVERSATIONS · by 0";

#[tokio::test(flavor = "multi_thread")]
async fn rule_11_a_ticket_that_closes_closes_every_open_conversation() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(3).await;
    let alone = desk.conversation().await;

    let closed = desk.set_ticket_status(&ticket, "Closed").await;

    assert_eq!(
        closed.applied(),
        [
            "t1 New -> Closed · DIRECT".to_owned(),
            format!("c1 OPEN -> CLOSED · {CLOSES}"),
            format!("c2 OPEN -> CLOSED · {CLOSES}"),
            format!("c3 OPEN -> CLOSED · {CLOSES}"),
        ]
    );
    let at = desk.see(&ticket).await["closedAt"].clone();
    assert_eq!(at, closed.body["cascade"]["occurredAt"]);
    for id in &conversations {
        let seen = desk.see(id).await;
        assert_eq!((&seen["state"], &seen["closedAt"]), (&json!("CLOSED"), &at));
    }
    assert_eq!(desk.see(&alone).await["state"], "OPEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_11_from_one_open_status_to_another_nothing_crosses() {
    let desk = Desk::old().await;
    let (ticket, _) = desk.ticket_with(1).await;

    let moved = desk.set_ticket_status(&ticket, "Waiting on us").await;

    assert_eq!(moved.applied(), ["t1 New -> Waiting on us · DIRECT"]);
    assert_eq!(desk.see(&ticket).await["closedAt"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_11_from_one_closed_status_to_another_nothing_crosses() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let input =
        json!({ "pipelineId": desk.account.pipeline_id, "name": "Rejected", "category": "CLOSED" });
    let rejected = desk.set_up("createTicketStatus", input, "status").await["status"]["id"].clone();
    desk.set_ticket_status(&ticket, "Closed").await.applied();
    let at = desk.see(&ticket).await["closedAt"].clone();
    desk.set_status(&conversations[0], "OPEN").await.applied();

    let moved = desk
        .run(
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": rejected }),
        )
        .await;

    assert_eq!(moved.applied(), ["t1 Closed -> Rejected · DIRECT"]);
    assert_eq!(desk.see(&ticket).await["closedAt"], at);
    assert_eq!(desk.see(&conversations[0]).await["state"], "OPEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_12_the_only_conversation_of_a_reopened_ticket_reopens() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    desk.set_ticket_status(&ticket, "Closed").await.applied();

    let reopened = desk.set_ticket_status(&ticket, "Waiting on us").await;

    assert_eq!(
        reopened.applied(),
        [
            "t1 Closed -> Waiting on us · DIRECT",
            "c1 CLOSED -> OPEN · TICKET_REOPENED_REOPENS_ONLY_CONVERSATION · by 0",
        ]
    );
    for id in [&ticket, &conversations[0]] {
        assert_eq!(desk.see(id).await["closedAt"], json!(null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_12_an_only_conversation_that_is_open_stays_as_it_is() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    desk.set_ticket_status(&ticket, "Closed").await.applied();
    desk.set_status(&conversations[0], "OPEN").await.applied();

    assert_eq!(
        desk.set_ticket_status(&ticket, "New").await.applied(),
        ["t1 Closed -> New · DIRECT"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_13_of_two_or_more_conversations_none_reopens() {
    for count in [2, 3] {
        let desk = Desk::old().await;
        let (ticket, conversations) = desk.ticket_with(count).await;
        desk.set_ticket_status(&ticket, "Closed").await.applied();

        let reopened = desk.set_ticket_status(&ticket, "New").await;

        assert_eq!(reopened.applied(), ["t1 Closed -> New · DIRECT"]);
        for id in &conversations {
            assert_eq!(desk.see(id).await["state"], "CLOSED");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_14_a_conversation_closed_by_itself_closes_alone() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    let before = (desk.see(&ticket).await, desk.see(&conversations[1]).await);

    let closed = desk.set_status(&conversations[0], "CLOSED").await;

    assert_eq!(closed.applied(), ["c1 OPEN -> CLOSED · DIRECT"]);
    assert_eq!(
        (desk.see(&ticket).await, desk.see(&conversations[1]).await),
        before
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_14_also_the_last_open_one_of_a_ticket_closes_alone() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;

    assert_eq!(
        desk.set_status(&conversations[0], "CLOSED").await.applied(),
        ["c1 OPEN -> CLOSED · DIRECT"]
    );

    assert_eq!(desk.see(&ticket).await["status"]["name"], "New");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_22_the_present_status_changes_nothing() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let (before, log) = (desk.see(&ticket).await, desk.log_length().await);

    desk.set_ticket_status(&ticket, "New").await.unchanged();
    desk.set_status(&conversations[0], "OPEN").await.unchanged();

    assert_eq!(
        (desk.see(&ticket).await, desk.log_length().await),
        (before, log)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_22_a_closed_conversation_keeps_its_closed_at_when_its_ticket_closes() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(2).await;
    desk.set_status(&conversations[0], "CLOSED").await.applied();
    let before = desk.see(&conversations[0]).await;

    let closed = desk.set_ticket_status(&ticket, "Closed").await;

    assert_eq!(
        closed.applied(),
        [
            "t1 New -> Closed · DIRECT".to_owned(),
            format!("c2 OPEN -> CLOSED · {CLOSES}")
        ]
    );
    assert_eq!(desk.see(&conversations[0]).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_25_reopening_a_conversation_does_not_touch_its_ticket() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    desk.set_ticket_status(&ticket, "Closed").await.applied();
    let before = desk.see(&ticket).await;

    assert_eq!(
        desk.set_status(&conversations[0], "OPEN").await.applied(),
        ["c1 CLOSED -> OPEN · DIRECT"]
    );

    assert_eq!(desk.see(&ticket).await, before);
}
