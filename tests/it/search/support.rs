//! A desk to search at.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::desk::text;
use crate::support::sql::{connect_across, number, texts};
use crate::support::{Client, TestAccount, TestApp, office};

/// What every search is asked for.
pub const SEARCH: &str = "query($text: String!, $first: Int, $after: String) { \
    search(text: $text, first: $first, after: $after) { \
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } \
        nodes { __typename } \
        edges { cursor excerpt { text found } node { __typename \
            ... on Conversation { id subject } ... on Ticket { id number name } } } } }";

/// A server with an account, and its administrator.
pub struct Desk {
    pub app: TestApp,
    pub account: TestAccount,
    pub client: Client,
}

impl Desk {
    pub async fn start() -> Self {
        let (app, account, client) = office().await;
        Self {
            app,
            account,
            client,
        }
    }

    /// A new conversation of somebody with that name and address; its id.
    pub async fn letter(&self, name: &str, email: &str, subject: &str, message: &str) -> String {
        let thread = Uuid::now_v7().to_string();
        self.message(&thread, name, email, subject, message).await
    }

    /// A new conversation of somebody new; its id.
    pub async fn says(&self, subject: &str, message: &str) -> String {
        let email = format!("{}@example.net", Uuid::now_v7().simple());
        self.letter("Somebody", &email, subject, message).await
    }

    /// A message to a thread; the conversation's id.
    pub async fn message(
        &self,
        thread: &str,
        name: &str,
        email: &str,
        subject: &str,
        message: &str,
    ) -> String {
        let input = json!({
            "channelId": self.account.channel_id, "threadKey": thread, "subject": subject, "text": message,
            "from": { "name": name, "email": email },
        });
        let payload = self.client.done("receiveMessage", input).await;
        text(&payload["conversation"]["id"])
    }

    /// The whole answer to a search.
    pub async fn raw(&self, query: &str, first: Option<i32>, after: Option<&str>) -> Value {
        let variables = json!({ "text": query, "first": first, "after": after });
        self.client.raw(SEARCH, variables).await
    }

    /// What a search brings.
    pub async fn search(&self, query: &str, first: Option<i32>, after: Option<&str>) -> Value {
        let mut answer = self.raw(query, first, after).await;
        assert!(answer.get("errors").is_none(), "{query:?}: {answer:#}");
        answer["data"]["search"].take()
    }

    /// The ids of what a search finds, in its order; `totalCount` says the same.
    pub async fn found(&self, query: &str) -> Vec<String> {
        let found = self.search(query, Some(100), None).await;
        let edges = found["edges"].as_array().expect("edges");
        assert_eq!(found["totalCount"], edges.len(), "{query:?}");
        assert_eq!(found["nodes"].as_array().expect("nodes").len(), edges.len());
        edges.iter().map(|edge| text(&edge["node"]["id"])).collect()
    }

    /// The excerpts of what a search finds, with what was found in brackets.
    pub async fn excerpts(&self, query: &str) -> Vec<String> {
        let found = self.search(query, Some(100), None).await;
        let edges = found["edges"].as_array().expect("edges").iter();
        edges.map(|edge| shown(&edge["excerpt"])).collect()
    }

    /// The message of the one error that a search is refused with, which has this code.
    pub async fn refused(
        &self,
        query: &str,
        first: Option<i32>,
        after: Option<&str>,
        code: &str,
    ) -> String {
        let answer = self.raw(query, first, after).await;
        let errors = answer["errors"].as_array().expect("errors");
        assert_eq!(errors.len(), 1, "{answer:#}");
        assert_eq!(errors[0]["extensions"]["code"], code, "{answer:#}");
        text(&errors[0]["message"])
    }
}

fn shown(excerpt: &Value) -> String {
    let parts = excerpt.as_array().expect("parts").iter();
    let shown = parts.map(|part| {
        let text = text(&part["text"]);
        if part["found"] == true {
            format!("[{text}]")
        } else {
            text
        }
    });
    shown.collect()
}

/// Where the index differs from what its tables say that it must be.
pub async fn differences(database_url: &str) -> Vec<String> {
    let mut connection = connect_across(database_url).await;
    let query = "
        (SELECT 'too much: ' || d::text AS text FROM (TABLE search_documents EXCEPT TABLE search_documents_made) d)
        UNION ALL
        (SELECT 'missing: ' || d::text FROM (TABLE search_documents_made EXCEPT TABLE search_documents) d)
        UNION ALL
        (SELECT 'no document has ' || s::text FROM search_words s WHERE NOT EXISTS (
            SELECT FROM search_documents d WHERE d.account_id = s.account_id AND d.part_id = s.part_id
              AND s.word = ANY (tsvector_to_array(d.words))))
        UNION ALL
        (SELECT DISTINCT 'unknown word: ' || w FROM search_documents d, tandem_search_parts(d.words) w
            WHERE NOT EXISTS (SELECT FROM search_words s WHERE s.account_id = d.account_id AND s.word = w))";
    texts(&mut connection, query).await
}

/// How many rows a table of the index has.
pub async fn rows(database_url: &str, table: &str) -> i64 {
    let mut connection = connect_across(database_url).await;
    number(&mut connection, &format!("(SELECT count(*) FROM {table})")).await
}
