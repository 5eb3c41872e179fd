//! What cannot be is refused, and says where.

use serde_json::{Value, json};

use super::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_where_it_is() {
    let (app, account) = office().await;
    let token = session(&app).await;
    let long = "x".repeat(2_000);
    for (name, input, code, path) in [
        (
            "signIn",
            json!({ "email": "nonsense", "password": "x" }),
            "INVALID_VALUE",
            "email",
        ),
        (
            "signIn",
            json!({ "email": "", "password": "x" }),
            "INVALID_VALUE",
            "email",
        ),
        (
            "signIn",
            json!({ "email": "a\u{0}@b.c", "password": "x" }),
            "INVALID_VALUE",
            "email",
        ),
        (
            "signIn",
            json!({ "email": EMAIL, "password": long }),
            "INVALID_VALUE",
            "password",
        ),
        (
            "signIn",
            json!({ "email": EMAIL, "password": "x", "accountId": "nonsense" }),
            "NOT_FOUND",
            "accountId",
        ),
        (
            "signIn",
            json!({ "email": EMAIL, "password": "x", "accountId": account.user_id }),
            "NOT_FOUND",
            "accountId",
        ),
        (
            "acceptInvitation",
            json!({ "token": "", "password": PASSWORD }),
            "NOT_FOUND",
            "token",
        ),
        (
            "acceptInvitation",
            json!({ "token": long, "password": "x" }),
            "NOT_FOUND",
            "token",
        ),
        (
            "changePassword",
            json!({ "currentPassword": PASSWORD, "newPassword": "short" }),
            "INVALID_VALUE",
            "newPassword",
        ),
        (
            "changePassword",
            json!({ "currentPassword": PASSWORD, "newPassword": long }),
            "INVALID_VALUE",
            "newPassword",
        ),
        (
            "changePassword",
            json!({ "currentPassword": PASSWORD, "newPassword": "aaaaaaaaaaaaaaaa" }),
            "INVALID_VALUE",
            "newPassword",
        ),
        (
            "changePassword",
            json!({ "currentPassword": PASSWORD, "newPassword": EMAIL }),
            "INVALID_VALUE",
            "newPassword",
        ),
        (
            "revokeSession",
            json!({ "sessionId": "nonsense" }),
            "NOT_FOUND",
            "sessionId",
        ),
        (
            "inviteUser",
            json!({ "userId": account.account_id }),
            "NOT_FOUND",
            "userId",
        ),
        (
            "createToken",
            json!({ "scopes": [] }),
            "INVALID_VALUE",
            "scopes",
        ),
        (
            "createToken",
            json!({ "scopes": ["READ", "READ"] }),
            "INVALID_VALUE",
            "scopes",
        ),
        (
            "createToken",
            json!({ "scopes": ["READ"], "days": 0 }),
            "INVALID_VALUE",
            "days",
        ),
        (
            "createToken",
            json!({ "scopes": ["READ"], "days": 3_651 }),
            "INVALID_VALUE",
            "days",
        ),
        (
            "createToken",
            json!({ "scopes": ["READ"], "name": " " }),
            "INVALID_VALUE",
            "name",
        ),
        (
            "createToken",
            json!({ "scopes": ["READ"], "integration": "" }),
            "INVALID_VALUE",
            "integration",
        ),
        (
            "createToken",
            json!({ "scopes": ["READ"], "integration": long }),
            "INVALID_VALUE",
            "integration",
        ),
        (
            "revokeToken",
            json!({ "tokenId": "token_nonsense" }),
            "NOT_FOUND",
            "tokenId",
        ),
    ] {
        let (first, rest) = name.split_at(1);
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let selection = "userErrors { code message path }";
        let body = mutation(name, &input_type, selection, input.clone());
        let (status, body) = post(&app, Some(&token), &body).await;
        let error = &body["data"][name]["userErrors"][0];
        assert_eq!(status, 200, "{name} {body:#}");
        assert_eq!(error["code"], code, "{name} {input} {body:#}");
        assert_eq!(
            error["path"],
            json!(["input", path]),
            "{name} {input} {body:#}"
        );
        assert!(error["message"].as_str().unwrap().len() < 300, "{body:#}");
    }
    assert!(is_good(&app, &token).await);
}

/// A password of the wrong type is refused by the schema, without repeating it.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_no_text_is_not_repeated() {
    let (app, _account) = office().await;
    let input = json!({ "email": EMAIL, "password": 918_273_645 });
    let body = mutation("signIn", "SignInInput", SESSION, input);
    let (status, body) = post(&app, None, &body).await;
    assert!(
        status == 400 || body["errors"].is_array(),
        "{status} {body:#}"
    );
    assert_eq!(body["data"]["signIn"]["token"], Value::Null);
    assert!(!body.to_string().contains("918273645"), "{body:#}");
}
