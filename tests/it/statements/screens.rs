//! The three screens and the hot lists on 200,000 conversations: how many statements, which index, how many rows.

use serde_json::{Value, json};

use super::large::{Asked, Large};
use super::plans::Seen;

const INBOX: &str = include_str!("../../../benches/screens/inbox.graphql");
const TICKETS: &str = include_str!("../../../benches/screens/tickets.graphql");
const SIDEBAR: &str = include_str!("../../../benches/screens/sidebar.graphql");

const LIST: &str = "query($filter: ConversationFilter, $order: ConversationOrder, $first: Int, $after: String, $last: Int) {
    conversations(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last) {
        pageInfo { endCursor } nodes { id } } }";
const TICKET_LIST: &str = "query($filter: TicketFilter, $order: TicketOrder, $first: Int, $after: String) {
    tickets(filter: $filter, orderBy: $order, first: $first, after: $after) { pageInfo { endCursor } nodes { id } } }";

/// A page's rows, the one more that tells whether there is a next, and what is thrown away on the way: open ones are one
/// in 13, and a page has 50.
const PAGE: f64 = 51.0;

/// What the statements of an operation read in all, and the first fault in their plans.
fn seen(asked: &Asked) -> Seen {
    let mut all = Seen::default();
    for plan in &asked.plans {
        let one = Seen::of(plan);
        all.rows_read += one.rows_read;
        all.rows_sorted += one.rows_sorted;
        all.indexes.extend(one.indexes);
        let statement = plan["Query Text"].as_str().unwrap_or_default();
        all.faults.extend(
            one.faults
                .iter()
                .map(|fault| format!("{fault}: {statement}")),
        );
    }
    all
}

/// Notes what is wrong with the plans of an operation: all of it shows at once.
pub async fn check(
    large: &Large,
    name: &str,
    query: &str,
    variables: Value,
    index: &str,
    rows: f64,
) -> Vec<String> {
    let asked = large.ask(query, variables).await;
    // A function that is run while a statement is planned tells a plan of its own.
    let plans = asked.statements.len();
    assert!(
        asked.plans.len() >= plans,
        "a plan for each statement of {name}"
    );
    let mut seen = seen(&asked);
    if !seen
        .indexes
        .iter()
        .any(|used| used == index || used.ends_with(index))
    {
        seen.faults
            .push(format!("goes by {:?}, not by {index}", seen.indexes));
    }
    if seen.rows_read > rows {
        seen.faults
            .push(format!("reads {} rows, more than {rows}", seen.rows_read));
    }
    seen.faults
        .iter()
        .map(|fault| format!("{name}: {fault}"))
        .collect()
}

async fn first(large: &Large, query: &str) -> Value {
    large.client.gql(query, json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screens_take_few_statements_and_go_by_their_indexes() {
    let large = Large::start().await;
    screens(&large).await;
    let mut faults = lists(&large).await;
    faults.extend(ticket_lists(&large).await);
    faults.extend(deep_pages(&large).await);
    faults.extend(histories(&large).await);
    faults.extend(super::searches::searches(&large).await);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Each screen takes the same statements for few rows as for many.
async fn screens(large: &Large) {
    let inbox = first(large, "{ inboxes { id name } }").await["inboxes"][1]["id"].take();
    let with_ticket = "{ conversations(first: 1, filter: { hasTicket: true }) { nodes { id } } }";
    let conversation = first(large, with_ticket).await["conversations"]["nodes"][0]["id"].take();
    for (name, query, few, many, statements) in [
        // The page with all that stands beside the rows. The inbox, users, statuses and pipelines are known from earlier
        // responses.
        (
            "inbox",
            INBOX,
            json!({ "inbox": inbox, "first": 2 }),
            json!({ "inbox": inbox, "first": 50 }),
            1,
        ),
        (
            "tickets",
            TICKETS,
            json!({ "first": 2 }),
            json!({ "first": 50 }),
            1,
        ),
        // The conversation with its ticket and the ticket's properties, previous ones and messages. The panel is known,
        // too.
        (
            "sidebar",
            SIDEBAR,
            json!({ "conversation": conversation, "first": 1, "last": 1 }),
            json!({ "conversation": conversation, "first": 5, "last": 20 }),
            1,
        ),
    ] {
        let (few, many) = (large.ask(query, few).await, large.ask(query, many).await);
        assert_eq!(
            few.statements.len(),
            many.statements.len(),
            "{name}: {:#?}",
            many.statements
        );
        assert_eq!(
            many.statements.len(),
            statements,
            "{name}: {:#?}",
            many.statements
        );
        let seen = seen(&many);
        assert_eq!(seen.faults, Vec::<String>::new(), "{name}");
        // Rows come out of their indexes as they are shown; the few statuses of the pipelines do not.
        assert_eq!(seen.rows_sorted, 0.0, "{name} sorts rows");
        // Each row of the page, and up to four rows of large tables beside it.
        assert!(
            seen.rows_read <= 5.0 * PAGE,
            "{name} reads {} rows",
            seen.rows_read
        );
    }
}

async fn lists(large: &Large) -> Vec<String> {
    let mut faults = Vec::new();
    let user = first(large, "{ users { id name } }").await["users"][3]["id"].take();
    let inbox = first(large, "{ inboxes { id } }").await["inboxes"][1]["id"].take();
    let contact = first(
        large,
        "{ conversations(first: 1) { nodes { contact { id } } } }",
    )
    .await;
    let contact = &contact["conversations"]["nodes"][0]["contact"]["id"];
    for (name, filter, index, rows) in [
        ("all", json!({}), "conversations_activity", 2.0 * PAGE),
        (
            "open",
            json!({ "status": "OPEN" }),
            "conversations_open",
            2.0 * PAGE,
        ),
        (
            "closed",
            json!({ "status": "CLOSED" }),
            "conversations_activity",
            2.0 * PAGE,
        ),
        (
            "of an inbox",
            json!({ "inboxId": inbox }),
            "conversations_inbox",
            2.0 * PAGE,
        ),
        (
            "open of an inbox",
            json!({ "inboxId": inbox, "status": "OPEN" }),
            "conversations_open_inbox",
            2.0 * PAGE,
        ),
        (
            "mine",
            json!({ "ownerId": user }),
            "conversations_owner",
            2.0 * PAGE,
        ),
        (
            "mine and open",
            json!({ "ownerId": user, "status": "OPEN" }),
            "conversations_open_owner",
            2.0 * PAGE,
        ),
        (
            "nobody's and open",
            json!({ "ownerId": null, "status": "OPEN" }),
            "conversations_open",
            7.0 * PAGE,
        ),
        (
            "of a contact",
            json!({ "contactId": contact }),
            "conversations_contact",
            PAGE,
        ),
        (
            "by chat",
            json!({ "channel": ["CHAT"] }),
            "conversations_activity",
            8.0 * PAGE,
        ),
        (
            "in the trash",
            json!({ "inTrash": true }),
            "conversations_trash",
            500.0,
        ),
        // What nothing passes costs no more.
        (
            "of nobody there",
            json!({ "ownerId": "user_01hk240nm0emea3hdg0wv9bpym" }),
            "conversations_owner",
            0.0,
        ),
        (
            "in the other workspace",
            json!({ "workspace": "INBOX" }),
            "conversations_state",
            0.0,
        ),
        (
            "in the future",
            json!({ "lastActivityAt": { "from": "2040-01-01T00:00:00Z" } }),
            "conversations_activity",
            0.0,
        ),
    ] {
        faults.extend(
            check(
                large,
                name,
                LIST,
                json!({ "filter": filter, "first": 50 }),
                index,
                rows,
            )
            .await,
        );
    }
    for (name, order, index) in [
        (
            "oldest first",
            json!({ "field": "LAST_ACTIVITY_AT", "direction": "ASC" }),
            "conversations_activity",
        ),
        (
            "by creation",
            json!({ "field": "CREATED_AT" }),
            "conversations_created",
        ),
    ] {
        faults.extend(
            check(
                large,
                name,
                LIST,
                json!({ "order": order, "first": 50 }),
                index,
                2.0 * PAGE,
            )
            .await,
        );
    }
    faults
}

async fn ticket_lists(large: &Large) -> Vec<String> {
    let mut faults = Vec::new();
    let user = first(large, "{ users { id name } }").await["users"][3]["id"].take();
    let property =
        |name: &str, value: Value| json!({ "property": [{ "name": name, "eq": value }] });
    for (name, filter, order, index, rows) in [
        (
            "all",
            json!({}),
            "LAST_ACTIVITY_AT",
            "tickets_activity",
            2.0 * PAGE,
        ),
        (
            "open",
            json!({ "category": "OPEN" }),
            "LAST_ACTIVITY_AT",
            "tickets_open",
            2.0 * PAGE,
        ),
        (
            "mine and open",
            json!({ "category": "OPEN", "ownerId": user }),
            "LAST_ACTIVITY_AT",
            "tickets_open_owner",
            2.0 * PAGE,
        ),
        (
            "by priority",
            json!({}),
            "PRIORITY",
            "tickets_priority",
            2.0 * PAGE,
        ),
        (
            "by number",
            json!({}),
            "NUMBER",
            "tickets_account_id_number_key",
            2.0 * PAGE,
        ),
        (
            "by creation",
            json!({}),
            "CREATED_AT",
            "tickets_created",
            2.0 * PAGE,
        ),
        (
            "one order",
            property("order_number", json!({ "string": "A-77" })),
            "LAST_ACTIVITY_AT",
            "ticket_properties_value",
            4.0,
        ),
        (
            "an order not there",
            property("order_number", json!({ "string": "B" })),
            "LAST_ACTIVITY_AT",
            "ticket_properties_value",
            0.0,
        ),
        // Half of the tickets pass: walking them in their order finds a page soonest.
        (
            "a common reason",
            property("reason", json!({ "option": "a" })),
            "LAST_ACTIVITY_AT",
            "tickets_activity",
            8.0 * PAGE,
        ),
    ] {
        let variables = json!({ "filter": filter, "first": 50, "order": { "field": order } });
        faults.extend(check(large, name, TICKET_LIST, variables, index, rows).await);
    }
    faults
}

/// A page far down, found by its date, reads as much as the first one.
async fn deep_pages(large: &Large) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, filter) in [("all", json!({})), ("open", json!({ "status": "OPEN" }))] {
        let mut filter: Value = filter;
        filter["lastActivityAt"] = json!({ "before": "2026-03-01T00:00:00Z" });
        let variables = json!({ "filter": filter, "first": 1 });
        let mut page = large.client.gql(LIST, variables).await;
        let after = page["conversations"]["pageInfo"]["endCursor"].take();
        filter["lastActivityAt"] = Value::Null;
        let index = if name == "open" {
            "conversations_open"
        } else {
            "conversations_activity"
        };
        let variables = json!({ "filter": filter, "first": 50, "after": after });
        faults.extend(check(large, name, LIST, variables, index, 2.0 * PAGE).await);
    }
    let last = json!({ "last": 50 });
    faults.extend(
        check(
            large,
            "the end",
            LIST,
            last,
            "conversations_activity",
            2.0 * PAGE,
        )
        .await,
    );
    faults
}

/// Timelines and the log.
async fn histories(large: &Large) -> Vec<String> {
    let mut faults = Vec::new();
    let with_ticket =
        "{ conversations(first: 1, filter: { hasTicket: true }, orderBy: { direction: ASC }) {
        nodes { id ticket { id } } } }";
    let mut found = first(large, with_ticket).await;
    let conversation = found["conversations"]["nodes"][0].take();
    for (kind, id) in [
        ("conversation", &conversation["id"]),
        ("ticket", &conversation["ticket"]["id"]),
    ] {
        let query = format!(
            "query($id: ID!) {{ {kind}(id: $id) {{ timeline(first: 50) {{ nodes {{ id }} }} }} }}"
        );
        let name = format!("a {kind}'s timeline");
        faults.extend(
            check(
                large,
                &name,
                &query,
                json!({ "id": id }),
                "pkey",
                10.0 * PAGE,
            )
            .await,
        );
    }
    let log = "{ cascades(first: 50) { nodes { id } } }";
    faults.extend(
        check(
            large,
            "the log",
            log,
            json!({}),
            "account_id_position_idx",
            3.0 * PAGE,
        )
        .await,
    );
    faults
}
