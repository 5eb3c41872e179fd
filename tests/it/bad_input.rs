//! Bad input: the right status, a clear error, never a fault of the server and never half a write.

mod filters;
mod ids;
mod limits;
mod requests;
mod texts;

use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::support::sql::log_length;
use crate::support::{Client, TestAccount, TestApp, office};

/// A server with something in it, and what must be there still after each bad request.
struct Desk {
    app: TestApp,
    account: TestAccount,
    client: Client,
    ticket: String,
    conversation: String,
    lonely: String,
    cascade: String,
    log: i64,
    kept: Value,
}

/// What an account is, as far as input could have changed it.
const EVERYTHING: &str = "{ inboxes { name channels { name } } users { name email } propertyDefinitions { name label } \
    pipelines { name statuses { name position } } viewer { detailsPanel { name } } trash { totalCount } \
    tickets { nodes { name version priority } } \
    conversations { nodes { subject version status owner { id } contact { name email phone } messages { totalCount } } } }";

impl Desk {
    async fn new() -> Self {
        let (app, account, client) = office().await;
        for (name, kind) in [("note", "TEXT"), ("count", "NUMBER")] {
            client
                .done(
                    "createPropertyDefinition",
                    json!({ "name": name, "label": name, "type": kind }),
                )
                .await;
        }
        let options = json!([{ "value": "red", "label": "Red" }]);
        for (name, kind) in [("colour", "ENUMERATION"), ("colours", "MULTI_ENUMERATION")] {
            let input = json!({ "name": name, "label": name, "type": kind, "options": options });
            client.done("createPropertyDefinition", input).await;
        }
        let (ticket, conversations) = account.ticket(&client, 1).await;
        let lonely = account.conversation(&client).await;
        let changed = client
            .done(
                "updateTicketProperties",
                json!({ "ticketId": ticket, "priority": "LOW" }),
            )
            .await;
        let cascade = crate::support::desk::text(&changed["cascade"]["id"]);
        let log = log_length(&app.database_url).await;
        let kept = client.gql(EVERYTHING, json!({})).await;
        let conversation = conversations[0].clone();
        Self {
            app,
            account,
            client,
            ticket,
            conversation,
            lonely,
            cascade,
            log,
            kept,
        }
    }

    /// Nothing of what was asked has been written.
    async fn is_untouched(&self, after: &str) {
        assert_eq!(
            log_length(&self.app.database_url).await,
            self.log,
            "the log after {after}"
        );
        assert_eq!(
            self.client.gql(EVERYTHING, json!({})).await,
            self.kept,
            "after {after}"
        );
    }

    /// Posts a body as it is; the status and the answer.
    async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let request = reqwest::Client::new().post(format!("{}/graphql", self.app.url));
        let request = request
            .bearer_auth(&self.account.token)
            .header("content-type", "application/json");
        let request = request
            .header(ACCEPT, "application/graphql-response+json")
            .body(body);
        let response = request.send().await.expect("an answer");
        (
            response.status().as_u16(),
            response.json().await.expect("JSON"),
        )
    }

    async fn ask(&self, query: &str, variables: Value) -> (u16, Value) {
        self.post(json!({ "query": query, "variables": variables }).to_string())
            .await
    }

    /// Asks what must be refused as a request: the status and the code of the first error.
    async fn is_refused(&self, query: &str, variables: Value, status: u16, code: &str) -> String {
        let (found, answer) = self.ask(query, variables).await;
        let shown: String = query.chars().take(300).collect();
        assert_eq!(found, status, "{shown}: {answer:#}");
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], code,
            "{shown}: {answer:#}"
        );
        crate::support::desk::text(&answer["errors"][0]["message"])
    }
}
