//! The account's settings and who may do what: every mutation of them, with each of its refusals.

mod changes;
mod kept;
mod panel;
mod pipelines;
mod properties;
mod roles;
mod tenants;

use crate::support::{Client, TestAccount, TestApp};

const NEWER: &str = "2025-01-01T00:00:00Z";

/// Where an input's field is.
fn at(field: &str) -> [&str; 2] {
    ["input", field]
}

async fn office() -> (TestApp, TestAccount, Client) {
    let app = TestApp::start().await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    (app, account, client)
}
