//! `totalCount` is right, and costs a statement only where it is asked for.

use serde_json::{Value, json};
use tandem::config::Config;

use crate::statements::proxy::Proxy;
use crate::support::desk::text;
use crate::support::{TestApp, database};

#[tokio::test(flavor = "multi_thread")]
async fn a_count_is_a_statement_of_its_own_and_only_when_asked_for() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let app = TestApp::on(&proxy.url(), Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let (ticket, conversations) = account.ticket(&client, 3).await;
    let lonely = account.conversation(&client).await;
    let trashed = json!({ "conversationId": lonely });
    client.done("trashConversation", trashed).await;
    let query = "query($id: ID!) { conversation(id: $id) { contact { id } } }";
    let data = client.gql(query, json!({ "id": conversations[0] })).await;
    let contact = text(&data["conversation"]["contact"]["id"]);
    let one = |thing: &str, id: &str, list: &str| {
        let wrapped = format!("{thing}(id: \"{id}\") {{ {list}");
        (
            wrapped,
            " }",
            list.split('(').next().unwrap_or_default().to_owned(),
        )
    };
    let root = |list: &str| {
        (
            list.to_owned(),
            "",
            list.split('(').next().unwrap_or_default().to_owned(),
        )
    };
    let lists = [
        (root("conversations(first: 1)"), 3),
        (
            root("conversations(first: 0, filter: { hasTicket: false })"),
            0,
        ),
        (root("tickets(first: 1)"), 1),
        (root("trash(first: 1)"), 1),
        (root("cascades(first: 1)"), 8),
        (
            one("inbox", &account.inbox_id, "conversations(first: 1)"),
            3,
        ),
        (one("contact", &contact, "conversations(first: 1)"), 1),
        (one("contact", &contact, "tickets(first: 1)"), 1),
        (
            one("conversation", &conversations[0], "messages(first: 1)"),
            1,
        ),
        (
            one(
                "conversation",
                &conversations[0],
                "previousConversations(first: 1)",
            ),
            0,
        ),
        (
            one("conversation", &conversations[0], "timeline(first: 1)"),
            2,
        ),
        (one("ticket", &ticket, "conversations(first: 1)"), 3),
        (one("ticket", &ticket, "timeline(first: 1)"), 3),
    ];
    for ((open, close, name), total) in lists {
        let ask = async |fields: &str| -> (usize, Value) {
            let query = format!("{{ {open} {{ {fields} }}{close} }}");
            let (reads, data) = proxy.reads_of(client.gql(&query, json!({}))).await;
            (reads.len(), data)
        };
        let (without, _) =
            ask("nodes { __typename } pageInfo { hasNextPage hasPreviousPage endCursor }").await;
        let (with, data) = ask("nodes { __typename } totalCount").await;
        assert_eq!(with, without + 1, "{open}");
        let found = data.get(&name).cloned().unwrap_or_else(|| {
            let outer = data.as_object().expect("data").values().next();
            outer.expect("the thing")[&name].clone()
        });
        assert_eq!(found["totalCount"], json!(total), "{open}: {data}");
    }
}
