//! Signing in: what works without a token, and what is told to whom.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use tandem::config::{Config, Network, PersistedAt};

use super::support::*;
use crate::support::desk::text;
use crate::support::sql::{connect_across, number, texts};
use crate::support::{TestApp, until};

const WHO: &str = "{ viewer { user { email } account { id } } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_and_is_who_they_are() {
    let (app, account) = office().await;
    let input = json!({ "email": "Admin@EXAMPLE.com", "password": PASSWORD });
    let payload = sign_in(&app, input).await;
    let token = crate::support::desk::text(&payload["token"]);
    assert!(token.starts_with("tds_") && token.len() == 47, "its form");
    let who = app.client(&token).gql(WHO, json!({})).await;
    assert_eq!(who["viewer"]["user"]["email"], EMAIL);
    assert_eq!(who["viewer"]["account"]["id"], json!(account.account_id));

    // What is kept: no token, no password, and hashes of the wanted kind.
    let mut sql = connect_across(&app.database_url).await;
    let hashes = texts(&mut sql, "SELECT hash AS text FROM passwords").await;
    assert!(hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let everything = "SELECT (SELECT string_agg(t::text, '') FROM tokens t) || \
        (SELECT string_agg(p::text, '') FROM passwords p) AS text";
    let kept = texts(&mut sql, everything).await.concat();
    assert!(!kept.contains(&token) && !kept.contains(PASSWORD));
    assert!(kept.contains("Desk/1.0 (test)") && kept.contains("127.0.0.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_wrong_is_told_the_same() {
    let (app, account) = office().await;
    let without = account.user("agent").await;
    let gone = account.user("agent").await;
    let email_of = |id: &str| {
        format!(
            "SELECT email AS text FROM users WHERE id = '{}'",
            crate::support::desk::uuid(id)
        )
    };
    let mut sql = connect_across(&app.database_url).await;
    let without = texts(&mut sql, &email_of(&without.id)).await.remove(0);
    let left = texts(&mut sql, &email_of(&gone.id)).await.remove(0);
    give_password(&app, &left, None, PASSWORD).await;
    let admin = app.client(&account.token);
    admin
        .done("updateUser", json!({ "userId": gone.id, "active": false }))
        .await;
    let mut answers = Vec::new();
    for (email, password) in [
        (EMAIL, "a sentence, easily long enougH"),
        (EMAIL, ""),
        ("nobody@example.com", PASSWORD),
        (without.as_str(), PASSWORD),
        (left.as_str(), PASSWORD),
    ] {
        answers.push(sign_in(&app, json!({ "email": email, "password": password })).await);
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert_eq!(answer["token"], Value::Null);
        assert_eq!(answer["userErrors"][0]["code"], "INVALID_VALUE");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_address_in_two_accounts_is_two_people() {
    let (app, first) = office().await;
    let second = app.account("2025-01-01T00:00:00Z").await;
    // As long as only one of them has a password, only one can be meant.
    let one = sign_in(&app, json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(one["userErrors"], json!([]));
    give_password(&app, EMAIL, Some(&second), "quite another sentence").await;
    let unnamed = sign_in(&app, json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(unnamed["userErrors"][0]["code"], "INVALID_VALUE");
    assert!(
        unnamed["userErrors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("accountId")
    );
    for (account, password, in_it) in [
        (&first, PASSWORD, true),
        (&second, "quite another sentence", true),
        (&second, PASSWORD, false),
    ] {
        let input =
            json!({ "email": EMAIL, "password": password, "accountId": account.account_id });
        let payload = sign_in(&app, input).await;
        assert_eq!(payload["token"].is_string(), in_it, "{payload:#}");
        if in_it {
            let token = crate::support::desk::text(&payload["token"]);
            let who = app.client(&token).gql(WHO, json!({})).await;
            assert_eq!(who["viewer"]["account"]["id"], json!(account.account_id));
        }
    }
}

/// Requests without a token get nothing but this one thing.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_may_sign_in_and_nothing_else() {
    let (app, _account) = office().await;
    let call = format!("signIn(input: {{ email: \"{EMAIL}\", password: \"{PASSWORD}\" }})");
    for query in [
        "{ viewer { account { id } } }".to_owned(),
        "{ __typename }".to_owned(),
        "{ __schema { types { name } } }".to_owned(),
        "mutation { __typename }".to_owned(),
        "mutation { createInbox(input: { name: \"x\" }) { inbox { id } } }".to_owned(),
        format!("mutation {{ {call} {{ token }} signOut {{ clientMutationId }} }}"),
        format!(
            "mutation {{ ...F }} fragment F on Mutation {{ {call} {{ token }} signOut {{ clientMutationId }} }}"
        ),
        format!("mutation {{ {call} {{ token __schema: userErrors {{ code }} }} nope }}"),
        format!("mutation A {{ {call} {{ token }} }} query B {{ inboxes {{ id }} }}"),
        "subscription { cascades { id } }".to_owned(),
        "nonsense".to_owned(),
    ] {
        for token in [None, Some("tds_wrong")] {
            let (status, body) = post(&app, token, &json!({ "query": query })).await;
            assert_eq!(status, 401, "{query} {body:#}");
            assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
            assert!(body.get("data").is_none(), "{body:#}");
        }
    }
    let query =
        format!("mutation {{ ...F }} fragment F on Mutation {{ mine: {call} {{ token }} }}");
    // In a batch, or in a body that is no sign-in for its size, it is not looked at.
    let batch = json!([{ "query": query }]);
    assert_eq!(post(&app, None, &batch).await.0, 401);
    let padded = json!({ "query": query, "operationName": " ".repeat(20_000) });
    assert_eq!(post(&app, None, &padded).await.0, 401);
    // Else an alias and a fragment are as good, and a stale token is no hindrance.
    for token in [None, Some("tds_stale")] {
        let (status, body) = post(&app, token, &json!({ "query": query })).await;
        assert_eq!(status, 200, "{body:#}");
        assert!(body["data"]["mine"]["token"].is_string());
    }
    // A form of a foreign page cannot be a request, token or not.
    let form = reqwest::Client::new()
        .post(format!("{}/graphql", app.url))
        .header("content-type", "text/plain")
        .body(json!({ "query": query }).to_string());
    assert_eq!(form.send().await.unwrap().status().as_u16(), 401);
    let get = format!("{}/graphql?query={}", app.url, query.replace(' ', "%20"));
    assert_eq!(reqwest::get(get).await.unwrap().status().as_u16(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cookie_is_set_and_none_is_taken() {
    let (app, _account) = office().await;
    let body = mutation(
        "signIn",
        "SignInInput",
        SESSION,
        json!({ "email": EMAIL, "password": PASSWORD }),
    );
    let http = reqwest::Client::new();
    let url = format!("{}/graphql", app.url);
    let response = http.post(&url).json(&body).send().await.unwrap();
    assert!(response.headers().get("set-cookie").is_none());
    let body: Value = response.json().await.unwrap();
    let token = crate::support::desk::text(&body["data"]["signIn"]["token"]);
    let response = http
        .post(&url)
        .header(
            "cookie",
            format!("token={token}; session={token}; Authorization=Bearer {token}"),
        )
        .json(&json!({ "query": WHO }))
        .send();
    assert_eq!(response.await.unwrap().status().as_u16(), 401);
}

async fn attempt(app: &TestApp, email: &str, password: &str) -> Value {
    let input = json!({ "email": email, "password": password });
    let (_, body) = post(
        app,
        None,
        &mutation("signIn", "SignInInput", SESSION, input),
    )
    .await;
    body
}

fn slowed(body: &Value) -> bool {
    body["errors"][0]["extensions"]["code"] == "TOO_MANY_ATTEMPTS"
}

/// Guessing is slowed down; who has been here before is not kept out by it.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_locks_nobody_out() {
    let (app, account) = office_with(Config {
        trusted_proxies: vec![Network {
            address: IpAddr::from([127, 0, 0, 1]),
            bits: 32,
        }],
        ..Config::default()
    })
    .await;
    let other = account.user("agent").await;
    let mut sql = connect_across(&app.database_url).await;
    let of_other = format!(
        "SELECT email AS text FROM users WHERE id = '{}'",
        crate::support::desk::uuid(&other.id)
    );
    let other = texts(&mut sql, &of_other).await.remove(0);
    give_password(&app, &other, None, PASSWORD).await;
    // Five guesses are free, the sixth is the last for a while, also with the right password: this is a new place.
    for _ in 0..6 {
        assert!(!slowed(&attempt(&app, &other, "wrong wrong wrong").await));
    }
    let body = attempt(&app, &other, PASSWORD).await;
    assert!(slowed(&body), "{body:#}");
    let message = body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("1 seconds"), "{message}");
    // The wait is short, and then the right password works.
    until("the wait is over", async || {
        let body = attempt(&app, &other, PASSWORD).await;
        let signed_in = body["data"]["signIn"]["token"].is_string();
        assert!(signed_in || slowed(&body), "{body:#}");
        signed_in
    })
    .await;
    // It is known here now: outsiders may go on guessing at the address, its owner gets in from here.
    app.app.service().forget_failures();
    let elsewhere = |password: &'static str| {
        let input = json!({ "email": other, "password": password });
        let body = mutation("signIn", "SignInInput", SESSION, input);
        let request = reqwest::Client::new()
            .post(format!("{}/graphql", app.url))
            .header("x-forwarded-for", "198.51.100.7")
            .json(&body);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    for _ in 0..6 {
        assert!(!slowed(&elsewhere("wrong wrong wrong").await));
    }
    assert!(slowed(&elsewhere("wrong wrong wrong").await));
    assert!(attempt(&app, &other, PASSWORD).await["data"]["signIn"]["token"].is_string());

    // One address that tries many people is slowed down too.
    app.app.service().forget_failures();
    for n in 0..11 {
        assert!(!slowed(
            &attempt(&app, &format!("n{n}@example.com"), PASSWORD).await
        ));
    }
    assert!(slowed(&attempt(&app, EMAIL, PASSWORD).await));
}

/// Who is not there takes as long to be refused as who is. Medians, and a bound that a missing verification, which is
/// nearly all of the time, would break by far.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_takes_as_long_as_a_known_one() {
    let (app, _account) = office().await;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..15 {
        for (times, email) in times.iter_mut().zip([EMAIL, "nobody@example.com"]) {
            app.app.service().forget_failures();
            let begun = Instant::now();
            let body = attempt(&app, email, "wrong wrong wrong").await;
            times.push(begun.elapsed());
            assert_eq!(body["data"]["signIn"]["token"], Value::Null);
        }
    }
    let medians = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    });
    println!(
        "known {:.1} ms, unknown {:.1} ms",
        medians[0] * 1e3,
        medians[1] * 1e3
    );
    let ratio = medians[0] / medians[1];
    assert!((0.5..2.0).contains(&ratio), "{medians:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_all_get_in_and_the_server_goes_on() {
    let (app, account) = office().await;
    // The first makes this place known; attempts under way count as failures, and ten of them are free.
    session(&app).await;
    let all = (0..9).map(|_| session(&app));
    let other = app.client(&account.token);
    let (tokens, ()) = tokio::join!(futures_util::future::join_all(all), async {
        for _ in 0..20 {
            other.gql("{ inboxes { id } }", json!({})).await;
        }
    });
    for token in &tokens {
        assert!(is_good(&app, token).await);
    }
    let mut sql = connect_across(&app.database_url).await;
    let kept = number(&mut sql, "SELECT count(*) FROM tokens WHERE kind = 1").await;
    assert_eq!(kept, 10);
}

/// Clients that name documents by their hash sign in, too; nothing that a stranger sends is remembered.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_by_the_hash_of_the_document() {
    let (app, account) = office().await;
    let input = json!({ "email": EMAIL, "password": PASSWORD });
    let whole = mutation("signIn", "SignInInput", SESSION, input);
    let hash = tandem::http::document_hash(&text(&whole["query"]));
    let named = |body: &Value| {
        let mut body = body.clone();
        body["extensions"] = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
        body
    };
    let mut short = named(&whole);
    short.as_object_mut().expect("an object").remove("query");
    let unknown = |body: &Value| {
        let code = &body["errors"][0]["extensions"]["code"];
        assert_eq!(code, "PERSISTED_QUERY_NOT_FOUND", "{body:#}");
    };
    unknown(&post(&app, None, &short).await.1);
    let (_, body) = post(&app, None, &named(&whole)).await;
    assert!(body["data"]["signIn"]["token"].is_string(), "{body:#}");
    unknown(&post(&app, None, &short).await.1);
    // Whoever has shown a token may have it remembered, for all.
    post(&app, Some(&account.token), &named(&whole)).await;
    let (_, body) = post(&app, None, &short).await;
    assert!(body["data"]["signIn"]["token"].is_string(), "{body:#}");

    let closed = TestApp::start_with(Config {
        persisted: PersistedAt::Only,
        ..Config::default()
    })
    .await;
    let (status, body) = post(&closed, None, &whole).await;
    assert_eq!(status, 401, "not of the list: {body:#}");
}

/// What a stranger sends costs next to nothing, also where it is made to cost much.
#[tokio::test(flavor = "multi_thread")]
async fn fragments_of_strangers_that_double_end_at_once() {
    let (app, _account) = office().await;
    let mut query = "mutation { ...F0 }".to_owned();
    for level in 0..40 {
        let next = level + 1;
        query += &format!(" fragment F{level} on Mutation {{ ...F{next} ...F{next} ...F{next} }}");
    }
    for end in [
        "",
        " fragment F40 on Mutation { signOut { clientMutationId } }",
    ] {
        let body = json!({ "query": format!("{query}{end}") });
        let answer = tokio::time::timeout(Duration::from_secs(5), post(&app, None, &body)).await;
        assert_eq!(answer.expect("an answer").0, 401);
    }
}
