//! Walking whole lists, both ways, in every order, by pages of several sizes: each row exactly once, in its place.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::ids;
use super::world::World;
use crate::support::Client;
use crate::support::desk::text;

/// A list in an order, as a query asks for it.
pub struct List {
    pub field: &'static str,
    pub by: &'static str,
    pub descending: bool,
}

impl List {
    pub fn all() -> Vec<Self> {
        let conversations = ["LAST_ACTIVITY_AT", "CREATED_AT"].map(|by| ("conversations", by));
        let tickets =
            ["LAST_ACTIVITY_AT", "CREATED_AT", "NUMBER", "PRIORITY"].map(|by| ("tickets", by));
        let both = conversations.into_iter().chain(tickets);
        let list = |(field, by), descending| Self {
            field,
            by,
            descending,
        };
        both.flat_map(|one| [list(one, false), list(one, true)])
            .collect()
    }

    /// A page; `arguments` are those of paging.
    pub async fn page(&self, client: &Client, arguments: &str) -> Value {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let query = format!(
            "{{ {}(orderBy: {{ field: {}, direction: {direction} }}, {arguments}) {{ \
             edges {{ cursor node {{ id }} }} nodes {{ id lastActivityAt createdAt {} }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} totalCount }} }}",
            self.field,
            self.by,
            if self.field == "tickets" {
                "number priority"
            } else {
                ""
            }
        );
        client.gql(&query, json!({})).await[self.field].take()
    }

    /// What a row is sorted by, from what the API shows of it. The id breaks ties: as texts, TypeIDs have their
    /// UUIDs' order.
    pub fn compare(&self, a: &Value, b: &Value) -> Ordering {
        let time = |row: &Value, field: &str| -> chrono::DateTime<chrono::Utc> {
            text(&row[field]).parse().expect("a moment")
        };
        let priority = |row: &Value| {
            ["LOW", "MEDIUM", "HIGH", "URGENT"]
                .iter()
                .position(|word| row["priority"] == *word)
        };
        let order = match self.by {
            "LAST_ACTIVITY_AT" => time(a, "lastActivityAt").cmp(&time(b, "lastActivityAt")),
            "CREATED_AT" => time(a, "createdAt").cmp(&time(b, "createdAt")),
            "NUMBER" => a["number"].as_i64().cmp(&b["number"].as_i64()),
            _ => priority(a).cmp(&priority(b)),
        };
        let order = order.then_with(|| text(&a["id"]).cmp(&text(&b["id"])));
        if self.descending {
            order.reverse()
        } else {
            order
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_once_in_every_order_both_ways_by_pages_of_any_size() {
    let world = World::new(42).await;
    let (client, mut ties) = (&world.client, 0);
    for list in List::all() {
        let whole = list.page(client, "first: 100").await;
        let rows = whole["nodes"].as_array().expect("nodes").clone();
        let mut sorted = rows.clone();
        sorted.sort_by(|a, b| list.compare(a, b));
        let name = format!("{} by {} {}", list.field, list.by, list.descending);
        assert_eq!(rows, sorted, "{name}");
        let expected = ids(&whole);
        let count = if list.field == "tickets" {
            world.tickets.len()
        } else {
            world.conversations.len()
        };
        assert_eq!(expected.len(), count, "{name}");
        assert_eq!(whole["totalCount"], json!(count));
        let key = |row: &Value| match list.by {
            "PRIORITY" => row["priority"].to_string(),
            "CREATED_AT" => row["createdAt"].to_string(),
            "NUMBER" => row["number"].to_string(),
            _ => row["lastActivityAt"].to_string(),
        };
        ties += rows
            .windows(2)
            .filter(|two| key(&two[0]) == key(&two[1]))
            .count();
        for size in [1, 2, 5, count - 1, count, 100] {
            assert_eq!(
                forward(&list, client, size).await,
                expected,
                "{name} by {size}"
            );
            assert_eq!(
                backward(&list, client, size).await,
                expected,
                "{name} by {size}"
            );
        }
    }
    assert!(ties > 100, "{ties} ties prove little");
}

async fn forward(list: &List, client: &Client, size: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut arguments = format!("first: {size}");
    loop {
        let page = list.page(client, &arguments).await;
        let info = &page["pageInfo"];
        assert_eq!(info["hasPreviousPage"], !found.is_empty());
        found.extend(ids(&page));
        // Edges, nodes and the page's own cursors agree.
        let edges = page["edges"].as_array().expect("edges");
        let of_edges: Vec<_> = edges.iter().map(|edge| text(&edge["node"]["id"])).collect();
        assert_eq!(of_edges, ids(&page));
        assert_eq!(info["startCursor"], edges[0]["cursor"]);
        assert_eq!(info["endCursor"], edges[edges.len() - 1]["cursor"]);
        if info["hasNextPage"] == false {
            return found;
        }
        assert_eq!(edges.len(), size, "a page before the last is full");
        arguments = format!("first: {size}, after: {}", info["endCursor"]);
    }
}

async fn backward(list: &List, client: &Client, size: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut arguments = format!("last: {size}");
    loop {
        let page = list.page(client, &arguments).await;
        let info = &page["pageInfo"];
        assert_eq!(info["hasNextPage"], !found.is_empty());
        found.splice(0..0, ids(&page));
        if info["hasPreviousPage"] == false {
            return found;
        }
        assert_eq!(ids(&page).len(), size, "a page before the last is full");
        arguments = format!("last: {size}, before: {}", info["startCursor"]);
    }
}
