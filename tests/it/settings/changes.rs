//! Inboxes, channels, users, pipelines, statuses and property definitions.

use serde_json::{Value, json};

use super::{at, office};
use crate::support::desk::text;

#[tokio::test(flavor = "multi_thread")]
async fn inboxes_and_channels() {
    let (_app, account, client) = office().await;
    let made = client.done("createInbox", json!({ "name": "Sales", "clientMutationId": "7" })).await;
    assert_eq!(made["clientMutationId"], "7");
    assert_eq!(made["inbox"]["name"], "Sales");
    assert_eq!(made["inbox"]["createsTickets"], false);
    let sales = text(&made["inbox"]["id"]);
    for name in ["Sales", "sALES", "Inbox"] {
        client.refused("createInbox", json!({ "name": name }), "ALREADY_EXISTS", &at("name")).await;
    }
    for name in ["", " \t"] {
        client.refused("createInbox", json!({ "name": name }), "INVALID_VALUE", &at("name")).await;
    }
    // A name of its own is not taken, only another's.
    let renamed = json!({ "inboxId": sales, "name": "SALES", "createsTickets": true });
    let changed = client.done("updateInbox", renamed).await;
    assert_eq!(changed["inbox"]["name"], "SALES");
    assert_eq!(changed["inbox"]["createsTickets"], true);
    let kept = client.done("updateInbox", json!({ "inboxId": sales })).await;
    assert_eq!(kept["inbox"], changed["inbox"], "left out is unchanged");
    client.refused("updateInbox", json!({ "inboxId": sales, "name": "inbox" }), "ALREADY_EXISTS", &at("name")).await;
    client.refused("updateInbox", json!({ "inboxId": sales, "name": "" }), "INVALID_VALUE", &at("name")).await;
    for id in ["nonsense", &account.channel_id, "inbox_01jd3y00000000000000000000"] {
        client.refused("updateInbox", json!({ "inboxId": id, "name": "X" }), "NOT_FOUND", &at("inboxId")).await;
        let channel = json!({ "inboxId": id, "kind": "CHAT", "name": "X" });
        client.refused("createChannel", channel, "NOT_FOUND", &at("inboxId")).await;
    }

    let channel = |name: &str| json!({ "inboxId": sales, "kind": "WHATSAPP", "name": name });
    let made = client.done("createChannel", channel("Phone")).await;
    assert_eq!(made["channel"]["kind"], "WHATSAPP");
    client.refused("createChannel", channel("PHONE"), "ALREADY_EXISTS", &at("name")).await;
    client.refused("createChannel", channel(""), "INVALID_VALUE", &at("name")).await;
    // A name is unique within its inbox only.
    client.done("createChannel", json!({ "inboxId": account.inbox_id, "kind": "FORM", "name": "Phone" })).await;
    let address = |address: &str| json!({ "inboxId": sales, "kind": "EMAIL", "name": "Mail", "address": address });
    client.refused("createChannel", address("no address"), "INVALID_VALUE", &at("address")).await;
    client.done("createChannel", address("sales@example.com")).await;
    let data = client.gql("query($id: ID!) { inbox(id: $id) { channels { name } } }", json!({ "id": sales })).await;
    assert_eq!(data["inbox"]["channels"], json!([{ "name": "Mail" }, { "name": "Phone" }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_that_creates_tickets_does() {
    let (_app, account, client) = office().await;
    client.done("updateInbox", json!({ "inboxId": account.inbox_id, "createsTickets": true })).await;
    let conversation = account.conversation(&client).await;
    let query = "query($id: ID!) { conversation(id: $id) { ticket { name workspace } } }";
    let data = client.gql(query, json!({ "id": conversation })).await;
    assert_eq!(data["conversation"]["ticket"], json!({ "name": "A question", "workspace": "HELP_DESK" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn users() {
    let (app, account, client) = office().await;
    let user = |email: &str| json!({ "name": "Ann", "email": email, "role": "AGENT" });
    let made = client.done("createUser", user("Ann@Example.com")).await;
    assert_eq!(made["user"]["role"], "AGENT");
    assert_eq!(made["user"]["active"], true);
    let ann = text(&made["user"]["id"]);
    for email in ["ann@example.com", "ANN@EXAMPLE.COM", "admin@example.com"] {
        client.refused("createUser", user(email), "ALREADY_EXISTS", &at("email")).await;
    }
    let long = format!("{}@example.com", "a".repeat(320));
    for email in ["", "ann", "@example.com", "ann@", "a b@example.com", "a@b@c", &long] {
        client.refused("createUser", user(email), "INVALID_VALUE", &at("email")).await;
    }
    let nameless = json!({ "name": " ", "email": "x@example.com", "role": "AGENT" });
    client.refused("createUser", nameless, "INVALID_VALUE", &at("name")).await;
    let changed = client.done("updateUser", json!({ "userId": ann, "name": "Anna", "role": "VIEWER" })).await;
    assert_eq!(changed["user"]["name"], "Anna");
    assert_eq!(changed["user"]["role"], "VIEWER");
    assert_eq!(changed["user"]["email"], "Ann@Example.com");
    client.refused("updateUser", json!({ "userId": ann, "name": "" }), "INVALID_VALUE", &at("name")).await;
    client.refused("updateUser", json!({ "userId": account.inbox_id }), "NOT_FOUND", &at("userId")).await;
    // The last administrator stays one, and stays.
    let own = |field: &str, value: Value| json!({ "userId": account.user_id, field: value });
    client.refused("updateUser", own("active", json!(false)), "IN_USE", &at("active")).await;
    client.refused("updateUser", own("role", json!("AGENT")), "IN_USE", &at("role")).await;
    let second = account.user("admin").await;
    client.done("updateUser", json!({ "userId": second.id, "active": false })).await;
    client.refused("updateUser", own("active", json!(false)), "IN_USE", &at("active")).await;
    client.done("updateUser", json!({ "userId": second.id, "active": true })).await;
    client.done("updateUser", own("role", json!("AGENT"))).await;
    client.refused("createInbox", json!({ "name": "No more" }), "FORBIDDEN", &[]).await;
    // Who left comes back with the same token.
    let query = json!({ "query": "{ viewer { user { id } } }" });
    let ask = async |token: &str| {
        let request = reqwest::Client::new().post(format!("{}/graphql", app.url)).bearer_auth(token).json(&query);
        request.send().await.expect("an answer").status().as_u16()
    };
    let agent = account.user("agent").await;
    let admin = app.client(&second.token);
    assert_eq!(ask(&agent.token).await, 200);
    admin.done("updateUser", json!({ "userId": agent.id, "active": false })).await;
    assert_eq!(ask(&agent.token).await, 401);
    admin.done("updateUser", json!({ "userId": agent.id, "active": true })).await;
    assert_eq!(ask(&agent.token).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelines_and_statuses() {
    let (_app, account, client) = office().await;
    let statuses = json!([{ "name": "Todo", "category": "OPEN" }, { "name": "Done", "category": "CLOSED" }]);
    let made = client.done("createPipeline", json!({ "name": "Repairs", "statuses": statuses })).await;
    let pipeline = text(&made["pipeline"]["id"]);
    let names = |payload: &Value| -> Vec<String> {
        let statuses = payload["statuses"].as_array().expect("statuses");
        let positions: Vec<_> = statuses.iter().map(|status| status["position"].as_u64().expect("a place")).collect();
        assert!(positions.iter().copied().eq(0..statuses.len() as u64), "{positions:?}");
        statuses.iter().map(|status| text(&status["name"])).collect()
    };
    assert_eq!(names(&made["pipeline"]), ["Todo", "Done"]);
    let refused = async |name: &str, statuses: Value, code: &str, field: &str| {
        client.refused("createPipeline", json!({ "name": name, "statuses": statuses }), code, &at(field)).await
    };
    refused("REPAIRS", statuses.clone(), "ALREADY_EXISTS", "name").await;
    refused("", statuses.clone(), "INVALID_VALUE", "name").await;
    refused("Empty", json!([]), "INVALID_VALUE", "statuses").await;
    refused("Blank", json!([{ "name": "", "category": "OPEN" }]), "INVALID_VALUE", "statuses").await;
    let many: Vec<_> = (0..201).map(|n| json!({ "name": format!("{n}"), "category": "OPEN" })).collect();
    refused("Many", json!(many), "INVALID_VALUE", "statuses").await;
    let twice = json!([{ "name": "A", "category": "OPEN" }, { "name": "a", "category": "CLOSED" }]);
    refused("Twice", twice, "ALREADY_EXISTS", "statuses").await;

    let status = |name: &str| json!({ "pipelineId": pipeline, "name": name, "category": "OPEN" });
    let at_place = |name: &str, position: i32| {
        json!({ "pipelineId": pipeline, "name": name, "category": "OPEN", "position": position })
    };
    client.done("createTicketStatus", status("Last")).await;
    client.done("createTicketStatus", at_place("First", 0)).await;
    let made = client.done("createTicketStatus", at_place("Second", 1)).await;
    assert_eq!(made["status"]["position"], 1);
    let second = text(&made["status"]["id"]);
    client.done("createTicketStatus", at_place("Beyond", 1000)).await;
    client.refused("createTicketStatus", status("todo"), "ALREADY_EXISTS", &at("name")).await;
    client.refused("createTicketStatus", status(""), "INVALID_VALUE", &at("name")).await;
    client.refused("createTicketStatus", at_place("X", -1), "INVALID_VALUE", &at("position")).await;
    let elsewhere = json!({ "pipelineId": account.inbox_id, "name": "X", "category": "OPEN" });
    client.refused("createTicketStatus", elsewhere, "NOT_FOUND", &at("pipelineId")).await;
    let order = async || {
        let data = client.gql("query($id: ID!) { node(id: $id) { ... on Pipeline { statuses { name position } } } }", json!({ "id": pipeline })).await;
        names(&data["node"])
    };
    assert_eq!(order().await, ["First", "Second", "Todo", "Done", "Last", "Beyond"]);

    let change = |field: &str, value: Value| json!({ "statusId": second, field: value });
    let mutation = "updateTicketStatusDefinition";
    for (place, expected) in [
        (3, ["First", "Todo", "Done", "Second", "Last", "Beyond"]),
        (0, ["Second", "First", "Todo", "Done", "Last", "Beyond"]),
        (99, ["First", "Todo", "Done", "Last", "Beyond", "Second"]),
    ] {
        client.done(mutation, change("position", json!(place))).await;
        assert_eq!(order().await, expected, "moved to {place}");
    }
    client.refused(mutation, change("position", json!(-1)), "INVALID_VALUE", &at("position")).await;
    client.refused(mutation, change("name", json!("First")), "ALREADY_EXISTS", &at("name")).await;
    client.refused(mutation, change("name", json!(" ")), "INVALID_VALUE", &at("name")).await;
    client.refused(mutation, json!({ "statusId": pipeline }), "NOT_FOUND", &at("statusId")).await;
    let changed = client.done(mutation, change("category", json!("CLOSED"))).await;
    assert_eq!(changed["status"]["category"], "CLOSED", "not in use, it changes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_in_use_is_never_lost() {
    let (_app, account, client) = office().await;
    let (ticket, _) = account.ticket(&client, 1).await;
    let mutation = "updateTicketStatusDefinition";
    let new = &account.statuses["New"];
    let closed = json!({ "statusId": new, "category": "CLOSED" });
    client.refused(mutation, closed.clone(), "IN_USE", &at("category")).await;
    client.done(mutation, json!({ "statusId": new, "category": "OPEN", "name": "Fresh" })).await;
    // Nor while the ticket is in the trash, from where it comes back as it was.
    client.done("trashTicket", json!({ "ticketId": ticket })).await;
    client.refused(mutation, closed, "IN_USE", &at("category")).await;
    client.done("restoreFromTrash", json!({ "id": ticket })).await;
    // Archived it stays with its ticket; none can get it any more.
    client.done(mutation, json!({ "statusId": new, "archived": true })).await;
    let data = client.gql("query($id: ID!) { ticket(id: $id) { status { name } } }", json!({ "id": ticket })).await;
    assert_eq!(data["ticket"]["status"]["name"], "Fresh");
    let (other, _) = account.ticket(&client, 1).await;
    let data = client.gql("query($id: ID!) { ticket(id: $id) { status { name } } }", json!({ "id": other })).await;
    assert_eq!(data["ticket"]["status"]["name"], "Waiting on contact", "the first that is not archived");
    let to_archived = json!({ "ticketId": other, "statusId": new });
    client.refused("updateTicketStatus", to_archived, "INVALID_VALUE", &at("statusId")).await;
    let same = client.done("updateTicketStatus", json!({ "ticketId": ticket, "statusId": new })).await;
    assert_eq!(same["result"], "UNCHANGED");
    // The last one of a pipeline stays.
    for name in ["Waiting on contact", "Waiting on us"] {
        client.done(mutation, json!({ "statusId": account.statuses[name], "archived": true })).await;
    }
    let last = json!({ "statusId": account.statuses["Closed"], "archived": true });
    client.refused(mutation, last, "IN_USE", &at("archived")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn property_definitions() {
    let (_app, account, client) = office().await;
    let define = |name: &str, kind: &str, options: Value| {
        json!({ "name": name, "label": "Label", "type": kind, "options": options })
    };
    let options = json!([{ "value": "red", "label": "Red" }, { "value": "blue", "label": "Blue" }]);
    let made = client.done("createPropertyDefinition", define("colour", "ENUMERATION", options.clone())).await;
    assert_eq!(made["property"]["options"], options);
    assert_eq!(made["property"]["required"], false);
    let refused = async |input: Value, code: &str, field: &str| {
        client.refused("createPropertyDefinition", input, code, &at(field)).await
    };
    for taken in ["colour", "name", "priority"] {
        refused(define(taken, "STRING", Value::Null), "ALREADY_EXISTS", "name").await;
    }
    refused(define("", "STRING", Value::Null), "INVALID_VALUE", "name").await;
    refused(json!({ "name": "x", "label": "", "type": "TEXT" }), "INVALID_VALUE", "label").await;
    refused(define("x", "STRING", options.clone()), "INVALID_VALUE", "options").await;
    refused(define("x", "ENUMERATION", Value::Null), "INVALID_VALUE", "options").await;
    let twice = json!([{ "value": "a", "label": "A" }, { "value": "a", "label": "B" }]);
    refused(define("x", "MULTI_ENUMERATION", twice), "INVALID_VALUE", "options").await;
    refused(define("x", "ENUMERATION", json!([{ "value": "", "label": "A" }])), "INVALID_VALUE", "options").await;
    let many = |count: usize| (0..count).map(|n| json!({ "value": format!("{n}"), "label": "L" })).collect::<Value>();
    refused(define("many", "ENUMERATION", many(5001)), "INVALID_VALUE", "options").await;
    client.done("createPropertyDefinition", define("many", "ENUMERATION", many(5000))).await;

    let (ticket, _) = account.ticket(&client, 1).await;
    let paint = json!({ "ticketId": ticket, "properties": [{ "name": "colour", "value": { "option": "red" } }] });
    client.done("updateTicketProperties", paint.clone()).await;
    let update = "updatePropertyDefinition";
    let without_red = json!({ "name": "colour", "options": [{ "value": "green", "label": "Green" }] });
    let message = client.refused(update, without_red, "IN_USE", &at("options")).await;
    assert!(message.contains("red") && !message.contains("blue"), "{message}");
    let without_blue = json!([{ "value": "green", "label": "Green" }, { "value": "red", "label": "Rot" }]);
    let changed = client.done(update, json!({ "name": "colour", "options": without_blue, "label": "Colour" })).await;
    assert_eq!(changed["property"]["options"], without_blue);
    assert_eq!(changed["property"]["label"], "Colour");
    client.refused(update, json!({ "name": "colour", "options": [] }), "INVALID_VALUE", &at("options")).await;
    client.refused(update, json!({ "name": "colour", "label": "" }), "INVALID_VALUE", &at("label")).await;
    client.refused(update, json!({ "name": "Colour" }), "UNKNOWN_PROPERTY", &at("name")).await;
    // Archived: what tickets have stays, nothing new is taken, and the name stays taken.
    client.done(update, json!({ "name": "colour", "archived": true })).await;
    let payload = client.payload("updateTicketProperties", paint.clone()).await;
    assert_eq!(payload["userErrors"][0]["code"], "UNKNOWN_PROPERTY", "{payload:#}");
    refused(define("colour", "STRING", Value::Null), "ALREADY_EXISTS", "name").await;
    client.done(update, json!({ "name": "colour", "archived": false, "readOnly": true, "required": true })).await;
    let same = client.done("updateTicketProperties", paint).await;
    assert_eq!(same["result"], "UNCHANGED", "it was kept");
    let conversation = account.conversation(&client).await;
    let bare = json!({ "conversationId": conversation });
    client.refused("createTicket", bare, "REQUIRED_PROPERTY", &at("properties")).await;
}

/// Letters whose lower case Postgres and Rust do not agree about, and names as long as names may be, which no index
/// could take as they are.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_only_a_database_can_compare() {
    let (_app, account, client) = office().await;
    let alike = json!([{ "name": "ΑΣ", "category": "OPEN" }, { "name": "ας", "category": "OPEN" },
        { "name": "ασ", "category": "OPEN" }]);
    let payload = client.payload("createPipeline", json!({ "name": "Greek", "statuses": alike })).await;
    assert_eq!(payload["userErrors"][0]["code"], "ALREADY_EXISTS", "{payload:#}");
    let alike = json!([{ "name": "ΑΣ", "category": "OPEN" }, { "name": "ασ", "category": "OPEN" }]);
    let payload = client.payload("createPipeline", json!({ "name": "Greek", "statuses": alike })).await;
    assert_eq!(payload["userErrors"][0]["code"], "ALREADY_EXISTS", "{payload:#}");
    // Letters of four bytes each, and no two alike: nothing to compress.
    let mut code = 0x2_0000;
    let mut long = || -> String {
        (0..1000).map(|_| { code += 7; char::from_u32(code % 0xA000 + 0x2_0000).expect("a letter") }).collect()
    };
    client.done("createInbox", json!({ "name": long() })).await;
    client.done("createChannel", json!({ "inboxId": account.inbox_id, "kind": "API", "name": long() })).await;
    let statuses = json!([{ "name": long(), "category": "OPEN" }]);
    client.done("createPipeline", json!({ "name": long(), "statuses": statuses })).await;
    client.done("createPropertyDefinition", json!({ "name": long(), "label": long(), "type": "TEXT" })).await;
    let email = format!("{}@{}", &long()[..4 * 64], &long()[..4 * 255]);
    client.done("createUser", json!({ "name": long(), "email": email, "role": "AGENT" })).await;
    let message = json!({ "channelId": account.channel_id, "threadKey": long(), "messageKey": long(),
        "from": { "email": email, "name": long() }, "subject": long(), "text": "Hello?" });
    client.done("receiveMessage", message).await;
    let too_long = format!("{}x", long());
    client.refused("createInbox", json!({ "name": too_long }), "INVALID_VALUE", &at("name")).await;
}
