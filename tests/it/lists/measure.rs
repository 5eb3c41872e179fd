//! What a cascade costs by how many look at it. By hand:
//! `cargo test --release --test it lists::measure -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::json;
use tandem::http::{Backend, Frame};

use super::sharing::subscribe;
use crate::support::{Client, TestAccount, TestApp, office};

const ROUNDS: u32 = 100;

/// CPU time of this process so far: servers and subscribers, and the client that writes; not Postgres.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(')').expect("fields");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks
        .map(|field| field.parse::<u64>().expect("ticks"))
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Writes, and waits for each change to reach all; CPU and time for one.
async fn rounds(
    client: &Client,
    conversation: &str,
    given: impl AsyncFn(u32),
) -> (Duration, Duration) {
    let (begun, before) = (Instant::now(), cpu());
    for round in 0..ROUNDS {
        let status = if round % 2 == 0 { "CLOSED" } else { "OPEN" };
        let input = json!({ "conversationId": conversation, "status": status });
        client.done("updateConversationStatus", input).await;
        given(round + 1).await;
    }
    ((cpu() - before) / ROUNDS, begun.elapsed() / ROUNDS)
}

async fn cost(
    app: &TestApp,
    account: &TestAccount,
    subscribers: usize,
    different: bool,
) -> (Duration, Duration) {
    let client = app.client(&account.token);
    let conversation = account.conversation(&client).await;
    let viewer = app
        .app
        .authenticate(Some(&account.token))
        .await
        .expect("a viewer");
    let (ready, mut readies) = tokio::sync::mpsc::unbounded_channel();
    let readers: Vec<_> = (0..subscribers)
        .map(|number| {
            // Different lists that all have the conversation.
            let from = format!("2025-01-01T00:00:{:02}.{:03}Z", number / 1_000, number % 1_000);
            let filter = if different { json!({ "lastActivityAt": { "from": from } }) } else { json!({}) };
            let text = "subscription($filter: ConversationFilter) { conversationView(filter: $filter, first: 25) { \
                        ... on ConversationViewSnapshot { nodes { id subject status lastActivityAt version } totalCount } \
                        ... on ConversationViewChange { left entered { index node { id subject status lastActivityAt version } } \
                        updated { index node { id subject status lastActivityAt version } } totalCount cursor } } }";
            let mut stream = subscribe(app, viewer.clone(), text, json!({ "filter": filter }));
            let ready = ready.clone();
            tokio::spawn(async move {
                while let Some(Frame::Next { .. }) = stream.next().await {
                    let _ = ready.send(());
                }
            })
        })
        .collect();
    for _ in 0..subscribers {
        readies.recv().await.expect("a page");
    }
    let readies = tokio::sync::Mutex::new(readies);
    let cost = rounds(&client, &conversation, async |_| {
        let mut readies = readies.lock().await;
        for _ in 0..subscribers {
            readies.recv().await.expect("a change");
        }
    })
    .await;
    for reader in readers {
        reader.abort();
    }
    cost
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn what_a_cascade_costs() {
    let (app, account, client) = office().await;
    for _ in 0..60 {
        account.conversation(&client).await;
    }
    let (none, _) = cost(&app, &account, 0, false).await;
    println!(
        "{:>6} {:>10} {:>12} {:>14} {:>12}",
        "", "CPU", "of lists", "a subscriber", "time"
    );
    for (subscribers, different) in [(1, false), (100, false), (1_000, false), (200, true)] {
        let (cpu, time) = cost(&app, &account, subscribers, different).await;
        let lists = cpu.saturating_sub(none);
        let one = lists / u32::try_from(subscribers).unwrap();
        let kind = if different { "different" } else { "equal" };
        println!(
            "{subscribers:>6} {kind:<9} {cpu:>10.1?} {lists:>12.1?} {one:>14.1?} {time:>12.1?}"
        );
    }
}
