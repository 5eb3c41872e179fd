//! Rule 9: the details panel is each user's own choice and has an order.

use serde_json::{Value, json};

use super::at;
use crate::support::{Client, office};

async fn panel(client: &Client) -> Vec<String> {
    let data = client
        .gql("{ viewer { detailsPanel { name } } }", json!({}))
        .await;
    let panel = data["viewer"]["detailsPanel"]
        .as_array()
        .expect("a panel")
        .clone();
    panel
        .iter()
        .map(|definition| crate::support::desk::text(&definition["name"]))
        .collect()
}

fn choose(names: &[&str]) -> Value {
    json!({ "properties": names })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_chooses_and_orders_the_panel() {
    let (app, account, client) = office().await;
    for (name, label) in [("a", "Zebra"), ("b", "Moose"), ("c", "Ant")] {
        client
            .done(
                "createPropertyDefinition",
                json!({ "name": name, "label": label, "type": "STRING" }),
            )
            .await;
    }
    let viewer = app.client(&account.user("viewer").await.token);
    assert_eq!(
        panel(&client).await,
        ["c", "b", "a"],
        "before any choice all of them, by label"
    );
    let chosen = client.done("updateDetailsPanel", choose(&["b", "a"])).await;
    assert_eq!(
        chosen["viewer"]["detailsPanel"],
        json!([{ "name": "b" }, { "name": "a" }])
    );
    assert_eq!(panel(&client).await, ["b", "a"]);
    assert_eq!(
        panel(&viewer).await,
        ["c", "b", "a"],
        "another one's choice is another one's"
    );
    viewer
        .done("updateDetailsPanel", choose(&["a", "b", "c"]))
        .await;
    client.done("updateDetailsPanel", choose(&["a", "b"])).await;
    assert_eq!(
        panel(&client).await,
        ["a", "b"],
        "the order alone is a choice too"
    );
    assert_eq!(panel(&viewer).await, ["a", "b", "c"]);

    client
        .refused(
            "updateDetailsPanel",
            choose(&["a", "x"]),
            "UNKNOWN_PROPERTY",
            &at("properties"),
        )
        .await;
    client
        .refused(
            "updateDetailsPanel",
            choose(&["a", "a"]),
            "INVALID_VALUE",
            &at("properties"),
        )
        .await;
    assert_eq!(panel(&client).await, ["a", "b"], "refused is unchanged");
    client
        .done(
            "updatePropertyDefinition",
            json!({ "name": "b", "archived": true }),
        )
        .await;
    assert_eq!(
        panel(&client).await,
        ["a"],
        "what is out of use is not shown"
    );
    client
        .refused(
            "updateDetailsPanel",
            choose(&["b"]),
            "UNKNOWN_PROPERTY",
            &at("properties"),
        )
        .await;
    client
        .done(
            "updatePropertyDefinition",
            json!({ "name": "b", "archived": false }),
        )
        .await;
    assert_eq!(
        panel(&client).await,
        ["a", "b"],
        "and comes back to its place"
    );
    client.done("updateDetailsPanel", choose(&[])).await;
    assert_eq!(
        panel(&client).await,
        Vec::<String>::new(),
        "nothing is a choice as well"
    );

    let integration = app.client(&account.integration("Shop").await);
    integration
        .refused("updateDetailsPanel", choose(&["a"]), "FORBIDDEN", &[])
        .await;
}
