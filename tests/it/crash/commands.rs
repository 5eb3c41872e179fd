//! The command line: exit codes that scripts can use, one sentence that says what to do, JSON where it was asked for.

use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use super::process::{Server, run};
use crate::support::desk::text;
use crate::support::{Client, TestDatabase, connect, database};

/// A database in which nothing is.
async fn empty_database() -> TestDatabase {
    let database = database().await;
    let mut connection = connect(&database.url).await;
    connection
        .batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await
        .expect("an empty database");
    database
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_empty_database_to_a_first_answer() {
    let database = empty_database().await;
    let url = database.url.as_str();
    let account = [
        "account",
        "create",
        "--database-url",
        url,
        "--name",
        "Acme",
        "--admin-email",
        "ann@example.com",
        "--json",
    ];
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0", "--database-url", url][..],
        &account,
    ] {
        let said = run(arguments).await;
        let sentence = said.refusal(3);
        assert!(sentence.contains("`tandem migrate`"), "{sentence}");
    }
    let migrated = run(&["migrate", "--database-url", url]).await;
    assert_eq!((migrated.code, migrated.err.as_str()), (0, ""));
    assert!(migrated.out.lines().count() >= 3, "{migrated:?}");
    let again = run(&["migrate", "--database-url", url]).await;
    assert_eq!(
        (again.code, again.out.as_str()),
        (0, ""),
        "nothing is left to do"
    );

    let made = run(&account).await.json();
    assert_eq!(
        keys(&made),
        [
            "accountId",
            "channelId",
            "inboxId",
            "pipelineId",
            "token",
            "userId"
        ]
    );
    let id = text(&made["accountId"]);
    let user = |email: &'static str, account: &str| {
        let account = account.to_owned();
        async move {
            run(&[
                "user",
                "create",
                "--database-url",
                url,
                "--account",
                &account,
                "--email",
                email,
                "--name",
                "Bob",
                "--role",
                "viewer",
                "--json",
            ])
            .await
        }
    };
    let bob = user("bob@example.com", &id).await.json();
    assert_eq!(keys(&bob), ["token", "userId"]);
    assert!(
        user("BOB@example.com", &id)
            .await
            .refusal(1)
            .contains("already")
    );
    let unknown = tandem::domain::id::AccountId(uuid::Uuid::now_v7()).to_string();
    assert!(
        user("x@example.com", &unknown)
            .await
            .refusal(1)
            .contains(&unknown)
    );
    assert!(
        user("x@example.com", "nonsense")
            .await
            .refusal(1)
            .contains("nonsense")
    );
    assert!(user("no address", &id).await.refusal(1).contains("e-mail"));

    let token = run(&[
        "token",
        "create",
        "--database-url",
        url,
        "--email",
        "bob@example.com",
        "--json",
    ])
    .await
    .json();
    assert_eq!(token["userId"], bob["userId"]);
    let nobody = run(&[
        "token",
        "create",
        "--database-url",
        url,
        "--email",
        "eve@example.com",
        "--json",
    ])
    .await;
    assert!(nobody.refusal(1).contains("eve@example.com"));
    let program = [
        "token",
        "create",
        "--database-url",
        url,
        "--account",
        &id,
        "--integration",
        "Shop",
        "--json",
    ];
    let program = run(&program).await.json();
    assert_eq!(keys(&program), ["accountId", "integrationId", "token"]);

    let server = Server::serve(url).await;
    let query = "{ viewer { account { id name ticketsInInbox } } pipelines { statuses { name } } inboxes { id channels { id } } }";
    for token in [
        &made["token"],
        &bob["token"],
        &token["token"],
        &program["token"],
    ] {
        let data = Client::new(&server.url, &text(token))
            .gql(query, json!({}))
            .await;
        assert_eq!(
            data["viewer"]["account"],
            json!({ "id": id, "name": "Acme", "ticketsInInbox": false })
        );
        assert_eq!(
            data["inboxes"],
            json!([{ "id": made["inboxId"], "channels": [{ "id": made["channelId"] }] }])
        );
        let statuses = ["New", "Waiting on contact", "Waiting on us", "Closed"]
            .map(|name| json!({ "name": name }));
        assert_eq!(data["pipelines"], json!([{ "statuses": statuses }]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_as_old_as_it_is_said_to_be() {
    let database = database().await;
    let create = async |created_at: &str| {
        run(&[
            "account",
            "create",
            "--database-url",
            &database.url,
            "--name",
            "Old",
            "--admin-email",
            "a@example.com",
            "--created-at",
            created_at,
            "--json",
        ])
        .await
    };
    let server = Server::serve(&database.url).await;
    for (created_at, in_inbox) in [
        ("2024-04-01T23:59:59.999999Z", true),
        ("2024-04-02T00:00:00Z", false),
        ("2024-04-02T01:00:00+02:00", true),
    ] {
        let token = text(&create(created_at).await.json()["token"]);
        let data = Client::new(&server.url, &token)
            .gql("{ viewer { account { ticketsInInbox } } }", json!({}))
            .await;
        assert_eq!(
            data["viewer"]["account"]["ticketsInInbox"], in_inbox,
            "{created_at}"
        );
    }
    let said = create("last year").await;
    assert_eq!(said.code, 2, "wrong usage: {said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_and_a_database_that_is_away_are_one_sentence() {
    let database = database().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = run(&[
        "serve",
        "--listen",
        &address,
        "--database-url",
        &database.url,
    ])
    .await;
    let sentence = said.refusal(1);
    assert!(
        sentence.contains(&address) && sentence.contains("--listen"),
        "{sentence}"
    );
    let away = database.url.rsplit_once('/').expect("a name").0.to_owned() + "/there_is_none";
    let said = run(&["serve", "--listen", "127.0.0.1:0", "--database-url", &away]).await;
    assert!(said.refusal(1).contains("there_is_none"), "{said:?}");
    // Wrong usage is 2, whatever is wrong with it.
    for arguments in [
        &["serve", "--listen", "nowhere"][..],
        &["nothing"],
        &["user", "create"],
        &[],
    ] {
        let said = run(arguments).await;
        assert_eq!(
            (said.code, said.out.as_str()),
            (2, ""),
            "{arguments:?}: {said:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_printed_as_it_is_served() {
    let said = run(&["schema"]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out, tandem::graphql::sdl());
    assert!(async_graphql::parser::parse_schema(&said.out).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_stops_with_0() {
    let database = database().await;
    let made = run(&[
        "account",
        "create",
        "--database-url",
        &database.url,
        "--name",
        "Acme",
        "--admin-email",
        "a@example.com",
        "--json",
    ])
    .await
    .json();
    let server = Server::serve(&database.url).await;
    let url = server.url.clone();
    let token = text(&made["token"]);
    // Somebody looks on: a stream keeps no server from stopping.
    let mut socket =
        crate::stream::socket::Socket::cascades(&url, &token, Value::Null, Value::Null).await;
    let begun = Instant::now();
    let closed = tokio::spawn(async move { socket.closed().await });
    let (code, rest) = server.terminate().await;
    assert_eq!(code, Some(0), "{rest}");
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    let closed = closed.await.expect("a close code");
    assert!([1001, 1012].contains(&closed), "{closed}");
    assert!(!rest.contains("\"ERROR\""), "{rest}");
    assert!(
        reqwest::get(format!("{url}/graphql")).await.is_err(),
        "nobody answers any more"
    );
}
