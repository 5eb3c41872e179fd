//! What each role may not do, and that being refused changes nothing.

use serde_json::{Value, json};

use crate::support::sql::log_length;
use crate::support::{TestAccount, office};
use tandem::domain::access::Action;
use tandem::domain::access::decisions::{Root, decide};

/// An input for every mutation that would work for an administrator.
pub fn inputs(
    account: &TestAccount,
    ticket: &str,
    conversations: &[String],
    cascade: &str,
) -> Vec<(&'static str, Value)> {
    let (linked, lonely) = (&conversations[0], &conversations[1]);
    let mut all = work(account, ticket, linked, lonely, cascade);
    all.extend(administration(account));
    all
}

fn work(
    account: &TestAccount,
    ticket: &str,
    linked: &str,
    lonely: &str,
    cascade: &str,
) -> Vec<(&'static str, Value)> {
    vec![
        ("createTicket", json!({ "conversationId": lonely })),
        (
            "linkConversation",
            json!({ "conversationId": lonely, "ticketId": ticket }),
        ),
        (
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": account.statuses["Closed"] }),
        ),
        (
            "updateTicketProperties",
            json!({ "ticketId": ticket, "name": "Another name" }),
        ),
        (
            "updateTicketOwner",
            json!({ "ticketId": ticket, "ownerId": account.user_id }),
        ),
        (
            "updateConversationStatus",
            json!({ "conversationId": linked, "status": "CLOSED" }),
        ),
        (
            "updateConversationOwner",
            json!({ "conversationId": linked, "ownerId": account.user_id }),
        ),
        ("claimConversation", json!({ "conversationId": linked })),
        (
            "moveConversation",
            json!({ "conversationId": linked, "inboxId": account.inbox_id }),
        ),
        ("trashConversation", json!({ "conversationId": linked })),
        ("trashTicket", json!({ "ticketId": ticket })),
        ("restoreFromTrash", json!({ "id": ticket })),
        ("undoCascade", json!({ "cascadeId": cascade })),
        (
            "sendReply",
            json!({ "conversationId": linked, "text": "Hello" }),
        ),
        (
            "addNote",
            json!({ "conversationId": linked, "text": "Hello" }),
        ),
        (
            "receiveMessage",
            json!({ "channelId": account.channel_id, "threadKey": "t", "from": { "phone": "1" }, "text": "?" }),
        ),
    ]
}

pub fn administration(account: &TestAccount) -> Vec<(&'static str, Value)> {
    let statuses = json!([{ "name": "A", "category": "OPEN" }]);
    vec![
        ("createInbox", json!({ "name": "Another" })),
        (
            "updateInbox",
            json!({ "inboxId": account.inbox_id, "name": "Renamed" }),
        ),
        (
            "createChannel",
            json!({ "inboxId": account.inbox_id, "kind": "CHAT", "name": "Another" }),
        ),
        (
            "createUser",
            json!({ "name": "Another", "email": "another@example.com", "role": "AGENT" }),
        ),
        ("setUserInboxes", json!({ "userId": account.user_id })),
        (
            "updateUser",
            json!({ "userId": account.user_id, "name": "Renamed" }),
        ),
        (
            "createPipeline",
            json!({ "name": "Another", "statuses": statuses }),
        ),
        (
            "createTicketStatus",
            json!({ "pipelineId": account.pipeline_id, "name": "Another", "category": "OPEN" }),
        ),
        (
            "updateTicketStatusDefinition",
            json!({ "statusId": account.statuses["New"], "name": "Renamed" }),
        ),
        (
            "createPropertyDefinition",
            json!({ "name": "another", "label": "Another", "type": "TEXT" }),
        ),
        (
            "updatePropertyDefinition",
            json!({ "name": "known", "label": "Renamed" }),
        ),
    ]
}

/// The first part of what an account's settings and desk are, as one value.
const EVERYTHING: &str = "{ inboxes { name createsTickets channels { name kind } } users { name email role active } \
    pipelines { name statuses { name category position } } propertyDefinitions { name label required readOnly } \
    tickets { nodes { version status { name } owner { id } } } \
    conversations { nodes { version status owner { id } ticket { id } messages { totalCount } } } trash { totalCount } }";

#[tokio::test(flavor = "multi_thread")]
async fn no_role_does_what_it_may_not() {
    let (app, account, admin) = office().await;
    admin
        .done(
            "createPropertyDefinition",
            json!({ "name": "known", "label": "Known", "type": "TEXT" }),
        )
        .await;
    let (ticket, mut conversations) = account.ticket(&admin, 1).await;
    conversations.push(account.conversation(&admin).await);
    let noted = admin
        .done(
            "updateTicketProperties",
            json!({ "ticketId": ticket, "priority": "HIGH" }),
        )
        .await;
    let cascade = crate::support::desk::text(&noted["cascade"]["id"]);
    let all = inputs(&account, &ticket, &conversations, &cascade);
    // As many as the schema has: a mutation added later must be thought of here.
    let data = admin
        .gql(
            "{ __schema { mutationType { fields { name } } } }",
            json!({}),
        )
        .await;
    let named = data["__schema"]["mutationType"]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .filter(|field| {
            // Coming in and letting in have tests of their own, in `access`; what is everybody's own, where it is.
            let name = field["name"].as_str().expect("a name");
            let action = decide(Root::Mutation, name);
            !matches!(
                action,
                Some(Action::Enter | Action::Secure | Action::Grant | Action::Own)
            )
        })
        .count();
    assert_eq!(all.len(), named, "of all mutations");
    let before = admin.gql(EVERYTHING, json!({})).await;
    let log = log_length(&app.database_url).await;

    let viewer = app.client(&account.user("viewer").await.token);
    let agent = app.client(&account.user("agent").await.token);
    let integration = app.client(&account.integration("Shop").await);
    let before_users = admin.gql(EVERYTHING, json!({})).await["users"].clone();
    for (mutation, input) in &all {
        viewer
            .refused(mutation, input.clone(), "FORBIDDEN", &[])
            .await;
    }
    for (mutation, input) in administration(&account) {
        agent
            .refused(mutation, input.clone(), "FORBIDDEN", &[])
            .await;
        integration.refused(mutation, input, "FORBIDDEN", &[]).await;
    }
    let message = all
        .iter()
        .find(|(mutation, _)| *mutation == "receiveMessage")
        .expect("it")
        .1
        .clone();
    agent
        .refused("receiveMessage", message, "FORBIDDEN", &[])
        .await;
    integration
        .refused(
            "claimConversation",
            json!({ "conversationId": conversations[0] }),
            "FORBIDDEN",
            &[],
        )
        .await;
    // What is not there is told before what is not allowed, and a value that cannot be before both.
    viewer
        .refused(
            "addNote",
            json!({ "conversationId": ticket, "text": "x" }),
            "NOT_FOUND",
            &["input", "conversationId"],
        )
        .await;
    viewer
        .refused(
            "addNote",
            json!({ "conversationId": conversations[0], "text": "" }),
            "INVALID_VALUE",
            &["input", "text"],
        )
        .await;
    agent
        .refused(
            "updateInbox",
            json!({ "inboxId": ticket }),
            "NOT_FOUND",
            &["input", "inboxId"],
        )
        .await;
    agent
        .refused(
            "createInbox",
            json!({ "name": "" }),
            "INVALID_VALUE",
            &["input", "name"],
        )
        .await;

    let mut after = admin.gql(EVERYTHING, json!({})).await;
    assert_eq!(after["users"], before_users);
    after["users"] = before["users"].clone();
    assert_eq!(after, before);
    assert_eq!(log_length(&app.database_url).await, log);

    // An integration has no user to show; the daily work it does, without becoming an owner by it.
    let asked = integration
        .raw("{ viewer { user { id } } }", json!({}))
        .await;
    assert_eq!(
        asked["errors"][0]["extensions"]["code"], "FORBIDDEN",
        "{asked:#}"
    );
    let reply = integration
        .done(
            "sendReply",
            json!({ "conversationId": conversations[0], "text": "Hello" }),
        )
        .await;
    assert_eq!(reply["conversation"]["owner"], Value::Null);
    agent
        .done(
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": account.statuses["Closed"] }),
        )
        .await;
}
