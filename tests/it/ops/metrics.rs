//! Metrics: every one that is counted is in the catalogue, in the documentation and fit for the dashboard; and a server
//! shows what it did.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use tandem::config::Config;
use tandem::telemetry::catalogue::{CATALOGUE, Kind, Metric};

use crate::crash::process::Server;
use crate::support::TestApp;

const DASHBOARD: &str = include_str!("../../../deploy/grafana/tandem.json");
const PAGE: &str = include_str!("../../../docs/metrics.md");

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The names that a text has right behind one of these words.
fn names_behind<'a>(text: &'a str, words: &[&str]) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for word in words {
        for rest in text.split(word).skip(1) {
            let rest = rest.trim_start().strip_prefix('"');
            found.extend(rest.and_then(|rest| rest.split('"').next()));
        }
    }
    found
}

fn source(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            source(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let text = fs::read_to_string(path).unwrap();
        let words = ["counter!(", "gauge!(", "histogram!("];
        found.extend(names_behind(&text, &words).into_iter().map(str::to_owned));
    }
}

fn catalogue() -> BTreeMap<&'static str, &'static Metric> {
    CATALOGUE
        .iter()
        .map(|metric| (metric.name, metric))
        .collect()
}

#[test]
fn what_is_counted_is_in_the_catalogue() {
    let mut counted = BTreeSet::new();
    source(&root("src"), &mut counted);
    let listed: BTreeSet<String> = catalogue().keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(
        counted, listed,
        "src (left) and src/telemetry/catalogue.rs (right)"
    );
}

#[test]
fn the_page_lists_the_catalogue() {
    let rows = PAGE
        .split("| name | kind | labels | what |")
        .nth(1)
        .unwrap();
    let rows = rows
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let expected = CATALOGUE.iter().map(|metric| {
        let labels: Vec<_> = metric
            .labels
            .split(", ")
            .filter(|label| !label.is_empty())
            .map(|label| format!("`{label}`"))
            .collect();
        let (name, kind) = (metric.name, metric.kind.name());
        format!(
            "| `{name}` | {kind} | {} | {} |",
            labels.join(", "),
            metric.about
        )
    });
    assert_eq!(rows.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("expr" | "query", Value::String(text)) => found.push(text.clone()),
                    _ => expressions(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        _ => {}
    }
}

/// Each metric of an expression, with the labels that are asked of it.
fn metrics_of(expression: &str) -> Vec<(&str, Vec<&str>)> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest
        .find("tandem_")
        .into_iter()
        .chain(rest.find("process_"))
        .min()
    {
        rest = &rest[start..];
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        let name = &rest[..end];
        rest = &rest[end..];
        let selector = rest
            .strip_prefix('{')
            .and_then(|rest| rest.split('}').next());
        let labels = selector
            .unwrap_or_default()
            .split(',')
            .filter_map(|part| part.split(['=', '!']).next());
        found.push((name, labels.filter(|label| !label.is_empty()).collect()));
    }
    found
}

#[test]
fn the_dashboard_asks_for_what_exists() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let mut asked = Vec::new();
    expressions(&dashboard, &mut asked);
    assert!(asked.len() > 40, "{asked:#?}");
    let catalogue = catalogue();
    let mut shown = BTreeSet::new();
    for expression in &asked {
        for (name, labels) in metrics_of(expression) {
            let histogram = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            let metric = catalogue
                .get(histogram.unwrap_or(name))
                .unwrap_or_else(|| panic!("{expression}: there is no {name}"));
            let is_histogram = matches!(metric.kind, Kind::Seconds | Kind::Long);
            assert_eq!(histogram.is_some(), is_histogram, "{expression}");
            shown.insert(metric.name);
            let by = expression
                .split("by (")
                .skip(1)
                .filter_map(|rest| rest.split(')').next());
            for label in labels.into_iter().chain(by.flat_map(|by| by.split(','))) {
                let common = ["job", "instance", "le"].contains(&label);
                let own = metric.labels.split(", ").any(|own| own == label);
                assert!(common || own, "{expression}: {name} has no label {label}");
            }
        }
    }
    let left_out: Vec<_> = catalogue
        .keys()
        .filter(|name| !shown.contains(*name))
        .collect();
    let known = [
        "tandem_operations_open",
        "tandem_socket_seconds",
        "tandem_subscriber_seconds",
    ];
    let known = known
        .into_iter()
        .chain(["tandem_tail_position", "tandem_hints_connection_lost_total"]);
    assert_eq!(
        left_out,
        known.collect::<BTreeSet<_>>().iter().collect::<Vec<_>>()
    );
}

/// The samples of a page: the whole name with its labels, and the value.
fn samples(page: &str) -> BTreeMap<String, f64> {
    let lines = page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

async fn scrape(url: &str) -> BTreeMap<String, f64> {
    let response = reqwest::get(url).await.unwrap();
    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    samples(&response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_shows_what_it_did() {
    let app = TestApp::start_with(Config::default()).await;
    let account = app.account("2024-01-01T00:00:00Z").await;
    let server = Server::serve(&app.database_url).await;
    let client = crate::support::Client::new(&server.url, &account.token);
    let mutation = "mutation Arrive($input: ReceiveMessageInput!) { receiveMessage(input: $input) { result conversation { id } } }";
    let input = json!({ "input": {
        "channelId": account.channel_id,
        "threadKey": "1",
        "from": { "email": "kim@example.com" },
        "text": "The secret word is heliotrope.",
    } });
    client.gql(mutation, input).await;
    client
        .gql(
            "query Shown { conversations { nodes { id messages { nodes { text } } } } }",
            json!({}),
        )
        .await;
    client.raw("query Broken { nothing }", json!({})).await;
    let page = format!("{}/metrics", server.url);
    let samples = scrape(&page).await;
    let of = |name: &str| samples.get(name).copied();
    let ended = |kind: &str, outcome: &str, operation: &str| {
        let labels = [
            ("transport", "http"),
            ("kind", kind),
            ("outcome", outcome),
            ("operation", operation),
        ];
        let found = samples.iter().find(|(name, _)| {
            name.starts_with("tandem_operations_total{")
                && labels
                    .iter()
                    .all(|(label, value)| name.contains(&format!("{label}=\"{value}\"")))
        });
        found.map(|(_, value)| *value)
    };
    assert_eq!(ended("mutation", "ok", "Arrive"), Some(1.0), "{samples:#?}");
    assert_eq!(ended("query", "ok", "Shown"), Some(1.0));
    assert_eq!(ended("query", "refused", "Broken"), Some(1.0));
    assert_eq!(
        of("tandem_cascades_total{command=\"receiveMessage\"}"),
        Some(1.0)
    );
    assert!(of("tandem_effects_total{rule=\"Direct\"}").is_some_and(|count| count >= 1.0));
    for stage in ["parse", "check", "execute", "statements"] {
        let count = of(&format!("tandem_stage_seconds_count{{stage=\"{stage}\"}}"));
        assert!(
            count.is_some_and(|count| count >= 2.0),
            "{stage}: {count:?}"
        );
    }
    assert_eq!(of("tandem_ready"), Some(1.0));
    assert_eq!(of("tandem_tail_lag_positions"), Some(0.0));
    assert_eq!(of("tandem_pool_size{pool=\"requests\"}"), Some(16.0));
    assert_eq!(of("tandem_pool_size{pool=\"tokens\"}"), Some(2.0));
    // What runs beside requests may have one just now.
    let open = ["idle", "in_use"].map(|state| {
        let connections = format!("tandem_pool_connections{{pool=\"requests\",state=\"{state}\"}}");
        of(&connections).expect("a number")
    });
    assert!(open.iter().sum::<f64>() >= 1.0, "{open:?}");
    assert!(of("tandem_http_responses_total{status=\"200\"}").is_some_and(|count| count >= 2.0));
    assert!(
        samples
            .keys()
            .any(|name| name.starts_with("tandem_statement_seconds_bucket{kind=\"commit\""))
    );
    assert!(
        samples
            .keys()
            .any(|name| name.starts_with("tandem_build_info{version="))
    );
    let catalogue = catalogue();
    for name in samples.keys() {
        let name = name.split('{').next().unwrap();
        let base = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end));
        let known =
            catalogue.contains_key(name) || base.is_some_and(|base| catalogue.contains_key(base));
        assert!(known, "{name} is not in the catalogue");
        assert!(!name.contains("heliotrope"));
    }
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_can_have_a_listener_of_their_own_or_none() {
    let app = TestApp::start().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let server = Server::serve_with(&app.database_url, &["--metrics", &address]).await;
    let status = |url: String| async move { reqwest::get(url).await.unwrap().status().as_u16() };
    assert_eq!(status(format!("{}/metrics", server.url)).await, 404);
    assert_eq!(status(format!("http://{address}/graphiql")).await, 404);
    assert!(
        scrape(&format!("http://{address}/metrics"))
            .await
            .contains_key("tandem_ready")
    );
    let (code, _) = tokio::time::timeout(Duration::from_secs(30), server.terminate())
        .await
        .unwrap();
    assert_eq!(code, Some(0));
    let server = Server::serve_with(&app.database_url, &["--metrics", "off"]).await;
    assert_eq!(status(format!("{}/metrics", server.url)).await, 404);
    server.terminate().await;
}
