//! Rule 20: the end of what stays in the trash.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::desk::Desk;

const LOG: &str =
    "{ cascades(first: 100) { nodes { id occurredAt command actor { __typename } effects {
    __typename index subjectId subject { __typename } rule causedBy { index }
    ... on PropertyChanged { property previousValue value } ... on MessageAdded { message { text } }
    ... on OwnerChanged { owner { id } } } tickets { id } conversations { id } } } }";

/// A ticket with two conversations, full of things that nobody is to find again; trashed.
async fn secrets(desk: &Desk) -> (Vec<String>, DateTime<Utc>) {
    let mut message = desk.message("thread", "secret@example.com");
    message["subject"] = json!("Secret subject");
    message["text"] = json!("Secret text");
    message["from"]["name"] = json!("Secret name");
    let first = desk.receive(message).await.id("conversation");
    let ticket = desk.ticket(&first).await;
    let edit = json!({ "ticketId": ticket, "name": "Secret boat", "priority": "URGENT" });
    desk.run("updateTicketProperties", edit).await.applied();
    let second = desk.conversation().await;
    desk.link(&second, &ticket).await.applied();
    desk.run(
        "addNote",
        json!({ "conversationId": second, "text": "Secret note" }),
    )
    .await
    .applied();
    let trashed = desk.trash_ticket(&ticket).await;
    let purge_at = trashed.body["cascade"]["effects"][0]["purgeAt"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    (vec![ticket, first, second], purge_at)
}

async fn purge(desk: &Desk, now: DateTime<Utc>) {
    desk.app.app.service().purge_due(now).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_20_before_purge_at_nothing_is_deleted_and_then_the_whole_group() {
    let desk = Desk::old().await;
    let (group, purge_at) = secrets(&desk).await;
    let kept = desk.conversation().await;

    purge(&desk, purge_at - TimeDelta::seconds(1)).await;
    for id in &group {
        assert_eq!(desk.see(id).await["id"], json!(id));
    }
    purge(&desk, purge_at).await;

    for id in &group {
        assert_eq!(desk.see(id).await, Value::Null);
        assert_eq!(desk.restore(id).await.refused(), "NOT_FOUND");
    }
    let data = desk.admin.gql("{ trash { totalCount } }", json!({})).await;
    assert_eq!(data["trash"]["totalCount"], 0);
    assert_eq!(desk.see(&kept).await["id"], json!(kept));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_20_a_purge_is_a_cascade_of_its_own_and_cannot_be_undone() {
    let desk = Desk::old().await;
    let (mut group, purge_at) = secrets(&desk).await;
    let length = desk.log_length().await;

    purge(&desk, purge_at).await;
    purge(&desk, purge_at).await;

    assert_eq!(desk.log_length().await, length + 1, "once");
    let data = desk.admin.gql(LOG, json!({})).await;
    let newest = &data["cascades"]["nodes"][0];
    assert_eq!(newest["actor"]["__typename"], "System");
    let effects = newest["effects"].as_array().unwrap();
    let mut purged: Vec<String> = effects
        .iter()
        .map(|effect| effect["subjectId"].as_str().unwrap().to_owned())
        .collect();
    purged.sort();
    group.sort();
    assert_eq!(purged, group);
    for effect in effects {
        assert_eq!(
            (&effect["__typename"], &effect["rule"]),
            (&json!("Purged"), &json!("RETENTION_ENDED"))
        );
        assert_eq!(effect["subject"], Value::Null);
    }
    assert_eq!(
        desk.undo(newest["id"].as_str().unwrap()).await.refused(),
        "NOT_UNDOABLE"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_20_what_was_purged_is_gone_from_the_log_but_that_it_happened_stays() {
    let desk = Desk::old().await;
    let (group, purge_at) = secrets(&desk).await;
    let before = desk.admin.gql(LOG, json!({})).await;
    assert!(before.to_string().contains("Secret text"));
    let shape = |log: &Value| -> Vec<Value> {
        let nodes = log["cascades"]["nodes"].as_array().unwrap().iter().rev();
        let effect = |effect: &Value| {
            json!([
                effect["__typename"],
                effect["subjectId"],
                effect["rule"],
                effect["causedBy"]
            ])
        };
        let effects = |node: &Value| {
            node["effects"]
                .as_array()
                .unwrap()
                .iter()
                .map(effect)
                .collect::<Vec<_>>()
        };
        nodes
            .map(|node| {
                json!([
                    node["id"],
                    node["occurredAt"],
                    node["command"],
                    effects(node)
                ])
            })
            .collect()
    };

    purge(&desk, purge_at).await;

    let after = desk.admin.gql(LOG, json!({})).await;
    let text = after.to_string();
    for gone in ["Secret", "URGENT", "About thread1"] {
        assert!(!text.contains(gone), "{gone} is still in the log: {text}");
    }
    let (before, after) = (shape(&before), shape(&after));
    assert_eq!(
        after[..before.len()],
        before[..],
        "what happened, when, by which rule and to which ids"
    );
    for id in &group {
        assert!(text.contains(id.as_str()));
    }
}
