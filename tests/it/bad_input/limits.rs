//! More than a request may ask for, refused before any work (RULES, Limits).

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_more_than_two_mebibytes_is_too_large() {
    let desk = Desk::new().await;
    let body = |size: usize| {
        let body = json!({ "query": "{ asOf }", "padding": "" }).to_string();
        body.replace(
            "\"padding\":\"\"",
            &format!("\"padding\":\"{}\"", "x".repeat(size - body.len())),
        )
    };
    let (status, answer) = desk.post(body((2 << 20) + 1)).await;
    assert_eq!(status, 413, "{answer:#}");
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "PAYLOAD_TOO_LARGE"
    );
    assert_eq!(desk.post(body(2 << 20)).await.0, 200, "as large as allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_fields_at_the_root_and_no_more() {
    let desk = Desk::new().await;
    let aliases = |count: usize| {
        (0..count).fold(String::new(), |mut text, n| {
            let _ = write!(text, "a{n}: asOf ");
            text
        })
    };
    desk.client
        .gql(&format!("{{ {} }}", aliases(30)), json!({}))
        .await;
    desk.is_refused(
        &format!("{{ {} }}", aliases(31)),
        json!({}),
        400,
        "BAD_USER_INPUT",
    )
    .await;
    let notes = (0..31).fold(String::new(), |mut text, n| {
        let input = format!(
            "{{ conversationId: \"{}\", text: \"x\" }}",
            desk.conversation
        );
        let _ = write!(text, "a{n}: addNote(input: {input}) {{ result }} ");
        text
    });
    desk.is_refused(
        &format!("mutation {{ {notes} }}"),
        json!({}),
        400,
        "BAD_USER_INPUT",
    )
    .await;
    let fragment = format!(
        "{{ ...Rest {} }} fragment Rest on Query {{ {} }}",
        aliases(20),
        aliases(31).replace('a', "b").replace("bsOf", "asOf")
    );
    desk.is_refused(&fragment, json!({}), 400, "BAD_USER_INPUT")
        .await;
    desk.is_untouched("31 mutations").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifteen_levels_and_no_more() {
    let desk = Desk::new().await;
    // conversation, then contact { conversations { nodes { … } } }: each round is three levels.
    let nested = |rounds: usize, last: &str| {
        let mut text = last.to_owned();
        for _ in 0..rounds {
            text = format!("contact {{ conversations {{ nodes {{ {text} }} }} }}");
        }
        format!("query($id: ID!) {{ conversation(id: $id) {{ {text} }} }}")
    };
    let variables = json!({ "id": desk.conversation });
    desk.client
        .gql(&nested(4, "contact { id }"), variables.clone())
        .await;
    let (status, answer) = desk
        .ask(
            &nested(4, "contact { conversations { totalCount } }"),
            variables,
        )
        .await;
    assert_eq!(status, 400, "16 levels: {answer:#}");
    // Far beyond: the parser must not be led into the depth.
    let abyss = format!("{{ a{}", "{ a".repeat(100_000));
    let (status, _) = desk.ask(&abyss, json!({})).await;
    assert_eq!(status, 400);
    let (status, _) = desk
        .ask(
            &format!("{{ node(id: {} ) {{ id }} }}", "[".repeat(100_000)),
            json!({}),
        )
        .await;
    assert_eq!(status, 400);
    let (status, _) = desk
        .post(format!(
            "{{\"query\":\"{{ asOf }}\",\"variables\":{{\"x\":{}}}}}",
            "[".repeat(100_000)
        ))
        .await;
    assert_eq!(status, 400);
    desk.is_untouched("deep documents").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_filters_have_an_end() {
    let desk = Desk::new().await;
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let ids = |count: usize| json!({ "ids": vec![desk.ticket.clone(); count] });
    assert_eq!(
        desk.client.gql(nodes, ids(100)).await["nodes"]
            .as_array()
            .expect("nodes")
            .len(),
        100
    );
    let message = desk
        .is_refused(nodes, ids(101), 200, "BAD_USER_INPUT")
        .await;
    assert!(message.contains("100"), "{message}");

    let conversations =
        "query($filter: ConversationFilter) { conversations(filter: $filter) { nodes { id } } }";
    let tickets = "query($filter: TicketFilter) { tickets(filter: $filter) { nodes { id } } }";
    let nested = |levels: usize, operator: &str| {
        let mut filter = json!({ "workspace": "INBOX" });
        for _ in 1..levels {
            filter = if operator == "not" {
                json!({ "not": filter })
            } else {
                json!({ operator: [filter] })
            };
        }
        json!({ "filter": filter })
    };
    let wide =
        |count: usize| json!({ "filter": { "or": vec![json!({ "workspace": "INBOX" }); count] } });
    for query in [conversations, tickets] {
        for operator in ["and", "or", "not"] {
            desk.client.gql(query, nested(5, operator)).await;
            let message = desk
                .is_refused(query, nested(6, operator), 200, "BAD_USER_INPUT")
                .await;
            assert!(message.contains("5 levels"), "{message}");
            let (status, answer) = desk.ask(query, nested(60, operator)).await;
            assert_eq!(
                (status, &answer["errors"][0]["extensions"]["code"]),
                (200, &json!("BAD_USER_INPUT"))
            );
        }
        desk.client.gql(query, wide(25)).await;
        let message = desk
            .is_refused(query, wide(51), 200, "BAD_USER_INPUT")
            .await;
        assert!(message.contains("50 conditions"), "{message}");
        desk.is_refused(
            query,
            json!({ "filter": { "not": { "inTrash": true } } }),
            200,
            "BAD_USER_INPUT",
        )
        .await;
    }
    let ids = vec![desk.account.statuses["New"].clone(); 101];
    desk.is_refused(
        tickets,
        json!({ "filter": { "statusId": ids } }),
        200,
        "BAD_USER_INPUT",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_beyond_reason() {
    let desk = Desk::new().await;
    let page = "query($first: Int, $last: Int) { conversations(first: $first, last: $last) { nodes { id } } }";
    for variables in [
        json!({ "first": -1 }),
        json!({ "first": 101 }),
        json!({ "first": i32::MAX }),
        json!({ "last": -1 }),
        json!({ "last": 101 }),
        json!({ "first": 1, "last": 1 }),
    ] {
        desk.is_refused(page, variables, 200, "BAD_USER_INPUT")
            .await;
    }
    for first in [
        json!(i64::from(i32::MAX) + 1),
        json!(1e30),
        json!("1"),
        json!(1.5),
    ] {
        desk.is_refused(
            page,
            json!({ "first": first }),
            400,
            "GRAPHQL_VALIDATION_FAILED",
        )
        .await;
    }
    // A version that cannot be is one that is not there.
    for version in [-1, 0, i32::MIN, i32::MAX] {
        for (mutation, input) in [
            (
                "updateTicketProperties",
                json!({ "ticketId": desk.ticket, "name": "X", "expectedVersion": version }),
            ),
            (
                "trashTicket",
                json!({ "ticketId": desk.ticket, "expectedVersion": version }),
            ),
            (
                "trashConversation",
                json!({ "conversationId": desk.conversation, "expectedVersion": version }),
            ),
            (
                "createTicket",
                json!({ "conversationId": desk.lonely, "expectedVersion": version }),
            ),
        ] {
            desk.client
                .refused(
                    mutation,
                    input,
                    "VERSION_CONFLICT",
                    &["input", "expectedVersion"],
                )
                .await;
        }
    }
    let number = |value: Value| json!({ "ticketId": desk.ticket, "properties": [{ "name": "count", "value": { "number": value } }] });
    desk.is_untouched("numbers").await;
    // The largest and the smallest that there are, and those that a careless reader rounds.
    let read = "query($id: ID!) { ticket(id: $id) { properties(names: [\"count\"]) { ... on NumberValue { number } } } }";
    for value in [
        0.0,
        -0.5,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        0.1 + 0.2,
        9_007_199_254_740_993.0,
        1e23,
    ] {
        let applied = desk
            .client
            .done("updateTicketProperties", number(json!(value)))
            .await;
        assert_eq!(applied["result"], "APPLIED");
        let data = desk.client.gql(read, json!({ "id": desk.ticket })).await;
        assert_eq!(
            data["ticket"]["properties"][0]["number"].as_f64(),
            Some(value)
        );
        let again = desk
            .client
            .done("updateTicketProperties", number(json!(value)))
            .await;
        assert_eq!(again["result"], "UNCHANGED", "{value}");
    }
}
