//! NUL bytes, emptiness and length, in every text that a client can send; and all the rest of Unicode, which is fine.

use serde_json::{Value, json};

use super::Desk;

/// What stands where the text under test goes.
const HERE: &str = "HERE";

/// Puts a text where [`HERE`] stands.
fn with(input: &Value, text: &str) -> Value {
    match input {
        Value::String(here) if here == HERE => json!(text),
        Value::Array(items) => items.iter().map(|item| with(item, text)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), with(value, text)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// A text input: its mutation, the input around it, where errors point, whether it may be empty, its limit.
type Field = (&'static str, Value, &'static [&'static str], bool, usize);

/// Every text input that is kept as it is given.
fn fields(desk: &Desk) -> Vec<Field> {
    let (conversation, ticket, account) = (&desk.conversation, &desk.ticket, &desk.account);
    let from = json!({ "email": "ann@example.org" });
    let message = |field: &str, value: Value| {
        let mut input =
            json!({ "channelId": account.channel_id, "threadKey": "t", "from": from, "text": "x" });
        input[field] = value;
        input
    };
    let status = &account.statuses["New"];
    let option = |value: &str, label: &str| json!([{ "value": value, "label": label }]);
    vec![
        (
            "createTicket",
            json!({ "conversationId": desk.lonely, "name": HERE }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "updateTicketProperties",
            json!({ "ticketId": ticket, "name": HERE }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "updateTicketProperties",
            json!({ "ticketId": ticket, "properties": [{ "name": "note", "value": { "string": HERE } }] }),
            &["input", "properties", "0", "value"],
            false,
            65_536,
        ),
        (
            "sendReply",
            json!({ "conversationId": conversation, "text": HERE }),
            &["input", "text"],
            false,
            1_000_000,
        ),
        (
            "addNote",
            json!({ "conversationId": conversation, "text": HERE }),
            &["input", "text"],
            false,
            1_000_000,
        ),
        (
            "receiveMessage",
            message("text", json!(HERE)),
            &["input", "text"],
            false,
            1_000_000,
        ),
        (
            "receiveMessage",
            message("threadKey", json!(HERE)),
            &["input", "threadKey"],
            false,
            1000,
        ),
        (
            "receiveMessage",
            message("messageKey", json!(HERE)),
            &["input", "messageKey"],
            false,
            1000,
        ),
        (
            "receiveMessage",
            message("subject", json!(HERE)),
            &["input", "subject"],
            true,
            1000,
        ),
        (
            "receiveMessage",
            message("from", json!({ "email": "ann@example.org", "name": HERE })),
            &["input", "from", "name"],
            true,
            1000,
        ),
        (
            "receiveMessage",
            message("from", json!({ "email": HERE, "phone": "1" })),
            &["input", "from", "email"],
            true,
            320,
        ),
        (
            "receiveMessage",
            message("from", json!({ "email": "ann@example.org", "phone": HERE })),
            &["input", "from", "phone"],
            true,
            1000,
        ),
        (
            "createInbox",
            json!({ "name": HERE }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "updateInbox",
            json!({ "inboxId": account.inbox_id, "name": HERE }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "createChannel",
            json!({ "inboxId": account.inbox_id, "kind": "CHAT", "name": HERE }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "createChannel",
            json!({ "inboxId": account.inbox_id, "kind": "CHAT", "name": "X", "address": HERE }),
            &["input", "address"],
            false,
            1000,
        ),
        (
            "createChannel",
            json!({ "inboxId": account.inbox_id, "kind": "EMAIL", "name": "X", "address": HERE }),
            &["input", "address"],
            false,
            320,
        ),
        (
            "createUser",
            json!({ "name": HERE, "email": "x@example.com", "role": "AGENT" }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "createUser",
            json!({ "name": "X", "email": HERE, "role": "AGENT" }),
            &["input", "email"],
            false,
            320,
        ),
        (
            "updateUser",
            json!({ "userId": account.user_id, "name": HERE }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "createPipeline",
            json!({ "name": HERE, "statuses": [{ "name": "A", "category": "OPEN" }] }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "createPipeline",
            json!({ "name": "X", "statuses": [{ "name": HERE, "category": "OPEN" }] }),
            &["input", "statuses"],
            false,
            1000,
        ),
        (
            "createTicketStatus",
            json!({ "pipelineId": account.pipeline_id, "name": HERE, "category": "OPEN" }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "updateTicketStatusDefinition",
            json!({ "statusId": status, "name": HERE }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "createPropertyDefinition",
            json!({ "name": HERE, "label": "X", "type": "TEXT" }),
            &["input", "name"],
            false,
            1000,
        ),
        (
            "createPropertyDefinition",
            json!({ "name": "x", "label": HERE, "type": "TEXT" }),
            &["input", "label"],
            false,
            1000,
        ),
        (
            "createPropertyDefinition",
            json!({ "name": "x", "label": "X", "type": "ENUMERATION", "options": option(HERE, "X") }),
            &["input", "options"],
            false,
            1000,
        ),
        (
            "createPropertyDefinition",
            json!({ "name": "x", "label": "X", "type": "ENUMERATION", "options": option("x", HERE) }),
            &["input", "options"],
            false,
            1000,
        ),
        (
            "updatePropertyDefinition",
            json!({ "name": "note", "label": HERE }),
            &["input", "label"],
            false,
            1000,
        ),
        (
            "updatePropertyDefinition",
            json!({ "name": "colour", "options": option("red", HERE) }),
            &["input", "options"],
            false,
            1000,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_an_empty_and_a_too_long_text_are_refused_in_every_field() {
    let desk = Desk::new().await;
    for (mutation, input, path, may_be_empty, limit) in fields(&desk) {
        let refused = async |text: &str| {
            desk.client
                .refused(mutation, with(&input, text), "INVALID_VALUE", path)
                .await
        };
        for nul in ["\0", "before\0after", "ann\0@example.org"] {
            let message = refused(nul).await;
            assert!(
                message.contains("NUL") && !message.contains('\0'),
                "{mutation} {path:?}: {message:?}"
            );
        }
        if !may_be_empty {
            for empty in ["", " \t\n\u{a0}\u{2003}"] {
                refused(empty).await;
            }
        }
        // One character more than fits. Characters count, not bytes.
        let long = "ż".repeat(limit + 1);
        let message = refused(&long).await;
        assert!(
            message.contains(&limit.to_string()),
            "{mutation} {path:?}: {message}"
        );
        // And a megabyte, which a body takes.
        let message = refused(&"x".repeat(1 << 20)).await;
        assert!(
            message.contains(&limit.to_string()) && message.len() < 300,
            "{mutation} {path:?}: {message}"
        );
    }
    desk.is_untouched("texts").await;
}

/// Texts that are looked up instead of kept: what cannot be there is not there.
#[tokio::test(flavor = "multi_thread")]
async fn names_with_a_nul_name_nothing() {
    let desk = Desk::new().await;
    let name = "no\0te";
    let property = json!([{ "name": name, "value": { "string": "x" } }]);
    for (mutation, input, path) in [
        (
            "updateTicketProperties",
            json!({ "ticketId": desk.ticket, "properties": property }),
            vec!["input", "properties", "0", "name"],
        ),
        (
            "createTicket",
            json!({ "conversationId": desk.lonely, "properties": property }),
            vec!["input", "properties", "0", "name"],
        ),
        (
            "updatePropertyDefinition",
            json!({ "name": name, "label": "X" }),
            vec!["input", "name"],
        ),
        (
            "updateDetailsPanel",
            json!({ "properties": [name] }),
            vec!["input", "properties"],
        ),
    ] {
        let message = desk
            .client
            .refused(mutation, input, "UNKNOWN_PROPERTY", &path)
            .await;
        assert!(!message.contains('\0'), "{message:?}");
    }
    for (property, value) in [
        ("colour", json!({ "option": "re\0d" })),
        ("colours", json!({ "options": ["red", "re\0d"] })),
    ] {
        let input = json!({ "ticketId": desk.ticket, "properties": [{ "name": property, "value": value }] });
        desk.client
            .refused(
                "updateTicketProperties",
                input,
                "INVALID_VALUE",
                &["input", "properties", "0", "value"],
            )
            .await;
    }
    // In filters too: refused or empty, never a fault.
    let tickets =
        "query($filter: TicketFilter) { tickets(filter: $filter) { totalCount nodes { id } } }";
    for condition in [
        json!({ "name": name, "isSet": true }),
        json!({ "name": "note", "eq": { "string": name } }),
        json!({ "name": "colour", "eq": { "option": name } }),
        json!({ "name": "colours", "eq": { "options": [name] } }),
    ] {
        let (status, answer) = desk
            .ask(tickets, json!({ "filter": { "property": [condition] } }))
            .await;
        assert_eq!(status, 200, "{condition}: {answer:#}");
        let refused = answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT";
        let empty = answer["data"]["tickets"] == json!({ "totalCount": 0, "nodes": [] });
        assert!(refused || empty, "{condition}: {answer:#}");
    }
    for list in ["conversations", "tickets", "cascades", "trash"] {
        for after in ["\0", "no cursor", "", "🎫"] {
            let query =
                format!("query($after: String) {{ {list}(after: $after) {{ nodes {{ id }} }} }}");
            desk.is_refused(&query, json!({ "after": after }), 200, "BAD_CURSOR")
                .await;
        }
    }
    desk.is_untouched("names").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_is_given_back_as_it_was() {
    let desk = Desk::new().await;
    // Beyond the basic plane, combined, from right to left, with zero-width and control characters but NUL.
    let text = "zażółć 🎫👩‍👩‍👧 שלום e\u{301} \u{202e}abc\u{1}\u{7f}\u{feff} \\u0000 '; DROP TABLE tickets; --";
    for (mutation, input, read) in [
        (
            "updateTicketProperties",
            json!({ "ticketId": desk.ticket, "name": text }),
            "name",
        ),
        (
            "updateTicketProperties",
            json!({ "ticketId": desk.ticket, "properties": [{ "name": "note", "value": { "string": text } }] }),
            "name properties(names: [\"note\"]) { display }",
        ),
    ] {
        desk.client.done(mutation, input).await;
        let query = format!("query($id: ID!) {{ ticket(id: $id) {{ {read} }} }}");
        let data = desk.client.gql(&query, json!({ "id": desk.ticket })).await;
        assert_eq!(data["ticket"]["name"], text);
        if let Some(properties) = data["ticket"].get("properties") {
            assert_eq!(*properties, json!([{ "display": text }]));
        }
    }
    let note =
        json!({ "conversationId": desk.conversation, "text": text, "clientMutationId": "\0 mine" });
    assert_eq!(
        desk.client.done("addNote", note).await["clientMutationId"],
        "\0 mine"
    );
    let query = "query($id: ID!) { conversation(id: $id) { lastMessage { text } } }";
    let data = desk
        .client
        .gql(query, json!({ "id": desk.conversation }))
        .await;
    assert_eq!(data["conversation"]["lastMessage"]["text"], text);
}
