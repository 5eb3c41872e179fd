//! Live lists and numbers of somebody limited: always what a fresh query gives, whatever happens in which inbox.

use serde_json::{Value, json};

use super::office::{Office, assert_tells_nothing, office};
use crate::lists::watcher::{COUNTS, Watcher, query, view};
use crate::realtime::world::Dice;
use crate::stream::socket::Socket;
use crate::support::Client;
use crate::support::desk::text;

/// A command of anybody's on anything; it may be refused.
async fn act(office: &Office, things: &[String], dice: &mut Dice) {
    let pick = |dice: &mut Dice| {
        let place = usize::try_from(dice.below(things.len() as u64)).expect("small");
        things[place].clone()
    };
    let id = pick(dice);
    let inbox = [&office.account.inbox_id, &office.inbox][usize::from(dice.below(2) == 0)];
    let status = ["OPEN", "CLOSED"][usize::from(dice.below(2) == 0)];
    let (name, input) = match dice.below(7) {
        0 | 1 => (
            "moveConversation",
            json!({ "conversationId": id, "inboxId": inbox }),
        ),
        2 | 3 => (
            "updateConversationStatus",
            json!({ "conversationId": id, "status": status }),
        ),
        4 => (
            "sendReply",
            json!({ "conversationId": id, "text": "A reply" }),
        ),
        5 => ("trashConversation", json!({ "conversationId": id })),
        _ => ("restoreFromTrash", json!({ "id": id })),
    };
    office.admin.payload(name, input).await;
}

async fn numbers(client: &Client, filters: &[Value]) -> Value {
    let mut all = Vec::new();
    for filter in filters {
        let query =
            "query($filter: ConversationFilter) { conversations(filter: $filter) { totalCount } }";
        let data = client.gql(query, json!({ "filter": filter })).await;
        all.push(data["conversations"]["totalCount"].clone());
    }
    json!(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn they_equal_a_fresh_query_under_random_commands() {
    let office = office().await;
    let things = vec![
        office.open.clone(),
        office.secret.clone(),
        office.shared.1.clone(),
        office.shared.2.clone(),
        office.hidden.1.clone(),
    ];
    let lists = [
        json!({}),
        json!({ "filter": { "status": "OPEN" } }),
        json!({ "filter": { "inTrash": true } }),
    ];
    let filters = [
        json!({}),
        json!({ "status": "OPEN" }),
        json!({ "inboxId": office.inbox }),
        json!({ "hasTicket": true }),
    ];
    let mut watched = Vec::new();
    for user in [&office.anna, &office.ben] {
        let mut operations = vec![(
            "counts".to_owned(),
            COUNTS.to_owned(),
            json!({ "filters": filters }),
        )];
        for (place, list) in lists.iter().enumerate() {
            operations.push((place.to_string(), view(), list.clone()));
        }
        let watcher = Watcher::open(&office.app.url, &user.token, operations).await;
        watched.push((office.client(user), watcher));
    }
    for (_, watcher) in &watched {
        for id in ["counts", "0", "1", "2"] {
            watcher.until(id, |_| true).await;
        }
    }
    let mut dice = Dice::fresh();
    for _ in 0..12 {
        for _ in 0..6 {
            act(&office, &things, &mut dice).await;
        }
        for (client, watcher) in &watched {
            for (place, list) in lists.iter().enumerate() {
                let fresh = client.gql(&query(), list.clone()).await;
                watcher.equals(&place.to_string(), &fresh).await;
            }
            let fresh = numbers(client, &filters).await;
            let now = |seen: &crate::lists::watcher::Seen| {
                seen.counts
                    .last()
                    .is_some_and(|(_, numbers)| *numbers == fresh)
            };
            watcher.until("counts", now).await;
        }
    }
}

/// Those limited alike are one group, those limited otherwise are not; and a list tells nothing of what is not in it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_limits_is_not_in_a_list() {
    let office = office().await;
    let cara = office.account.user("viewer").await;
    super::office::limit(&office.admin, &cara.id, json!([office.account.inbox_id])).await;
    let secrets = office.secrets().await;
    let list = "subscription { conversationView { ... on ConversationViewSnapshot { totalCount nodes { ...R } } \
        ... on ConversationViewChange { left totalCount entered { node { ...R } } updated { node { ...R } } } } } \
        fragment R on Conversation { id subject inbox { name } contact { conversations { totalCount nodes { id } } tickets { nodes { id } } } \
        previousConversations { nodes { id } } ticket { name conversations { totalCount nodes { id subject } } timeline { nodes { id } } } }";
    let mut sockets = Vec::new();
    for user in [&office.anna, &cara, &office.ben] {
        let mut socket = Socket::open(&office.app.url, &user.token).await;
        socket.subscribe("1", list, json!({})).await;
        let first = socket.receive().await;
        assert_eq!(first["type"], "next", "{first:#}");
        if user.id != office.ben.id {
            assert_tells_nothing("a list", &first.to_string(), &secrets);
        }
        sockets.push(socket);
    }
    let input = json!({ "ticketId": office.shared.0, "ownerId": office.anna.id });
    let last = office.admin.done("updateTicketOwner", input).await;
    assert!(last["cascade"]["id"].is_string());
    let mut told = Vec::new();
    for socket in &mut sockets {
        told.push(socket.receive().await);
    }
    assert_eq!(told[0], told[1], "limited alike");
    assert_ne!(told[0], told[2], "limited otherwise");
    assert_tells_nothing("a change", &told[0].to_string(), &secrets);
    let node = &told[0]["payload"]["data"]["conversationView"]["updated"][0]["node"];
    assert_eq!(text(&node["id"]), office.shared.1);
    // Lists of two kinds for three people.
    assert_eq!(office.app.app.realtime().lists.views(), 2);
}
