//! Tokens with scopes: what each is good for, and nothing else.

use serde_json::{Value, json};

use super::support::*;
use crate::support::desk::text;
use crate::support::sql::commit;
use crate::support::{Client, TestApp};

const MADE: &str = "secret token { id name scopes expiresAt lastUsedAt user { id } integration { name } } \
    userErrors { code message path }";

async fn create(client: &Client, input: Value) -> Value {
    let document = mutation("createToken", "CreateTokenInput", MADE, input);
    let query = text(&document["query"]);
    let mut data = client.gql(&query, document["variables"].clone()).await;
    data["createToken"].take()
}

fn code(body: &Value) -> &Value {
    &body["errors"][0]["extensions"]["code"]
}

async fn can_read(app: &TestApp, token: &str) -> bool {
    let (_, body) = post(app, Some(token), &json!({ "query": "{ inboxes { id } }" })).await;
    if body["data"]["inboxes"].is_array() {
        return true;
    }
    assert_eq!(code(&body), "FORBIDDEN", "{body:#}");
    assert!(body.get("data").is_none_or(Value::is_null), "{body:#}");
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn each_scope_opens_its_own_door_and_no_other() {
    let (app, account) = office().await;
    let admin = app.client(&session(&app).await);
    let conversation = account.conversation(&admin).await;
    for (scope, read, receive, work, administer) in [
        ("READ", true, false, false, false),
        ("RECEIVE", false, true, false, false),
        ("WORK", false, false, true, false),
        ("ADMINISTER", false, false, false, true),
    ] {
        for integration in [Some("Shop"), None] {
            let input = json!({ "integration": integration, "scopes": [scope], "name": scope });
            let made = create(&admin, input).await;
            assert_eq!(made["userErrors"], json!([]), "{made:#}");
            assert_eq!(made["token"]["scopes"], json!([scope]));
            let secret = text(&made["secret"]);
            assert_eq!(can_read(&app, &secret).await, read, "{scope}");
            for (mutation_name, input, allowed) in [
                (
                    "receiveMessage",
                    json!({ "channelId": account.channel_id, "threadKey": format!("{scope}{integration:?}"),
                            "from": { "email": "c@example.org" }, "text": "Hello?" }),
                    receive,
                ),
                (
                    "addNote",
                    json!({ "conversationId": conversation, "text": "x" }),
                    work,
                ),
                (
                    "createInbox",
                    json!({ "name": format!("{scope}{integration:?}") }),
                    administer,
                ),
            ] {
                let (first, rest) = mutation_name.split_at(1);
                let input_type = format!("{}{rest}Input", first.to_uppercase());
                let body = mutation(
                    mutation_name,
                    &input_type,
                    "userErrors { code message }",
                    input,
                );
                let (_, body) = post(&app, Some(&secret), &body).await;
                let errors = &body["data"][mutation_name]["userErrors"];
                let expected = if allowed {
                    Value::Null
                } else {
                    json!("FORBIDDEN")
                };
                assert_eq!(
                    errors[0]["code"], expected,
                    "{scope} {mutation_name} {body:#}"
                );
                if !allowed {
                    let message = text(&errors[0]["message"]);
                    assert!(message.contains("scopes of this token"), "{message}");
                }
            }
            // None of them makes tokens, sees sessions or touches a password.
            for query in ["{ tokens { id } }", "{ sessions { id } }"] {
                let (_, body) = post(&app, Some(&secret), &json!({ "query": query })).await;
                assert_eq!(code(&body), "FORBIDDEN", "{scope} {query} {body:#}");
            }
            let body = mutation(
                "createToken",
                "CreateTokenInput",
                "secret userErrors { code }",
                json!({ "scopes": ["READ"] }),
            );
            let (_, body) = post(&app, Some(&secret), &body).await;
            let more = &body["data"]["createToken"];
            assert_eq!(more["userErrors"][0]["code"], "FORBIDDEN", "{body:#}");
            assert_eq!(more["secret"], Value::Null);
        }
    }
    // All four together are still not the person.
    let all = json!({ "scopes": ["READ", "RECEIVE", "WORK", "ADMINISTER"] });
    let made = create(&admin, all).await;
    let client = app.client(&text(&made["secret"]));
    assert_eq!(
        create(&client, json!({ "scopes": ["READ"] })).await["userErrors"][0]["code"],
        "FORBIDDEN"
    );
}

/// Handing in messages must not be a way to read the account.
#[tokio::test(flavor = "multi_thread")]
async fn without_read_a_payload_names_things_only() {
    let (app, account) = office().await;
    let admin = app.client(&session(&app).await);
    let input = json!({ "integration": "Shop", "scopes": ["RECEIVE"] });
    let secret = text(&create(&admin, input).await["secret"]);
    let input = json!({ "channelId": account.channel_id, "threadKey": "t", "from": { "email": "c@example.org" }, "text": "?" });
    for (selection, allowed) in [
        (
            "result clientMutationId conversation { id version } cascade { id cursor }",
            true,
        ),
        (
            "result userErrors { code message path ... on VersionConflict { currentVersion } }",
            true,
        ),
        (
            "... on CascadePayload { conversation { __typename id } }",
            true,
        ),
        ("conversation { subject }", false),
        ("conversation { contact { email } }", false),
        (
            "conversation { id inbox { conversations { nodes { id } } } }",
            false,
        ),
        ("cascade { effects { subjectId } }", false),
        (
            "... on CascadePayload { conversation { ... on Conversation { id status } } }",
            false,
        ),
        ("...P", false),
    ] {
        let mut body = mutation(
            "receiveMessage",
            "ReceiveMessageInput",
            selection,
            input.clone(),
        );
        let fragment = "fragment P on CascadePayload { conversation { lastMessage { text } } }";
        if selection == "...P" {
            body["query"] = json!(format!("{} {fragment}", text(&body["query"])));
        }
        let (_, body) = post(&app, Some(&secret), &body).await;
        if allowed {
            assert!(body.get("errors").is_none(), "{selection} {body:#}");
        } else {
            assert_eq!(code(&body), "FORBIDDEN", "{selection} {body:#}");
        }
    }
    // Nor is a subscription, over either transport.
    let socket = crate::stream::socket::Socket::cascades(&app.url, &secret, json!({}), Value::Null);
    let message = socket.await.receive().await;
    assert_eq!(
        message["payload"][0]["extensions"]["code"], "FORBIDDEN",
        "{message:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_listed_expire_and_are_revoked() {
    let (app, account) = office().await;
    let admin = app.client(&session(&app).await);
    let made = create(
        &admin,
        json!({ "integration": "Shop", "name": "nightly", "scopes": ["READ"], "days": 30 }),
    )
    .await;
    let own = create(&admin, json!({ "scopes": ["READ", "WORK"] })).await;
    assert_eq!(own["token"]["user"]["id"], json!(account.user_id));
    let listed = admin
        .gql(
            "{ tokens { id name scopes user { id } integration { name } expiresAt } }",
            json!({}),
        )
        .await;
    let listed = listed["tokens"].as_array().unwrap();
    assert_eq!(
        listed.len(),
        3,
        "the first administrator's token, and these: {listed:#?}"
    );
    assert_eq!(listed[1]["name"], "nightly");
    assert_eq!(listed[1]["integration"]["name"], "Shop");
    assert!(listed[1]["expiresAt"].is_string());
    assert_eq!(
        listed[2]["scopes"],
        Value::Null,
        "all that its holder may do"
    );
    let shown = serde_json::to_string(listed).unwrap();
    assert!(!shown.contains("tdm_"), "the token itself is shown once");

    let secret = text(&made["secret"]);
    assert!(is_good(&app, &secret).await);
    commit(
        &app.database_url,
        "UPDATE tokens SET expires_at = now() WHERE name = 'nightly'",
    )
    .await;
    let begun = std::time::Instant::now();
    while is_good(&app, &secret).await {
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(1),
            "it is good after its end"
        );
        tokio::task::yield_now().await;
    }
    let id = text(&own["token"]["id"]);
    let secret = text(&own["secret"]);
    let elsewhere = app.account("2025-01-01T00:00:00Z").await;
    let foreign = access(
        &app.client(&elsewhere.token),
        "revokeToken",
        json!({ "tokenId": id }),
    )
    .await;
    assert_eq!(foreign[0]["code"], "NOT_FOUND");
    assert!(is_good(&app, &secret).await);
    assert_eq!(
        access(&admin, "revokeToken", json!({ "tokenId": id })).await,
        json!([])
    );
    assert!(!is_good(&app, &secret).await);
    let again = access(&admin, "revokeToken", json!({ "tokenId": id })).await;
    assert_eq!(again[0]["code"], "NOT_FOUND");
    // A session is its owner's to end.
    let sessions = admin.gql("{ sessions { id } }", json!({})).await;
    let session = &sessions["sessions"][0]["id"];
    let tried = access(&admin, "revokeToken", json!({ "tokenId": session })).await;
    assert_eq!(tried[0]["code"], "NOT_FOUND");
}
