//! Subscriptions as clients see them, over graphql-transport-ws: whole cascades, without gap or double.

pub mod socket;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tandem::config::Config;

use crate::support::desk::text;
use crate::support::sql::{commit, connect_across, number};
use crate::support::{Client, NEWER, TestAccount, TestApp, database, office};
use socket::{CASCADES, Socket};

async fn as_of(client: &Client) -> Value {
    client.gql("{ asOf }", json!({})).await["asOf"].clone()
}

/// Adds so many notes; the cursors of their cascades.
async fn notes(client: &Client, conversation: &str, count: usize) -> Vec<String> {
    let mut cursors = Vec::new();
    for n in 0..count {
        let input = json!({ "conversationId": conversation, "text": format!("note {n}") });
        cursors.push(text(
            &client.done("addNote", input).await["cascade"]["cursor"],
        ));
    }
    cursors
}

/// The cursors of the next frames.
async fn cursors(socket: &mut Socket, count: usize) -> Vec<String> {
    let mut cursors = Vec::new();
    for _ in 0..count {
        cursors.push(text(&socket.cascade().await["cursor"]));
    }
    cursors
}

fn close(account: &TestAccount, ticket: &str) -> Value {
    json!({ "ticketId": ticket, "statusId": account.statuses["Closed"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_a_ticket_is_one_frame_of_four_effects_to_each_of_ten_subscribers() {
    let (app, account, client) = office().await;
    let (ticket, conversations) = account.ticket(&client, 3).await;
    let after = as_of(&client).await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        let user = account.user("viewer").await;
        sockets.push(Socket::cascades(&app.url, &user.token, Value::Null, after.clone()).await);
    }
    let closed = client
        .done("updateTicketStatus", close(&account, &ticket))
        .await;
    let next = notes(&client, &conversations[0], 1).await;
    for socket in &mut sockets {
        let frame = socket.cascade().await;
        assert_eq!(frame["cursor"], closed["cascade"]["cursor"]);
        assert_eq!(frame["id"], closed["cascade"]["id"]);
        let effects = frame["effects"].as_array().expect("effects");
        assert_eq!(effects.len(), 4, "{frame:#}");
        let first = json!({ "__typename": "TicketStatusChanged", "index": 0, "rule": "DIRECT", "subjectId": ticket,
            "causedBy": null });
        assert_eq!(effects[0], first);
        for effect in &effects[1..] {
            assert_eq!(effect["__typename"], "ConversationStatusChanged");
            assert_eq!(effect["rule"], "TICKET_CLOSED_CLOSES_CONVERSATIONS");
            assert_eq!(effect["causedBy"]["index"], 0);
        }
        let closed: BTreeSet<_> = effects[1..]
            .iter()
            .map(|effect| text(&effect["subjectId"]))
            .collect();
        assert_eq!(closed, conversations.iter().cloned().collect());
        // One frame, not two: what comes next is the next cascade.
        assert_eq!(cursors(socket, 1).await, next);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_resumes_after_its_last_cursor_without_gap_or_double() {
    let (app, account, client) = office().await;
    let conversation = account.conversation(&client).await;
    let start = as_of(&client).await;
    let writer = {
        let (client, conversation) = (client.clone(), conversation.clone());
        tokio::spawn(async move { notes(&client, &conversation, 60).await })
    };
    // Reads on, hanging up in the middle of the writing again and again.
    let (mut seen, mut after) = (Vec::new(), start.clone());
    for take in [1, 7, 2, 19, 11, 20] {
        let mut socket =
            Socket::cascades(&app.url, &account.token, Value::Null, after.clone()).await;
        seen.extend(cursors(&mut socket, take).await);
        after = json!(seen.last());
        socket.hang_up();
    }
    let written = writer.await.expect("written");
    assert_eq!(seen, written);
    // From the beginning they all come once more, and then nothing but what is new.
    let mut socket = Socket::cascades(&app.url, &account.token, Value::Null, start).await;
    assert_eq!(cursors(&mut socket, 60).await, written);
    let next = notes(&client, &conversation, 1).await;
    assert_eq!(cursors(&mut socket, 1).await, next);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_query_has_not_seen_its_as_of_brings() {
    let (app, account, client) = office().await;
    let conversation = account.conversation(&client).await;
    let writer = {
        let (client, conversation) = (client.clone(), conversation.clone());
        tokio::spawn(async move { notes(&client, &conversation, 40).await })
    };
    let query = "query($id: ID!) { asOf conversation(id: $id) { timeline(first: 100) { nodes { cursor } } } }";
    let mut rounds = Vec::new();
    while !writer.is_finished() {
        let data = client.gql(query, json!({ "id": conversation })).await;
        let nodes = data["conversation"]["timeline"]["nodes"]
            .as_array()
            .expect("nodes")
            .clone();
        let seen: BTreeSet<_> = nodes.iter().map(|node| text(&node["cursor"])).collect();
        rounds.push((data["asOf"].clone(), seen));
    }
    let written = writer.await.expect("written");
    assert!(!rounds.is_empty());
    for (as_of, seen) in rounds {
        let missing: Vec<_> = written
            .iter()
            .filter(|cursor| !seen.contains(*cursor))
            .cloned()
            .collect();
        let mut socket =
            Socket::cascades(&app.url, &account.token, Value::Null, as_of.clone()).await;
        // Some that were seen may come again, none that was not seen may be missing.
        let late = written
            .iter()
            .filter(|cursor| **cursor > text(&as_of))
            .count();
        let brought: BTreeSet<_> = cursors(&mut socket, late).await.into_iter().collect();
        assert!(
            missing.iter().all(|cursor| brought.contains(cursor)),
            "{as_of}: {missing:?} {brought:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cursor_it_begins_now() {
    let (app, account, client) = office().await;
    let conversation = account.conversation(&client).await;
    let before = notes(&client, &conversation, 3).await;
    let mut socket = Socket::cascades(&app.url, &account.token, Value::Null, Value::Null).await;
    // Nothing tells when it has begun but the first frame.
    let mut written = Vec::new();
    let first = loop {
        written.extend(notes(&client, &conversation, 1).await);
        let frame = tokio::time::timeout(Duration::from_millis(200), socket.cascade());
        if let Ok(frame) = frame.await {
            break text(&frame["cursor"]);
        }
    };
    assert!(!before.contains(&first));
    let begun = written
        .iter()
        .position(|cursor| *cursor == first)
        .expect("one of those written");
    written.extend(notes(&client, &conversation, 5).await);
    let rest = written.split_off(begun + 1);
    assert_eq!(cursors(&mut socket, rest.len()).await, rest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_passes_what_it_names_and_nothing_else() {
    let (app, account, client) = office().await;
    let agent = account.user("agent").await;
    let second = client
        .done("createInbox", json!({ "name": "Second" }))
        .await["inbox"]["id"]
        .clone();
    let (ticket, conversations) = account.ticket(&client, 2).await;
    let other = account.conversation(&client).await;
    let contact = client
        .gql(
            "query($id: ID!) { conversation(id: $id) { contact { id } } }",
            json!({ "id": other }),
        )
        .await;
    let contact = contact["conversation"]["contact"]["id"].clone();
    let after = as_of(&client).await;
    let cursor = |payload: Value| text(&payload["cascade"]["cursor"]);
    let own = json!({ "conversationId": conversations[0], "ownerId": agent.id });
    let owned = cursor(client.done("updateConversationOwner", own).await);
    let moved = cursor(
        client
            .done(
                "moveConversation",
                json!({ "conversationId": other, "inboxId": second }),
            )
            .await,
    );
    let closed = cursor(
        client
            .done("updateTicketStatus", close(&account, &ticket))
            .await,
    );
    let note = json!({ "conversationId": conversations[1], "text": "done" });
    let noted = cursor(app.client(&agent.token).done("addNote", note).await);
    let last = cursor(
        client
            .done("addNote", json!({ "conversationId": other, "text": "end" }))
            .await,
    );
    for (filter, expected) in [
        (Value::Null, vec![&owned, &moved, &closed, &noted, &last]),
        (json!({}), vec![&owned, &moved, &closed, &noted, &last]),
        (json!({ "ticketId": ticket }), vec![&owned, &closed, &noted]),
        (
            json!({ "conversationId": conversations[1] }),
            vec![&closed, &noted],
        ),
        (json!({ "conversationId": other }), vec![&moved, &last]),
        (json!({ "contactId": contact }), vec![&moved, &last]),
        (json!({ "inboxId": second }), vec![&moved, &last]),
        (
            json!({ "inboxId": account.inbox_id }),
            vec![&owned, &moved, &closed, &noted],
        ),
        (json!({ "actorId": agent.id }), vec![&noted]),
        (
            json!({ "rules": ["TICKET_CLOSED_CLOSES_CONVERSATIONS", "MOVE_CARRIES_TICKET"] }),
            vec![&closed],
        ),
        (
            json!({ "rules": ["DIRECT"], "ticketId": ticket }),
            vec![&owned, &closed, &noted],
        ),
        (
            json!({ "ownerId": agent.id, "conversationId": conversations[0] }),
            vec![&owned, &closed],
        ),
    ] {
        let mut socket =
            Socket::cascades(&app.url, &account.token, filter.clone(), after.clone()).await;
        let frames = cursors(&mut socket, expected.len()).await;
        assert_eq!(frames.iter().collect::<Vec<_>>(), expected, "{filter}");
        // Nothing else came: an unfiltered stream of the same socket is the next to speak.
        socket
            .subscribe("2", CASCADES, json!({ "after": noted }))
            .await;
        assert_eq!(socket.receive().await["id"], "2", "{filter}");
    }
    // An id that is none, or of something else, finds nothing.
    for filter in [
        json!({ "ticketId": "nonsense" }),
        json!({ "ticketId": other }),
        json!({ "rules": [] }),
    ] {
        let mut socket =
            Socket::cascades(&app.url, &account.token, filter.clone(), after.clone()).await;
        socket
            .subscribe("2", CASCADES, json!({ "after": noted }))
            .await;
        assert_eq!(socket.receive().await["id"], "2", "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_hears_nothing() {
    let app = TestApp::start().await;
    let (account, other) = (app.account(NEWER).await, app.account(NEWER).await);
    let (client, stranger) = (app.client(&account.token), app.client(&other.token));
    let after = as_of(&client).await;
    let conversation = account.conversation(&client).await;
    let mut all = Socket::cascades(&app.url, &other.token, Value::Null, after.clone()).await;
    let filter = json!({ "conversationId": conversation });
    all.subscribe("2", CASCADES, json!({ "filter": filter, "after": after }))
        .await;
    notes(&client, &conversation, 3).await;
    let own = other.conversation(&stranger).await;
    let frame = all.receive().await;
    assert_eq!(frame["id"], "1");
    assert_eq!(
        frame["payload"]["data"]["cascades"]["effects"][0]["subjectId"],
        own
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deactivated_is_shut_out_within_a_second_on_every_server() {
    let database = database().await;
    let here = TestApp::on(&database.url, Config::default()).await;
    let there = TestApp::on(&database.url, Config::default()).await;
    let account = here.account(NEWER).await;
    let client = here.client(&account.token);
    let user = account.user("agent").await;
    let conversation = account.conversation(&client).await;
    let after = as_of(&client).await;
    let mut sockets = Vec::new();
    for app in [&here, &there] {
        sockets.push(Socket::cascades(&app.url, &user.token, Value::Null, after.clone()).await);
    }
    let mut kept = Socket::cascades(&there.url, &account.token, Value::Null, after).await;
    let written = notes(&client, &conversation, 1).await;
    for socket in sockets.iter_mut().chain([&mut kept]) {
        assert_eq!(cursors(socket, 1).await, written);
    }
    client
        .done("updateUser", json!({ "userId": user.id, "active": false }))
        .await;
    let deactivated = Instant::now();
    for socket in &mut sockets {
        assert_eq!(socket.error().await, "FORBIDDEN");
        assert_eq!(socket.closed().await, 4403);
    }
    let took = deactivated.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    // The door is shut too, and others do not feel it.
    for app in [&here, &there] {
        let mut again = Socket::silent(&app.url).await;
        let init = json!({ "type": "connection_init", "payload": { "token": user.token } });
        again.send(init).await;
        assert_eq!(again.closed().await, 4403);
    }
    let written = notes(&client, &conversation, 1).await;
    assert_eq!(cursors(&mut kept, 1).await, written);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_was_taken_away_no_longer_counts_on_an_open_socket() {
    let (app, account, client) = office().await;
    let user = account.user("agent").await;
    let conversation = account.conversation(&client).await;
    let mut socket = Socket::open(&app.url, &user.token).await;
    let note = "mutation($id: ID!) { addNote(input: { conversationId: $id, text: \"mine\" }) { result userErrors { code } } }";
    let run = async |socket: &mut Socket, id: &str| {
        socket
            .subscribe(id, note, json!({ "id": conversation }))
            .await;
        let answer = socket.receive().await["payload"]["data"]["addNote"].clone();
        assert_eq!(socket.receive().await["type"], "complete");
        answer
    };
    assert_eq!(run(&mut socket, "1").await["result"], "APPLIED");
    client
        .done("updateUser", json!({ "userId": user.id, "role": "VIEWER" }))
        .await;
    let refused = run(&mut socket, "2").await;
    assert_eq!(
        refused,
        json!({ "result": "REJECTED", "userErrors": [{ "code": "FORBIDDEN" }] })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_cannot_be_or_that_is_too_old_ends_the_stream() {
    let (app, account, client) = office().await;
    let conversation = account.conversation(&client).await;
    let after = text(&as_of(&client).await);
    let next = notes(&client, &conversation, 2).await;
    let mut socket = Socket::open(&app.url, &account.token).await;
    for bad in [
        "",
        "nonsense",
        "0000000000000\u{0}01",
        "ffffffffffffffff",
        "00000000deadbeef",
    ] {
        socket
            .subscribe(bad_id(bad), CASCADES, json!({ "after": bad }))
            .await;
        assert_eq!(socket.error().await, "BAD_CURSOR", "{bad:?}");
    }
    // An age of more than 7 days of what is to be replayed, not of the cursor.
    let url = &app.database_url;
    socket
        .subscribe("young", CASCADES, json!({ "after": after }))
        .await;
    assert_eq!(cursors(&mut socket, 2).await, next);
    socket
        .send(json!({ "id": "young", "type": "complete" }))
        .await;
    let aged = "UPDATE cascades SET occurred_at = occurred_at - interval '7 days 1 minute'";
    assert_eq!(commit(url, aged).await, None);
    socket
        .subscribe("old", CASCADES, json!({ "after": after }))
        .await;
    assert_eq!(socket.error().await, "CURSOR_EXPIRED");
    socket
        .subscribe("last", CASCADES, json!({ "after": next[1] }))
        .await;
    let new = notes(&client, &conversation, 1).await;
    assert_eq!(
        cursors(&mut socket, 1).await,
        new,
        "nothing of what is to come is old"
    );
    // What was dropped cannot be replayed, however young.
    let mut sql = connect_across(url).await;
    let position = number(&mut sql, "SELECT max(position) FROM cascades").await;
    assert_eq!(
        commit(
            url,
            &format!("UPDATE log_horizon SET position = {position}")
        )
        .await,
        None
    );
    socket
        .subscribe("dropped", CASCADES, json!({ "after": next[1] }))
        .await;
    assert_eq!(socket.error().await, "CURSOR_EXPIRED");
}

/// An id for the operation that is not empty.
fn bad_id(bad: &str) -> &str {
    if bad.is_empty() { "empty" } else { bad }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_writes_the_other_ones_subscribers_see_in_the_same_order() {
    let database = database().await;
    let one = TestApp::on(&database.url, Config::default()).await;
    let two = TestApp::on(&database.url, Config::default()).await;
    let account = one.account(NEWER).await;
    let clients = [one.client(&account.token), two.client(&account.token)];
    let conversation = account.conversation(&clients[0]).await;
    let after = as_of(&clients[0]).await;
    let mut here = Socket::cascades(&one.url, &account.token, Value::Null, after.clone()).await;
    let mut there = Socket::cascades(&two.url, &account.token, Value::Null, after).await;
    let (a, b) = tokio::join!(
        notes(&clients[0], &conversation, 25),
        notes(&clients[1], &conversation, 25)
    );
    let mut written = [a, b].concat();
    written.sort();
    assert_eq!(cursors(&mut here, 50).await, written);
    assert_eq!(cursors(&mut there, 50).await, written);
}
