//! Somebody who closes and opens a conversation again and again: a cascade each time.

use serde_json::json;

use super::support::http::{Connection, request};
use super::support::server::Server;

/// One who writes, over a connection of its own.
pub struct Writer {
    connection: Connection,
    requests: [Vec<u8>; 2],
    next: usize,
}

impl Writer {
    /// Takes a conversation without a ticket; each writer the one that was active longest ago and nobody else's.
    pub async fn start(server: &Server) -> Self {
        Self::nth(server, 0).await
    }

    /// The writer of that number: each has a conversation of its own.
    pub async fn nth(server: &Server, number: usize) -> Self {
        Self::told(server, number, "").await
    }

    /// The same, who is told these fields of the payload too.
    pub async fn told(server: &Server, number: usize, fields: &str) -> Self {
        let mut connection = Connection::to(&server.address).await;
        let oldest = "{ conversations(first: 100, filter: { hasTicket: false, status: CLOSED },
            orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id } } }";
        let found = connection
            .gql(&server.address, &server.token, oldest, json!({}))
            .await;
        let id = &found["conversations"]["nodes"][number]["id"];
        assert!(id.is_string(), "there is no conversation {number}");
        let query = format!(
            "mutation($id: ID!, $status: ConversationStatus!) {{
            updateConversationStatus(input: {{ conversationId: $id, status: $status }}) {{ result userErrors {{ message }} {fields} }} }}"
        );
        let requests = ["OPEN", "CLOSED"].map(|status| {
            let variables = json!({ "id": id, "status": status });
            request(&server.address, &server.token, &query, &variables)
        });
        Self {
            connection,
            requests,
            next: 0,
        }
    }

    /// One cascade, opening and closing by turns; the answer's body, so when it is committed.
    pub async fn write(&mut self) -> &[u8] {
        let body = self.connection.send(&self.requests[self.next]).await;
        assert!(
            body.windows(9).any(|window| window == b"\"APPLIED\""),
            "{}",
            String::from_utf8_lossy(body)
        );
        self.next = 1 - self.next;
        body
    }
}
