//! An account with what tests need of it.

use std::collections::BTreeMap;

use serde_json::json;

use tandem::domain::id::AccountId;
use tandem::domain::noun::Role;
use tandem::service::accounts::{self, NewAccount};
use tandem::store::Store;

use super::TestApp;

/// An account as `tandem account create` makes it.
pub struct TestAccount {
    /// Its administrator's token.
    pub token: String,
    /// Its id.
    pub account_id: String,
    /// Its administrator.
    pub user_id: String,
    /// Its inbox.
    pub inbox_id: String,
    /// The inbox' channel.
    pub channel_id: String,
    /// Its pipeline.
    pub pipeline_id: String,
    /// That pipeline's statuses by name.
    pub statuses: BTreeMap<String, String>,
    id: AccountId,
    store: Store,
}

/// A user of a test account.
pub struct TestUser {
    /// The id.
    pub id: String,
    /// A token.
    pub token: String,
}

impl TestAccount {
    pub(super) async fn new(app: &TestApp, store: Store, new: NewAccount) -> Self {
        let client = app.client(&new.token);
        let data = client
            .gql("{ pipelines { statuses { id name } } }", json!({}))
            .await;
        let statuses = data["pipelines"][0]["statuses"]
            .as_array()
            .expect("statuses")
            .iter();
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        Self {
            token: new.token,
            account_id: new.account.to_string(),
            user_id: new.user.to_string(),
            inbox_id: new.inbox.to_string(),
            channel_id: new.channel.to_string(),
            pipeline_id: new.pipeline.to_string(),
            statuses: statuses
                .map(|status| (text(&status["name"]), text(&status["id"])))
                .collect(),
            id: new.account,
            store,
        }
    }

    /// A further user; `role` is `admin`, `agent` or `viewer`.
    pub async fn user(&self, role: &str) -> TestUser {
        let role = match role {
            "admin" => Role::Admin,
            "agent" => Role::Agent,
            "viewer" => Role::Viewer,
            other => panic!("no role {other}"),
        };
        let email = format!("{}@example.com", uuid::Uuid::now_v7());
        let made = accounts::create_user(&self.store, self.id, &email, "Someone", role)
            .await
            .expect("a user");
        TestUser {
            id: made.user.expect("a user").to_string(),
            token: made.token,
        }
    }

    /// The token of an integration.
    pub async fn integration(&self, name: &str) -> String {
        let made = accounts::create_integration_token(&self.store, self.id, name).await;
        made.expect("an integration").token
    }
}
