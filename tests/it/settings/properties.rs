//! Property definitions, and names that are hard to compare.

use serde_json::{Value, json};

use super::at;
use crate::support::office;

#[tokio::test(flavor = "multi_thread")]
async fn property_definitions() {
    let (_app, account, client) = office().await;
    let define = |name: &str, kind: &str, options: Value| json!({ "name": name, "label": "Label", "type": kind, "options": options });
    let options = json!([{ "value": "red", "label": "Red" }, { "value": "blue", "label": "Blue" }]);
    let made = client
        .done(
            "createPropertyDefinition",
            define("colour", "ENUMERATION", options.clone()),
        )
        .await;
    assert_eq!(made["property"]["options"], options);
    assert_eq!(made["property"]["required"], false);
    let refused = async |input: Value, code: &str, field: &str| {
        client
            .refused("createPropertyDefinition", input, code, &at(field))
            .await
    };
    for taken in ["colour", "name", "priority"] {
        refused(
            define(taken, "STRING", Value::Null),
            "ALREADY_EXISTS",
            "name",
        )
        .await;
    }
    refused(define("", "STRING", Value::Null), "INVALID_VALUE", "name").await;
    refused(
        json!({ "name": "x", "label": "", "type": "TEXT" }),
        "INVALID_VALUE",
        "label",
    )
    .await;
    refused(
        define("x", "STRING", options.clone()),
        "INVALID_VALUE",
        "options",
    )
    .await;
    refused(
        define("x", "ENUMERATION", Value::Null),
        "INVALID_VALUE",
        "options",
    )
    .await;
    let twice = json!([{ "value": "a", "label": "A" }, { "value": "a", "label": "B" }]);
    refused(
        define("x", "MULTI_ENUMERATION", twice),
        "INVALID_VALUE",
        "options",
    )
    .await;
    refused(
        define("x", "ENUMERATION", json!([{ "value": "", "label": "A" }])),
        "INVALID_VALUE",
        "options",
    )
    .await;
    let many = |count: usize| {
        (0..count)
            .map(|n| json!({ "value": format!("{n}"), "label": "L" }))
            .collect::<Value>()
    };
    refused(
        define("many", "ENUMERATION", many(5001)),
        "INVALID_VALUE",
        "options",
    )
    .await;
    client
        .done(
            "createPropertyDefinition",
            define("many", "ENUMERATION", many(5000)),
        )
        .await;

    let (ticket, _) = account.ticket(&client, 1).await;
    let paint = json!({ "ticketId": ticket, "properties": [{ "name": "colour", "value": { "option": "red" } }] });
    client.done("updateTicketProperties", paint.clone()).await;
    let update = "updatePropertyDefinition";
    let without_red =
        json!({ "name": "colour", "options": [{ "value": "green", "label": "Green" }] });
    let message = client
        .refused(update, without_red, "IN_USE", &at("options"))
        .await;
    assert!(
        message.contains("red") && !message.contains("blue"),
        "{message}"
    );
    let without_blue =
        json!([{ "value": "green", "label": "Green" }, { "value": "red", "label": "Rot" }]);
    let changed = client
        .done(
            update,
            json!({ "name": "colour", "options": without_blue, "label": "Colour" }),
        )
        .await;
    assert_eq!(changed["property"]["options"], without_blue);
    assert_eq!(changed["property"]["label"], "Colour");
    client
        .refused(
            update,
            json!({ "name": "colour", "options": [] }),
            "INVALID_VALUE",
            &at("options"),
        )
        .await;
    client
        .refused(
            update,
            json!({ "name": "colour", "label": "" }),
            "INVALID_VALUE",
            &at("label"),
        )
        .await;
    client
        .refused(
            update,
            json!({ "name": "Colour" }),
            "UNKNOWN_PROPERTY",
            &at("name"),
        )
        .await;
    // Archived: what tickets have stays, nothing new is taken, and the name stays taken.
    client
        .done(update, json!({ "name": "colour", "archived": true }))
        .await;
    let payload = client
        .payload("updateTicketProperties", paint.clone())
        .await;
    assert_eq!(
        payload["userErrors"][0]["code"], "UNKNOWN_PROPERTY",
        "{payload:#}"
    );
    refused(
        define("colour", "STRING", Value::Null),
        "ALREADY_EXISTS",
        "name",
    )
    .await;
    client
        .done(
            update,
            json!({ "name": "colour", "archived": false, "readOnly": true, "required": true }),
        )
        .await;
    let same = client.done("updateTicketProperties", paint).await;
    assert_eq!(same["result"], "UNCHANGED", "it was kept");
    let conversation = account.conversation(&client).await;
    let bare = json!({ "conversationId": conversation });
    client
        .refused("createTicket", bare, "REQUIRED_PROPERTY", &at("properties"))
        .await;
}

/// Letters whose lower case Postgres and Rust do not agree about, and names as long as names may be, which no index
/// could take as they are.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_only_a_database_can_compare() {
    let (_app, account, client) = office().await;
    let alike = json!([{ "name": "ΑΣ", "category": "OPEN" }, { "name": "ας", "category": "OPEN" },
        { "name": "ασ", "category": "OPEN" }]);
    let payload = client
        .payload(
            "createPipeline",
            json!({ "name": "Greek", "statuses": alike }),
        )
        .await;
    assert_eq!(
        payload["userErrors"][0]["code"], "ALREADY_EXISTS",
        "{payload:#}"
    );
    let alike = json!([{ "name": "ΑΣ", "category": "OPEN" }, { "name": "ασ", "category": "OPEN" }]);
    let payload = client
        .payload(
            "createPipeline",
            json!({ "name": "Greek", "statuses": alike }),
        )
        .await;
    assert_eq!(
        payload["userErrors"][0]["code"], "ALREADY_EXISTS",
        "{payload:#}"
    );
    // Letters of four bytes each, and no two alike: nothing to compress.
    let mut code = 0x2_0000;
    let mut long = || -> String {
        (0..1000)
            .map(|_| {
                code += 7;
                char::from_u32(code % 0xA000 + 0x2_0000).expect("a letter")
            })
            .collect()
    };
    client.done("createInbox", json!({ "name": long() })).await;
    client
        .done(
            "createChannel",
            json!({ "inboxId": account.inbox_id, "kind": "API", "name": long() }),
        )
        .await;
    let statuses = json!([{ "name": long(), "category": "OPEN" }]);
    client
        .done(
            "createPipeline",
            json!({ "name": long(), "statuses": statuses }),
        )
        .await;
    client
        .done(
            "createPropertyDefinition",
            json!({ "name": long(), "label": long(), "type": "TEXT" }),
        )
        .await;
    let email = format!("{}@{}", &long()[..4 * 64], &long()[..4 * 255]);
    client
        .done(
            "createUser",
            json!({ "name": long(), "email": email, "role": "AGENT" }),
        )
        .await;
    let message = json!({ "channelId": account.channel_id, "threadKey": long(), "messageKey": long(),
        "from": { "email": email, "name": long() }, "subject": long(), "text": "Hello?" });
    client.done("receiveMessage", message).await;
    let too_long = format!("{}x", long());
    client
        .refused(
            "createInbox",
            json!({ "name": too_long }),
            "INVALID_VALUE",
            &at("name"),
        )
        .await;
}
