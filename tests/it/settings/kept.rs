//! What servers keep of the settings is never older than what the rest of a response is read from, whoever changed it.

use serde_json::{Value, json};
use tandem::config::Config;

use crate::support::desk::uuid;
use crate::support::sql::commit;
use crate::support::{Client, NEWER, TestApp, database};

/// All ways by which what is kept comes into a response: beside one thing, in lists, as an author, as what is asked for.
const SCREEN: &str = "query($conversation: ID!, $ticket: ID!, $inbox: ID!) {
    inbox(id: $inbox) { name createsTickets conversations(first: 1) { nodes { id inbox { name } } } }
    one: conversation(id: $conversation) {
        inbox { name createsTickets }
        owner { name role active }
        ticket { pipeline { name } status { name } owner { name } card { status { name } owner { name } }
            details { definition { label } } }
        messages(last: 1) { nodes { author { ... on User { name } } } }
        lastMessage { author { ... on User { name } } }
    }
    own: ticket(id: $ticket) { pipeline { name } status { name } owner { name } details { definition { label } } }
    list: conversations(first: 1) { nodes {
        inbox { name createsTickets }
        owner { name role active } ticket { status { name } owner { name } }
        lastMessage { author { ... on User { name } } } } }
    tickets(first: 1) { nodes { pipeline { name } status { name } owner { name role active } } } }";

/// What the screen shows of one kind, each once.
fn shown(screen: &Value, kind: &str, field: &str) -> Vec<String> {
    fn walk(value: &Value, kind: &str, field: &str, under: &str, found: &mut Vec<String>) {
        match value {
            Value::Array(all) => all
                .iter()
                .for_each(|one| walk(one, kind, field, under, found)),
            Value::Object(fields) => fields.iter().for_each(|(name, one)| {
                if under == kind && name == field {
                    found.push(one.to_string());
                }
                walk(one, kind, field, name, found);
            }),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(screen, kind, field, "", &mut found);
    assert!(!found.is_empty(), "no {field} of any {kind} in {screen:#}");
    found.dedup();
    found
}

struct Screen<'a> {
    client: &'a Client,
    variables: Value,
}

impl Screen<'_> {
    async fn shows(&self, kind: &str, field: &str, expected: &[Value]) {
        let screen = self.client.gql(SCREEN, self.variables.clone()).await;
        let expected: Vec<_> = expected.iter().map(Value::to_string).collect();
        assert_eq!(shown(&screen, kind, field), expected, "{kind}.{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_settings_shows_at_once_on_every_server() {
    let database = database().await;
    let here = TestApp::on(&database.url, Config::default()).await;
    let there = TestApp::on(&database.url, Config::default()).await;
    let account = here.account(NEWER).await;
    let client = here.client(&account.token);
    let agent = account.user("agent").await;
    let (ticket, conversations) = account.ticket(&client, 1).await;
    let owned = json!({ "ticketId": ticket, "ownerId": agent.id });
    client.done("updateTicketOwner", owned).await;
    let note = json!({ "conversationId": conversations[0], "text": "Seen." });
    here.client(&agent.token).done("addNote", note).await;
    let definition = json!({ "name": "size", "label": "Size", "type": "STRING" });
    client.done("createPropertyDefinition", definition).await;

    let reader = there.client(&account.token);
    let screen = Screen {
        client: &reader,
        variables: json!({ "conversation": conversations[0], "ticket": ticket, "inbox": account.inbox_id }),
    };
    // Twice, so that what the second shows is what was kept of the first.
    for _ in 0..2 {
        screen.shows("owner", "name", &[json!("Someone")]).await;
        screen.shows("definition", "label", &[json!("Size")]).await;
    }

    for number in 0..20 {
        let name = format!("Name {number}");
        let renamed = json!({ "userId": agent.id, "name": name });
        client.done("updateUser", renamed).await;
        for kind in ["owner", "author"] {
            screen.shows(kind, "name", &[json!(name)]).await;
        }
        let renamed = json!({ "inboxId": account.inbox_id, "name": name });
        client.done("updateInbox", renamed).await;
        screen.shows("inbox", "name", &[json!(name)]).await;
        let renamed = json!({ "statusId": account.statuses["New"], "name": name });
        client.done("updateTicketStatusDefinition", renamed).await;
        screen.shows("status", "name", &[json!(name)]).await;
    }
    let creates = json!({ "inboxId": account.inbox_id, "createsTickets": true });
    client.done("updateInbox", creates).await;
    screen
        .shows("inbox", "createsTickets", &[json!(true)])
        .await;
    let promoted = json!({ "userId": agent.id, "role": "ADMIN" });
    client.done("updateUser", promoted).await;
    screen.shows("owner", "role", &[json!("ADMIN")]).await;
    let left = json!({ "userId": agent.id, "active": false });
    client.done("updateUser", left).await;
    screen.shows("owner", "active", &[json!(false)]).await;

    let relabelled = json!({ "name": "size", "label": "Its size" });
    client.done("updatePropertyDefinition", relabelled).await;
    let labels = async |expected: &[&str]| {
        let expected: Vec<_> = expected.iter().map(|label| json!(label)).collect();
        screen.shows("definition", "label", &expected).await;
    };
    labels(&["Its size"]).await;
    let definition = json!({ "name": "colour", "label": "Colour", "type": "STRING" });
    client.done("createPropertyDefinition", definition).await;
    labels(&["Colour", "Its size", "Colour", "Its size"]).await;
    let chosen = json!({ "properties": ["size"] });
    client.done("updateDetailsPanel", chosen).await;
    labels(&["Its size"]).await;
    let chosen = json!({ "properties": ["size", "colour"] });
    client.done("updateDetailsPanel", chosen).await;
    labels(&["Its size", "Colour", "Its size", "Colour"]).await;
    let archived = json!({ "name": "size", "archived": true });
    client.done("updatePropertyDefinition", archived).await;
    labels(&["Colour"]).await;
    let back = json!({ "name": "size", "archived": false });
    client.done("updatePropertyDefinition", back).await;
    labels(&["Its size", "Colour", "Its size", "Colour"]).await;

    // Also what an operator changes by hand.
    let by_hand = async |statement: &str| {
        assert_eq!(commit(&database.url, statement).await, None, "{statement}");
    };
    by_hand("DELETE FROM panel_properties WHERE position > 0").await;
    labels(&["Its size"]).await;
    let named = |name: &str| format!("SELECT id FROM property_definitions WHERE name = '{name}'");
    let (size, colour) = (named("size"), named("colour"));
    by_hand(&format!(
        "UPDATE panel_properties SET definition_id = ({colour})"
    ))
    .await;
    labels(&["Colour"]).await;
    by_hand(&format!(
        "INSERT INTO panel_properties (account_id, user_id, position, definition_id)
         SELECT account_id, user_id, position + 1, ({size}) FROM panel_properties"
    ))
    .await;
    labels(&["Colour", "Its size", "Colour", "Its size"]).await;
    by_hand("UPDATE property_definitions SET archived = true WHERE name = 'size'").await;
    labels(&["Colour"]).await;
    by_hand("UPDATE inboxes SET name = 'By hand'").await;
    screen.shows("inbox", "name", &[json!("By hand")]).await;
    by_hand("UPDATE pipelines SET name = 'By hand'").await;
    screen.shows("pipeline", "name", &[json!("By hand")]).await;
    let agent = uuid(&agent.id);
    by_hand(&format!(
        "UPDATE users SET name = 'By hand' WHERE id = '{agent}'"
    ))
    .await;
    screen.shows("owner", "name", &[json!("By hand")]).await;
}
