//! No token and no password in any log, however much is logged.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::support::*;
use crate::support::desk::text;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// On one thread, so that all of the server's tasks write to this test's log.
#[tokio::test]
async fn no_log_has_a_password_or_a_token() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (app, account) = office().await;
    let mut secrets = vec![PASSWORD.to_owned(), account.token.clone()];
    let token = session(&app).await;
    let client = app.client(&token);
    // Right and wrong, in variables and in the text of the document, well-formed and not.
    let wrong = "this is not the password";
    sign_in(&app, json!({ "email": EMAIL, "password": wrong })).await;
    let inline = format!(
        "mutation {{ signIn(input: {{ email: \"{EMAIL}\", password: \"{PASSWORD}\" }}) {{ token }} }}"
    );
    let (_, body) = post(&app, None, &json!({ "query": inline })).await;
    secrets.push(text(&body["data"]["signIn"]["token"]));
    let broken =
        format!("mutation {{ signIn(input: {{ password: \"{PASSWORD}\" }}) {{ token }} }}");
    post(&app, None, &json!({ "query": broken })).await;
    post(&app, None, &json!({ "query": format!("{inline} }}") })).await;
    assert!(!is_good(&app, "tdm_a_token_that_is_not_good").await);
    let new = "quite another sentence";
    let change = json!({ "currentPassword": PASSWORD, "newPassword": new });
    assert_eq!(access(&client, "changePassword", change).await, json!([]));
    let made = client
        .gql(
            "mutation { createToken(input: { scopes: [READ] }) { secret } }",
            json!({}),
        )
        .await;
    secrets.push(text(&made["createToken"]["secret"]));
    let query = "mutation($input: InviteUserInput!) { inviteUser(input: $input) { token } }";
    let invited = client
        .gql(query, json!({ "input": { "userId": account.user_id } }))
        .await;
    secrets.push(text(&invited["inviteUser"]["token"]));
    let input = json!({ "token": invited["inviteUser"]["token"], "password": "one more sentence" });
    post(
        &app,
        None,
        &mutation("acceptInvitation", "AcceptInvitationInput", SESSION, input),
    )
    .await;
    secrets.extend([
        token,
        wrong.to_owned(),
        new.to_owned(),
        "one more sentence".to_owned(),
    ]);
    secrets.push("a_token_that_is_not_good".to_owned());
    let socket = crate::stream::socket::Socket::open(&app.url, &account.token).await;
    drop(socket);

    let bytes = log.0.lock().expect("the log").clone();
    let logged = String::from_utf8_lossy(&bytes);
    assert!(
        logged.contains("answered"),
        "the requests were not logged at all"
    );
    println!("{} lines", logged.lines().count());
    for secret in secrets {
        // Libraries below log bytes, too; theirs is what goes over the wire, which is only seen at TRACE.
        let ours = logged.lines().filter(|line| line.contains(&secret));
        let ours: Vec<_> = ours.collect();
        assert!(ours.is_empty(), "{ours:#?}");
    }
}
