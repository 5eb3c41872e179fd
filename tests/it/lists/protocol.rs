//! What exactly is told, over a socket and over server-sent events, and what is refused.

use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use super::watcher::{COUNTS, view};
use crate::stream::socket::Socket;
use crate::support::desk::text;
use crate::support::{Client, NEWER, TestAccount, TestApp, office};

const SLIM: &str = "subscription($filter: ConversationFilter, $orderBy: ConversationOrder, $first: Int) { \
    conversationView(filter: $filter, orderBy: $orderBy, first: $first) { __typename \
    ... on ConversationViewSnapshot { nodes { id } totalCount cursor } \
    ... on ConversationViewChange { left entered { index node { id } } updated { index node { id } } totalCount cursor } } }";

async fn frame(socket: &mut Socket) -> Value {
    let mut message = socket.receive().await;
    assert_eq!(message["type"], "next", "{message:#}");
    assert!(message["payload"].get("errors").is_none(), "{message:#}");
    message["payload"]["data"]["conversationView"].take()
}

/// What a change says, with the cascade that it must be of.
fn change(
    payload: &Value,
    left: &[&str],
    entered: &[(usize, &str)],
    updated: &[(usize, &str)],
    total: i32,
) -> Value {
    let entries = |all: &[(usize, &str)]| -> Vec<Value> {
        let entry = |(index, id): &(usize, &str)| json!({ "index": index, "node": { "id": id } });
        all.iter().map(entry).collect()
    };
    json!({
        "__typename": "ConversationViewChange", "left": left, "entered": entries(entered),
        "updated": entries(updated), "totalCount": total, "cursor": payload["cascade"]["cursor"],
    })
}

async fn write(client: &Client, account: &TestAccount, thread: &str) -> Value {
    let input = json!({
        "channelId": account.channel_id, "threadKey": thread, "from": { "email": format!("{thread}@example.org") },
        "subject": "A question", "text": "Hello?",
    });
    client.done("receiveMessage", input).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_names_what_left_entered_or_changed_and_nothing_else() {
    let (app, account, client) = office().await;
    let mut ids = Vec::new();
    for thread in ["a", "b", "c", "d"] {
        ids.push(text(
            &write(&client, &account, thread).await["conversation"]["id"],
        ));
    }
    let [a, b, c, d] = [0, 1, 2, 3].map(|index: usize| ids[index].as_str());
    let mut socket = Socket::open(&app.url, &account.token).await;
    let variables = json!({ "filter": { "status": "OPEN" }, "first": 3 });
    socket.subscribe("1", SLIM, variables).await;
    let first = frame(&mut socket).await;
    assert_eq!(
        first["nodes"],
        json!([{ "id": d }, { "id": c }, { "id": b }])
    );
    assert_eq!(first["totalCount"], 4);

    // Pushed past the end of the page.
    let new = write(&client, &account, "e").await;
    let e = text(&new["conversation"]["id"]);
    assert_eq!(
        frame(&mut socket).await,
        change(&new, &[b], &[(0, &e)], &[], 5)
    );
    // From within the page to its beginning: what it passes is not named.
    let moved = write(&client, &account, "c").await;
    assert_eq!(
        frame(&mut socket).await,
        change(&moved, &[], &[], &[(0, c)], 5)
    );
    // From below it.
    let moved = write(&client, &account, "a").await;
    assert_eq!(
        frame(&mut socket).await,
        change(&moved, &[d], &[(0, a)], &[], 5)
    );
    // Changed where it is; a note moves nothing.
    let note = client
        .done("addNote", json!({ "conversationId": e, "text": "A note" }))
        .await;
    assert_eq!(
        frame(&mut socket).await,
        change(&note, &[], &[], &[(2, &e)], 5)
    );
    // Out of the list: another moves up, and is the only one that is named besides.
    let close = |id: &str| json!({ "conversationId": id, "status": "CLOSED" });
    let closed = client.done("updateConversationStatus", close(c)).await;
    assert_eq!(
        frame(&mut socket).await,
        change(&closed, &[c], &[(2, d)], &[], 4)
    );
    // Below the page only the number changes.
    let closed = client.done("updateConversationStatus", close(b)).await;
    assert_eq!(frame(&mut socket).await, change(&closed, &[], &[], &[], 3));
    // A ticket with two of them: trashed with one cascade, and so one frame.
    let ticket = client
        .done("createTicket", json!({ "conversationId": d }))
        .await;
    assert_eq!(
        frame(&mut socket).await,
        change(&ticket, &[], &[], &[(2, d)], 3)
    );
    let link = json!({ "conversationId": e, "ticketId": ticket["ticket"]["id"] });
    let linked = client.done("linkConversation", link).await;
    assert_eq!(
        frame(&mut socket).await,
        change(&linked, &[], &[], &[(1, &e)], 3)
    );
    // Nothing of the list, so nothing is told: a conversation elsewhere, and a ticket that nobody shows here.
    client
        .done("addNote", json!({ "conversationId": b, "text": "A note" }))
        .await;
    let input = json!({ "ticketId": ticket["ticket"]["id"], "name": "Another name" });
    client.done("updateTicketProperties", input).await;
    let trashed = client
        .done("trashConversation", json!({ "conversationId": d }))
        .await;
    let told = frame(&mut socket).await;
    assert_eq!(
        told["cursor"], trashed["cascade"]["cursor"],
        "a frame too many: {told:#}"
    );
    let mut left: Vec<_> = told["left"].as_array().unwrap().iter().map(text).collect();
    left.sort();
    let mut expected = [d.to_owned(), e.clone()];
    expected.sort();
    assert_eq!(left, expected);
    assert_eq!(told["totalCount"], 1);
    let restored = client
        .done(
            "undoCascade",
            json!({ "cascadeId": trashed["cascade"]["id"] }),
        )
        .await;
    let told = frame(&mut socket).await;
    assert_eq!(told, change(&restored, &[], &[(1, &e), (2, d)], &[], 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_queries_refuse_is_refused() {
    let app = TestApp::start().await;
    let account = app.account(NEWER).await;
    let mut socket = Socket::open(&app.url, &account.token).await;
    let deep = (0..6).fold(
        json!({ "status": "OPEN" }),
        |inner, _| json!({ "not": inner }),
    );
    let wide = json!({ "or": vec![json!({ "status": "OPEN" }); 60] });
    let refused = [
        (
            SLIM,
            json!({ "first": 101 }),
            "`first` must be from 0 to 100",
        ),
        (SLIM, json!({ "first": -1 }), "`first` must be"),
        (SLIM, json!({ "filter": deep }), "levels deep"),
        (SLIM, json!({ "filter": wide }), "conditions"),
        (
            SLIM,
            json!({ "filter": { "and": [{ "inTrash": true }] } }),
            "top level",
        ),
        (COUNTS, json!({ "filters": [] }), "`filters` is empty"),
        (
            COUNTS,
            json!({ "filters": vec![json!({}); 21] }),
            "more than 20 filters",
        ),
        (COUNTS, json!({ "filters": [{}, deep] }), "levels deep"),
    ];
    for (number, (document, variables, why)) in refused.into_iter().enumerate() {
        socket
            .subscribe(&number.to_string(), document, variables)
            .await;
        let message = socket.receive().await;
        assert_eq!(message["type"], "error", "{message:#}");
        let error = &message["payload"][0];
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{error:#}");
        assert!(text(&error["message"]).contains(why), "{error:#}");
    }
    assert_eq!(app.app.realtime().lists.views(), 0, "nothing was begun");
    // What is wrong within a row shows when the first page is executed, and is all that is told.
    let client = app.client(&account.token);
    account.conversation(&client).await;
    let within = "subscription { conversationView { ... on ConversationViewSnapshot { nodes { messages(first: 101) { nodes { id } } } } } }";
    socket.subscribe("within", within, json!({})).await;
    let message = socket.receive().await;
    assert!(
        text(&message["payload"]["errors"][0]["message"]).contains("`first`"),
        "{message:#}"
    );
    assert_eq!(message["payload"]["data"], Value::Null, "{message:#}");
    assert_eq!(
        socket.receive().await,
        json!({ "id": "within", "type": "complete" })
    );
    assert_eq!(app.app.realtime().lists.views(), 0, "nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_as_events_too_and_hanging_up_ends_them() {
    let (app, account, client) = office().await;
    let conversation = account.conversation(&client).await;
    let http = reqwest::Client::new();
    let open = |document: String, variables: Value| {
        let request = http
            .post(format!("{}/graphql", app.url))
            .bearer_auth(&account.token);
        let request = request.header(ACCEPT, "text/event-stream");
        request
            .json(&json!({ "query": document, "variables": variables }))
            .send()
    };
    let mut list = open(view(), json!({ "first": 1 })).await.unwrap();
    let mut numbers = open(
        COUNTS.to_owned(),
        json!({ "filters": [{ "status": "OPEN" }] }),
    )
    .await
    .unwrap();
    let (cursor, first) = event(&mut list).await;
    let first = &first["data"]["conversationView"];
    assert_eq!(first["nodes"][0]["id"], json!(conversation));
    assert_eq!(json!(cursor), first["cursor"], "the event's id");
    assert_eq!(event(&mut numbers).await.1["data"]["counts"], json!([1]));
    let close = json!({ "conversationId": conversation, "status": "CLOSED" });
    let closed = client.done("updateConversationStatus", close).await;
    let (cursor, told) = event(&mut list).await;
    assert_eq!(
        told["data"]["conversationView"]["updated"][0]["node"]["status"],
        "CLOSED"
    );
    assert_eq!(json!(cursor), closed["cascade"]["cursor"]);
    assert_eq!(event(&mut numbers).await.1["data"]["counts"], json!([0]));
    drop((list, numbers));
    // What hung up is found when something is written to it.
    let lists = &app.app.realtime().lists;
    crate::realtime::world::until("nothing is left", async || {
        account.conversation(&client).await;
        lists.views() + lists.counters() + lists.count_groups() == 0
    })
    .await;
}

/// The next event: its id and what it says.
async fn event(response: &mut reqwest::Response) -> (String, Value) {
    let mut seen = String::new();
    loop {
        let chunk = tokio::time::timeout(super::watcher::PATIENCE, response.chunk()).await;
        let chunk = chunk
            .expect("an event in time")
            .unwrap()
            .expect("it goes on");
        seen += std::str::from_utf8(&chunk).unwrap();
        if let Some((_, event)) = seen.split_once("event: next\n")
            && let Some((event, _)) = event.split_once("\n\n")
        {
            let (id, data) = event.split_once('\n').unwrap();
            let data = data.strip_prefix("data: ").unwrap();
            return (
                id.strip_prefix("id: ").unwrap().to_owned(),
                serde_json::from_str(data).unwrap(),
            );
        }
    }
}
