//! Who is limited, and to what.

use serde_json::{Value, json};

use super::office::{limit, office};
use crate::stream::socket::Socket;
use crate::support::TestApp;
use crate::support::desk::text;

const INBOXES: &str = "{ viewer { user { inboxes { id } } } inboxes { id } }";

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_set_shown_and_lifted() {
    let office = office().await;
    let anna = office.client(&office.anna);
    let data = anna.gql(INBOXES, json!({})).await;
    let first = json!([{ "id": office.account.inbox_id }]);
    assert_eq!(data["viewer"]["user"]["inboxes"], first);
    assert_eq!(data["inboxes"], first);
    // Of a colleague, what is theirs too.
    let users = "{ users { id inboxes { id } } }";
    let data = anna.gql(users, json!({})).await;
    for user in data["users"].as_array().expect("users") {
        let expected = match text(&user["id"]) {
            id if id == office.anna.id => first.clone(),
            id if id == office.ben.id => json!([]),
            _ => Value::Null,
        };
        assert_eq!(user["inboxes"], expected, "{data:#}");
    }
    let after = async |inboxes: Value| {
        limit(&office.admin, &office.anna.id, inboxes).await;
        // A token is remembered for half a second.
        let fresh = office.app.store();
        let known = tandem::store::token::hash_token(&office.anna.token);
        let viewer = tandem::store::viewers::viewer_by_token(&fresh, known).await;
        viewer
            .expect("an answer")
            .expect("a viewer")
            .limits
            .map(|limits| limits.inboxes().len())
    };
    assert_eq!(after(json!([])).await, Some(0));
    assert_eq!(after(json!([office.inbox, office.inbox])).await, Some(1));
    assert_eq!(after(Value::Null).await, None);
    let nobody = json!({ "userId": office.anna.id });
    office.admin.done("setUserInboxes", nobody).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    let office = office().await;
    let admin = &office.admin;
    let other = office.app.account("2025-01-01T00:00:00Z").await;
    let anna = office.anna.id.clone();
    let input = |user: &str, inboxes: Value| json!({ "userId": user, "inboxIds": inboxes });
    let refused = async |input: Value, code: &str, path: &str| {
        admin
            .refused("setUserInboxes", input, code, &["input", path])
            .await
    };
    let foreign = refused(
        input(&anna, json!([other.inbox_id])),
        "NOT_FOUND",
        "inboxIds",
    )
    .await;
    assert!(foreign.contains(&other.inbox_id), "{foreign}");
    refused(input(&anna, json!(["nonsense"])), "NOT_FOUND", "inboxIds").await;
    refused(input(&other.user_id, json!([])), "NOT_FOUND", "userId").await;
    let many = vec![office.inbox.clone(); 1_001];
    refused(input(&anna, json!(many)), "INVALID_VALUE", "inboxIds").await;
    let admins = refused(
        input(&office.account.user_id, json!([])),
        "INVALID_VALUE",
        "inboxIds",
    )
    .await;
    assert!(admins.contains("administrator"), "{admins}");
    // Lifting a limit that is not there is no harm.
    admin
        .done(
            "setUserInboxes",
            input(&office.account.user_id, Value::Null),
        )
        .await;
    let promote = json!({ "userId": anna, "role": "ADMIN" });
    let path = ["input", "role"];
    admin
        .refused("updateUser", promote.clone(), "INVALID_VALUE", &path)
        .await;
    admin
        .done("setUserInboxes", json!({ "userId": anna }))
        .await;
    admin.done("updateUser", promote).await;
    // Nobody but an administrator limits or frees anybody, nor learns by trying what inboxes there are.
    let ben = office.client(&office.ben);
    let mine = json!({ "userId": office.ben.id });
    ben.refused("setUserInboxes", mine, "FORBIDDEN", &[]).await;
    let guess = input(&office.ben.id, json!([office.account.inbox_id]));
    ben.refused("setUserInboxes", guess, "NOT_FOUND", &["input", "inboxIds"])
        .await;
}

/// Those connected with other limits are sent away on every server, and come back with the new ones.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_limited_otherwise_is_sent_away_and_comes_back() {
    let office = office().await;
    let far = TestApp::on(&office.app.database_url, tandem::config::Config::default()).await;
    let counts = "subscription { counts(filters: [{}]) }";
    let first = async |socket: &mut Socket| {
        let told = socket.receive().await;
        told["payload"]["data"]["counts"][0]
            .as_i64()
            .expect("a number")
    };
    for app in [&office.app, &far] {
        let mut anna = Socket::open(&app.url, &office.anna.token).await;
        anna.subscribe("1", counts, json!({})).await;
        let before = first(&mut anna).await;
        let mut ben = Socket::open(&app.url, &office.ben.token).await;
        ben.subscribe("1", counts, json!({})).await;
        first(&mut ben).await;
        let both = json!([office.account.inbox_id, office.inbox]);
        limit(&office.admin, &office.anna.id, both).await;
        let asked = std::time::Instant::now();
        assert_eq!(anna.closed().await, 4403);
        let took = asked.elapsed();
        assert!(took < std::time::Duration::from_millis(1_500), "{took:?}");
        // The token is looked up anew after half a second at the latest; who is let in before is sent away too.
        let mut after = before;
        while after == before {
            let mut anna = Socket::open(&app.url, &office.anna.token).await;
            anna.subscribe("1", counts, json!({})).await;
            after = match anna.receive_or_close().await {
                Ok(told) => {
                    let count = told["payload"]["data"]["counts"][0].as_i64();
                    count.unwrap_or(before)
                }
                Err(code) => {
                    assert_eq!(code, 4403);
                    before
                }
            };
        }
        assert!(after > before, "{after} {before}");
        // Who is limited as before stays.
        let input = json!({ "channelId": office.channel, "threadKey": uuid::Uuid::now_v7().to_string(),
            "from": { "email": "new@example.org" }, "text": "Hello" });
        office.admin.done("receiveMessage", input).await;
        first(&mut ben).await;
        limit(
            &office.admin,
            &office.anna.id,
            json!([office.account.inbox_id]),
        )
        .await;
        crate::realtime::world::until("the old limits", async || {
            let client = app.client(&office.anna.token);
            let seen = client
                .gql("{ conversations { totalCount } }", json!({}))
                .await;
            seen["conversations"]["totalCount"].as_i64() == Some(before)
        })
        .await;
    }
    far.stop().await;
}
