//! Filters, properties and cursors that cannot be: each a clear error that names what is wrong.

use serde_json::{Value, json};

use super::Desk;

const TICKETS: &str = "query($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }";
const CONVERSATIONS: &str =
    "query($filter: ConversationFilter) { conversations(filter: $filter) { nodes { id } } }";

fn property(name: &str, eq: Value) -> Value {
    json!({ "filter": { "not": { "property": [{ "name": name, "eq": eq }] } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_is_none_or_of_another_type() {
    let desk = Desk::new().await;
    for name in [
        "none", "", "Count", "name", "priority", "co\0unt", "colour ",
    ] {
        for condition in [
            json!({ "name": name }),
            json!({ "name": name, "isSet": true }),
            json!({ "name": name, "eq": { "number": 1 } }),
        ] {
            let variables = json!({ "filter": { "property": [condition] } });
            let message = desk
                .is_refused(TICKETS, variables, 200, "BAD_USER_INPUT")
                .await;
            let shown = name.replace('\0', "");
            assert!(message.contains(&format!("`{shown}`")), "{message}");
            assert!(message.contains("propertyDefinitions"), "{message}");
        }
    }
    let wrong = [
        (
            "count",
            json!({ "string": "1" }),
            "takes `number`, not `string`",
        ),
        (
            "note",
            json!({ "number": 1 }),
            "takes `string`, not `number`",
        ),
        ("note", json!({ "string": " " }), "`isSet: false`"),
        ("note", json!({ "string": "a\0b" }), "NUL"),
        ("note", json!({ "string": "x".repeat(65_537) }), "65536"),
        (
            "colour",
            json!({ "option": "green" }),
            "its options are red",
        ),
        (
            "colour",
            json!({ "options": ["red"] }),
            "takes `option`, not `options`",
        ),
        ("colours", json!({ "options": [] }), "`isSet: false`"),
        ("colours", json!({ "options": ["red", "green"] }), "`green`"),
        ("colours", json!({ "option": "green" }), "`green`"),
        ("count", json!({ "date": "2026-01-01" }), "not `date`"),
        (
            "count",
            json!({ "dateTime": "2026-01-01T00:00:00Z" }),
            "not `dateTime`",
        ),
        ("count", json!({ "boolean": true }), "not `boolean`"),
    ];
    for (name, eq, says) in wrong {
        let message = desk
            .is_refused(TICKETS, property(name, eq), 200, "BAD_USER_INPUT")
            .await;
        for word in ["filter.property", "`eq`", &format!("`{name}`"), says] {
            assert!(message.contains(word), "{message}");
        }
    }
    // What the schema itself does not have is refused before any work.
    for eq in [
        json!({}),
        json!({ "number": 1, "string": "1" }),
        json!({ "number": "1" }),
        json!({ "date": "2026-02-30" }),
        json!({ "number": null }),
    ] {
        desk.is_refused(
            TICKETS,
            property("count", eq),
            400,
            "GRAPHQL_VALIDATION_FAILED",
        )
        .await;
    }
    desk.is_untouched("filters by properties").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_ids_and_conditions() {
    let desk = Desk::new().await;
    let ids = vec![desk.ticket.clone(); 5_000];
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let message = desk
        .is_refused(nodes, json!({ "ids": ids }), 200, "BAD_USER_INPUT")
        .await;
    assert!(message.contains("`ids`"), "{message}");
    for (query, filter, names) in [
        (TICKETS, json!({ "statusId": ids }), "`filter.statusId`"),
        (
            TICKETS,
            json!({ "or": [{ "statusId": ids }] }),
            "`filter.statusId`",
        ),
        (
            TICKETS,
            json!({ "priority": vec!["LOW"; 5_000] }),
            "`filter.priority`",
        ),
        (
            TICKETS,
            json!({ "property": vec![json!({ "name": "count" }); 5_000] }),
            "`filter.property`",
        ),
        (
            TICKETS,
            json!({ "and": vec![json!({}); 5_000] }),
            "50 conditions",
        ),
        (
            CONVERSATIONS,
            json!({ "channel": vec!["CHAT"; 5_000] }),
            "`filter.channel`",
        ),
        (
            CONVERSATIONS,
            json!({ "or": vec![json!({ "ownerId": null }); 5_000] }),
            "50 conditions",
        ),
    ] {
        let message = desk
            .is_refused(query, json!({ "filter": filter }), 200, "BAD_USER_INPUT")
            .await;
        assert!(message.contains(names), "{message}");
    }
    // A list of as many as are allowed is answered.
    let filter = json!({ "statusId": vec![desk.account.statuses["New"].clone(); 100] });
    desk.client.gql(TICKETS, json!({ "filter": filter })).await;
    desk.is_untouched("thousands of ids").await;
}

/// Each cursor is of one list, one order and one thing; anywhere else it is refused, and the argument is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_list_order_or_thing() {
    let desk = Desk::new().await;
    let other = desk.account.conversation(&desk.client).await;
    let contact = "query($id: ID!) { conversation(id: $id) { contact { id } } }";
    let mut contacts = Vec::new();
    for id in [&desk.conversation, &other] {
        let data = desk.client.gql(contact, json!({ "id": id })).await;
        contacts.push(crate::support::desk::text(
            &data["conversation"]["contact"]["id"],
        ));
    }
    let trashed = json!({ "conversationId": desk.account.conversation(&desk.client).await });
    desk.client.done("trashConversation", trashed).await;
    let of =
        |thing: &str, id: &str, list: &str| format!("{thing}(id: \"{id}\") {{ {list}(PAGE) }}");
    let lists = [
        "conversations(PAGE)".to_owned(),
        "conversations(orderBy: { direction: ASC }, PAGE)".to_owned(),
        "conversations(orderBy: { field: CREATED_AT }, PAGE)".to_owned(),
        "tickets(PAGE)".to_owned(),
        "tickets(orderBy: { field: NUMBER }, PAGE)".to_owned(),
        "tickets(orderBy: { field: PRIORITY }, PAGE)".to_owned(),
        "tickets(orderBy: { field: PRIORITY, direction: ASC }, PAGE)".to_owned(),
        "trash(PAGE)".to_owned(),
        "cascades(PAGE)".to_owned(),
        of("inbox", &desk.account.inbox_id, "conversations"),
        of("contact", &contacts[0], "conversations"),
        of("contact", &contacts[1], "conversations"),
        of("contact", &contacts[0], "tickets"),
        of("conversation", &desk.conversation, "messages"),
        of("conversation", &other, "messages"),
        of("conversation", &desk.conversation, "timeline"),
        of("conversation", &other, "timeline"),
        of("ticket", &desk.ticket, "conversations"),
        of("ticket", &desk.ticket, "timeline"),
    ];
    let query = |list: &str, page: &str| {
        let selected = list.replace("(PAGE)", &format!("({page}) {{ edges {{ cursor }} }}"));
        let selected = selected.replace("PAGE)", &format!("{page}) {{ edges {{ cursor }} }}"));
        format!("{{ {selected} }}")
    };
    let mut cursors = Vec::new();
    for list in &lists {
        let data = desk.client.gql(&query(list, "first: 1"), json!({})).await;
        let found = data.to_string();
        let (_, rest) = found
            .split_once("\"cursor\":\"")
            .unwrap_or_else(|| panic!("{list}: {data}"));
        cursors.push(rest.split('"').next().expect("a cursor").to_owned());
    }
    for (place, list) in lists.iter().enumerate() {
        for (from, cursor) in cursors.iter().enumerate() {
            let asked = query(list, &format!("after: \"{cursor}\""));
            let answer = desk.client.raw(&asked, json!({})).await;
            if from == place {
                assert_eq!(answer.get("errors"), None, "its own: {answer:#}");
                continue;
            }
            let error = &answer["errors"][0];
            assert_eq!(
                error["extensions"]["code"], "BAD_CURSOR",
                "{asked} {}",
                lists[from]
            );
            let message = error["message"].as_str().expect("a message");
            assert!(
                message.contains("`after` is a cursor of another list"),
                "{message}"
            );
        }
    }
}
