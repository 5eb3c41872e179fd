//! Inboxes, channels and users.

use serde_json::{Value, json};

use super::at;
use crate::support::desk::text;
use crate::support::office;

#[tokio::test(flavor = "multi_thread")]
async fn inboxes_and_channels() {
    let (_app, account, client) = office().await;
    let made = client
        .done(
            "createInbox",
            json!({ "name": "Sales", "clientMutationId": "7" }),
        )
        .await;
    assert_eq!(made["clientMutationId"], "7");
    assert_eq!(made["inbox"]["name"], "Sales");
    assert_eq!(made["inbox"]["createsTickets"], false);
    let sales = text(&made["inbox"]["id"]);
    for name in ["Sales", "sALES", "Inbox"] {
        client
            .refused(
                "createInbox",
                json!({ "name": name }),
                "ALREADY_EXISTS",
                &at("name"),
            )
            .await;
    }
    for name in ["", " \t"] {
        client
            .refused(
                "createInbox",
                json!({ "name": name }),
                "INVALID_VALUE",
                &at("name"),
            )
            .await;
    }
    // A name of its own is not taken, only another's.
    let renamed = json!({ "inboxId": sales, "name": "SALES", "createsTickets": true });
    let changed = client.done("updateInbox", renamed).await;
    assert_eq!(changed["inbox"]["name"], "SALES");
    assert_eq!(changed["inbox"]["createsTickets"], true);
    let kept = client
        .done("updateInbox", json!({ "inboxId": sales }))
        .await;
    assert_eq!(kept["inbox"], changed["inbox"], "left out is unchanged");
    client
        .refused(
            "updateInbox",
            json!({ "inboxId": sales, "name": "inbox" }),
            "ALREADY_EXISTS",
            &at("name"),
        )
        .await;
    client
        .refused(
            "updateInbox",
            json!({ "inboxId": sales, "name": "" }),
            "INVALID_VALUE",
            &at("name"),
        )
        .await;
    for id in [
        "nonsense",
        &account.channel_id,
        "inbox_01jd3y00000000000000000000",
    ] {
        client
            .refused(
                "updateInbox",
                json!({ "inboxId": id, "name": "X" }),
                "NOT_FOUND",
                &at("inboxId"),
            )
            .await;
        let channel = json!({ "inboxId": id, "kind": "CHAT", "name": "X" });
        client
            .refused("createChannel", channel, "NOT_FOUND", &at("inboxId"))
            .await;
    }

    let channel = |name: &str| json!({ "inboxId": sales, "kind": "WHATSAPP", "name": name });
    let made = client.done("createChannel", channel("Phone")).await;
    assert_eq!(made["channel"]["kind"], "WHATSAPP");
    client
        .refused(
            "createChannel",
            channel("PHONE"),
            "ALREADY_EXISTS",
            &at("name"),
        )
        .await;
    client
        .refused("createChannel", channel(""), "INVALID_VALUE", &at("name"))
        .await;
    // A name is unique within its inbox only.
    client
        .done(
            "createChannel",
            json!({ "inboxId": account.inbox_id, "kind": "FORM", "name": "Phone" }),
        )
        .await;
    let address = |address: &str| json!({ "inboxId": sales, "kind": "EMAIL", "name": "Mail", "address": address });
    client
        .refused(
            "createChannel",
            address("no address"),
            "INVALID_VALUE",
            &at("address"),
        )
        .await;
    client
        .done("createChannel", address("sales@example.com"))
        .await;
    let data = client
        .gql(
            "query($id: ID!) { inbox(id: $id) { channels { name } } }",
            json!({ "id": sales }),
        )
        .await;
    assert_eq!(
        data["inbox"]["channels"],
        json!([{ "name": "Mail" }, { "name": "Phone" }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_that_creates_tickets_does() {
    let (_app, account, client) = office().await;
    client
        .done(
            "updateInbox",
            json!({ "inboxId": account.inbox_id, "createsTickets": true }),
        )
        .await;
    let conversation = account.conversation(&client).await;
    let query = "query($id: ID!) { conversation(id: $id) { ticket { name workspace } } }";
    let data = client.gql(query, json!({ "id": conversation })).await;
    assert_eq!(
        data["conversation"]["ticket"],
        json!({ "name": "A question", "workspace": "HELP_DESK" })
    );
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
        client
            .refused("createUser", user(email), "ALREADY_EXISTS", &at("email"))
            .await;
    }
    let long = format!("{}@example.com", "a".repeat(320));
    for email in [
        "",
        "ann",
        "@example.com",
        "ann@",
        "a b@example.com",
        "a@b@c",
        &long,
    ] {
        client
            .refused("createUser", user(email), "INVALID_VALUE", &at("email"))
            .await;
    }
    let nameless = json!({ "name": " ", "email": "x@example.com", "role": "AGENT" });
    client
        .refused("createUser", nameless, "INVALID_VALUE", &at("name"))
        .await;
    let changed = client
        .done(
            "updateUser",
            json!({ "userId": ann, "name": "Anna", "role": "VIEWER" }),
        )
        .await;
    assert_eq!(changed["user"]["name"], "Anna");
    assert_eq!(changed["user"]["role"], "VIEWER");
    assert_eq!(changed["user"]["email"], "Ann@Example.com");
    client
        .refused(
            "updateUser",
            json!({ "userId": ann, "name": "" }),
            "INVALID_VALUE",
            &at("name"),
        )
        .await;
    client
        .refused(
            "updateUser",
            json!({ "userId": account.inbox_id }),
            "NOT_FOUND",
            &at("userId"),
        )
        .await;
    // The last administrator stays one, and stays.
    let own = |field: &str, value: Value| json!({ "userId": account.user_id, field: value });
    client
        .refused(
            "updateUser",
            own("active", json!(false)),
            "IN_USE",
            &at("active"),
        )
        .await;
    client
        .refused(
            "updateUser",
            own("role", json!("AGENT")),
            "IN_USE",
            &at("role"),
        )
        .await;
    let second = account.user("admin").await;
    client
        .done(
            "updateUser",
            json!({ "userId": second.id, "active": false }),
        )
        .await;
    client
        .refused(
            "updateUser",
            own("active", json!(false)),
            "IN_USE",
            &at("active"),
        )
        .await;
    client
        .done("updateUser", json!({ "userId": second.id, "active": true }))
        .await;
    client.done("updateUser", own("role", json!("AGENT"))).await;
    client
        .refused(
            "createInbox",
            json!({ "name": "No more" }),
            "FORBIDDEN",
            &[],
        )
        .await;
    // Who left comes back with the same token.
    let query = json!({ "query": "{ viewer { user { id } } }" });
    let ask = async |token: &str| {
        let request = reqwest::Client::new()
            .post(format!("{}/graphql", app.url))
            .bearer_auth(token)
            .json(&query);
        request.send().await.expect("an answer").status().as_u16()
    };
    let agent = account.user("agent").await;
    let admin = app.client(&second.token);
    assert_eq!(ask(&agent.token).await, 200);
    admin
        .done("updateUser", json!({ "userId": agent.id, "active": false }))
        .await;
    assert_eq!(ask(&agent.token).await, 401);
    admin
        .done("updateUser", json!({ "userId": agent.id, "active": true }))
        .await;
    assert_eq!(ask(&agent.token).await, 200);
}
