//! Work at the desk: conversations, tickets and commands in a line each.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Client, TestAccount};

/// What every command on conversations and tickets is asked for.
const CASCADE: &str = "result clientMutationId userErrors { __typename code message path } \
    ticket { id version number status { id category } owner { id } trashedAt } \
    conversation { id version status owner { id } ticket { id } inbox { id } trashedAt } \
    cascade { id cursor command effects { __typename index rule subjectId } }";
/// What every change of settings is asked for.
const SETTINGS: &str = "clientMutationId userErrors { __typename code message path } \
    inbox { id name createsTickets channels { id kind name } } channel { id kind name } \
    user { id name email role active } status { id name category position } \
    pipeline { id name statuses { id name category position } } \
    property { id name label type required readOnly options { value label } }";
const PANEL: &str = "clientMutationId userErrors { __typename code message path } \
    viewer { detailsPanel { name } }";
const SAVED_VIEW: &str = "clientMutationId userErrors { __typename code message path } deletedSavedViewId \
    savedView { id name kind shared owner { id } filter orderBy totalCount createdAt updatedAt }";
/// The mutations that change settings instead of making a cascade.
const OF_SETTINGS: [&str; 10] = [
    "createInbox",
    "updateInbox",
    "createChannel",
    "createUser",
    "updateUser",
    "createPipeline",
    "createTicketStatus",
    "updateTicketStatusDefinition",
    "createPropertyDefinition",
    "updatePropertyDefinition",
];

/// The document of one mutation, which takes its input as `$input`.
pub fn document(mutation: &str) -> String {
    let (first, rest) = mutation.split_at(1);
    let input = format!("{}{rest}Input", first.to_uppercase());
    let selection = match mutation {
        "updateDetailsPanel" => PANEL,
        name if name.ends_with("SavedView") => SAVED_VIEW,
        name if OF_SETTINGS.contains(&name) => SETTINGS,
        _ => CASCADE,
    };
    format!("mutation($input: {input}!) {{ {mutation}(input: $input) {{ {selection} }} }}")
}

impl Client {
    /// Runs a mutation; its payload, refused or not.
    pub async fn payload(&self, mutation: &str, input: Value) -> Value {
        let mut data = self
            .gql(&document(mutation), json!({ "input": input }))
            .await;
        data[mutation].take()
    }

    /// Runs a mutation that must not be refused; its payload.
    pub async fn done(&self, mutation: &str, input: Value) -> Value {
        let payload = self.payload(mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload:#}");
        payload
    }

    /// Runs a mutation that must be refused with exactly this code at this place; the message.
    pub async fn refused(&self, mutation: &str, input: Value, code: &str, path: &[&str]) -> String {
        let payload = self.payload(mutation, input.clone()).await;
        let errors = payload["userErrors"].as_array().expect("user errors");
        assert_eq!(errors.len(), 1, "{mutation} {input}: {payload:#}");
        assert_eq!(errors[0]["code"], code, "{mutation} {input}: {payload:#}");
        let place = if path.is_empty() {
            Value::Null
        } else {
            json!(path)
        };
        assert_eq!(errors[0]["path"], place, "{mutation} {input}: {payload:#}");
        errors[0]["message"].as_str().expect("a message").to_owned()
    }
}

impl TestAccount {
    /// A conversation that a contact of its own began by the account's channel; its id.
    pub async fn conversation(&self, client: &Client) -> String {
        let contact = format!("{}@example.org", Uuid::now_v7().simple());
        self.message(client, &Uuid::now_v7().to_string(), &contact)
            .await
    }

    /// A message of a contact to a thread; the conversation's id.
    pub async fn message(&self, client: &Client, thread: &str, contact: &str) -> String {
        let input = json!({
            "channelId": self.channel_id, "threadKey": thread, "from": { "email": contact },
            "subject": "A question", "text": "Hello?",
        });
        let payload = client.done("receiveMessage", input).await;
        text(&payload["conversation"]["id"])
    }

    /// A ticket with so many conversations: its id, and theirs.
    pub async fn ticket(&self, client: &Client, conversations: usize) -> (String, Vec<String>) {
        assert!(conversations > 0, "a ticket has a conversation at least");
        let first = self.conversation(client).await;
        let payload = client
            .done("createTicket", json!({ "conversationId": first }))
            .await;
        let ticket = text(&payload["ticket"]["id"]);
        let mut all = vec![first];
        for _ in 1..conversations {
            let next = self.conversation(client).await;
            client
                .done(
                    "linkConversation",
                    json!({ "conversationId": next, "ticketId": ticket }),
                )
                .await;
            all.push(next);
        }
        (ticket, all)
    }
}

/// The text of a JSON value.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// The UUID within an id, as SQL takes it.
pub fn uuid(id: &str) -> Uuid {
    id.parse::<type_safe_id::TypeSafeId<type_safe_id::DynamicType>>()
        .expect("an id")
        .uuid()
}
