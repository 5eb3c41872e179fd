//! An office whose people have passwords, and requests as a browser without a token sends them.

use serde_json::{Value, json};

use tandem::domain::id::AccountId;
use tandem::domain::secret::Secret;
use tandem::service::credentials::set_password_by_email;

use crate::support::{Client, TestAccount, TestApp};

/// The administrator's address in every test account.
pub const EMAIL: &str = "admin@example.com";
/// And the password that [`office`] gives it.
pub const PASSWORD: &str = "a sentence, easily long enough";

/// What every mutation that begins a session is asked for.
pub const SESSION: &str = "token sessionId expiresAt userErrors { code message path }";

/// A server with an account whose administrator has a password.
pub async fn office() -> (TestApp, TestAccount) {
    office_with(tandem::config::Config::default()).await
}

pub async fn office_with(config: tandem::config::Config) -> (TestApp, TestAccount) {
    let app = TestApp::start_with(config).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    give_password(&app, EMAIL, Some(&account), PASSWORD).await;
    (app, account)
}

pub async fn give_password(app: &TestApp, email: &str, account: Option<&TestAccount>, text: &str) {
    let account = account.map(|account| AccountId::parse(&account.account_id).expect("an id"));
    let password = Secret::new(text.to_owned());
    set_password_by_email(&app.store(), email, account, &password)
        .await
        .expect("a password");
}

/// One request; its status and its body.
pub async fn post(app: &TestApp, token: Option<&str>, body: &Value) -> (u16, Value) {
    let mut request = reqwest::Client::new()
        .post(format!("{}/graphql", app.url))
        .header("content-type", "application/json")
        .header("user-agent", "Desk/1.0 (test)")
        .body(body.to_string());
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).expect("JSON"))
}

/// The document of a mutation with its input.
pub fn mutation(name: &str, input_type: &str, selection: &str, input: Value) -> Value {
    let query =
        format!("mutation($input: {input_type}!) {{ {name}(input: $input) {{ {selection} }} }}");
    json!({ "query": query, "variables": { "input": input } })
}

/// Tries to sign in without a token; the payload.
pub async fn sign_in(app: &TestApp, input: Value) -> Value {
    let (status, mut body) = post(
        app,
        None,
        &mutation("signIn", "SignInInput", SESSION, input),
    )
    .await;
    assert_eq!(status, 200, "{body:#}");
    assert!(body.get("errors").is_none(), "{body:#}");
    body["data"]["signIn"].take()
}

/// Signs the administrator in; the token.
pub async fn session(app: &TestApp) -> String {
    let payload = sign_in(app, json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
    crate::support::desk::text(&payload["token"])
}

/// Runs a mutation of access that returns `AccessPayload`; its errors.
pub async fn access(client: &Client, name: &str, input: Value) -> Value {
    let (first, rest) = name.split_at(1);
    let input_type = format!("{}{rest}Input", first.to_uppercase());
    let document = mutation(name, &input_type, "userErrors { code message path }", input);
    let query = document["query"].as_str().expect("text");
    let mut data = client.gql(query, document["variables"].clone()).await;
    data[name]["userErrors"].take()
}

/// Whether a token still opens anything.
pub async fn is_good(app: &TestApp, token: &str) -> bool {
    let body = json!({ "query": "{ viewer { account { id } } }" });
    match post(app, Some(token), &body).await {
        (200, _) => true,
        (401, body) => {
            assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
            false
        }
        (status, body) => panic!("{status} {body:#}"),
    }
}
