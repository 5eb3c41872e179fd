//! Sessions: listed, revoked, at their end, and what ends with them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::*;
use crate::stream::socket::Socket;
use crate::support::desk::text;
use crate::support::sql::{commit, connect_across, number};
use crate::support::{TestApp, until};
use tandem::config::Config;

const SESSIONS: &str =
    "{ sessions { id kind current userAgent address createdAt lastUsedAt expiresAt } }";

async fn sessions(app: &TestApp, token: &str) -> Vec<Value> {
    let data = app.client(token).gql(SESSIONS, json!({})).await;
    data["sessions"].as_array().expect("sessions").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_revoked_one_by_one_and_all() {
    let (app, account) = office().await;
    let tokens = [
        session(&app).await,
        session(&app).await,
        session(&app).await,
    ];
    let listed = sessions(&app, &tokens[1]).await;
    assert_eq!(
        listed.len(),
        3,
        "the token of the command line is none: {listed:#?}"
    );
    let current: Vec<_> = listed.iter().map(|one| one["current"] == true).collect();
    assert_eq!(current, [false, true, false], "newest first");
    for one in &listed {
        assert_eq!(one["userAgent"], "Desk/1.0 (test)");
        assert_eq!(one["address"], "127.0.0.1");
        assert_eq!(one["kind"], "PASSWORD");
        let at = |name: &str| {
            one[name]
                .as_str()
                .unwrap()
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
        };
        let days = (at("expiresAt") - at("createdAt")).num_hours();
        assert!((14 * 24 - 1..=14 * 24).contains(&days), "{days} hours");
    }
    let client = app.client(&tokens[1]);
    let newest = &listed[0]["id"];
    assert_eq!(
        access(&client, "revokeSession", json!({ "sessionId": newest })).await,
        json!([])
    );
    assert!(!is_good(&app, &tokens[2]).await);
    let again = access(&client, "revokeSession", json!({ "sessionId": newest })).await;
    assert_eq!(again[0]["code"], "NOT_FOUND");
    assert_eq!(again[0]["path"], json!(["input", "sessionId"]));

    // Nobody ends another's session, not even an administrator of the same account.
    let other = account.user("admin").await;
    let theirs = app.client(&other.token);
    let mine = &listed[1]["id"];
    let tried = access(&theirs, "revokeSession", json!({ "sessionId": mine })).await;
    assert_eq!(tried[0]["code"], "NOT_FOUND");
    assert_eq!(sessions(&app, &other.token).await, Vec::<Value>::new());

    assert_eq!(
        access(&client, "revokeSessions", json!({})).await,
        json!([])
    );
    assert!(!is_good(&app, &tokens[0]).await);
    assert!(
        is_good(&app, &tokens[1]).await,
        "the one that asked goes on"
    );
    assert!(
        is_good(&app, &account.token).await,
        "tokens are no sessions"
    );
    let all = json!({ "keepCurrent": false });
    assert_eq!(access(&client, "revokeSessions", all).await, json!([]));
    assert!(!is_good(&app, &tokens[1]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_is_out() {
    let (app, account) = office().await;
    let token = session(&app).await;
    let client = app.client(&token);
    let data = client
        .gql("mutation { signOut { userErrors { code } } }", json!({}))
        .await;
    assert_eq!(data["signOut"]["userErrors"], json!([]));
    assert!(!is_good(&app, &token).await);
    // A token that was made is no session: an administrator revokes it.
    let refused = access(&app.client(&account.token), "signOut", json!({})).await;
    assert_eq!(refused[0]["code"], "NOT_FOUND");
    assert!(is_good(&app, &account.token).await);
}

/// A socket with a stream that stands: what is sent on a socket is taken in its order.
async fn stream(app: &TestApp, token: &str) -> Socket {
    let mut socket = Socket::cascades(&app.url, token, json!({}), Value::Null).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.receive().await["type"], "pong");
    socket
}

/// The error with which a subscription ends, and how long after `since`; then the socket must close with 4403.
async fn ends_forbidden(socket: &mut Socket, since: Instant) {
    let message = socket.receive().await;
    assert_eq!(message["type"], "error", "{message:#}");
    assert_eq!(message["payload"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(socket.closed().await, 4403);
    let took = since.elapsed();
    println!("ended after {took:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
}

/// On the server that is asked, and on another one.
#[tokio::test(flavor = "multi_thread")]
async fn streams_end_with_their_session_on_every_server() {
    let (here, _account) = office().await;
    let there = TestApp::on(&here.database_url, Config::default()).await;
    for revoke in [true, false] {
        let (token, asking) = (session(&here).await, session(&here).await);
        let mut sockets = Vec::new();
        for app in [&here, &there] {
            sockets.push(stream(app, &token).await);
        }
        let client = here.client(&asking);
        let errors = if revoke {
            let listed = sessions(&here, &asking).await;
            let other = listed.iter().find(|one| one["current"] == false);
            let id = text(&other.expect("the other")["id"]);
            access(&client, "revokeSession", json!({ "sessionId": id })).await
        } else {
            let input =
                json!({ "currentPassword": PASSWORD, "newPassword": "quite another sentence" });
            let errors = access(&client, "changePassword", input).await;
            give_back(&here).await;
            errors
        };
        assert_eq!(errors, json!([]));
        // From when it is done: what the command itself takes is not counted.
        let since = Instant::now();
        for socket in &mut sockets {
            ends_forbidden(socket, since).await;
        }
        access(
            &here.client(&session(&here).await),
            "revokeSessions",
            json!({}),
        )
        .await;
    }
}

async fn give_back(app: &TestApp) {
    give_password(app, EMAIL, None, PASSWORD).await;
}

/// At its end, and when nobody used it for long enough: requests are refused and what stands open ends.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_by_themselves() {
    let (app, _account) = office().await;
    for change in [
        "expires_at = now() + interval '300 milliseconds'",
        "idle_seconds = 1, last_used_at = now() - interval '700 milliseconds'",
    ] {
        let token = session(&app).await;
        let mut socket = stream(&app, &token).await;
        assert!(is_good(&app, &token).await);
        let statement = format!("UPDATE tokens SET {change} WHERE kind = 1 AND revoked_at IS NULL");
        assert_eq!(commit(&app.database_url, &statement).await, None);
        let since = Instant::now() + Duration::from_millis(300);
        ends_forbidden(&mut socket, since).await;
        // A server remembers for half a second whose a token is.
        while is_good(&app, &token).await {
            assert!(
                since.elapsed() < Duration::from_secs(1),
                "good after its end"
            );
            tokio::task::yield_now().await;
        }
        let mut sql = connect_across(&app.database_url).await;
        let gone = "SELECT count(*) FROM tokens WHERE kind = 1 AND revoked_at IS NOT NULL";
        assert_eq!(number(&mut sql, gone).await, 0, "it ended by itself");
        commit(&app.database_url, "DELETE FROM tokens WHERE kind = 1").await;
    }
}

/// Use keeps a session alive, by requests and by an open socket, and is noted to the minute only.
#[tokio::test(flavor = "multi_thread")]
async fn use_is_noted_but_not_with_every_request() {
    let (app, account) = office().await;
    let noted = "SELECT count(*) FROM tokens WHERE last_used_at IS NOT NULL AND kind = 0";
    let mut sql = connect_across(&app.database_url).await;
    let ask = async |token: &str| app.client(token).gql("{ inboxes { id } }", json!({})).await;
    ask(&account.token).await;
    until("use is noted", async || number(&mut sql, noted).await == 1).await;
    let stamp = "SELECT (extract(epoch FROM min(last_used_at)) * 1000000)::bigint FROM tokens WHERE kind = 0";
    let first = number(&mut sql, stamp).await;
    // Whose access changes makes the server look every token up anew, and a look-up is when use is noted.
    let other = account.user("agent").await;
    let input = json!({ "userId": other.id, "inboxIds": null });
    let client = app.client(&account.token);
    for _ in 0..5 {
        client.done("setUserInboxes", input.clone()).await;
        ask(&account.token).await;
    }
    // What was noted before is in the database by now: this one is noted after it.
    ask(&other.token).await;
    until("the other's use is noted", async || {
        number(&mut sql, noted).await == 2
    })
    .await;
    assert_eq!(number(&mut sql, stamp).await, first, "not within a minute");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deactivated_is_out_with_all_sessions() {
    let (app, account) = office().await;
    let token = session(&app).await;
    let mut socket = stream(&app, &token).await;
    let other = account.user("admin").await;
    app.client(&other.token)
        .done(
            "updateUser",
            json!({ "userId": account.user_id, "active": false }),
        )
        .await;
    ends_forbidden(&mut socket, Instant::now()).await;
    assert!(!is_good(&app, &token).await);
    // Back again, the old session is good again as the tokens are; the password is, too.
    app.client(&other.token)
        .done(
            "updateUser",
            json!({ "userId": account.user_id, "active": true }),
        )
        .await;
    session(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_the_other_sessions_and_the_old_password() {
    let (app, account) = office().await;
    let (mine, other) = (session(&app).await, session(&app).await);
    let client = app.client(&mine);
    let wrong = json!({ "currentPassword": "wrong", "newPassword": "quite another sentence" });
    let refused = access(&client, "changePassword", wrong).await;
    assert_eq!(refused[0]["path"], json!(["input", "currentPassword"]));
    assert!(is_good(&app, &other).await, "nothing has changed");
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "quite another sentence" });
    assert_eq!(
        access(&client, "changePassword", change.clone()).await,
        json!([])
    );
    assert!(is_good(&app, &mine).await);
    assert!(!is_good(&app, &other).await);
    let old = sign_in(&app, json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(old["token"], Value::Null);
    let new = sign_in(
        &app,
        json!({ "email": EMAIL, "password": "quite another sentence" }),
    )
    .await;
    assert!(new["token"].is_string());
    assert_eq!(
        access(&client, "changePassword", change).await[0]["code"],
        "INVALID_VALUE"
    );
    // Who found a session open cannot guess the password there.
    let mut slowed = false;
    for n in 0..12 {
        let input =
            json!({ "currentPassword": format!("guess {n}"), "newPassword": "another sentence" });
        let body = mutation(
            "changePassword",
            "ChangePasswordInput",
            "userErrors { code }",
            input,
        );
        let (_, body) = post(&app, Some(&mine), &body).await;
        slowed |= body["errors"][0]["extensions"]["code"] == "TOO_MANY_ATTEMPTS";
    }
    assert!(slowed);
    // An account's token of limited scope, or a program, has no business there.
    let program = app.client(&account.integration("Shop").await);
    let refused = access(
        &program,
        "changePassword",
        json!({ "currentPassword": "x", "newPassword": "y" }),
    )
    .await;
    assert_eq!(refused[0]["code"], "FORBIDDEN");
}
