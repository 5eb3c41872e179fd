//! Rules 9, 10 and 17: what the sidebar shows, and where it leads.

use serde_json::{Value, json};

use super::desk::Desk;
use crate::support::Client;

async fn define(desk: &Desk, names: &[&str]) {
    for name in names {
        let input = json!({ "name": name, "label": name, "type": "STRING" });
        desk.set_up("createPropertyDefinition", input, "property")
            .await;
    }
}

async fn choose(client: &Client, properties: &[&str]) -> Value {
    let query = "mutation($properties: [String!]!) { updateDetailsPanel(input: { properties: $properties }) {
        viewer { detailsPanel { name } } userErrors { code } } }";
    client.gql(query, json!({ "properties": properties })).await["updateDetailsPanel"].clone()
}

async fn panel(client: &Client, ticket: &str) -> Value {
    let query = "query($id: ID!) { ticket(id: $id) { details { definition { name } display } } }";
    client.gql(query, json!({ "id": ticket })).await["ticket"]["details"].clone()
}

fn entries(list: &[(&str, Option<&str>)]) -> Value {
    list.iter()
        .map(|(name, value)| json!({ "definition": { "name": name }, "display": value }))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_09_each_user_chooses_what_the_details_panel_shows_and_in_which_order() {
    let desk = Desk::old().await;
    define(&desk, &["colour", "product", "region"]).await;
    let (ticket, _) = desk.ticket_with(1).await;
    let edit = json!({ "ticketId": ticket, "properties": [{ "name": "product", "value": { "string": "Boat" } }] });
    desk.run("updateTicketProperties", edit).await.applied();
    let ann = desk.client(&desk.user("ann", "agent").await);

    let chosen = choose(&desk.admin, &["region", "product"]).await;
    choose(&ann, &["colour"]).await;

    assert_eq!(
        chosen["viewer"]["detailsPanel"],
        json!([{ "name": "region" }, { "name": "product" }])
    );
    assert_eq!(
        panel(&desk.admin, &ticket).await,
        entries(&[("region", None), ("product", Some("Boat"))])
    );
    assert_eq!(panel(&ann, &ticket).await, entries(&[("colour", None)]));
    choose(&desk.admin, &["product", "region"]).await;
    assert_eq!(
        panel(&desk.admin, &ticket).await,
        entries(&[("product", Some("Boat")), ("region", None)])
    );
    choose(&ann, &[]).await;
    assert_eq!(panel(&ann, &ticket).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_09_a_panel_of_what_does_not_exist_is_refused_whole() {
    let desk = Desk::old().await;
    define(&desk, &["colour"]).await;
    choose(&desk.admin, &["colour"]).await;

    let refused = choose(&desk.admin, &["product", "colour"]).await;

    assert_eq!(
        refused["userErrors"],
        json!([{ "code": "UNKNOWN_PROPERTY" }])
    );
    let viewer = desk
        .admin
        .gql("{ viewer { detailsPanel { name } } }", json!({}))
        .await;
    assert_eq!(
        viewer["viewer"]["detailsPanel"],
        json!([{ "name": "colour" }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_09_the_card_is_the_same_for_everybody() {
    let desk = Desk::old().await;
    define(&desk, &["colour"]).await;
    let (ticket, _) = desk.ticket_with(1).await;
    let edit = json!({ "ticketId": ticket, "name": "Broken", "priority": "HIGH" });
    desk.run("updateTicketProperties", edit).await.applied();
    let card = async |client: &Client| {
        let query = "query($id: ID!) { ticket(id: $id) { card { number name status { name } priority owner { id } } } }";
        client.gql(query, json!({ "id": ticket })).await["ticket"]["card"].clone()
    };
    let ann = desk.client(&desk.user("ann", "agent").await);
    let before = card(&desk.admin).await;

    choose(&desk.admin, &["colour"]).await;

    assert_eq!(
        before,
        json!({ "number": 1, "name": "Broken", "status": { "name": "New" }, "priority": "HIGH", "owner": null })
    );
    assert_eq!(card(&desk.admin).await, before);
    assert_eq!(card(&ann).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_10_from_the_card_to_the_details_and_from_the_conversation_to_the_record() {
    let desk = Desk::old().await;
    define(&desk, &["colour"]).await;
    choose(&desk.admin, &["colour"]).await;
    let (ticket, conversations) = desk.ticket_with(2).await;

    let query = "query($id: ID!) { conversation(id: $id) { ticket {
        id card { number } details { definition { name } } properties { definition { name } }
        conversations { nodes { id } } timeline { nodes { command } } } } }";
    let data = desk
        .admin
        .gql(query, json!({ "id": conversations[1] }))
        .await;

    let record = &data["conversation"]["ticket"];
    assert_eq!(
        (&record["id"], &record["card"]["number"]),
        (&json!(ticket), &json!(1))
    );
    assert_eq!(
        record["details"],
        json!([{ "definition": { "name": "colour" } }])
    );
    assert_eq!(
        record["conversations"]["nodes"].as_array().unwrap().len(),
        2
    );
    let commands: Vec<&Value> = record["timeline"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["command"])
        .collect();
    assert!(
        commands.contains(&&json!("createTicket"))
            && commands.contains(&&json!("linkConversation"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_17_beside_a_conversation_are_its_ticket_its_contact_and_the_contacts_others() {
    let desk = Desk::old().await;
    let write = async |thread: &str, from: &str| {
        desk.receive(desk.message(thread, from))
            .await
            .id("conversation")
    };
    let (first, second) = (
        write("1", "ann@example.com").await,
        write("2", "ann@example.com").await,
    );
    write("3", "bob@example.com").await;
    let third = write("4", "ann@example.com").await;
    let ticket = desk.ticket(&third).await;
    write("1", "ann@example.com").await;

    let query = "query($id: ID!) { conversation(id: $id) {
        ticket { id } contact { email } previousConversations { totalCount nodes { id } } } }";
    let data = desk.admin.gql(query, json!({ "id": third })).await;

    assert_eq!(
        data["conversation"],
        json!({
            "ticket": { "id": ticket },
            "contact": { "email": "ann@example.com" },
            "previousConversations": { "totalCount": 2, "nodes": [{ "id": first }, { "id": second }] },
        }),
        "most recent first, without this one and without other people's"
    );
}
