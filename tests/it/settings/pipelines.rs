//! Pipelines and their statuses.

use serde_json::{Value, json};

use super::at;
use crate::support::desk::text;
use crate::support::office;

#[tokio::test(flavor = "multi_thread")]
async fn pipelines_and_statuses() {
    let (_app, account, client) = office().await;
    let statuses =
        json!([{ "name": "Todo", "category": "OPEN" }, { "name": "Done", "category": "CLOSED" }]);
    let made = client
        .done(
            "createPipeline",
            json!({ "name": "Repairs", "statuses": statuses }),
        )
        .await;
    let pipeline = text(&made["pipeline"]["id"]);
    let names = |payload: &Value| -> Vec<String> {
        let statuses = payload["statuses"].as_array().expect("statuses");
        let positions: Vec<_> = statuses
            .iter()
            .map(|status| status["position"].as_u64().expect("a place"))
            .collect();
        assert!(
            positions.iter().copied().eq(0..statuses.len() as u64),
            "{positions:?}"
        );
        statuses
            .iter()
            .map(|status| text(&status["name"]))
            .collect()
    };
    assert_eq!(names(&made["pipeline"]), ["Todo", "Done"]);
    let refused = async |name: &str, statuses: Value, code: &str, field: &str| {
        client
            .refused(
                "createPipeline",
                json!({ "name": name, "statuses": statuses }),
                code,
                &at(field),
            )
            .await
    };
    refused("REPAIRS", statuses.clone(), "ALREADY_EXISTS", "name").await;
    refused("", statuses.clone(), "INVALID_VALUE", "name").await;
    refused("Empty", json!([]), "INVALID_VALUE", "statuses").await;
    refused(
        "Blank",
        json!([{ "name": "", "category": "OPEN" }]),
        "INVALID_VALUE",
        "statuses",
    )
    .await;
    let many: Vec<_> = (0..201)
        .map(|n| json!({ "name": format!("{n}"), "category": "OPEN" }))
        .collect();
    refused("Many", json!(many), "INVALID_VALUE", "statuses").await;
    let twice = json!([{ "name": "A", "category": "OPEN" }, { "name": "a", "category": "CLOSED" }]);
    refused("Twice", twice, "ALREADY_EXISTS", "statuses").await;

    let status = |name: &str| json!({ "pipelineId": pipeline, "name": name, "category": "OPEN" });
    let at_place = |name: &str, position: i32| json!({ "pipelineId": pipeline, "name": name, "category": "OPEN", "position": position });
    client.done("createTicketStatus", status("Last")).await;
    client
        .done("createTicketStatus", at_place("First", 0))
        .await;
    let made = client
        .done("createTicketStatus", at_place("Second", 1))
        .await;
    assert_eq!(made["status"]["position"], 1);
    let second = text(&made["status"]["id"]);
    client
        .done("createTicketStatus", at_place("Beyond", 1000))
        .await;
    client
        .refused(
            "createTicketStatus",
            status("todo"),
            "ALREADY_EXISTS",
            &at("name"),
        )
        .await;
    client
        .refused(
            "createTicketStatus",
            status(""),
            "INVALID_VALUE",
            &at("name"),
        )
        .await;
    client
        .refused(
            "createTicketStatus",
            at_place("X", -1),
            "INVALID_VALUE",
            &at("position"),
        )
        .await;
    let elsewhere = json!({ "pipelineId": account.inbox_id, "name": "X", "category": "OPEN" });
    client
        .refused(
            "createTicketStatus",
            elsewhere,
            "NOT_FOUND",
            &at("pipelineId"),
        )
        .await;
    let order = async || {
        let data = client.gql("query($id: ID!) { node(id: $id) { ... on Pipeline { statuses { name position } } } }", json!({ "id": pipeline })).await;
        names(&data["node"])
    };
    assert_eq!(
        order().await,
        ["First", "Second", "Todo", "Done", "Last", "Beyond"]
    );

    let change = |field: &str, value: Value| json!({ "statusId": second, field: value });
    let mutation = "updateTicketStatusDefinition";
    for (place, expected) in [
        (3, ["First", "Todo", "Done", "Second", "Last", "Beyond"]),
        (0, ["Second", "First", "Todo", "Done", "Last", "Beyond"]),
        (99, ["First", "Todo", "Done", "Last", "Beyond", "Second"]),
    ] {
        client
            .done(mutation, change("position", json!(place)))
            .await;
        assert_eq!(order().await, expected, "moved to {place}");
    }
    client
        .refused(
            mutation,
            change("position", json!(-1)),
            "INVALID_VALUE",
            &at("position"),
        )
        .await;
    client
        .refused(
            mutation,
            change("name", json!("First")),
            "ALREADY_EXISTS",
            &at("name"),
        )
        .await;
    client
        .refused(
            mutation,
            change("name", json!(" ")),
            "INVALID_VALUE",
            &at("name"),
        )
        .await;
    client
        .refused(
            mutation,
            json!({ "statusId": pipeline }),
            "NOT_FOUND",
            &at("statusId"),
        )
        .await;
    let changed = client
        .done(mutation, change("category", json!("CLOSED")))
        .await;
    assert_eq!(
        changed["status"]["category"], "CLOSED",
        "not in use, it changes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_in_use_is_never_lost() {
    let (_app, account, client) = office().await;
    let (ticket, _) = account.ticket(&client, 1).await;
    let mutation = "updateTicketStatusDefinition";
    let new = &account.statuses["New"];
    let closed = json!({ "statusId": new, "category": "CLOSED" });
    client
        .refused(mutation, closed.clone(), "IN_USE", &at("category"))
        .await;
    client
        .done(
            mutation,
            json!({ "statusId": new, "category": "OPEN", "name": "Fresh" }),
        )
        .await;
    // Nor while the ticket is in the trash, from where it comes back as it was.
    client
        .done("trashTicket", json!({ "ticketId": ticket }))
        .await;
    client
        .refused(mutation, closed, "IN_USE", &at("category"))
        .await;
    client
        .done("restoreFromTrash", json!({ "id": ticket }))
        .await;
    // Archived it stays with its ticket; none can get it any more.
    client
        .done(mutation, json!({ "statusId": new, "archived": true }))
        .await;
    let data = client
        .gql(
            "query($id: ID!) { ticket(id: $id) { status { name } } }",
            json!({ "id": ticket }),
        )
        .await;
    assert_eq!(data["ticket"]["status"]["name"], "Fresh");
    let (other, _) = account.ticket(&client, 1).await;
    let data = client
        .gql(
            "query($id: ID!) { ticket(id: $id) { status { name } } }",
            json!({ "id": other }),
        )
        .await;
    assert_eq!(
        data["ticket"]["status"]["name"], "Waiting on contact",
        "the first that is not archived"
    );
    let to_archived = json!({ "ticketId": other, "statusId": new });
    client
        .refused(
            "updateTicketStatus",
            to_archived,
            "INVALID_VALUE",
            &at("statusId"),
        )
        .await;
    let same = client
        .done(
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": new }),
        )
        .await;
    assert_eq!(same["result"], "UNCHANGED");
    // The last one of a pipeline stays.
    for name in ["Waiting on contact", "Waiting on us"] {
        client
            .done(
                mutation,
                json!({ "statusId": account.statuses[name], "archived": true }),
            )
            .await;
    }
    let last = json!({ "statusId": account.statuses["Closed"], "archived": true });
    client
        .refused(mutation, last, "IN_USE", &at("archived"))
        .await;
}
