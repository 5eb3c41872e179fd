//! Filters that cannot be, and filters that cannot be any more.

use serde_json::{Value, json};

use super::{conversations, save, tickets};
use crate::support::desk::text;
use crate::support::office;

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_be_is_not_saved() {
    let (_app, _account, client) = office().await;
    client
        .done(
            "createPropertyDefinition",
            json!({ "name": "weight", "label": "Weight", "type": "NUMBER" }),
        )
        .await;
    let kept = save(&client, tickets("Kept", false, json!({}))).await;
    let mut deep = json!({ "status": "OPEN" });
    for _ in 0..5 {
        deep = json!({ "not": deep });
    }
    let wide = json!({ "or": vec![json!({ "workspace": "INBOX" }); 51] });
    let property =
        |name: &str, value: Value| json!({ "property": [{ "name": name, "eq": value }] });
    for (list, filter, says) in [
        ("conversations", deep, "5 levels"),
        ("conversations", wide, "50 conditions"),
        (
            "conversations",
            json!({ "not": { "inTrash": true } }),
            "inTrash",
        ),
        (
            "tickets",
            property("none", json!({ "number": 1 })),
            "`none`",
        ),
        (
            "tickets",
            property("weight", json!({ "string": "1" })),
            "weight",
        ),
    ] {
        let path = ["input", "list", list, "filter"];
        let list = json!({ list: { "filter": filter } });
        let input = json!({ "name": "Bad", "list": list });
        let message = client
            .refused("createSavedView", input, "INVALID_VALUE", &path)
            .await;
        assert!(message.contains(says), "{message}");
        let input = json!({ "savedViewId": kept, "list": list });
        client
            .refused("updateSavedView", input, "INVALID_VALUE", &path)
            .await;
    }
    let long = json!({ "inboxId": "x".repeat(40_000) });
    let at = ["input", "list"];
    client
        .refused(
            "createSavedView",
            conversations("Long", false, long),
            "INVALID_VALUE",
            &at,
        )
        .await;
    let other = json!({ "savedViewId": kept, "list": { "conversations": {} } });
    client
        .refused("updateSavedView", other, "INVALID_VALUE", &at)
        .await;
    // What is no such input at all is refused before any work.
    let document = "mutation($input: CreateSavedViewInput!) { createSavedView(input: $input) { savedView { id } } }";
    for list in [
        json!({}),
        json!({ "conversations": {}, "tickets": {} }),
        json!({ "tickets": { "filter": { "inboxId": "x" } } }),
        json!({ "tickets": { "filter": { "category": "open" } } }),
        json!({ "conversations": { "orderBy": { "field": "NUMBER" } } }),
    ] {
        let input = json!({ "input": { "name": "Bad", "list": list } });
        let answer = client.raw(document, input).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{answer:#}"
        );
    }
    assert_eq!(super::names(&client).await, ["Kept"]);
}

/// A status or property out of use is still that of old tickets, so it still finds them. What is gone for good makes
/// an error of its own view alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_whose_filter_names_what_is_gone() {
    let (_app, account, client) = office().await;
    let option = |value: &str| json!({ "value": value, "label": value });
    let definition = json!({ "name": "colour", "label": "Colour", "type": "ENUMERATION",
        "options": [option("red"), option("blue")] });
    client.done("createPropertyDefinition", definition).await;
    let (ticket, _) = account.ticket(&client, 1).await;
    let colour =
        |value: &str| json!({ "property": [{ "name": "colour", "eq": { "option": value } }] });
    let painted = json!({ "ticketId": ticket, "properties": [{ "name": "colour", "value": { "option": "red" } }] });
    client.done("updateTicketProperties", painted).await;
    let status = json!({ "statusId": [account.statuses["Closed"]] });
    save(&client, tickets("A status", true, status)).await;
    let blue = save(&client, tickets("Blue", true, colour("blue"))).await;
    save(&client, tickets("Red", true, colour("red"))).await;
    let closed = json!({ "ticketId": ticket, "statusId": account.statuses["Closed"] });
    client.done("updateTicketStatus", closed).await;
    for (mutation, input) in [
        (
            "updateTicketStatusDefinition",
            json!({ "statusId": account.statuses["Closed"], "archived": true }),
        ),
        (
            "updatePropertyDefinition",
            json!({ "name": "colour", "options": [option("red")], "archived": true }),
        ),
    ] {
        client.done(mutation, input).await;
    }
    let query = "{ savedViews { name filter totalCount tickets { nodes { id } } } }";
    let answer = client.raw(query, json!({})).await;
    let views = answer["data"]["savedViews"].as_array().expect("views");
    let of = |name: &str| {
        let found = views.iter().find(|view| view["name"] == name);
        found.expect("the view").clone()
    };
    for name in ["A status", "Red"] {
        assert_eq!(of(name)["totalCount"], 1, "{answer:#}");
        assert_eq!(of(name)["tickets"]["nodes"][0]["id"], json!(ticket));
    }
    let broken = of("Blue");
    assert_eq!(
        (&broken["totalCount"], &broken["tickets"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        broken["filter"],
        colour("blue"),
        "what is to be mended is shown"
    );
    let errors = answer["errors"].as_array().expect("errors");
    let place = views.iter().position(|view| view["name"] == "Blue");
    let mut fields: Vec<_> = errors.iter().map(|error| text(&error["path"][2])).collect();
    fields.sort();
    assert_eq!(fields, ["tickets", "totalCount"], "{answer:#}");
    for error in errors {
        assert_eq!(error["path"][1], json!(place));
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
        let message = text(&error["message"]);
        for word in ["`Blue`", "colour", "blue"] {
            assert!(message.contains(word), "{message}");
        }
    }
    let mended = json!({ "savedViewId": blue, "list": { "tickets": { "filter": colour("red") } } });
    let mended = client.done("updateSavedView", mended).await;
    assert_eq!(mended["savedView"]["totalCount"], 1);
}
