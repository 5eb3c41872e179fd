//! `nodes`: every type that has an id, mixed, in their order, in one statement a type.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tandem::config::Config;
use tandem::domain::id::AnyId;

use crate::statements::proxy::Proxy;
use crate::support::desk::text;
use crate::support::{Client, TestAccount, TestApp, database};

const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

/// Two ids of each type, where the account has two.
async fn everything(
    app: &TestApp,
    account: &TestAccount,
    client: &Client,
) -> Vec<(&'static str, Vec<String>)> {
    let (first, conversations) = account.ticket(client, 1).await;
    let (second, _) = account.ticket(client, 1).await;
    for name in ["one", "two"] {
        let input = json!({ "name": name, "label": name, "type": "TEXT" });
        client.done("createPropertyDefinition", input).await;
        client.done("createInbox", json!({ "name": name })).await;
        let input = json!({ "inboxId": account.inbox_id, "kind": "CHAT", "name": name });
        client.done("createChannel", input).await;
        let statuses = json!([{ "name": "A", "category": "OPEN" }]);
        let input = json!({ "name": name, "statuses": statuses });
        client.done("createPipeline", input).await;
        let list = json!({ "conversations": {} });
        let input = json!({ "name": name, "shared": name == "one", "list": list });
        client.done("createSavedView", input).await;
        let trashed = account.conversation(client).await;
        client
            .done("trashConversation", json!({ "conversationId": trashed }))
            .await;
        let robot = app.client(&account.integration(name).await);
        let input = json!({ "conversationId": conversations[0], "text": "Hi" });
        robot.done("addNote", input).await;
    }
    account.user("agent").await;
    let data = client
        .gql(
            "{ viewer { account { id } } users { id } inboxes { id channels { id } } savedViews { id } \
             pipelines { id statuses { id } } propertyDefinitions { id } trash { nodes { id } } \
             conversations { nodes { id contact { id } messages { nodes { id } } } } \
             cascades(first: 100) { nodes { id actor { ... on Integration { id } } } } }",
            json!({}),
        )
        .await;
    let all = |pointers: &[&str]| -> Vec<String> {
        let mut found: BTreeSet<String> = BTreeSet::new();
        collect(&data, pointers, &mut found);
        found.into_iter().take(2).collect()
    };
    vec![
        ("Account", all(&["viewer", "account", "id"])),
        ("User", all(&["users", "id"])),
        ("Integration", all(&["cascades", "nodes", "actor", "id"])),
        ("Inbox", all(&["inboxes", "id"])),
        ("Channel", all(&["inboxes", "channels", "id"])),
        ("Contact", all(&["conversations", "nodes", "contact", "id"])),
        ("Conversation", all(&["conversations", "nodes", "id"])),
        (
            "Message",
            all(&["conversations", "nodes", "messages", "nodes", "id"]),
        ),
        ("Ticket", vec![first, second]),
        ("Pipeline", all(&["pipelines", "id"])),
        ("TicketStatus", all(&["pipelines", "statuses", "id"])),
        ("PropertyDefinition", all(&["propertyDefinitions", "id"])),
        ("Cascade", all(&["cascades", "nodes", "id"])),
        ("TrashGroup", all(&["trash", "nodes", "id"])),
        ("SavedView", all(&["savedViews", "id"])),
    ]
}

/// All texts at the end of a way through objects and lists.
fn collect(value: &Value, way: &[&str], found: &mut BTreeSet<String>) {
    match (value, way) {
        (Value::Array(all), way) => all.iter().for_each(|one| collect(one, way, found)),
        (Value::String(text), []) => {
            found.insert(text.clone());
        }
        (value, [next, rest @ ..]) => collect(&value[*next], rest, found),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_mixed_in_their_order_in_a_statement_each() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let app = TestApp::on(&proxy.url(), Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let all = everything(&app, &account, &client).await;
    // Everything that has an id can be asked for.
    let schema = client
        .gql(
            "{ __type(name: \"Node\") { possibleTypes { name } } }",
            json!({}),
        )
        .await;
    let types = schema["__type"]["possibleTypes"].as_array().expect("types");
    let types: BTreeSet<_> = types.iter().map(|one| text(&one["name"])).collect();
    let covered: BTreeSet<_> = all.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(types, covered, "a type that was added is to be tested here");
    for (name, ids) in &all {
        let count = if *name == "Account" { 1 } else { 2 };
        assert_eq!(ids.len(), count, "{name}");
    }

    // The firsts and the seconds, in between what is not there.
    let other = app.account("2025-01-01T00:00:00Z").await;
    let foreign = everything(&app, &other, &app.client(&other.token)).await;
    let mut asked: Vec<(String, Option<&str>)> = Vec::new();
    for place in [1, 0, 1] {
        for ((name, ids), (_, theirs)) in all.iter().zip(&foreign) {
            if let Some(id) = ids.get(place) {
                asked.push((id.clone(), Some(*name)));
            }
            asked.push((theirs[0].clone(), None));
        }
    }
    let token = tandem::domain::id::TokenId(uuid::Uuid::now_v7()).to_string();
    for id in ["", "nonsense", "ticket_", "\u{0}", token.as_str()] {
        asked.push((id.to_owned(), None));
    }
    asked.truncate(100);
    assert!(AnyId::parse(&token).is_ok());
    let ids: Vec<_> = asked.iter().map(|(id, _)| id).collect();
    let data = client.gql(NODES, json!({ "ids": ids })).await;
    let expected: Vec<_> = asked
        .iter()
        .map(|(id, name)| name.map(|name| json!({ "__typename": name, "id": id })))
        .collect();
    assert_eq!(data["nodes"], json!(expected));

    let statements = async |ids: Vec<String>| {
        let asked = client.gql(NODES, json!({ "ids": ids }));
        proxy.reads_of(asked).await.0.len()
    };
    for (name, ids) in &all {
        let one = statements(vec![ids[0].clone()]).await;
        assert_eq!(one, 1, "{name}");
        let many: Vec<_> = std::iter::repeat_n(ids.clone(), 10).flatten().collect();
        assert_eq!(statements(many).await, one, "{name}");
    }
    let mixed: Vec<_> = all.iter().flat_map(|(_, ids)| ids.clone()).collect();
    // So far one statement was enough, and was hoped to be for the first of these.
    assert_eq!(statements(mixed.clone()).await, all.len() + 1);
    assert_eq!(statements(mixed).await, all.len(), "one for each type");
}
