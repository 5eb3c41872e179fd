//! Invitations: the way to a first password, and to another one.

use serde_json::{Value, json};

use super::support::*;
use crate::support::desk::text;
use crate::support::sql::{commit, connect_across, texts};
use crate::support::{Client, TestAccount, TestApp, TestUser};

async fn invite(client: &Client, user: &str) -> Value {
    let document = mutation(
        "inviteUser",
        "InviteUserInput",
        "token expiresAt userErrors { code path }",
        json!({ "userId": user }),
    );
    let query = text(&document["query"]);
    let mut data = client.gql(&query, document["variables"].clone()).await;
    data["inviteUser"].take()
}

async fn accept(app: &TestApp, token: &Value, password: &str) -> Value {
    let input = json!({ "token": token, "password": password });
    let body = mutation("acceptInvitation", "AcceptInvitationInput", SESSION, input);
    let (status, mut body) = post(app, None, &body).await;
    assert_eq!(status, 200, "{body:#}");
    assert!(body.get("errors").is_none(), "{body:#}");
    body["data"]["acceptInvitation"].take()
}

async fn newcomer(app: &TestApp, account: &TestAccount) -> (TestUser, String) {
    let user = account.user("agent").await;
    let id = crate::support::desk::uuid(&user.id);
    let query = format!("SELECT email AS text FROM users WHERE id = '{id}'");
    let mut sql = connect_across(&app.database_url).await;
    let email = texts(&mut sql, &query).await.remove(0);
    (user, email)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_gives_a_password_once() {
    let (app, account) = office().await;
    let admin = app.client(&session(&app).await);
    let (user, email) = newcomer(&app, &account).await;
    let invited = invite(&admin, &user.id).await;
    let token = &invited["token"];
    assert!(text(token).starts_with("tdi_"));
    let weak = accept(&app, token, "short").await;
    assert_eq!(weak["userErrors"][0]["path"], json!(["input", "password"]));
    let own = accept(&app, token, &email.to_uppercase()).await;
    assert_eq!(own["userErrors"][0]["code"], "INVALID_VALUE");
    let begun = accept(&app, token, "one fine sentence").await;
    assert_eq!(begun["userErrors"], json!([]), "{begun:#}");
    let who = app.client(&text(&begun["token"]));
    let data = who.gql("{ viewer { user { id } } }", json!({})).await;
    assert_eq!(data["viewer"]["user"]["id"], json!(user.id));
    // Used up; and it is no bearer token.
    let again = accept(&app, token, "one fine sentence more").await;
    assert_eq!(again["userErrors"][0]["code"], "NOT_FOUND");
    assert!(!is_good(&app, &text(token)).await);
    let signed = sign_in(
        &app,
        json!({ "email": email, "password": "one fine sentence" }),
    )
    .await;
    assert!(signed["token"].is_string());

    // A second one is the way back in after forgetting: it ends the sessions of before.
    let old = text(&begun["token"]);
    let (first, second) = (
        invite(&admin, &user.id).await,
        invite(&admin, &user.id).await,
    );
    let late = accept(&app, &first["token"], "one fine sentence more").await;
    assert_eq!(
        late["userErrors"][0]["code"], "NOT_FOUND",
        "the last link works"
    );
    assert!(
        is_good(&app, &old).await,
        "an invitation alone changes nothing"
    );
    let begun = accept(&app, &second["token"], "one fine sentence more").await;
    assert!(begun["token"].is_string());
    assert!(!is_good(&app, &old).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_accept_at_once_one_gets_in() {
    let (app, account) = office().await;
    let admin = app.client(&session(&app).await);
    let (user, _) = newcomer(&app, &account).await;
    let token = invite(&admin, &user.id).await["token"].clone();
    let all = (0..5).map(|n| {
        let (app, token) = (&app, token.clone());
        async move { accept(app, &token, &format!("one fine sentence {n}")).await }
    });
    let all = futures_util::future::join_all(all).await;
    let inside = all.iter().filter(|one| one["token"].is_string()).count();
    assert_eq!(inside, 1, "{all:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_invites_nobody_and_old_ones_are_worth_nothing() {
    let (app, account) = office().await;
    let (user, _) = newcomer(&app, &account).await;
    for token in [
        account.user("agent").await.token,
        account.user("viewer").await.token,
        account.integration("Shop").await,
    ] {
        let refused = invite(&app.client(&token), &user.id).await;
        assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN");
        assert_eq!(refused["token"], Value::Null);
    }
    let elsewhere = app.account("2025-01-01T00:00:00Z").await;
    let foreign = invite(&app.client(&elsewhere.token), &user.id).await;
    assert_eq!(foreign["userErrors"][0]["code"], "NOT_FOUND");

    let admin = app.client(&session(&app).await);
    let token = invite(&admin, &user.id).await["token"].clone();
    commit(
        &app.database_url,
        "UPDATE invitations SET expires_at = now() - interval '1 second'",
    )
    .await;
    let late = accept(&app, &token, "one fine sentence").await;
    assert_eq!(late["userErrors"][0]["code"], "NOT_FOUND");
    let token = invite(&admin, &user.id).await["token"].clone();
    admin
        .done("updateUser", json!({ "userId": user.id, "active": false }))
        .await;
    let gone = accept(&app, &token, "one fine sentence").await;
    assert_eq!(gone["userErrors"][0]["code"], "NOT_FOUND");
}
