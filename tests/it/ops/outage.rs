//! The database goes away, falls silent, has no connection to spare: clients are told at once or within a bound, the
//! server lives, says so, and is itself again without a restart.

use std::time::{Duration, Instant};

use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use tandem::config::Config;

use super::chaos::Chaos;
use crate::support::sql::{connect_across, number};
use crate::support::{Client, TestAccount, TestApp, database};

/// The longest that coming back may take.
const BACK: Duration = Duration::from_secs(15);

struct Desk {
    app: TestApp,
    account: TestAccount,
    client: Client,
    chaos: Chaos,
    _direct: TestApp,
}

/// A server behind a proxy that can fail, and an account made past it.
async fn desk(config: Config) -> Desk {
    let direct = TestApp::start().await;
    let account = direct.account("2024-01-01T00:00:00Z").await;
    let chaos = Chaos::start(&direct.database_url).await;
    let app = TestApp::on(&chaos.url(), config).await;
    let client = app.client(&account.token);
    client.gql("{ asOf }", json!({})).await;
    Desk {
        app,
        account,
        client,
        chaos,
        _direct: direct,
    }
}

impl Desk {
    /// Asks, and says how long the answer took.
    async fn timed(&self, query: &str) -> (Value, Duration) {
        let asked = Instant::now();
        (self.client.raw(query, json!({})).await, asked.elapsed())
    }

    async fn health(&self, path: &str) -> (u16, String) {
        let response = reqwest::get(format!("{}/health/{path}", self.app.url)).await;
        let response = response.expect("an answer");
        (
            response.status().as_u16(),
            response.text().await.expect("a text"),
        )
    }

    async fn until_ready(&self) {
        let asked = Instant::now();
        while self.health("ready").await.0 != 200 {
            assert!(
                asked.elapsed() < BACK,
                "not ready again: {:?}",
                self.health("ready").await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("no errors: {answer:#}"));
    errors
        .iter()
        .filter_map(|error| error["extensions"]["code"].as_str())
        .collect()
}

const LIST: &str = "{ conversations { nodes { id } } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_is_told_at_once_and_comes_back_by_itself() {
    let desk = desk(Config::default()).await;
    let conversation = desk.account.conversation(&desk.client).await;
    for _ in 0..2 {
        desk.chaos.cut().await;
        for _ in 0..3 {
            let (answer, took) = desk.timed(LIST).await;
            assert_eq!(codes(&answer), ["UNAVAILABLE"], "{answer:#}");
            assert!(took < Duration::from_secs(2), "{took:?}");
        }
        let text = desk.client.raw(LIST, json!({})).await.to_string();
        assert!(
            !text.contains("127.0.0.1") && !text.contains("refused"),
            "{text}"
        );
        let (status, why) = desk.health("ready").await;
        assert_eq!(status, 503, "{why}");
        assert!(why.contains("database"), "{why}");
        assert_eq!(desk.health("live").await.0, 200, "the process lives");
        desk.chaos.mend();
        desk.until_ready().await;
        let data = desk.client.gql(LIST, json!({})).await;
        assert_eq!(
            data["conversations"]["nodes"][0]["id"],
            conversation.as_str()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_falls_silent_costs_a_bounded_wait() {
    let config = Config {
        pool_wait_seconds: 1,
        request_seconds: 2,
        ..Config::default()
    };
    let desk = desk(config).await;
    desk.chaos.silence();
    let (answer, took) = desk.timed(LIST).await;
    assert!(
        ["TIMEOUT", "UNAVAILABLE"].contains(&codes(&answer)[0]),
        "{answer:#}"
    );
    assert!(took < Duration::from_secs(8), "{took:?}");
    let (status, why) = desk.health("ready").await;
    assert_eq!(status, 503, "{why}");
    desk.chaos.cut().await;
    desk.chaos.mend();
    desk.until_ready().await;
    desk.client.gql(LIST, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_no_connection_waits_so_long_and_is_told() {
    let config = Config {
        pool_size: 1,
        pool_wait_seconds: 1,
        ..Config::default()
    };
    let app = TestApp::start_with(config).await;
    let account = app.account("2024-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let (ticket, _) = account.ticket(&client, 1).await;
    // Somebody else's transaction holds the ticket, and with it the server's only connection.
    let mut other = connect_across(&app.database_url).await;
    other
        .batch_execute("BEGIN; SELECT FROM tickets FOR UPDATE")
        .await
        .unwrap();
    let writing = tokio::spawn({
        let (client, ticket) = (client.clone(), ticket.clone());
        async move {
            client
                .payload(
                    "updateTicketProperties",
                    json!({ "ticketId": ticket, "priority": "HIGH" }),
                )
                .await
        }
    });
    let mut watch = connect_across(&app.database_url).await;
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while number(&mut watch, waiting).await == 0 {
        assert!(!writing.is_finished(), "it did not have to wait");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let asked = Instant::now();
    let answer = client.raw(LIST, json!({})).await;
    let took = asked.elapsed();
    assert_eq!(codes(&answer), ["UNAVAILABLE"], "{answer:#}");
    assert!(
        (Duration::from_millis(900)..Duration::from_secs(6)).contains(&took),
        "{took:?}"
    );
    other.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(writing.await.unwrap()["result"], "APPLIED");
    client.gql(LIST, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_not_ready_on_a_database_that_lacks_a_migration() {
    let database = database().await;
    let app = TestApp::on(&database.url, Config::default()).await;
    let ready = async || {
        let response = reqwest::get(format!("{}/health/ready", app.url))
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(ready().await.0, 200);
    let mut connection = connect_across(&database.url).await;
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";
    connection.batch_execute(newer).await.unwrap();
    assert_eq!(ready().await.0, 200, "a newer server has migrated");
    let older = "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations WHERE version < '9')";
    connection.batch_execute(older).await.unwrap();
    let (status, why) = ready().await;
    assert_eq!(
        (status, why.contains("tandem migrate")),
        (503, true),
        "{why}"
    );
}
