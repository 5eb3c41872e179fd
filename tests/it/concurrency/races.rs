//! Many want the same thing: one of them gets it.

use std::collections::{BTreeMap, BTreeSet};

use diesel_async::SimpleAsyncConnection;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::patient_app;
use crate::support::desk::{text, uuid};
use crate::support::sql::{connect_across, log_length, number};
use crate::support::{Client, NEWER, TestAccount, until};

/// What became of each: the result, or the code of the refusal.
fn tally(payloads: &[Value]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for payload in payloads {
        let errors = payload["userErrors"].as_array().expect("user errors");
        let outcome = errors
            .first()
            .map_or(&payload["result"], |error| &error["code"]);
        *tally.entry(text(outcome)).or_default() += 1;
    }
    tally
}

fn outcomes<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected
        .map(|(outcome, count)| (outcome.to_owned(), count))
        .into()
}

/// Runs the same mutation with all these inputs at once.
async fn all_at_once(client: &Client, mutation: &str, inputs: Vec<Value>) -> Vec<Value> {
    join_all(
        inputs
            .into_iter()
            .map(|input| client.payload(mutation, input)),
    )
    .await
}

fn message(account: &TestAccount, thread: &str, key: Option<&str>, from: Value) -> Value {
    json!({ "channelId": account.channel_id, "threadKey": thread, "messageKey": key, "from": from, "text": "Hello?" })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_claims_one_wins() {
    let app = patient_app().await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let (ticket, conversations) = account.ticket(&client, 1).await;
    let users = join_all((0..100).map(|_| account.user("agent"))).await;
    let clients: Vec<_> = users.iter().map(|user| app.client(&user.token)).collect();
    // Connected and known already, so that they come all at once and not one after the other as they sign in.
    join_all(
        clients
            .iter()
            .map(|client| client.gql("{ asOf }", json!({}))),
    )
    .await;
    let before = log_length(&app.database_url).await;
    let claim = json!({ "conversationId": conversations[0] });
    let claims = clients
        .iter()
        .map(|client| client.payload("claimConversation", claim.clone()));
    let claims = join_all(claims);
    let claims = claims.await;
    assert_eq!(
        tally(&claims),
        outcomes([("APPLIED", 1), ("ALREADY_OWNED", 99)])
    );
    let winner = claims
        .iter()
        .position(|claim| claim["result"] == "APPLIED")
        .expect("a winner");
    let query = "query($c: ID!, $t: ID!) { conversation(id: $c) { owner { id } version } ticket(id: $t) { owner { id } } }";
    let data = client
        .gql(query, json!({ "c": conversations[0], "t": ticket }))
        .await;
    assert_eq!(data["conversation"]["owner"]["id"], users[winner].id);
    assert_eq!(data["ticket"]["owner"]["id"], users[winner].id, "rule 7");
    assert_eq!(
        data["conversation"]["version"],
        claims[winner]["conversation"]["version"]
    );
    assert_eq!(log_length(&app.database_url).await, before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_conversation_gets_one_ticket() {
    let app = patient_app().await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let (first, _) = account.ticket(&client, 1).await;
    let (second, _) = account.ticket(&client, 1).await;
    for _ in 0..10 {
        let conversation = account.conversation(&client).await;
        let link = |ticket: &str| json!({ "conversationId": conversation, "ticketId": ticket });
        let inputs = [&first, &second]
            .repeat(5)
            .into_iter()
            .map(|ticket| link(ticket))
            .collect();
        let links = all_at_once(&client, "linkConversation", inputs).await;
        // The same link again is no change; the other one is refused.
        assert_eq!(
            tally(&links),
            outcomes([("APPLIED", 1), ("UNCHANGED", 4), ("ALREADY_LINKED", 5)])
        );
        let won = links
            .iter()
            .find(|link| link["result"] == "APPLIED")
            .expect("a winner");
        let data = client.gql(
            "query($id: ID!) { conversation(id: $id) { ticket { id } } }",
            json!({ "id": conversation }),
        );
        assert_eq!(
            data.await["conversation"]["ticket"]["id"],
            won["ticket"]["id"]
        );
    }
    // And so with new tickets; those that lose use up no number.
    let conversation = account.conversation(&client).await;
    let creations = all_at_once(
        &client,
        "createTicket",
        vec![json!({ "conversationId": conversation }); 20],
    )
    .await;
    assert_eq!(
        tally(&creations),
        outcomes([("APPLIED", 1), ("ALREADY_LINKED", 19)])
    );
    let (next, _) = account.ticket(&client, 1).await;
    let data = client
        .gql(
            "query($id: ID!) { ticket(id: $id) { number } }",
            json!({ "id": next }),
        )
        .await;
    assert_eq!(data["ticket"]["number"], 4);
}

/// A command that found no ticket locks the conversation only after another one has linked it: what it then has before
/// it lacks the ticket, so it begins anew.
#[tokio::test(flavor = "multi_thread")]
async fn who_waited_for_a_link_finds_the_ticket() {
    let app = patient_app().await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let (ticket, _) = account.ticket(&client, 1).await;
    let conversation = account.conversation(&client).await;
    let agent = account.user("agent").await;

    let mut holder = connect_across(&app.database_url).await;
    let hold = format!(
        "BEGIN; SELECT FROM conversations WHERE id = '{}' FOR UPDATE",
        uuid(&conversation)
    );
    holder.batch_execute(&hold).await.expect("a lock");
    let mut observer = connect_across(&app.database_url).await;
    let mut waiting = async |count: i64| {
        until("they wait for the lock", async || {
            let waiting = "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                           AND wait_event_type = 'Lock')";
            number(&mut observer, waiting).await == count
        })
        .await;
    };
    let link = json!({ "conversationId": conversation, "ticketId": ticket });
    let owned = json!({ "conversationId": conversation, "ownerId": agent.id });
    let second = async {
        waiting(1).await;
        let release = async {
            waiting(2).await;
            holder.batch_execute("COMMIT").await.expect("an end");
        };
        let owning = client.payload("updateConversationOwner", owned);
        futures_util::join!(owning, release).0
    };
    let linking = client.payload("linkConversation", link);
    let (linked, owned) = futures_util::join!(linking, second);
    assert_eq!(linked["result"], "APPLIED", "{linked:#}");
    assert_eq!(owned["result"], "APPLIED", "{owned:#}");
    // Rule 7, of a ticket that was not the conversation's when the command began.
    assert_eq!(owned["ticket"]["owner"]["id"], agent.id, "{owned:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_thread_is_one_conversation_and_one_key_one_message() {
    let app = patient_app().await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let mut sql = connect_across(&app.database_url).await;
    let from = json!({ "email": "someone@example.org" });

    let inputs = (0..20)
        .map(|_| message(&account, "thread", None, from.clone()))
        .collect();
    let received = all_at_once(&client, "receiveMessage", inputs).await;
    assert_eq!(tally(&received), outcomes([("APPLIED", 20)]));
    let conversations: BTreeSet<_> = received
        .iter()
        .map(|one| text(&one["conversation"]["id"]))
        .collect();
    assert_eq!(conversations.len(), 1);
    assert_eq!(
        number(&mut sql, "SELECT count(*) FROM conversations").await,
        1
    );
    assert_eq!(number(&mut sql, "SELECT count(*) FROM messages").await, 20);

    let before = log_length(&app.database_url).await;
    let inputs = (0..20)
        .map(|_| message(&account, "thread", Some("key"), from.clone()))
        .collect();
    let received = all_at_once(&client, "receiveMessage", inputs).await;
    assert_eq!(
        tally(&received),
        outcomes([("APPLIED", 1), ("UNCHANGED", 19)])
    );
    assert!(
        received
            .iter()
            .all(|one| conversations.contains(&text(&one["conversation"]["id"])))
    );
    assert_eq!(number(&mut sql, "SELECT count(*) FROM messages").await, 21);
    assert_eq!(log_length(&app.database_url).await, before + 1);

    // A key is of the channel, not of the thread: no other thread begins with a message that is there.
    let inputs = (0..20)
        .map(|n| {
            message(
                &account,
                &format!("thread {n}"),
                Some("other key"),
                from.clone(),
            )
        })
        .collect();
    let received = all_at_once(&client, "receiveMessage", inputs).await;
    assert_eq!(
        tally(&received),
        outcomes([("APPLIED", 1), ("UNCHANGED", 19)])
    );
    let conversations: BTreeSet<_> = received
        .iter()
        .map(|one| text(&one["conversation"]["id"]))
        .collect();
    assert_eq!(conversations.len(), 1);
    assert_eq!(
        number(&mut sql, "SELECT count(*) FROM conversations").await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_and_one_number_are_one_contact() {
    let app = patient_app().await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let mut sql = connect_across(&app.database_url).await;
    let by_address = |n: usize| json!({ "email": if n.is_multiple_of(2) { "Ann@Example.org" } else { "ann@example.ORG" } });
    let by_number = |n: usize| json!({ "phone": if n.is_multiple_of(2) { "+48 22 123" } else { "(4822)-123" } });
    let both = |n: usize| {
        if n.is_multiple_of(2) {
            json!({ "phone": "777" })
        } else {
            json!({ "phone": "777", "email": "bob@example.org" })
        }
    };
    let senders: [&dyn Fn(usize) -> Value; 3] = [&by_address, &by_number, &both];
    for (round, sender) in senders.into_iter().enumerate() {
        let inputs = (0..20)
            .map(|n| message(&account, &format!("{round}/{n}"), None, sender(n)))
            .collect();
        let received = all_at_once(&client, "receiveMessage", inputs).await;
        assert_eq!(tally(&received), outcomes([("APPLIED", 20)]));
        let contacts = number(&mut sql, "SELECT count(*) FROM contacts").await;
        assert_eq!(contacts, i64::try_from(round).unwrap() + 1, "{}", sender(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_name_is_one_inbox_and_one_administrator_stays() {
    let app = patient_app().await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    let created = all_at_once(&client, "createInbox", vec![json!({ "name": "Sales" }); 10]).await;
    let made = created
        .iter()
        .filter(|payload| payload["userErrors"] == json!([]))
        .count();
    let refused = created
        .iter()
        .filter(|payload| payload["userErrors"][0]["code"] == "ALREADY_EXISTS")
        .count();
    assert_eq!((made, refused), (1, 9));

    let second = account.user("admin").await;
    let other = app.client(&second.token);
    // Both leave the other one to it.
    let (a, b) = tokio::join!(
        client.payload(
            "updateUser",
            json!({ "userId": account.user_id, "role": "AGENT" })
        ),
        other.payload(
            "updateUser",
            json!({ "userId": second.id, "role": "AGENT" })
        ),
    );
    let codes: Vec<_> = [&a, &b]
        .map(|payload| payload["userErrors"][0]["code"].clone())
        .into();
    assert!(
        codes.contains(&Value::Null) && codes.contains(&json!("IN_USE")),
        "{codes:?}"
    );
}
