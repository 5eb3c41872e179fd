//! Saved views: who keeps, shares and changes them, and what they list.

mod keeping;
mod listing;
mod mending;
mod sharing;

use serde_json::{Value, json};

use crate::support::Client;
use crate::support::desk::text;

/// The input of a view of conversations.
fn conversations(name: &str, shared: bool, filter: Value) -> Value {
    json!({ "name": name, "shared": shared, "list": { "conversations": { "filter": filter } } })
}

/// The input of a view of tickets.
fn tickets(name: &str, shared: bool, filter: Value) -> Value {
    json!({ "name": name, "shared": shared, "list": { "tickets": { "filter": filter } } })
}

/// Saves a view; its id.
async fn save(client: &Client, input: Value) -> String {
    let payload = client.done("createSavedView", input).await;
    text(&payload["savedView"]["id"])
}

/// The names of the views that somebody sees, in their order.
async fn names(client: &Client) -> Vec<String> {
    let data = client.gql("{ savedViews { name } }", json!({})).await;
    let views = data["savedViews"].as_array().expect("views").iter();
    views.map(|view| text(&view["name"])).collect()
}
