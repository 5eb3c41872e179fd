//! How much an operation asks of the database: the same for one conversation as for fifty, and for a page of 200,000 as
//! for a page of 50.

mod ahead;
mod along;
mod begin;
mod changes;
mod large;
mod many;
mod one;
mod plans;
pub mod proxy;
mod screens;
mod searches;
mod tokens;

use serde_json::json;
use tandem::config::Config;

use crate::support::{Client, TestAccount, TestApp, database};
use proxy::{Proxy, Transaction};

/// Statements of one `updateTicketStatus`, in their order: begin and settings of the transaction; the wanted status;
/// the ticket with its lock; the account with the ticket's properties; the conversations with their locks; who asks;
/// rows and log, all in one; commit.
const STATEMENTS: usize = 8;
/// What is pipelined counts as one: all that is read; all that is written, and the commit.
const ROUND_TRIPS: usize = 2;
/// Statements that must run in this order, also where one has to be prepared first: what is linked to a ticket is known
/// once it is locked, and what is not written yet is not to be committed.
const IN_ORDER: [&str; 5] = [
    "BEGIN",
    "FROM tickets t",
    "FROM conversations c",
    "INSERT INTO cascades",
    "COMMIT",
];

// On one thread, so that what is sent together is seen to be sent together.
#[tokio::test]
async fn closing_a_ticket_takes_as_many_statements_for_fifty_conversations_as_for_one() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    // One connection for commands, one for what runs beside them: both are warm soon.
    let config = Config {
        pool_size: 2,
        pool_wait_seconds: 60,
        ..Config::default()
    };
    let app = TestApp::on(&proxy.url(), config).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let mut counts = Vec::new();
    for conversations in [1, 50] {
        let (ticket, _) = account.ticket(&client, conversations).await;
        let closing = close_warm(&proxy, &account, &client, &ticket, conversations).await;
        counts.push((closing.statements.len(), closing.round_trips));
        println!("{conversations} conversations: {closing:#?}");
    }
    assert_eq!(
        counts,
        [(STATEMENTS, ROUND_TRIPS); 2],
        "statements and round trips for 1 and for 50 conversations"
    );
}

/// Closes the ticket again and again until its transaction ran on a connection that had prepared all of it.
async fn close_warm(
    proxy: &Proxy,
    account: &TestAccount,
    client: &Client,
    ticket: &str,
    conversations: usize,
) -> Transaction {
    // What is sent and what is answered may cross in the proxy, which then counts a wait too few or too many: what is
    // seen most often of several closings is what is true.
    let mut warm: Vec<Transaction> = Vec::new();
    for _ in 0..40 {
        proxy.forget();
        let closed = json!({ "ticketId": ticket, "statusId": account.statuses["Closed"] });
        let payload = client.done("updateTicketStatus", closed).await;
        let effects = payload["cascade"]["effects"]
            .as_array()
            .expect("effects")
            .len();
        assert_eq!(
            effects,
            1 + conversations,
            "the ticket and all its conversations"
        );
        let writes: Vec<_> = proxy
            .transactions()
            .into_iter()
            .filter(Transaction::writes_the_log)
            .collect();
        let [closing] = writes.as_slice() else {
            panic!("not one transaction: {writes:#?}")
        };
        let place = |part: &&str| {
            closing
                .statements
                .iter()
                .position(|text| text.contains(*part))
        };
        let places: Vec<_> = IN_ORDER.iter().map(place).collect();
        assert!(places.is_sorted() && places[0].is_some(), "{closing:#?}");
        if closing.prepared == 0 {
            warm.push(closing.clone());
        }
        if warm.len() == 7 {
            let often = |one: &&Transaction| {
                let same = warm
                    .iter()
                    .filter(|other| other.round_trips == one.round_trips);
                same.count()
            };
            return warm.iter().max_by_key(often).expect("seven").clone();
        }
        // The undo opens all of them again; a new status would open none of several (rule 13).
        client
            .done(
                "undoCascade",
                json!({ "cascadeId": payload["cascade"]["id"] }),
            )
            .await;
    }
    panic!("no connection gets warm");
}
