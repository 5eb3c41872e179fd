//! Short lists that come along with the conversation they are of are what they are when they are read by themselves.

use serde_json::{Value, json};

use crate::support::desk::text;
use crate::support::{Client, NEWER, TestAccount, office};

const MESSAGES: &str = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id kind text createdAt author { __typename ... on Contact { email } } } }";
const PREVIOUS: &str = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id subject status workspace version createdAt lastActivityAt closedAt trashedAt
        inbox { id } channel { id } owner { id } } }";
/// With more beside them, they are read by themselves.
const JOINED: &str =
    "nodes { id contact { email } ticket { number status { name } } lastMessage { text } }";

/// What is asked of a conversation: short enough to come along or not, several at once, and with what is not there.
const ASKED: [(&str, &str); 16] = [
    ("messages", ""),
    ("messages", "(first: 0)"),
    ("messages", "(first: 3)"),
    ("messages", "(last: 1)"),
    ("messages", "(last: 5)"),
    ("messages", "(last: 20)"),
    ("messages", "(last: 25)"),
    ("messages", "(first: 30)"),
    ("messages", "(last: 31)"),
    ("messages", "(last: 51)"),
    ("previousConversations", ""),
    ("previousConversations", "(first: 0)"),
    ("previousConversations", "(first: 1)"),
    ("previousConversations", "(first: 5)"),
    ("previousConversations", "(first: 25)"),
    ("previousConversations", "(first: 51)"),
];

/// One contact's conversations, closed ones, some with a ticket and some in the trash among them; the first has 31
/// messages and notes.
async fn threads(account: &TestAccount, client: &Client) -> Vec<String> {
    let owner = account.user("agent").await.id;
    let mut all = Vec::new();
    for n in 0..29 {
        let id = account
            .message(client, &format!("{n}"), "one@example.org")
            .await;
        let done = |mutation, input| client.done(mutation, input);
        if n % 3 == 0 {
            let owned = json!({ "conversationId": id, "ownerId": owner });
            done("updateConversationOwner", owned).await;
        }
        if n % 4 == 1 {
            let closed = json!({ "conversationId": id, "status": "CLOSED" });
            done("updateConversationStatus", closed).await;
        }
        if n % 5 == 2 {
            done("createTicket", json!({ "conversationId": id })).await;
        }
        if n == 12 || n == 13 {
            done("trashConversation", json!({ "conversationId": id })).await;
        }
        all.push(id);
    }
    for n in 1..31 {
        if n % 2 == 0 {
            let note = json!({ "conversationId": all[0], "text": format!("Note {n}") });
            client.done("addNote", note).await;
        } else {
            account.message(client, "0", "one@example.org").await;
        }
    }
    // Somebody who never wrote before, with one message.
    all.push(account.conversation(client).await);
    all
}

/// Each conversation's part of an answer that reads the lists for all of them by themselves.
async fn by_themselves(client: &Client, lists: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for in_trash in [false, true] {
        let query = format!(
            "{{ conversations(first: 100, filter: {{ inTrash: {in_trash} }}) {{ nodes {{ id {lists} }} }} }}"
        );
        let mut data = client.gql(&query, json!({})).await;
        let nodes = data["conversations"]["nodes"].as_array_mut();
        all.append(nodes.expect("conversations"));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_along_is_what_is_read_by_itself() {
    let (_app, account, client) = office().await;
    let count = threads(&account, &client).await.len();
    let fields = ASKED.map(|(list, arguments)| {
        let below = if list == "messages" {
            MESSAGES
        } else {
            PREVIOUS
        };
        format!("{list}{arguments} {{ {below} }}")
    });
    // One at a time, one of each together, and several of each, of which one comes along.
    let mut asked: Vec<String> = fields.to_vec();
    asked.push(format!("contact {{ email }} {} {}", fields[5], fields[13]));
    asked.push(format!("ticket {{ number }} {} {}", fields[7], fields[12]));
    asked.push(format!(
        "a: {} b: {} c: {} d: {}",
        fields[4], fields[2], fields[13], fields[12]
    ));
    asked.push(format!("a: {} b: {}", fields[5], fields[5]));
    // They are in the trash together.
    asked.push("trashedAt ticket { number trashedAt }".to_owned());
    asked.push(format!("previousConversations(first: 5) {{ {JOINED} }}"));
    asked.push(format!(
        "a: previousConversations(first: 5) {{ {JOINED} }} b: {}",
        fields[13]
    ));
    for lists in asked {
        let expected = by_themselves(&client, &lists).await;
        assert_eq!(expected.len(), count);
        let query = format!("query($id: ID!) {{ conversation(id: $id) {{ id {lists} }} }}");
        for one in &expected {
            let asked = json!({ "id": one["id"] });
            let found = client.gql(&query, asked).await;
            assert_eq!(found["conversation"], *one, "{lists}");
        }
        // Several conversations of one response are read together.
        let ids: Vec<_> = expected.iter().map(|one| text(&one["id"])).collect();
        let query = format!(
            "query($one: ID!, $other: ID!) {{ one: conversation(id: $one) {{ id {lists} }}
                other: conversation(id: $other) {{ id {lists} }} }}"
        );
        let asked = json!({ "one": ids[0], "other": ids[1] });
        let found = client.gql(&query, asked).await;
        assert_eq!(
            [&found["one"], &found["other"]],
            [&expected[0], &expected[1]]
        );
    }
}

/// The cursors and ids of a list, in its order.
async fn edges(client: &Client, id: &str, list: &str) -> Vec<(String, String)> {
    let query = format!(
        "query($id: ID!) {{ conversation(id: $id) {{ list: {list} {{ edges {{ cursor node {{ id }} }} }} }} }}"
    );
    let found = client.gql(&query, json!({ "id": id })).await;
    let edges = found["conversation"]["list"]["edges"].as_array();
    let edge = |edge: &Value| (text(&edge["cursor"]), text(&edge["node"]["id"]));
    edges.expect("edges").iter().map(edge).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_the_middle_does_not_come_along() {
    let (_app, account, client) = office().await;
    let first = threads(&account, &client).await.swap_remove(0);
    let thread = edges(&client, &first, "messages(first: 40)").await;
    let previous = edges(&client, &first, "previousConversations(first: 40)").await;
    assert_eq!((thread.len(), previous.len()), (31, 26));
    let at = |list: &[(String, String)], place: usize| list[place].0.clone();
    for (page, whole, range) in [
        (
            format!("messages(last: 5, before: \"{}\")", at(&thread, 20)),
            &thread,
            15..20,
        ),
        (
            format!("messages(first: 5, after: \"{}\")", at(&thread, 20)),
            &thread,
            21..26,
        ),
        (
            format!("messages(before: \"{}\")", at(&thread, 3)),
            &thread,
            0..3,
        ),
        (
            format!(
                "previousConversations(first: 5, after: \"{}\")",
                at(&previous, 7)
            ),
            &previous,
            8..13,
        ),
    ] {
        let found = edges(&client, &first, &page).await;
        assert_eq!(found, whole[range], "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_brings_nothing_along() {
    let (app, account, client) = office().await;
    let query = "query($id: ID!) { conversation(id: $id) {
        messages { nodes { id } } previousConversations { nodes { id } } } }";
    let stranger = app.account(NEWER).await;
    let theirs = stranger.conversation(&app.client(&stranger.token)).await;
    account.conversation(&client).await;
    let found = client.gql(query, json!({ "id": theirs })).await;
    assert_eq!(found, json!({ "conversation": null }));
}
