//! No token and no password in any log, however much is logged.

use std::path::PathBuf;
use std::process::Child;

use serde_json::json;

use super::support::*;
use crate::support::desk::text;
use crate::support::{program, until};

/// A server of its own process that logs all that can be logged.
struct Loud {
    child: Child,
    log: PathBuf,
    url: String,
}

impl Loud {
    async fn serve(database_url: &str) -> Self {
        let name = format!("loud-{}.log", uuid::Uuid::now_v7());
        let log = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let file = std::fs::File::create(&log).expect("a log");
        let child = program()
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--database-url",
                database_url,
            ])
            .env("TANDEM_LOG", "trace")
            .stdout(file.try_clone().expect("the log twice"))
            .stderr(file)
            .spawn()
            .expect("a server");
        let mut loud = Self {
            child,
            log,
            url: String::new(),
        };
        until("the log says where it serves", async || {
            let logged = loud.logged();
            let ended = loud.child.try_wait().expect("its state");
            assert!(ended.is_none(), "{logged}");
            let serving = logged
                .lines()
                .find(|line| line.contains("serving address="));
            if let Some((_, address)) = serving.and_then(|line| line.split_once("address=")) {
                loud.url = format!("http://{}", address.trim());
            }
            !loud.url.is_empty()
        })
        .await;
        loud
    }

    fn logged(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).expect("the log")).into_owned()
    }
}

impl Drop for Loud {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_has_a_password_or_a_token() {
    let (mut app, account) = office().await;
    let loud = Loud::serve(&app.database_url).await;
    app.url.clone_from(&loud.url);
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

    let logged = loud.logged();
    assert!(
        logged.contains("answered"),
        "the requests were not logged at all"
    );
    println!("{} lines", logged.lines().count());
    for secret in secrets {
        let ours = logged.lines().filter(|line| line.contains(&secret));
        let ours: Vec<_> = ours.collect();
        assert!(ours.is_empty(), "{ours:#?}");
    }
}
