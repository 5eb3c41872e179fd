//! What a view lists: its page, its count, its filter given back.

use serde_json::{Value, json};

use super::{conversations, save, tickets};
use crate::support::desk::text;
use crate::support::{Client, NEWER, TestApp, office};

/// Asks for a view by id.
async fn view(client: &Client, id: &str, fields: &str) -> Value {
    let query =
        format!("query($id: ID!) {{ node(id: $id) {{ ... on SavedView {{ {fields} }} }} }}");
    client.gql(&query, json!({ "id": id })).await["node"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_comes_back_as_it_was_given() {
    let (_app, account, client) = office().await;
    let options = json!([{ "value": "red", "label": "Red" }]);
    for (name, kind, options) in [
        ("note", "TEXT", Value::Null),
        ("weight", "NUMBER", Value::Null),
        ("colours", "MULTI_ENUMERATION", options),
    ] {
        let input = json!({ "name": name, "label": name, "type": kind, "options": options });
        client.done("createPropertyDefinition", input).await;
    }
    account.ticket(&client, 2).await;
    account.conversation(&client).await;
    let inbox = &account.inbox_id;
    let of_conversations = [
        json!({}),
        json!({ "ownerId": null }),
        json!({ "ownerId": null, "status": null, "inboxId": inbox }),
        json!({ "or": [{ "ownerId": account.user_id }, { "not": { "hasTicket": true, "and": [] } }] }),
        json!({ "channel": ["EMAIL", "CHAT"], "workspace": "INBOX", "inTrash": false }),
        json!({ "channel": "EMAIL", "ownedByMe": false }),
        json!({ "lastActivityAt": { "from": "2024-01-01T00:00:00+02:00", "before": null } }),
        json!({ "inboxId": "no id at all", "contactId": 7 }),
    ];
    for (n, filter) in of_conversations.into_iter().enumerate() {
        let id = save(
            &client,
            conversations(&format!("c{n}"), false, filter.clone()),
        )
        .await;
        let kept = view(
            &client,
            &id,
            "filter orderBy totalCount conversations(first: 50) { nodes { id } totalCount } tickets { totalCount }",
        )
        .await;
        assert_eq!(kept["filter"], filter);
        assert_eq!(kept["tickets"], Value::Null);
        let query = "query($filter: ConversationFilter, $orderBy: ConversationOrder) { \
            conversations(filter: $filter, orderBy: $orderBy, first: 50) { nodes { id } totalCount } }";
        let variables = json!({ "filter": kept["filter"], "orderBy": kept["orderBy"] });
        let asked = client.gql(query, variables).await;
        assert_eq!(asked["conversations"], kept["conversations"], "{filter}");
        assert_eq!(asked["conversations"]["totalCount"], kept["totalCount"]);
    }
    let eq = |name: &str, value: Value| json!({ "property": [{ "name": name, "eq": value }] });
    let of_tickets = [
        json!({}),
        json!({ "ownerId": null, "category": "OPEN" }),
        eq("note", json!({ "string": "a \"b\" \u{e9}\u{1f600}" })),
        eq("weight", json!({ "number": 0.1 })),
        eq("weight", json!({ "number": 1e300 })),
        eq("weight", json!({ "number": 9_007_199_254_740_993_i64 })),
        eq("colours", json!({ "options": ["red"] })),
        eq("colours", json!({ "option": "red" })),
        json!({ "statusId": [account.statuses["New"], "nonsense\u{0}"], "priority": [] }),
        json!({ "not": { "property": [{ "name": "note", "isSet": true }] } }),
    ];
    for (n, filter) in of_tickets.into_iter().enumerate() {
        let id = save(&client, tickets(&format!("t{n}"), false, filter.clone())).await;
        let kept = view(
            &client,
            &id,
            "filter orderBy totalCount tickets(first: 50) { nodes { id } totalCount } conversations { totalCount }",
        )
        .await;
        assert_eq!(kept["filter"], filter);
        assert_eq!(kept["conversations"], Value::Null);
        let query = "query($filter: TicketFilter, $orderBy: TicketOrder) { \
            tickets(filter: $filter, orderBy: $orderBy, first: 50) { nodes { id } totalCount } }";
        let variables = json!({ "filter": kept["filter"], "orderBy": kept["orderBy"] });
        let asked = client.gql(query, variables).await;
        assert_eq!(asked["tickets"], kept["tickets"], "{filter}");
        assert_eq!(asked["tickets"]["totalCount"], kept["totalCount"]);
    }
    // Written into the document, with variables within: the same.
    let document = "mutation($owner: ID, $none: ID) { createSavedView(input: { name: \"Literal\", list: { conversations: \
        { filter: { status: OPEN, ownerId: $owner, contactId: $none, channel: [EMAIL] }, \
        orderBy: { field: CREATED_AT } } } }) { savedView { filter orderBy } userErrors { message } } }";
    let data = client.gql(document, json!({ "owner": null })).await;
    let made = &data["createSavedView"]["savedView"];
    let expected = json!({ "status": "OPEN", "ownerId": null, "channel": ["EMAIL"] });
    assert_eq!(made["filter"], expected, "{data}");
    let order = json!({ "field": "CREATED_AT", "direction": "DESC" });
    assert_eq!(made["orderBy"], order);
}

#[tokio::test(flavor = "multi_thread")]
async fn mine_is_whoever_looks() {
    let (app, account, admin) = office().await;
    let user = account.user("agent").await;
    let ann = app.client(&user.token);
    let robot = app.client(&account.integration("Shop").await);
    let mut all = Vec::new();
    for _ in 0..6 {
        let (ticket, own) = account.ticket(&admin, 1).await;
        all.push((ticket, own[0].clone()));
    }
    let own = async |index: usize, owner: &str| {
        let (ticket, conversation) = &all[index];
        let input = json!({ "conversationId": conversation, "ownerId": owner });
        admin.done("updateConversationOwner", input).await;
        let input = json!({ "ticketId": ticket, "ownerId": owner });
        admin.done("updateTicketOwner", input).await;
    };
    own(0, &account.user_id).await;
    own(1, &account.user_id).await;
    own(2, &user.id).await;
    for (mine, expected) in [(true, [2, 1, 0]), (false, [4, 5, 6])] {
        let filter = json!({ "ownedByMe": mine });
        let name = format!("{mine}");
        let shared = save(&admin, conversations(&name, true, filter.clone())).await;
        let of_tickets = save(&admin, tickets(&name, true, filter.clone())).await;
        for (client, expected) in [&admin, &ann, &robot].into_iter().zip(expected) {
            for id in [&shared, &of_tickets] {
                let found = view(client, id, "totalCount").await;
                assert_eq!(found["totalCount"], expected, "{name}");
            }
            let asked = client
                .gql(
                    "query($c: ConversationFilter, $t: TicketFilter, $id: ID!) { inbox(id: $id) { \
                     conversations(filter: $c) { totalCount } } tickets(filter: $t) { totalCount } }",
                    json!({ "c": filter, "t": { "or": [filter] }, "id": account.inbox_id }),
                )
                .await;
            assert_eq!(asked["inbox"]["conversations"]["totalCount"], expected);
            assert_eq!(asked["tickets"]["totalCount"], expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_has_pages_in_its_order() {
    let (_app, account, client) = office().await;
    let mut all = Vec::new();
    for _ in 0..7 {
        all.push(account.ticket(&client, 1).await);
    }
    let input = json!({ "name": "By number", "list": { "tickets": { "filter": { "category": "OPEN" },
        "orderBy": { "field": "NUMBER", "direction": "ASC" } } } });
    let id = save(&client, input).await;
    let page = async |arguments: &str| {
        let fields = format!(
            "tickets({arguments}) {{ nodes {{ id }} pageInfo {{ endCursor startCursor hasNextPage }} }}"
        );
        view(&client, &id, &fields).await["tickets"].take()
    };
    let ids = |page: &Value| -> Vec<String> {
        let nodes = page["nodes"].as_array().expect("nodes").iter();
        nodes.map(|node| text(&node["id"])).collect()
    };
    let tickets: Vec<_> = all.iter().map(|(ticket, _)| ticket.clone()).collect();
    let first = page("first: 3").await;
    assert_eq!(ids(&first), tickets[..3]);
    let cursor = text(&first["pageInfo"]["endCursor"]);
    let second = page(&format!("first: 3, after: \"{cursor}\"")).await;
    assert_eq!(ids(&second), tickets[3..6]);
    let start = text(&second["pageInfo"]["startCursor"]);
    let back = page(&format!("last: 3, before: \"{start}\"")).await;
    assert_eq!(ids(&back), tickets[..3]);

    // Cursors are the view's own, in its own order.
    let bad = async |query: String| {
        let answer = client.raw(&query, json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "BAD_CURSOR",
            "{answer:#}"
        );
        let message = text(&answer["errors"][0]["message"]);
        assert!(message.contains("`after`"), "{message}");
    };
    let order = "orderBy: { field: NUMBER, direction: ASC }";
    bad(format!(
        "{{ tickets({order}, after: \"{cursor}\") {{ nodes {{ id }} }} }}"
    ))
    .await;
    let other = save(&client, super::tickets("Other", false, json!({}))).await;
    let of = |id: &str| {
        format!(
            "{{ node(id: \"{id}\") {{ ... on SavedView {{ tickets(after: \"{cursor}\") {{ nodes {{ id }} }} }} }} }}"
        )
    };
    bad(of(&other)).await;
    let changed =
        json!({ "savedViewId": id, "list": { "tickets": { "filter": { "category": "OPEN" } } } });
    let changed = client.done("updateSavedView", changed).await;
    let order = json!({ "field": "LAST_ACTIVITY_AT", "direction": "DESC" });
    assert_eq!(changed["savedView"]["orderBy"], order);
    assert_ne!(
        changed["savedView"]["updatedAt"],
        changed["savedView"]["createdAt"]
    );
    bad(of(&id)).await;
    // And it lists what is there now.
    let closed = json!({ "ticketId": tickets[0], "statusId": account.statuses["Closed"] });
    client.done("updateTicketStatus", closed).await;
    assert_eq!(view(&client, &id, "totalCount").await["totalCount"], 6);
    let trash = save(
        &client,
        conversations("Trash", true, json!({ "inTrash": true })),
    )
    .await;
    client
        .done("trashTicket", json!({ "ticketId": tickets[1] }))
        .await;
    assert_eq!(view(&client, &trash, "totalCount").await["totalCount"], 1);
    assert_eq!(view(&client, &id, "totalCount").await["totalCount"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_views_and_their_owners_are_one_statement_each_and_each_count_one() {
    use crate::statements::proxy::Proxy;
    let database = crate::support::database().await;
    let proxy = Proxy::start(&database.url).await;
    let app = TestApp::on(&proxy.url(), tandem::config::Config::default()).await;
    let account = app.account(NEWER).await;
    let admin = app.client(&account.token);
    let ann = app.client(&account.user("agent").await.token);
    for n in 0..4 {
        save(
            &ann,
            conversations(&format!("c{n}"), true, json!({ "status": "OPEN" })),
        )
        .await;
        save(
            &admin,
            tickets(&format!("t{n}"), false, json!({ "ownedByMe": true })),
        )
        .await;
    }
    let count = async |query: &str| {
        let (reads, data) = proxy.reads_of(admin.gql(query, json!({}))).await;
        assert_eq!(data["savedViews"].as_array().expect("views").len(), 8);
        reads.len()
    };
    assert_eq!(count("{ savedViews { name filter } }").await, 1);
    assert_eq!(count("{ savedViews { name owner { name } } }").await, 2);
    assert_eq!(
        count("{ savedViews { name totalCount owner { name } } }").await,
        2 + 8
    );
}
