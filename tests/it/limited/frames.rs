//! Frames: several who are limited differently watch the same cascades.

use serde_json::{Value, json};

use super::office::{Office, assert_tells_nothing, office};
use crate::stream::socket::Socket;
use crate::support::TestUser;
use crate::support::desk::text;

/// Everything that a frame can show.
const RICH: &str = "subscription($after: Cursor) { cascades(after: $after) { id cursor command actor { __typename } \
    tickets { id name conversations { totalCount nodes { id subject } } timeline { nodes { id } } } \
    conversations { id subject inbox { id name } lastMessage { text } ticket { conversations { nodes { id } } } } \
    undoes { id } undoneBy { id } effects { __typename index rule subjectId causedBy { index subjectId } \
      subject { __typename ... on Ticket { id } ... on Conversation { id subject previousConversations { nodes { id } } } } \
      ... on Linked { ticket { id } } ... on MessageAdded { message { id text } } ... on Created { values { name value } } \
      ... on InboxChanged { previousInbox { id name } inbox { id name } } } } }";

/// What of the administrator's frame somebody sees who does not see these; none where nothing is left.
fn left_of(frame: &Value, hidden: &[String]) -> Option<Value> {
    let effects = frame["effects"].as_array().expect("effects");
    let mut places = Vec::new();
    let mut left = Vec::new();
    for effect in effects {
        let moved = effect["__typename"] == "InboxChanged";
        if moved || hidden.contains(&text(&effect["subjectId"])) {
            places.push(Value::Null);
        } else {
            places.push(json!(left.len()));
            left.push(effect.clone());
        }
    }
    for (index, effect) in left.iter_mut().enumerate() {
        effect["index"] = json!(index);
        if let Some(cause) = effect["causedBy"]["index"].as_u64() {
            let place = &places[usize::try_from(cause).expect("a place")];
            effect["causedBy"] = match place {
                Value::Null => Value::Null,
                place => json!({ "index": place }),
            };
        }
    }
    let mut frame = frame.clone();
    frame["effects"] = json!(left);
    (!left.is_empty()).then_some(frame)
}

/// A cascade of which all see something.
async fn mark(office: &Office, owner: &TestUser) -> String {
    let input = json!({ "ticketId": office.shared.0, "ownerId": owner.id });
    let payload = office.admin.done("updateTicketOwner", input).await;
    text(&payload["cascade"]["id"])
}

async fn until(socket: &mut Socket, mark: &str) -> Vec<Value> {
    let mut frames = Vec::new();
    loop {
        let frame = socket.cascade().await;
        let last = frame["id"] == json!(mark);
        frames.push(frame);
        if last {
            return frames;
        }
    }
}

/// Cascades in both inboxes and across them.
async fn work(office: &Office) {
    let admin = &office.admin;
    let (ticket, one, other) = office.shared.clone();
    let closed = &office.account.statuses["Closed"];
    for id in [&office.open, &office.secret, &other] {
        let input = json!({ "conversationId": id, "text": "A zebra in a note" });
        if id != &office.open {
            admin.done("addNote", input).await;
        }
        let input = json!({ "conversationId": id, "status": "CLOSED" });
        admin.done("updateConversationStatus", input).await;
    }
    let input = json!({ "conversationId": other, "status": "OPEN" });
    admin.done("updateConversationStatus", input).await;
    admin
        .done(
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": closed }),
        )
        .await;
    let input = json!({ "ticketId": office.hidden.0, "statusId": closed });
    let undone = text(&admin.done("updateTicketStatus", input).await["cascade"]["id"]);
    admin
        .done("undoCascade", json!({ "cascadeId": undone }))
        .await;
    for owner in [&office.anna, &office.ben] {
        for id in [&other, &one] {
            let input = json!({ "conversationId": id, "ownerId": owner.id });
            admin.done("updateConversationOwner", input).await;
        }
    }
    admin
        .done("trashConversation", json!({ "conversationId": other }))
        .await;
    admin
        .done("restoreFromTrash", json!({ "id": ticket }))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gets_exactly_what_is_in_their_inboxes() {
    let office = office().await;
    let start = office.admin.gql("{ asOf }", json!({})).await["asOf"].clone();
    let url = &office.app.url;
    let mut all = Socket::cascades(url, &office.account.token, Value::Null, start.clone()).await;
    let mut anna = Socket::cascades(url, &office.anna.token, Value::Null, start.clone()).await;
    let mut ben = Socket::cascades(url, &office.ben.token, Value::Null, start.clone()).await;
    let mut rich = Socket::open(url, &office.anna.token).await;
    rich.subscribe("1", RICH, json!({ "after": start })).await;
    // All are live once each has been given something.
    let begun = mark(&office, &office.anna).await;
    for socket in [&mut all, &mut anna, &mut ben, &mut rich] {
        until(socket, &begun).await;
    }
    work(&office).await;
    let end = mark(&office, &office.anna).await;
    let (one, other) = (office.shared.1.clone(), office.shared.2.clone());
    let from_anna = [
        other.clone(),
        office.secret.clone(),
        office.hidden.0.clone(),
        office.hidden.1.clone(),
    ];
    let from_ben = [one, office.open.clone()];
    let frames = until(&mut all, &end).await;
    assert!(frames.len() > 15, "{}", frames.len());
    for (socket, hidden) in [(&mut anna, &from_anna[..]), (&mut ben, &from_ben[..])] {
        let expected: Vec<_> = frames
            .iter()
            .filter_map(|frame| left_of(frame, hidden))
            .collect();
        assert!(expected.len() < frames.len());
        assert_eq!(json!(until(socket, &end).await), json!(expected));
    }
    let secrets = office.secrets().await;
    for frame in until(&mut rich, &end).await {
        assert_tells_nothing("a frame", &frame.to_string(), &secrets);
    }

    // Replayed, and by a query, it is the same.
    let mut again = Socket::cascades(url, &office.anna.token, Value::Null, start.clone()).await;
    let replayed = until(&mut again, &end).await;
    let expected: Vec<_> = frames
        .iter()
        .filter_map(|frame| left_of(frame, &from_anna))
        .collect();
    assert_eq!(
        json!(replayed[replayed.len() - expected.len()..]),
        json!(expected)
    );
    let log = "{ cascades(first: 100) { totalCount nodes { id cursor command \
        effects { __typename index rule subjectId causedBy { index } } } } }";
    let log = office.client(&office.anna).gql(log, json!({})).await;
    let mut newest = log["cascades"]["nodes"].as_array().expect("nodes").clone();
    newest.truncate(expected.len());
    newest.reverse();
    assert_eq!(json!(newest), json!(expected));
    let mut rich = Socket::open(url, &office.anna.token).await;
    rich.subscribe("1", RICH, json!({ "after": start })).await;
    for frame in until(&mut rich, &end).await {
        assert_tells_nothing("a replayed frame", &frame.to_string(), &secrets);
    }
}

/// What is moved from one's inbox to the other's leaves the one and comes to the other, and neither is told of the other's.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_is_told_to_neither_side_and_ends_what_followed_it() {
    let office = office().await;
    let url = &office.app.url;
    let changed =
        "subscription($id: ID!) { conversationChanged(id: $id) { id status inbox { id } } }";
    let mut follower = Socket::open(url, &office.anna.token).await;
    follower
        .subscribe("1", changed, json!({ "id": office.open }))
        .await;
    assert_eq!(follower.receive().await["type"], "next");
    let start = office.admin.gql("{ asOf }", json!({})).await["asOf"].clone();
    let mut anna = Socket::cascades(url, &office.anna.token, Value::Null, start.clone()).await;
    let mut ben = Socket::cascades(url, &office.ben.token, Value::Null, start).await;
    let begun = mark(&office, &office.anna).await;
    until(&mut anna, &begun).await;
    until(&mut ben, &begun).await;
    let input = json!({ "conversationId": office.open, "inboxId": office.inbox });
    office.admin.done("moveConversation", input).await;
    let input = json!({ "conversationId": office.open, "status": "CLOSED" });
    let closed = text(&office.admin.done("updateConversationStatus", input).await["cascade"]["id"]);
    let end = mark(&office, &office.ben).await;
    let ids = |frames: Vec<Value>| {
        frames
            .iter()
            .map(|frame| text(&frame["id"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(until(&mut anna, &end).await), [end.as_str()]);
    assert_eq!(ids(until(&mut ben, &end).await), [closed, end]);
    // It is gone, as if it had been deleted.
    let told = follower.receive().await;
    assert_eq!(told["type"], "error", "{told:#}");
    assert_eq!(told["payload"][0]["extensions"]["code"], "NOT_FOUND");
    assert_tells_nothing(
        "an end",
        &told.to_string(),
        std::slice::from_ref(&office.inbox),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_followed_by_what_of_it_is_seen() {
    let office = office().await;
    let url = &office.app.url;
    let changed = "subscription($id: ID!) { ticketChanged(id: $id) { owner { id } status { id } conversations { nodes { id status } } } }";
    let mut anna = Socket::open(url, &office.anna.token).await;
    let (ticket, one, other) = office.shared.clone();
    anna.subscribe("1", changed, json!({ "id": ticket })).await;
    let first = anna.receive().await;
    let nodes =
        |told: &Value| told["payload"]["data"]["ticketChanged"]["conversations"]["nodes"].clone();
    assert_eq!(nodes(&first), json!([{ "id": one, "status": "OPEN" }]));
    // Of the other conversation nothing is told, not even that something was.
    for status in ["CLOSED", "OPEN"] {
        let input = json!({ "conversationId": other, "status": status });
        office.admin.done("updateConversationStatus", input).await;
    }
    mark(&office, &office.anna).await;
    let next = anna.receive().await;
    assert_eq!(
        next["payload"]["data"]["ticketChanged"]["owner"]["id"],
        json!(office.anna.id)
    );
    assert_eq!(nodes(&next), nodes(&first));
    let mut stranger = Socket::open(url, &office.anna.token).await;
    for (id, query, thing) in [
        ("1", changed, &office.hidden.0),
        (
            "2",
            "subscription($id: ID!) { conversationChanged(id: $id) { id } }",
            &office.secret,
        ),
        (
            "3",
            "subscription($id: ID!) { presence(conversationId: $id) { user { id } } }",
            &office.secret,
        ),
    ] {
        stranger.subscribe(id, query, json!({ "id": thing })).await;
        assert_eq!(stranger.error().await, "NOT_FOUND", "{query}");
    }
}
