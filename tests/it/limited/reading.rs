//! Every query.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::office::{Office, SECRET, assert_tells_nothing, office};
use crate::support::Client;
use crate::support::desk::text;

/// All that hangs on a conversation, a ticket, a contact and a cascade.
const FRAGMENTS: &str = "\
fragment C on Conversation { id subject status inbox { id name channels { id name } } channel { id name } contact { ...K } owner { id } \
  ticket { ...T } lastMessage { id text } messages(first: 5) { totalCount nodes { id text author { __typename } } } \
  previousConversations(first: 5) { totalCount nodes { id subject lastMessage { text } } } timeline(first: 9) { totalCount nodes { ...L } } } \
fragment T on Ticket { id number name contact { id } properties { display } \
  conversations(first: 5) { totalCount nodes { id subject } } timeline(first: 9) { totalCount nodes { ...L } } } \
fragment K on Contact { id name email conversations(first: 5) { totalCount nodes { id subject } } tickets(first: 5) { totalCount nodes { id name } } } \
fragment L on Cascade { id cursor command actor { __typename ... on Contact { id } } tickets { id name } conversations { id subject } \
  undoes { id } undoneBy { id } effects { __typename index rule subjectId causedBy { index subjectId } \
    subject { __typename ... on Ticket { id } ... on Conversation { id subject } } \
    ... on Created { values { name value } } ... on Linked { ticket { id } } ... on MessageAdded { message { id text } } \
    ... on InboxChanged { previousInbox { id } inbox { id } } } }";

/// Each field at the root with all that it may show.
const QUERIES: &[(&str, &str)] = &[
    (
        "viewer",
        "viewer { user { id inboxes { id name } } account { id } }",
    ),
    ("asOf", "asOf"),
    ("node", "node(id: $none) { id }"),
    ("nodes", "nodes(ids: [$none]) { id }"),
    (
        "inboxes",
        "inboxes { id name channels { id name } conversations(first: 2) { totalCount nodes { id subject } } }",
    ),
    (
        "inbox",
        "inbox(id: $inbox) { id conversations(first: 20) { totalCount nodes { ...C } } }",
    ),
    ("conversation", "conversation(id: $conversation) { ...C }"),
    (
        "conversations",
        "conversations(first: 20) { totalCount edges { cursor } nodes { ...C } }",
    ),
    ("ticket", "ticket(id: $ticket) { ...T }"),
    (
        "tickets",
        "tickets(first: 20) { totalCount nodes { ...T } }",
    ),
    ("contact", "contact(id: $contact) { ...K }"),
    ("users", "users { id name inboxes { id name } }"),
    ("pipelines", "pipelines { id }"),
    ("propertyDefinitions", "propertyDefinitions { id }"),
    (
        "search",
        "search(text: \"zebra\", first: 10) { totalCount nodes { __typename ... on Conversation { ...C } ... on Ticket { ...T } } }",
    ),
    ("savedViews", "savedViews { id name filter totalCount }"),
    (
        "trash",
        "trash(first: 3) { totalCount nodes { id ticket { id name conversations { nodes { id } } } conversations { id subject inbox { id } lastMessage { text } ticket { id } } trashedBy { __typename } } }",
    ),
    (
        "cascades",
        "cascades(first: 60) { totalCount pageInfo { hasNextPage endCursor } nodes { ...L } }",
    ),
    ("cascadeRules", "cascadeRules { rule }"),
    ("sessions", "sessions { id }"),
    ("tokens", "tokens { id }"),
];

async fn told(client: &Client, query: &str, variables: &Value) -> String {
    let uses: Vec<_> = ["none", "inbox", "conversation", "ticket", "contact"]
        .into_iter()
        .filter(|name| query.contains(&format!("${name}")))
        .map(|name| format!("${name}: ID!"))
        .collect();
    let head = if uses.is_empty() {
        "query".to_owned()
    } else {
        format!("query({})", uses.join(", "))
    };
    let mut text = format!("{head} {{ {query} }}");
    let fragments = FRAGMENTS.split("fragment ").filter(|part| !part.is_empty());
    let mut wanted = BTreeSet::new();
    loop {
        let before = wanted.len();
        for part in fragments.clone() {
            let name = part.split(' ').next().expect("a name");
            if text.contains(&format!("...{name} ")) && wanted.insert(name.to_owned()) {
                text += &format!(" fragment {part}");
            }
        }
        if wanted.len() == before {
            break;
        }
    }
    let told = client
        .text(&json!({ "query": text, "variables": variables }))
        .await;
    assert!(
        !told.contains("\"errors\"") || query.starts_with("tokens"),
        "{text}\n{told}"
    );
    told
}

async fn variables(office: &Office) -> Value {
    let query = "query($id: ID!) { conversation(id: $id) { contact { id } } }";
    let contact = office
        .admin
        .gql(query, json!({ "id": office.secret }))
        .await;
    json!({
        "none": office.secret, "inbox": office.inbox, "conversation": office.secret, "ticket": office.hidden.0,
        "contact": contact["conversation"]["contact"]["id"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_query_tells_anything_that_is_not_in_their_inboxes() {
    let office = office().await;
    let input = json!({ "name": "Theirs", "shared": true,
        "list": { "conversations": { "filter": { "inboxId": office.inbox } } } });
    office.admin.done("createSavedView", input).await;
    let anna = office.client(&office.anna);
    let schema = "{ __schema { queryType { fields { name } } } }";
    let fields = anna.gql(schema, json!({})).await;
    let fields = fields["__schema"]["queryType"]["fields"]
        .as_array()
        .expect("fields");
    let there: BTreeSet<_> = fields.iter().map(|field| text(&field["name"])).collect();
    let asked: BTreeSet<_> = QUERIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, asked, "a field at the root is not tried here");
    let (secrets, variables) = (office.secrets().await, variables(&office).await);
    for (name, query) in QUERIES {
        let shown = told(&anna, query, &variables).await;
        assert_tells_nothing(name, &shown, &secrets);
        // The same question is answered to who may see it all.
        if [
            "inbox",
            "conversation",
            "ticket",
            "trash",
            "cascades",
            "search",
            "savedViews",
        ]
        .contains(name)
        {
            let all = told(&office.admin, query, &variables).await;
            assert!(
                secrets.iter().any(|secret| all.contains(secret)),
                "{name}: {all}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_their_inboxes_is_not_there_by_its_id() {
    let office = office().await;
    let anna = office.client(&office.anna);
    let secrets = office.secrets().await;
    let ids: Vec<_> = secrets.iter().filter(|id| id.as_str() != SECRET).collect();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }";
    for ids in ids.chunks(50) {
        let found = anna.gql(query, json!({ "ids": ids })).await;
        let found = found["nodes"].as_array().expect("nodes");
        assert!(found.iter().all(Value::is_null), "{ids:?} {found:?}");
        let all = office.admin.gql(query, json!({ "ids": ids })).await;
        let all = all["nodes"].as_array().expect("nodes").clone();
        assert!(all.iter().all(Value::is_object), "{ids:?} {all:?}");
    }
    for id in [&office.secret, &office.hidden.1] {
        let by = "query($id: ID!) { conversation(id: $id) { id } conversations(filter: { ticketId: $id }) { totalCount } \
            cascades(filter: { conversationId: $id }) { totalCount nodes { id } } }";
        let data = anna.gql(by, json!({ "id": id })).await;
        assert_eq!(data["conversation"], Value::Null);
        assert_eq!(data["cascades"], json!({ "totalCount": 0, "nodes": [] }));
    }
    let by = "query($inbox: ID!, $ticket: ID!) { inbox(id: $inbox) { id } ticket(id: $ticket) { id } \
        conversations(filter: { inboxId: $inbox }) { totalCount } \
        a: cascades(filter: { inboxId: $inbox }) { totalCount nodes { id } } \
        b: cascades(filter: { ticketId: $ticket }) { totalCount nodes { id } } \
        search(text: \"zebra\") { totalCount nodes { __typename } } }";
    let variables = json!({ "inbox": office.inbox, "ticket": office.hidden.0 });
    let data = anna.gql(by, variables).await;
    let none = json!({ "totalCount": 0, "nodes": [] });
    let expected = json!({ "inbox": null, "ticket": null, "conversations": { "totalCount": 0 }, "a": none, "b": none, "search": none });
    assert_eq!(data, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_their_inboxes_is_all_there() {
    let office = office().await;
    let query = "query($ticket: ID!, $one: ID!) { inboxes { id } conversations { totalCount nodes { id } } tickets { nodes { id } } \
        ticket(id: $ticket) { conversations { totalCount nodes { id } } timeline { totalCount nodes { effects { index subjectId } } } } \
        conversation(id: $one) { ticket { id } previousConversations { totalCount } } \
        trash { totalCount nodes { id conversations { id } } } }";
    let (ticket, one, other) = office.shared.clone();
    for (user, mine, alone, count) in [
        (&office.anna, &one, &office.open, 1),
        (&office.ben, &other, &office.secret, 2),
    ] {
        let client = office.client(user);
        let data = client
            .gql(query, json!({ "ticket": ticket, "one": mine }))
            .await;
        assert_eq!(data["inboxes"].as_array().map(Vec::len), Some(1));
        let nodes = data["conversations"]["nodes"].as_array().expect("nodes");
        let ids: BTreeSet<_> = nodes.iter().map(|node| text(&node["id"])).collect();
        assert!(ids.contains(mine) && ids.contains(alone), "{data:#}");
        assert_eq!(data["conversations"]["totalCount"], json!(ids.len()));
        assert_eq!(
            data["tickets"]["nodes"].as_array().map(Vec::len),
            Some(count)
        );
        let conversations = json!({ "totalCount": 1, "nodes": [{ "id": mine }] });
        assert_eq!(data["ticket"]["conversations"], conversations);
        assert_eq!(data["conversation"]["ticket"]["id"], json!(ticket));
        assert_eq!(
            data["conversation"]["previousConversations"]["totalCount"],
            json!(0)
        );
        assert_eq!(data["trash"]["totalCount"], json!(count));
        // What happened to the ticket, told by what of it is seen, in places that have no holes.
        let timeline = &data["ticket"]["timeline"];
        let nodes = timeline["nodes"].as_array().expect("nodes");
        assert_eq!(timeline["totalCount"], json!(nodes.len()));
        for node in nodes {
            for (place, effect) in node["effects"]
                .as_array()
                .expect("effects")
                .iter()
                .enumerate()
            {
                assert_eq!(effect["index"], json!(place));
                let subject = text(&effect["subjectId"]);
                assert!(subject == ticket || subject == *mine, "{node:#}");
            }
        }
    }
}

/// The log of somebody limited is paged as that of anybody: each cascade once, in order, and as many as are counted.
#[tokio::test(flavor = "multi_thread")]
async fn their_log_has_pages_without_holes() {
    let office = office().await;
    let anna = office.client(&office.anna);
    for number in 0..30 {
        let id = if number % 5 == 0 {
            &office.open
        } else {
            &office.secret
        };
        let input = json!({ "conversationId": id, "text": "a note" });
        office.admin.done("addNote", input).await;
    }
    let query = "query($after: String, $first: Int) { cascades(first: $first, after: $after) { totalCount \
        pageInfo { hasNextPage endCursor } nodes { id } } }";
    let whole = anna.gql(query, json!({ "first": 100 })).await["cascades"].take();
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = anna.gql(query, json!({ "first": 2, "after": after })).await["cascades"].take();
        ids.extend(page["nodes"].as_array().expect("nodes").clone());
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(whole["nodes"], json!(ids));
    assert_eq!(whole["totalCount"], json!(ids.len()));
    assert!(ids.len() >= 6, "{ids:?}");
}
