//! Every command on what is not seen: refused as for an id of nothing, with nothing written.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tandem::domain::access::Action;
use tandem::domain::access::decisions::{Root, decide, decided};

use super::office::{Office, assert_tells_nothing, office, write};
use crate::support::desk::text;
use crate::support::sql::log_length;

/// A fresh id of the same type, of nothing.
fn nobody(id: &str) -> String {
    let id: type_safe_id::TypeSafeId<type_safe_id::DynamicType> = id.parse().expect("an id");
    let kind = type_safe_id::DynamicType::new(id.type_prefix()).expect("a type");
    type_safe_id::TypeSafeId::from_type_and_uuid(kind, uuid::Uuid::now_v7()).to_string()
}

/// Commands with the field that names what is hidden, by the id of that.
fn tries(office: &Office, cascade: &str) -> Vec<(&'static str, Value, &'static str)> {
    let (secret, (ticket, of_ticket)) = (&office.secret, &office.hidden);
    let status = &office
        .account
        .statuses
        .values()
        .next()
        .expect("a status")
        .clone();
    let receive = json!({ "channelId": office.channel, "threadKey": "new", "from": { "email": "a@b.example" }, "text": "Hi" });
    vec![
        (
            "createTicket",
            json!({ "conversationId": secret }),
            "conversationId",
        ),
        (
            "createTicket",
            json!({ "conversationId": secret, "dryRun": true }),
            "conversationId",
        ),
        (
            "linkConversation",
            json!({ "conversationId": secret, "ticketId": office.shared.0 }),
            "conversationId",
        ),
        (
            "linkConversation",
            json!({ "conversationId": office.open, "ticketId": ticket }),
            "ticketId",
        ),
        (
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": status }),
            "ticketId",
        ),
        (
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": status, "dryRun": true }),
            "ticketId",
        ),
        (
            "updateTicketProperties",
            json!({ "ticketId": ticket, "name": "Mine" }),
            "ticketId",
        ),
        (
            "updateTicketOwner",
            json!({ "ticketId": ticket, "ownerId": office.anna.id }),
            "ticketId",
        ),
        (
            "updateConversationStatus",
            json!({ "conversationId": of_ticket, "status": "CLOSED" }),
            "conversationId",
        ),
        (
            "updateConversationStatus",
            json!({ "conversationId": secret, "status": "OPEN", "expectedVersion": 99 }),
            "conversationId",
        ),
        (
            "updateConversationOwner",
            json!({ "conversationId": secret, "ownerId": office.anna.id }),
            "conversationId",
        ),
        (
            "claimConversation",
            json!({ "conversationId": secret }),
            "conversationId",
        ),
        (
            "moveConversation",
            json!({ "conversationId": secret, "inboxId": office.account.inbox_id }),
            "conversationId",
        ),
        (
            "moveConversation",
            json!({ "conversationId": office.open, "inboxId": office.inbox }),
            "inboxId",
        ),
        (
            "moveConversation",
            json!({ "conversationId": office.open, "inboxId": office.inbox, "dryRun": true }),
            "inboxId",
        ),
        (
            "trashConversation",
            json!({ "conversationId": secret }),
            "conversationId",
        ),
        ("trashTicket", json!({ "ticketId": ticket }), "ticketId"),
        ("restoreFromTrash", json!({ "id": office.trash.1 }), "id"),
        ("undoCascade", json!({ "cascadeId": cascade }), "cascadeId"),
        (
            "undoCascade",
            json!({ "cascadeId": cascade, "dryRun": true }),
            "cascadeId",
        ),
        (
            "sendReply",
            json!({ "conversationId": secret, "text": "Hello" }),
            "conversationId",
        ),
        (
            "addNote",
            json!({ "conversationId": secret, "text": "Hello" }),
            "conversationId",
        ),
        (
            "updatePresence",
            json!({ "conversationId": secret, "typing": true }),
            "conversationId",
        ),
        ("receiveMessage", receive, "channelId"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_seen_is_refused_as_what_is_not_there() {
    let office = office().await;
    let input = json!({ "conversationId": office.secret, "status": "CLOSED" });
    let closed = office.admin.done("updateConversationStatus", input).await;
    let cascade = text(&closed["cascade"]["id"]);
    let tries = tries(&office, &cascade);
    let tried: BTreeSet<_> = tries.iter().map(|(name, ..)| *name).collect();
    let work = |name: &&str| {
        matches!(
            decide(Root::Mutation, name),
            Some(Action::Work | Action::Receive)
        )
    };
    let untried: Vec<_> = decided(Root::Mutation)
        .filter(work)
        .filter(|name| !tried.contains(name))
        .collect();
    assert_eq!(untried, [""; 0], "commands that are not tried here");

    let anna = office.client(&office.anna);
    let before = log_length(&office.app.database_url).await;
    for (name, input, field) in tries {
        let hidden = text(&input[field]);
        let stranger = nobody(&hidden);
        let mut other = input.clone();
        other[field] = json!(stranger);
        let document = document(name);
        let refused = anna
            .raw(&document, json!({ "input": input }))
            .await
            .to_string();
        let expected = anna
            .raw(&document, json!({ "input": other }))
            .await
            .to_string();
        assert_eq!(
            refused.replace(&hidden, &stranger),
            expected,
            "{name} {input}"
        );
        assert!(expected.contains("NOT_FOUND"), "{name} {expected}");
    }
    assert_eq!(log_length(&office.app.database_url).await, before);
}

fn document(name: &str) -> String {
    if name == "updatePresence" {
        return "mutation($input: UpdatePresenceInput!) { updatePresence(input: $input) { \
                userErrors { code message path } } }"
            .to_owned();
    }
    crate::support::desk::document(name)
}

/// Of a thread that has begun in their inbox and was moved away, a receiver is not told where it went.
#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_was_moved_away_is_not_told() {
    let office = office().await;
    let begin = json!({ "channelId": office.account.channel_id, "threadKey": "moved", "from": { "email": "x@example.org" },
        "text": "Hello" });
    let begun = office.admin.done("receiveMessage", begin.clone()).await;
    let id = text(&begun["conversation"]["id"]);
    let input = json!({ "conversationId": id, "inboxId": office.inbox });
    office.admin.done("moveConversation", input).await;
    let refused = office
        .client(&office.anna)
        .payload("receiveMessage", begin)
        .await;
    assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN", "{refused:#}");
    assert_tells_nothing("receiveMessage", &refused.to_string(), &[id]);
}

/// The rules are followed in full, whoever asks; what is returned, previewed or left is what they see.
#[tokio::test(flavor = "multi_thread")]
async fn a_cascade_follows_the_rules_beyond_what_is_seen() {
    let office = office().await;
    let secrets = office.secrets().await;
    let anna = office.client(&office.anna);
    let (ticket, one, other) = office.shared.clone();
    let closed =
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Conversation { status trashedAt } } }";
    let both = json!({ "ids": [one, other] });
    let status = &office.account.statuses["Closed"];
    let input = json!({ "ticketId": ticket, "statusId": status });
    for dry in [true, false] {
        let mut input = input.clone();
        input["dryRun"] = json!(dry);
        let payload = anna.done("updateTicketStatus", input).await;
        assert_tells_nothing("updateTicketStatus", &payload.to_string(), &secrets);
        let effects = payload["cascade"]["effects"].as_array().expect("effects");
        let subjects: Vec<_> = effects
            .iter()
            .map(|effect| text(&effect["subjectId"]))
            .collect();
        assert_eq!(subjects, [ticket.clone(), one.clone()]);
        let nodes = office.admin.gql(closed, both.clone()).await;
        let expected = if dry { "OPEN" } else { "CLOSED" };
        for node in nodes["nodes"].as_array().expect("nodes") {
            assert_eq!(node["status"], expected);
        }
    }
    // Undone: the hidden sibling was reopened meanwhile, which is nobody's business here.
    let last = "{ cascades(first: 1) { nodes { id effects { index subjectId } } } }";
    let cascade = text(&anna.gql(last, json!({})).await["cascades"]["nodes"][0]["id"]);
    let input = json!({ "conversationId": other, "status": "OPEN" });
    office.admin.done("updateConversationStatus", input).await;
    let undone = anna
        .payload("undoCascade", json!({ "cascadeId": cascade }))
        .await;
    assert_eq!(undone["result"], "APPLIED", "{undone:#}");
    assert_eq!(undone["userErrors"], json!([]), "{undone:#}");
    assert_tells_nothing("undoCascade", &undone.to_string(), &secrets);

    let trashed = anna
        .done("trashConversation", json!({ "conversationId": one }))
        .await;
    assert_tells_nothing("trashConversation", &trashed.to_string(), &secrets);
    let nodes = office.admin.gql(closed, both.clone()).await;
    assert!(
        nodes["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .all(|node| node["trashedAt"].is_string())
    );
    let groups = anna.gql("{ trash { nodes { id } } }", json!({})).await;
    let group = text(&groups["trash"]["nodes"][0]["id"]);
    let restored = anna.done("restoreFromTrash", json!({ "id": group })).await;
    assert_tells_nothing("restoreFromTrash", &restored.to_string(), &secrets);
    let nodes = office.admin.gql(closed, both).await;
    assert!(
        nodes["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .all(|node| node["trashedAt"].is_null())
    );
}

/// What began where they do not see, they see of what it did where they do, and do not take back.
#[tokio::test(flavor = "multi_thread")]
async fn what_began_elsewhere_is_not_theirs_to_undo() {
    let office = office().await;
    let anna = office.client(&office.anna);
    let (ticket, _, other) = office.shared.clone();
    let input = json!({ "conversationId": other, "ownerId": office.ben.id });
    let payload = office.admin.done("updateConversationOwner", input).await;
    let cascade = text(&payload["cascade"]["id"]);
    let query = "query($id: ID!) { node(id: $id) { ... on Cascade { effects { index subjectId causedBy { index } } } } }";
    let seen = anna.gql(query, json!({ "id": cascade })).await;
    let expected = json!({ "effects": [{ "index": 0, "subjectId": ticket, "causedBy": null }] });
    assert_eq!(seen["node"], expected);
    let input = json!({ "cascadeId": cascade });
    anna.refused(
        "undoCascade",
        input.clone(),
        "FORBIDDEN",
        &["input", "cascadeId"],
    )
    .await;
    office.client(&office.ben).done("undoCascade", input).await;
}

/// The channel by which a conversation came stays with it, also in an inbox whose people do not see where it leads.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_moved_into_their_inbox_is_there_with_its_history() {
    let office = office().await;
    let anna = office.client(&office.anna);
    let id = write(
        &office.admin,
        &office.channel,
        "pat@example.org",
        "Moved",
        "Once hidden",
    )
    .await;
    let input = json!({ "conversationId": id, "inboxId": office.account.inbox_id });
    office.admin.done("moveConversation", input).await;
    let query = "query($id: ID!) { conversation(id: $id) { channel { name } lastMessage { text } \
        timeline { totalCount nodes { command effects { __typename } } } } }";
    let data = anna.gql(query, json!({ "id": id })).await;
    assert_eq!(data["conversation"]["lastMessage"]["text"], "Once hidden");
    assert!(data["conversation"]["channel"]["name"].is_string());
    // But not what names the inbox that it came from.
    let timeline = json!({ "totalCount": 1, "nodes": [
        { "command": "receiveMessage", "effects": [{ "__typename": "MessageAdded" }] }] });
    assert_eq!(data["conversation"]["timeline"], timeline);
    let ben = office
        .client(&office.ben)
        .gql(query, json!({ "id": id }))
        .await;
    assert_eq!(ben["conversation"], Value::Null);
}
