//! What the README promises: its examples run against the demo data, its tables are complete, its files are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use tandem::bulk::seed;
use tandem::config::{Config, SETTINGS, Setting};
use tandem::demo::story::Story;
use tandem::domain::secret::Secret;
use tandem::service::credentials::set_demo_password;
use tandem::store::Store;
use tandem::store::pool::PoolOptions;

use crate::support::{TestApp, database};

const README: &str = include_str!("../../README.md");
const SETTINGS_PAGE: &str = include_str!("../../docs/settings.md");

/// The fenced blocks of a language, in their order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let after = README.split(fence.as_str()).skip(1);
    after
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

/// The cells of the rows of the table that has this heading.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, rest) = page
        .split_once(heading)
        .unwrap_or_else(|| panic!("no table {heading}"));
    let rows = rest
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        row.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace('`', ""))
            .collect()
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_steps_work_on_the_demo_data() {
    // As `tandem dev` does it: the data first, then the server.
    let database = database().await;
    let store = Store::new(&database.url, &PoolOptions::default()).unwrap();
    let story = Story::load().unwrap();
    let seeded = seed::seed(&store, &story, tandem::service::now())
        .await
        .unwrap();
    let app = TestApp::on(&database.url, Config::default()).await;
    let client = app.client(&seeded[0].token);
    let [query, mutation, subscription, sign_in] = blocks("graphql")[..] else {
        panic!("four examples")
    };
    // `tandem dev` gives the demo's users the password that the README tells.
    let password = Secret::new("try tandem now".to_owned());
    set_demo_password(&store, vec![seeded[0].email.clone()], &password)
        .await
        .unwrap();
    let signed = client.gql(sign_in, json!({})).await;
    assert!(signed["signIn"]["token"].is_string(), "{signed:#}");
    let [close, watch] = blocks("json")[..] else {
        panic!("two sets of variables")
    };

    let data = client.gql(query, json!({})).await;
    let ticket = &data["tickets"]["nodes"][0];
    let conversations = ticket["conversations"]["nodes"].as_array().unwrap();
    assert_eq!(
        conversations.len(),
        3,
        "three customers, as the text says: {ticket:#}"
    );
    assert!(
        conversations
            .iter()
            .all(|one| one["status"] == "OPEN" && one["lastMessage"]["text"].is_string())
    );
    let statuses = ticket["pipeline"]["statuses"].as_array().unwrap();
    let closed = statuses
        .iter()
        .find(|status| status["name"] == "Closed")
        .expect("the status `Closed`");

    let filled = close
        .replace("ticket_…", ticket["id"].as_str().unwrap())
        .replace("status_…", closed["id"].as_str().unwrap());
    assert_ne!(filled, close);
    let variables: Value = serde_json::from_str(&filled).unwrap();
    let mut preview = variables.clone();
    preview["input"]["dryRun"] = true.into();
    let previewed = client.gql(mutation, preview).await;
    assert_eq!(previewed["updateTicketStatus"]["result"], "PREVIEWED");
    let done = client.gql(mutation, variables).await;
    assert_eq!(done["updateTicketStatus"]["result"], "APPLIED");
    let effects = done["updateTicketStatus"]["cascade"]["effects"]
        .as_array()
        .unwrap();
    let rules: Vec<_> = effects
        .iter()
        .map(|effect| effect["rule"].as_str().unwrap())
        .collect();
    let follows = "TICKET_CLOSED_CLOSES_CONVERSATIONS";
    assert_eq!(rules, ["DIRECT", follows, follows, follows]);

    let watch: Value = serde_json::from_str(watch).unwrap();
    assert_eq!(
        watch["after"], data["asOf"],
        "the cursor that the README shows is that of a new demo"
    );
    let item = first_item(&app, &seeded[0].token, subscription, &watch).await;
    let cascade = &item["data"]["cascades"];
    assert_eq!(cascade["command"], "updateTicketStatus", "{item:#}");
    assert_eq!(cascade["effects"].as_array().unwrap().len(), 4);
}

/// The first item of a subscription over server-sent events.
async fn first_item(app: &TestApp, token: &str, subscription: &str, variables: &Value) -> Value {
    let body = json!({ "query": subscription, "variables": variables });
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", app.url))
        .bearer_auth(token);
    let request = request.header("accept", "text/event-stream").json(&body);
    let mut response = request.send().await.unwrap();
    let mut text = String::new();
    let item = async {
        loop {
            let chunk = response
                .chunk()
                .await
                .unwrap()
                .expect("an item before the end");
            text += std::str::from_utf8(&chunk).unwrap();
            let event = text
                .split("\n\n")
                .find(|event| event.contains("event: next") && event.contains("data: "));
            if let Some(line) =
                event.and_then(|event| event.lines().find(|line| line.starts_with("data: ")))
                && let Ok(item) = serde_json::from_str(&line["data: ".len()..])
            {
                return item;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), item)
        .await
        .expect("an item in time")
}

#[test]
fn every_setting_is_in_the_table() {
    let defaults = Config::default().values();
    let rows = SETTINGS
        .iter()
        .zip(&defaults)
        .map(|(setting, (key, value))| {
            let about = setting.about.trim().trim_end_matches('.').replace('`', "");
            vec![(*key).to_owned(), value.clone(), about]
        });
    let rows: Vec<_> = rows.collect();
    assert_eq!(
        table(SETTINGS_PAGE, "| key | default | what |"),
        rows,
        "the table of docs/settings.md (left) and src/config/list.rs (right)"
    );
}

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tandem"))
        .args(arguments)
        .arg("--help")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let (_, rest) = help
        .split_once("Commands:\n")
        .unwrap_or_else(|| panic!("{help}"));
    let lines = rest.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_and_variable_is_in_the_tables() {
    let settings: BTreeSet<_> = SETTINGS.iter().map(Setting::variable).collect();
    let mut commands = Vec::new();
    let mut variables = BTreeMap::new();
    for name in listed(&help(&[])) {
        let text = help(&[&name]);
        let found = if text.contains("Commands:\n") {
            listed(&text)
        } else {
            Vec::new()
        };
        if found.is_empty() {
            commands.push(format!("tandem {name}"));
        }
        commands.extend(found.iter().map(|under| format!("tandem {name} {under}")));
        for line in text.lines() {
            let variable = line
                .split_once("[env: ")
                .map(|(_, rest)| rest.split([']', '=']).next().unwrap());
            let flag = line.split_whitespace().find(|word| word.starts_with("--"));
            if let (Some(variable), Some(flag)) = (variable, flag)
                && !settings.contains(variable)
            {
                variables.insert(variable.to_owned(), flag.to_owned());
            }
        }
    }
    let rows = table(README, "| command | what it does |")
        .into_iter()
        .map(|row| row[0].clone());
    assert_eq!(
        rows.collect::<Vec<_>>(),
        commands,
        "the README's table (left) and the program (right)"
    );
    let rows = table(SETTINGS_PAGE, "| variable | flag | what |").into_iter();
    let rows: BTreeMap<_, _> = rows
        .map(|row| (row[0].clone(), row[1].clone()))
        .filter(|(_, flag)| !flag.is_empty())
        .collect();
    assert_eq!(
        rows, variables,
        "the table of docs/settings.md (left) and the program (right)"
    );
}

/// Everything in backticks, or linked, that looks like a path of this repository.
#[test]
fn every_file_that_is_named_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let quoted = README.split('`').skip(1).step_by(2);
    let quoted = quoted.filter(|text| {
        let rooms = ["src/", "tests/", "docs/", "web/", "migrations/", ".ci/"];
        rooms.iter().any(|room| text.starts_with(room)) && !text.contains([' ', '…'])
    });
    let linked = README
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let linked = linked.filter(|link| !link.starts_with("http"));
    let named: Vec<_> = quoted.chain(linked).collect();
    assert!(named.len() > 30, "{named:?}");
    let missing: Vec<_> = named
        .iter()
        .filter(|path| !root.join(path).exists())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
