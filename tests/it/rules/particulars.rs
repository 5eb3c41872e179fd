//! The details beside the rules: first values, versions, times, ids, roles, refusals.

use serde_json::{Value, json};

use super::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_without_other_wishes_takes_its_first_values_from_the_conversation() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;
    let ann = desk.user("ann", "agent").await;
    desk.set_owner(&conversation, Some(&ann.id)).await.applied();

    let ticket = desk.see(&desk.ticket(&conversation).await).await;

    assert_eq!(ticket["name"], "About thread1");
    assert_eq!(
        ticket["status"],
        json!({ "name": "New", "category": "OPEN" })
    );
    assert_eq!(ticket["owner"]["id"], json!(ann.id));
    assert_eq!(ticket["contact"]["email"], "person1@example.com");
    assert_eq!(
        (&ticket["number"], &ticket["version"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_of_a_conversation_without_subject_has_its_contacts_name() {
    let desk = Desk::old().await;
    let mut message = desk.message("a thread", "");
    message["subject"] = json!("");
    message["from"] = json!({ "email": "ann@example.com", "name": "Ann" });
    let conversation = desk.receive(message).await.id("conversation");

    assert_eq!(
        desk.see(&desk.ticket(&conversation).await).await["name"],
        "Ann"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_starts_closed_closes_nothing() {
    let desk = Desk::old().await;
    let conversation = desk.conversation().await;

    let input = json!({ "conversationId": conversation, "statusId": desk.status("Closed"), "name": "Done" });
    let created = desk.run("createTicket", input).await;

    assert_eq!(
        created.applied(),
        ["t1 created · DIRECT", "c1 linked to t1 · DIRECT"]
    );
    assert_eq!(desk.see(&conversation).await["state"], "OPEN");
    let ticket = desk.see(&created.id("ticket")).await;
    assert_eq!(
        (&ticket["name"], &ticket["closedAt"]),
        (&json!("Done"), &ticket["createdAt"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_keeps_the_contact_of_its_first_conversation() {
    let desk = Desk::old().await;
    let (ticket, _) = desk.ticket_with(3).await;

    assert_eq!(
        desk.see(&ticket).await["contact"]["email"],
        "person1@example.com"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_grows_with_changes_of_the_thing_itself_and_not_with_messages() {
    let desk = Desk::newer().await;
    let conversation = desk.conversation().await;
    let version = async |id: &str| desk.see(id).await["version"].as_i64().unwrap();
    assert_eq!(version(&conversation).await, 1);
    let ticket = desk.ticket(&conversation).await;
    assert_eq!(
        (version(&conversation).await, version(&ticket).await),
        (2, 1),
        "link and workspace are one cascade"
    );
    let other = desk.conversation().await;
    desk.link(&other, &ticket).await.applied();
    assert_eq!(
        (version(&other).await, version(&ticket).await),
        (2, 1),
        "a link changes the conversation only"
    );
    desk.run(
        "addNote",
        json!({ "conversationId": conversation, "text": "Hello" }),
    )
    .await
    .applied();
    desk.set_ticket_status(&ticket, "Closed").await.applied();
    assert_eq!(
        (version(&conversation).await, version(&ticket).await),
        (3, 2)
    );
    desk.trash_ticket(&ticket).await.applied();
    desk.restore(&ticket).await.applied();
    assert_eq!(
        (version(&conversation).await, version(&ticket).await),
        (5, 4)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expected_version_that_has_passed_is_a_conflict() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let ann = desk.user("ann", "agent").await;
    let close = json!({ "conversationId": conversations[0], "status": "CLOSED" });
    desk.run_as(&desk.client(&ann), "updateConversationStatus", close)
        .await
        .applied();

    let input =
        json!({ "conversationId": conversations[0], "status": "OPEN", "expectedVersion": 2 });
    let stale = desk.run("updateConversationStatus", input).await;
    let unchanged =
        json!({ "conversationId": conversations[0], "status": "CLOSED", "expectedVersion": 2 });
    let closed =
        json!({ "ticketId": ticket, "statusId": desk.status("Closed"), "expectedVersion": 1 });

    assert_eq!(stale.refused(), "VERSION_CONFLICT");
    let error = &stale.body["userErrors"][0];
    assert_eq!(
        (&error["__typename"], &error["currentVersion"]),
        (&json!("VersionConflict"), &json!(3))
    );
    assert_eq!(
        error["changedBy"],
        json!({ "__typename": "User", "id": ann.id })
    );
    desk.run("updateConversationStatus", unchanged)
        .await
        .unchanged();
    assert_eq!(
        desk.run("updateTicketStatus", closed).await.applied().len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn last_activity_is_the_last_message_and_a_tickets_also_its_own_change() {
    let desk = Desk::old().await;
    let received = desk
        .receive(desk.message("a thread", "person@example.com"))
        .await;
    let conversation = received.id("conversation");
    let activity = async |id: &str| desk.see(id).await["lastActivityAt"].clone();
    assert_eq!(
        activity(&conversation).await,
        desk.see(&conversation).await["createdAt"]
    );
    let ticket = desk.ticket(&conversation).await;
    let first = activity(&conversation).await;
    desk.run(
        "addNote",
        json!({ "conversationId": conversation, "text": "Hello" }),
    )
    .await
    .applied();
    desk.set_status(&conversation, "CLOSED").await.applied();
    assert_eq!(
        activity(&conversation).await,
        first,
        "notes and changes do not move it"
    );

    let reply = desk
        .run(
            "sendReply",
            json!({ "conversationId": conversation, "text": "Hello" }),
        )
        .await;
    let at = reply.body["cascade"]["occurredAt"].clone();
    assert_eq!(
        (activity(&conversation).await, activity(&ticket).await),
        (at.clone(), at.clone())
    );
    let closed = desk.set_ticket_status(&ticket, "Closed").await;
    assert_eq!(
        activity(&ticket).await,
        closed.body["cascade"]["occurredAt"]
    );
    assert_eq!(activity(&conversation).await, at);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_malformed_of_another_type_or_of_another_account_find_nothing() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let stranger = desk.app.account("2024-01-01T00:00:00Z").await;
    let stranger = desk.app.client(&stranger.token);
    let query = "query($id: ID!) { ticket(id: $id) { id } node(id: $id) { id } }";

    let foreign = stranger.gql(query, json!({ "id": ticket })).await;
    assert_eq!(foreign, json!({ "ticket": null, "node": null }));
    let input = json!({ "ticketId": ticket, "statusId": desk.status("Closed") });
    assert_eq!(
        desk.run_as(&stranger, "updateTicketStatus", input)
            .await
            .refused(),
        "NOT_FOUND"
    );
    for id in [
        "",
        "nonsense",
        "ticket_",
        "ticket_01jd3y",
        &conversations[0],
        &desk.account.user_id,
    ] {
        let data = desk
            .admin
            .gql(
                "query($id: ID!) { ticket(id: $id) { id } }",
                json!({ "id": id }),
            )
            .await;
        assert_eq!(data["ticket"], Value::Null, "{id}");
        let refused = desk.trash_ticket(id).await;
        assert_eq!(
            (refused.refused(), refused.about()),
            ("NOT_FOUND", "ticketId"),
            "{id}"
        );
    }
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let data = desk
        .admin
        .gql(nodes, json!({ "ids": ["nonsense", ticket] }))
        .await;
    assert_eq!(data["nodes"], json!([null, { "id": ticket }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_reads_and_changes_nothing() {
    let desk = Desk::old().await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let viewer = desk.client(&desk.user("viewer", "viewer").await);

    let data = viewer
        .gql(
            "query($id: ID!) { ticket(id: $id) { name } }",
            json!({ "id": ticket }),
        )
        .await;
    assert_eq!(data["ticket"]["name"], "About thread1");
    for (mutation, input) in [
        (
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": desk.status("New") }),
        ),
        (
            "addNote",
            json!({ "conversationId": conversations[0], "text": "Hello" }),
        ),
        ("trashTicket", json!({ "ticketId": ticket })),
        (
            "claimConversation",
            json!({ "conversationId": conversations[0] }),
        ),
    ] {
        assert_eq!(
            desk.run_as(&viewer, mutation, input).await.refused(),
            "FORBIDDEN",
            "{mutation}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_nothing_is_shown() {
    let desk = Desk::old().await;
    let gone = desk.user("gone", "agent").await;
    desk.deactivate(&gone.id).await;

    for token in ["", "nonsense", gone.token.as_str()] {
        let body = desk
            .app
            .client(token)
            .raw("{ viewer { user { id } } }", json!({}))
            .await;
        assert_eq!(
            body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
            "{body}"
        );
        assert!(body["data"].is_null(), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_of_the_same_name_is_refused() {
    let desk = Desk::old().await;
    let ann = json!({ "name": "Ann", "email": "ann@example.com", "role": "AGENT" });
    let colour = json!({ "name": "colour", "label": "Colour", "type": "STRING" });
    let pipeline =
        json!({ "name": "Returns", "statuses": [{ "name": "New", "category": "OPEN" }] });
    let status =
        json!({ "pipelineId": desk.account.pipeline_id, "name": "Rejected", "category": "CLOSED" });
    for (mutation, made, input) in [
        ("createUser", "user", ann),
        ("createPropertyDefinition", "property", colour),
        ("createInbox", "inbox", json!({ "name": "Second" })),
        ("createPipeline", "pipeline", pipeline),
        ("createTicketStatus", "status", status),
    ] {
        let first = desk.set_up(mutation, input.clone(), made).await;
        assert!(first[made]["id"].is_string(), "{first}");
        let second = desk.set_up(mutation, input, made).await;
        assert_eq!(
            second["userErrors"][0]["code"], "ALREADY_EXISTS",
            "{mutation}"
        );
        assert_eq!(second[made], Value::Null);
    }
    let unknown = json!({ "name": "flavour", "label": "Flavour" });
    let refused = desk
        .set_up("updatePropertyDefinition", unknown, "property")
        .await;
    assert_eq!(refused["userErrors"][0]["code"], "UNKNOWN_PROPERTY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_in_use_keeps_its_category() {
    let desk = Desk::old().await;
    let (ticket, _) = desk.ticket_with(1).await;

    let update = json!({ "statusId": desk.status("New"), "category": "CLOSED" });
    let refused = desk
        .set_up("updateTicketStatusDefinition", update, "status")
        .await;

    assert_eq!(refused["userErrors"][0]["code"], "IN_USE");
    assert_eq!(desk.see(&ticket).await["status"]["category"], "OPEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_is_described_with_its_number() {
    let desk = Desk::old().await;
    let data = desk
        .admin
        .gql("{ cascadeRules { rule number description } }", json!({}))
        .await;
    let described = |rule: &str| {
        let all = data["cascadeRules"].as_array().unwrap();
        let one = all
            .iter()
            .find(|entry| entry["rule"] == rule)
            .unwrap_or_else(|| panic!("{rule} is not described"));
        assert!(
            one["description"]
                .as_str()
                .is_some_and(|text| text.len() > 10),
            "{one}"
        );
        one["number"].as_i64()
    };
    for (rule, number) in [
        ("TICKET_CREATED_MOVES_TO_HELP_DESK", 5),
        ("CONVERSATION_OWNER_SETS_TICKET_OWNER", 7),
        ("TICKET_CLOSED_CLOSES_CONVERSATIONS", 11),
        ("TICKET_REOPENED_REOPENS_ONLY_CONVERSATION", 12),
        ("CONVERSATION_TRASHED_TRASHES_TICKET", 15),
        ("TICKET_TRASHED_TRASHES_CONVERSATIONS", 16),
        ("RESTORE_RETURNS_WHOLE_GROUP", 19),
        ("INCOMING_MESSAGE_REOPENS_CONVERSATION", 26),
        ("REPLY_ASSIGNS_SENDER", 27),
        ("NEW_CONVERSATION_CREATES_TICKET", 28),
        ("MOVE_CARRIES_TICKET", 29),
    ] {
        assert_eq!(described(rule), Some(number), "{rule}");
    }
    assert_eq!(described("DIRECT"), None);
}
