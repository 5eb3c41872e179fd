//! A thousand who look at the same cost like one.

use std::collections::HashSet;
use std::time::Duration;

use async_graphql::{Request, Variables};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use tandem::config::Config;
use tandem::domain::access::Viewer;
use tandem::http::{Backend, Frame};

use super::watcher::{PATIENCE, view};
use crate::statements::proxy::Proxy;
use crate::support::sql::commit;
use crate::support::{Client, NEWER, TestAccount, TestApp, database, office, until};

const COUNTS: &str = "subscription { counts(filters: [{}, { status: OPEN }]) }";

async fn viewer(app: &TestApp, token: &str) -> Viewer {
    app.app.authenticate(Some(token)).await.expect("a viewer")
}

pub(super) fn subscribe(
    app: &TestApp,
    viewer: Viewer,
    text: &str,
    variables: Value,
) -> BoxStream<'static, Frame> {
    let request = Request::new(text).variables(Variables::from_json(variables));
    app.app.subscribe(viewer, request)
}

/// The next frame's answer.
pub(super) async fn next(stream: &mut BoxStream<'static, Frame>) -> Bytes {
    let frame = tokio::time::timeout(PATIENCE, stream.next()).await;
    match frame.expect("a frame in time") {
        Some(Frame::Next { payload, .. }) => payload,
        other => panic!("{other:?}"),
    }
}

/// The code of the error that ends the stream.
async fn error(stream: &mut BoxStream<'static, Frame>) -> (String, Option<String>) {
    let frame = tokio::time::timeout(PATIENCE, stream.next()).await;
    let Some(Frame::Error(errors)) = frame.expect("an end in time") else {
        panic!("no error");
    };
    let error = json!(errors[0]);
    let text = |name: &str| error["extensions"][name].as_str().map(str::to_owned);
    assert!(stream.next().await.is_none(), "it goes on after its end");
    (text("code").expect("a code"), text("resumeAfter"))
}

async fn toggle(client: &Client, conversation: &str, open: bool) {
    let status = if open { "OPEN" } else { "CLOSED" };
    let input = json!({ "conversationId": conversation, "status": status });
    let payload = client.done("updateConversationStatus", input).await;
    assert_eq!(payload["result"], "APPLIED");
}

async fn conversations(account: &TestAccount, client: &Client, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(account.conversation(client).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_lists_are_kept_once_and_equal_documents_executed_once() {
    let (app, account, client) = office().await;
    let all = conversations(&account, &client, 3).await;
    let (admin, agent) = (account.user("admin").await, account.user("agent").await);
    let viewers = [
        viewer(&app, &admin.token).await,
        viewer(&app, &agent.token).await,
    ];
    let document = view();
    let slim = "subscription { conversationView(first: 2) { ... on ConversationViewChange { totalCount } } }";
    let mut equal: Vec<_> = (0..60)
        .map(|n| {
            subscribe(
                &app,
                viewers[n % 2].clone(),
                &document,
                json!({ "first": 2 }),
            )
        })
        .collect();
    let mut others: Vec<_> = (0..20)
        .map(|_| subscribe(&app, viewers[0].clone(), slim, json!({})))
        .collect();
    let mut numbers: Vec<_> = (0..20)
        .map(|n| subscribe(&app, viewers[n % 2].clone(), COUNTS, json!({})))
        .collect();
    let mut another = subscribe(
        &app,
        viewers[0].clone(),
        &COUNTS.replace("{}", "{ hasTicket: true }"),
        json!({}),
    );
    for stream in others.iter_mut().chain(&mut numbers) {
        next(stream).await;
    }
    next(&mut another).await;
    let mut snapshots = HashSet::new();
    for stream in &mut equal {
        snapshots.insert(next(stream).await.as_ptr());
    }
    assert_eq!(snapshots.len(), 1, "the page is executed once");
    let lists = &app.app.realtime().lists;
    // What shows tickets is another list than what does not: it has other changes.
    assert_eq!(lists.views(), 2);
    assert_eq!((lists.counters(), lists.count_groups()), (3, 2));
    for round in 0..4 {
        toggle(&client, &all[2], round % 2 == 1).await;
        for streams in [&mut equal, &mut others] {
            let mut bytes = HashSet::new();
            for stream in streams {
                bytes.insert(next(stream).await.as_ptr());
            }
            assert_eq!(bytes.len(), 1, "a change is executed once");
        }
    }
    let mut bytes = HashSet::new();
    toggle(&client, &all[2], false).await;
    for stream in &mut numbers {
        bytes.insert(next(stream).await.as_ptr());
    }
    assert_eq!(bytes.len(), 1, "numbers are executed once");
    // Who comes at another time begins with the same list.
    let mut late = subscribe(&app, viewers[1].clone(), &document, json!({ "first": 2 }));
    let page: Value = serde_json::from_slice(&next(&mut late).await).unwrap();
    assert_eq!(
        page["data"]["conversationView"]["nodes"][0]["id"],
        json!(all[2])
    );
    assert_eq!(
        page["data"]["conversationView"]["nodes"][0]["status"],
        "CLOSED"
    );
    assert_eq!(lists.views(), 2);
    drop((equal, late, another));
    assert_eq!(lists.views(), 1);
    until("what only it counted is left", async || {
        lists.counters() == 2
    })
    .await;
    drop((others, numbers));
    until("nothing is left", async || {
        lists.views() + lists.counters() + lists.count_groups() == 0
    })
    .await;
    assert_eq!(app.app.realtime().access.connected(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_let_go_and_costs_the_others_nothing() {
    let (app, account, client) = office().await;
    let all = conversations(&account, &client, 1).await;
    let viewer = viewer(&app, &account.token).await;
    let text = "subscription { conversationView { __typename ... on ConversationViewSnapshot { cursor totalCount } \
                ... on ConversationViewChange { cursor updated { index } } } }";
    let mut slow = subscribe(&app, viewer.clone(), text, json!({}));
    let first: Value = serde_json::from_slice(&next(&mut slow).await).unwrap();
    let mut quick = subscribe(&app, viewer.clone(), text, json!({}));
    // It begins before anything changes, so that it is told all of it.
    next(&mut quick).await;
    let reading = tokio::spawn(async move {
        let mut bytes = Vec::new();
        for _ in 0..300 {
            bytes.push(next(&mut quick).await);
        }
        bytes
    });
    // More than the 256 that anybody may be behind.
    for round in 0..300 {
        toggle(&client, &all[0], round % 2 == 1).await;
    }
    let given = reading.await.unwrap();
    assert_eq!(given.iter().collect::<HashSet<_>>().len(), 300);
    let (code, resume_after) = error(&mut slow).await;
    assert_eq!(code, "LAGGED");
    let cursor = &first["data"]["conversationView"]["cursor"];
    assert_eq!(json!(resume_after), *cursor, "what it had been given");
    let mut again = subscribe(&app, viewer.clone(), text, json!({}));
    let page: Value = serde_json::from_slice(&next(&mut again).await).unwrap();
    let last: Value = serde_json::from_slice(given.last().unwrap()).unwrap();
    assert_eq!(
        page["data"]["conversationView"]["cursor"],
        last["data"]["conversationView"]["cursor"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_no_longer_see_is_told_nothing_more() {
    let app = TestApp::start().await;
    let account = app.account(NEWER).await;
    let agent = account.user("agent").await;
    let (gone, stays) = (
        viewer(&app, &agent.token).await,
        viewer(&app, &account.token).await,
    );
    let document = view();
    let mut streams = [
        subscribe(&app, gone.clone(), &document, json!({})),
        subscribe(&app, gone.clone(), COUNTS, json!({})),
    ];
    let mut other = subscribe(&app, stays.clone(), &document, json!({}));
    for stream in streams.iter_mut().chain([&mut other]) {
        next(stream).await;
    }
    let client = app.client(&account.token);
    let input = json!({ "userId": agent.id, "active": false });
    client.done("updateUser", input).await;
    for stream in &mut streams {
        let ended = tokio::time::timeout(Duration::from_secs(1), error(stream)).await;
        assert_eq!(ended.expect("within a second").0, "FORBIDDEN");
    }
    account.conversation(&client).await;
    next(&mut other).await;
    assert_eq!(app.app.realtime().lists.views(), 1);
}

/// How many statements on contacts a change costs: the document asks for a contact's name, so one an execution.
async fn statements(subscribers: usize) -> Vec<Vec<String>> {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let app = TestApp::on(&proxy.url(), Config::default()).await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let all = conversations(&account, &client, 2).await;
    let viewer = viewer(&app, &account.token).await;
    let text = "subscription { conversationView(filter: { channel: [EMAIL, CHAT], lastActivityAt: { from: \"2025-01-01T00:00:00Z\" } }) \
                { ... on ConversationViewSnapshot { nodes { id contact { name } } totalCount } \
                ... on ConversationViewChange { updated { node { contact { name } } } entered { node { id } } left } } }";
    let mut streams: Vec<_> = (0..subscribers)
        .map(|_| subscribe(&app, viewer.clone(), text, json!({})))
        .collect();
    for stream in &mut streams {
        next(stream).await;
    }
    // Transactions are noted when they have ended, which may be a moment after what they read is told.
    const CONTACTS: &str = "phone, created_at FROM contacts";
    let noted = |what: &str| {
        let mut transactions = proxy.transactions().into_iter();
        transactions.any(|t| t.statements.iter().any(|text| text.contains(what)))
    };
    let first_page = async || noted(CONTACTS) && noted("count(*)");
    until("the first page was read", first_page).await;
    let mut reads = Vec::new();
    for round in 0..5 {
        proxy.forget();
        toggle(&client, &all[0], round % 2 == 1).await;
        for stream in &mut streams {
            next(stream).await;
        }
        until("the change was read", async || noted(CONTACTS)).await;
        let of_lists = |text: &String| {
            let reads_log = text.contains("FROM cascades")
                && text.contains("position > $2")
                && !text.contains("body");
            text.contains(CONTACTS) || text.contains("count(*)") || reads_log
        };
        let transactions = proxy.transactions().into_iter();
        let statements = transactions.filter(|t| !t.writes_the_log());
        let statements = statements.flat_map(|t| t.statements).filter(of_lists);
        reads.push(statements.collect());
    }
    reads
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_takes_as_many_statements_for_fifty_subscribers_as_for_one() {
    for subscribers in [1, 50] {
        for read in statements(subscribers).await {
            assert_eq!(read.len(), 1, "{subscribers} subscribers: {read:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_when_its_connections_are_cut() {
    let (app, account, client) = office().await;
    let all = conversations(&account, &client, 8).await;
    let viewer = viewer(&app, &account.token).await;
    let text = "subscription { conversationView(first: 1, filter: { status: OPEN }) { \
                ... on ConversationViewSnapshot { nodes { id } totalCount } \
                ... on ConversationViewChange { left entered { node { id } } totalCount } } }";
    let mut stream = subscribe(&app, viewer.clone(), text, json!({}));
    next(&mut stream).await;
    for conversation in all.iter().rev().take(7) {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name LIKE 'tandem%'";
        assert_eq!(commit(&app.database_url, cut).await, None);
        let closing = json!({ "conversationId": conversation, "status": "CLOSED" });
        until("the command finds a connection", async || {
            let document = crate::support::desk::document("updateConversationStatus");
            let answer = client.raw(&document, json!({ "input": closing })).await;
            answer.get("errors").is_none()
        })
        .await;
        let frame: Value = serde_json::from_slice(&next(&mut stream).await).unwrap();
        let change = &frame["data"]["conversationView"];
        assert_eq!(change["left"], json!([conversation]));
        assert_eq!(change["entered"].as_array().unwrap().len(), 1);
    }
}
