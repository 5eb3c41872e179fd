//! Rule 6: property values, checked against their definitions.

use serde_json::{Value, json};

use super::desk::{Desk, Payload};

/// One definition of each type, two options where it has any.
async fn define(desk: &Desk) {
    for kind in [
        "STRING",
        "TEXT",
        "NUMBER",
        "BOOLEAN",
        "DATE",
        "DATETIME",
        "ENUMERATION",
        "MULTI_ENUMERATION",
    ] {
        let mut input = json!({ "name": kind.to_lowercase(), "label": kind, "type": kind });
        if kind.ends_with("ENUMERATION") {
            input["options"] =
                json!([{ "value": "s", "label": "Small" }, { "value": "l", "label": "Large" }]);
        }
        let made = desk
            .set_up("createPropertyDefinition", input, "property")
            .await;
        assert_eq!(made["userErrors"], json!([]));
    }
}

async fn edit(desk: &Desk, ticket: &str, name: &str, value: Value) -> Payload {
    let properties = json!([{ "name": name, "value": value }]);
    desk.run(
        "updateTicketProperties",
        json!({ "ticketId": ticket, "properties": properties }),
    )
    .await
}

const VALUES: &str = "query($id: ID!, $names: [String!]) { ticket(id: $id) { properties(names: $names) {
    __typename display
    ... on StringValue { string } ... on NumberValue { number } ... on BooleanValue { boolean }
    ... on DateValue { date } ... on DateTimeValue { dateTime } ... on OptionsValue { options { value label } }
} } }";

#[tokio::test(flavor = "multi_thread")]
async fn rule_06_a_value_of_every_type_is_kept_typed_and_ready_to_show() {
    let desk = Desk::old().await;
    define(&desk).await;
    let (ticket, _) = desk.ticket_with(1).await;
    let (small, large) = (
        json!({ "value": "s", "label": "Small" }),
        json!({ "value": "l", "label": "Large" }),
    );
    let table = [
        (
            "string",
            json!({ "string": "Boat" }),
            "StringValue",
            "string",
            json!("Boat"),
        ),
        (
            "text",
            json!({ "string": "Two\nlines" }),
            "StringValue",
            "string",
            json!("Two\nlines"),
        ),
        (
            "number",
            json!({ "number": 2.5 }),
            "NumberValue",
            "number",
            json!(2.5),
        ),
        (
            "boolean",
            json!({ "boolean": true }),
            "BooleanValue",
            "boolean",
            json!(true),
        ),
        (
            "date",
            json!({ "date": "2024-02-29" }),
            "DateValue",
            "date",
            json!("2024-02-29"),
        ),
        (
            "enumeration",
            json!({ "option": "s" }),
            "OptionsValue",
            "options",
            json!([small]),
        ),
        (
            "multi_enumeration",
            json!({ "options": ["s", "l"] }),
            "OptionsValue",
            "options",
            json!([small, large]),
        ),
    ];
    for (name, value, kind, field, typed) in table {
        assert_eq!(
            edit(&desk, &ticket, name, value.clone())
                .await
                .applied()
                .len(),
            1,
            "{name}"
        );
        edit(&desk, &ticket, name, value).await.unchanged();

        let data = desk
            .admin
            .gql(VALUES, json!({ "id": ticket, "names": [name] }))
            .await;

        let seen = &data["ticket"]["properties"][0];
        assert_eq!(
            (&seen["__typename"], &seen[field]),
            (&json!(kind), &typed),
            "{name}"
        );
        assert!(
            seen["display"]
                .as_str()
                .is_some_and(|display| !display.is_empty()),
            "{name}: {seen}"
        );

        assert_eq!(
            edit(&desk, &ticket, name, Value::Null)
                .await
                .applied()
                .len(),
            1,
            "null clears {name}"
        );
        let data = desk
            .admin
            .gql(VALUES, json!({ "id": ticket, "names": [name] }))
            .await;
        assert_eq!(data["ticket"]["properties"][0]["display"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_06_a_moment_is_the_same_moment_in_every_time_zone() {
    let desk = Desk::old().await;
    define(&desk).await;
    let (ticket, _) = desk.ticket_with(1).await;

    edit(
        &desk,
        &ticket,
        "datetime",
        json!({ "dateTime": "2024-05-01T12:00:00+02:00" }),
    )
    .await
    .applied();
    edit(
        &desk,
        &ticket,
        "datetime",
        json!({ "dateTime": "2024-05-01T10:00:00Z" }),
    )
    .await
    .unchanged();

    let data = desk
        .admin
        .gql(VALUES, json!({ "id": ticket, "names": ["datetime"] }))
        .await;
    let seen = data["ticket"]["properties"][0]["dateTime"]
        .as_str()
        .unwrap();
    assert!(seen.starts_with("2024-05-01T10:00:00"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_06_a_value_that_does_not_fit_is_refused() {
    let desk = Desk::old().await;
    define(&desk).await;
    let (ticket, _) = desk.ticket_with(1).await;
    let before = desk.see(&ticket).await;
    for (name, value) in [
        ("string", json!({ "number": 1.0 })),
        ("string", json!({ "option": "s" })),
        ("number", json!({ "string": "1" })),
        ("boolean", json!({ "string": "true" })),
        ("date", json!({ "dateTime": "2024-02-29T00:00:00Z" })),
        ("datetime", json!({ "date": "2024-02-29" })),
        ("enumeration", json!({ "option": "medium" })),
        ("enumeration", json!({ "options": ["s", "l"] })),
        ("multi_enumeration", json!({ "options": ["s", "medium"] })),
        ("text", json!({ "string": "x".repeat(65_537) })),
    ] {
        let refused = edit(&desk, &ticket, name, value.clone()).await;
        assert_eq!(
            refused.refused(),
            "INVALID_VALUE",
            "{name}: {}",
            value.to_string().get(..40).unwrap_or_default()
        );
    }
    edit(
        &desk,
        &ticket,
        "text",
        json!({ "string": "x".repeat(65_536) }),
    )
    .await
    .applied();
    edit(&desk, &ticket, "text", Value::Null).await.applied();
    let after = desk.see(&ticket).await;
    assert_eq!(after["properties"], before["properties"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_06_an_unknown_property_is_refused_and_the_rest_of_the_edit_with_it() {
    let desk = Desk::old().await;
    define(&desk).await;
    let (ticket, conversations) = desk.ticket_with(1).await;
    let before = desk.see(&ticket).await;
    let properties = json!([
        { "name": "string", "value": { "string": "Boat" } },
        { "name": "flavour", "value": { "string": "Salt" } },
    ]);

    let edit = json!({ "ticketId": ticket, "priority": "HIGH", "properties": properties });
    assert_eq!(
        desk.run("updateTicketProperties", edit).await.refused(),
        "UNKNOWN_PROPERTY"
    );

    assert_eq!(desk.see(&ticket).await, before);
    let free = desk.conversation().await;
    let create = json!({ "conversationId": free, "properties": properties });
    assert_eq!(
        desk.run("createTicket", create).await.refused(),
        "UNKNOWN_PROPERTY"
    );
    assert_eq!(desk.see(&conversations[0]).await["version"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_06_what_is_read_only_cannot_be_edited() {
    let desk = Desk::old().await;
    let input = json!({ "name": "origin", "label": "Origin", "type": "STRING", "readOnly": true });
    desk.set_up("createPropertyDefinition", input, "property")
        .await;
    let (ticket, _) = desk.ticket_with(1).await;

    let edited = edit(&desk, &ticket, "origin", json!({ "string": "Hand" })).await;

    assert_eq!(edited.refused(), "READ_ONLY_PROPERTY");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_06_what_is_required_is_asked_for_at_creation_and_cannot_be_cleared() {
    let desk = Desk::old().await;
    let input =
        json!({ "name": "product", "label": "Product", "type": "STRING", "required": true });
    desk.set_up("createPropertyDefinition", input, "property")
        .await;
    let conversation = desk.conversation().await;

    let missing = desk
        .run("createTicket", json!({ "conversationId": conversation }))
        .await;
    assert_eq!(missing.refused(), "REQUIRED_PROPERTY");
    let properties = json!([{ "name": "product", "value": { "string": "Boat" } }]);
    let input =
        json!({ "conversationId": conversation, "priority": "LOW", "properties": properties });
    let created = desk.run("createTicket", input).await;

    assert_eq!(
        created.applied(),
        [
            "t1 created · DIRECT",
            "t1 priority: nothing -> LOW · DIRECT",
            "t1 product: nothing -> Boat · DIRECT",
            "c1 linked to t1 · DIRECT",
        ]
    );
    let ticket = created.id("ticket");
    assert_eq!(
        edit(&desk, &ticket, "product", Value::Null).await.refused(),
        "REQUIRED_PROPERTY"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_06_absence_leaves_alone_null_clears_and_a_name_stays() {
    let desk = Desk::old().await;
    let (ticket, _) = desk.ticket_with(1).await;
    let run = async |edits: Value| {
        let mut input = edits;
        input["ticketId"] = json!(ticket);
        desk.run("updateTicketProperties", input).await
    };

    assert_eq!(
        run(json!({ "priority": "HIGH" })).await.applied(),
        ["t1 priority: nothing -> HIGH · DIRECT"]
    );
    assert_eq!(
        run(json!({ "name": "Broken" })).await.applied(),
        ["t1 name: About thread1 -> Broken · DIRECT"]
    );
    assert_eq!(desk.see(&ticket).await["priority"], "HIGH");
    assert_eq!(
        run(json!({ "priority": null })).await.applied(),
        ["t1 priority: HIGH -> nothing · DIRECT"]
    );
    let cleared = run(json!({ "name": null })).await;
    assert_eq!(
        (cleared.refused(), cleared.about()),
        ("INVALID_VALUE", "name")
    );
    run(json!({})).await.unchanged();
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_of_different_properties_from_the_same_version_both_apply() {
    let desk = Desk::old().await;
    define(&desk).await;
    let (ticket, _) = desk.ticket_with(1).await;
    let version = desk.see(&ticket).await["version"].clone();
    let ann = desk.user("ann", "agent").await;
    let edit = |name: &str, value: &str| {
        let properties = json!([{ "name": name, "value": { "string": value } }]);
        json!({ "ticketId": ticket, "properties": properties, "expectedVersion": version })
    };

    desk.run_as(
        &desk.client(&ann),
        "updateTicketProperties",
        edit("string", "Boat"),
    )
    .await
    .applied();
    desk.run("updateTicketProperties", edit("text", "Long"))
        .await
        .applied();
    let same = desk
        .run("updateTicketProperties", edit("string", "Ship"))
        .await;

    assert_eq!(same.refused(), "VERSION_CONFLICT");
    let error = &same.body["userErrors"][0];
    assert_eq!(error["__typename"], "VersionConflict");
    assert_eq!(
        error["currentVersion"],
        json!(version.as_i64().unwrap() + 2)
    );
    assert_eq!(
        error["changedBy"],
        json!({ "__typename": "User", "id": ann.id }),
        "who changed that property"
    );
}
