//! What an operator does from a shell: passwords, invitations and tokens.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::support::*;
use crate::support::desk::text;
use crate::support::program;

fn tandem(database_url: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = program()
        .args(arguments)
        .args(["--database-url", database_url, "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a start");
    let mut stdin = child.stdin.take().expect("its input");
    // A command that needs no input may have ended without reading it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("an end")
}

fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_invitations_and_tokens_from_a_shell() {
    let (app, account) = office().await;
    let url = app.database_url.clone();
    let before = session(&app).await;
    let set = ["user", "password", "--email", EMAIL];
    let said = json_of(&tandem(&url, &set, "one fine sentence\r\nand more\n"));
    assert_eq!(said, json!({ "sessionsEnded": 1 }));
    assert!(!is_good(&app, &before).await);
    let signed = sign_in(
        &app,
        json!({ "email": EMAIL, "password": "one fine sentence" }),
    )
    .await;
    assert!(signed["token"].is_string(), "{signed:#}");
    assert!(refusal(&tandem(&url, &set, "short\n")).contains("fewer than 12"));
    assert!(refusal(&tandem(&url, &set, "")).contains("fewer than 12"));
    let nobody = ["user", "password", "--email", "nobody@example.com"];
    assert!(refusal(&tandem(&url, &nobody, "one fine sentence\n")).contains("no active user"));

    let said = json_of(&tandem(&url, &["user", "invite", "--email", EMAIL], ""));
    let input = json!({ "token": said["invitation"], "password": "another fine sentence" });
    let body = mutation("acceptInvitation", "AcceptInvitationInput", SESSION, input);
    let (_, body) = post(&app, None, &body).await;
    assert!(
        body["data"]["acceptInvitation"]["token"].is_string(),
        "{body:#}"
    );

    let id = account.account_id.as_str();
    let made = [
        "token",
        "create",
        "--account",
        id,
        "--integration",
        "Shop",
        "--scope",
        "receive",
        "--scope",
        "read",
        "--days",
        "7",
        "--name",
        "nightly",
    ];
    let said = json_of(&tandem(&url, &made, ""));
    let token = text(&said["token"]);
    let listed = app
        .client(&account.token)
        .gql(
            "{ tokens { name scopes expiresAt integration { name } } }",
            json!({}),
        )
        .await;
    let nightly = &listed["tokens"][0];
    assert_eq!(nightly["scopes"], json!(["READ", "RECEIVE"]));
    assert_eq!(nightly["name"], "nightly");
    assert!(nightly["expiresAt"].is_string());
    let note =
        json!({ "conversationId": account.conversation(&app.client(&token)).await, "text": "x" });
    app.client(&token)
        .refused("addNote", note, "FORBIDDEN", &[])
        .await;
    let endless = ["token", "create", "--email", EMAIL, "--days", "0"];
    assert!(refusal(&tandem(&url, &endless, "")).contains("from 1 to 3650"));
}
