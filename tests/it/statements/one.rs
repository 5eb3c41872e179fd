//! Queries that one statement answers: no transaction is begun for them, and nobody sees the difference.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tandem::config::Config;
use tandem::domain::id::AccountId;
use tandem::store::read::account::own;
use tandem::store::read::{Flight, Source};

use super::proxy::{Proxy, Transaction};
use crate::support::desk::uuid;
use crate::support::{Client, NEWER, TestAccount, TestApp, database};

const TICKET: &str = "query($id: ID!) { ticket(id: $id) { id owner { name } } }";

/// Everybody gets the same connection.
fn one_connection() -> Config {
    Config {
        pool_size: 1,
        pool_wait_seconds: 60,
        ..Config::default()
    }
}

/// A desk of its own, with a ticket that somebody owns.
struct Desk {
    account: TestAccount,
    client: Client,
    ticket: String,
    owner: String,
}

impl Desk {
    async fn new(app: &TestApp) -> Self {
        let account = app.account(NEWER).await;
        let client = app.client(&account.token);
        let (ticket, _) = account.ticket(&client, 1).await;
        let owner = account.user("agent").await.id;
        let owned = json!({ "ticketId": ticket, "ownerId": owner });
        client.done("updateTicketOwner", owned).await;
        Self {
            account,
            client,
            ticket,
            owner,
        }
    }

    fn variables(&self) -> Value {
        json!({ "id": self.ticket })
    }

    fn answer(&self, name: &str) -> Value {
        json!({ "ticket": { "id": self.ticket, "owner": { "name": name } } })
    }
}

/// What a request reads: by how many transactions, and how many statements outside of any.
async fn reads(proxy: &Proxy, desk: &Desk, name: &str) -> (usize, usize) {
    proxy.settle().await;
    proxy.forget();
    let answer = desk.client.gql(TICKET, desk.variables()).await;
    assert_eq!(answer, desk.answer(name));
    proxy.settle().await;
    let mut reads = proxy.transactions();
    reads.retain(Transaction::is_a_read);
    let by_one = reads.iter().filter(|read| read.is_one_statement()).count();
    (reads.len() - by_one, by_one)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_statement_answers_takes_no_transaction() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let app = TestApp::on(&proxy.url(), Config::default()).await;
    let desk = Desk::new(&app).await;
    // The owner is read, and known from then on.
    assert_eq!(reads(&proxy, &desk, "Someone").await, (1, 0));
    assert_eq!(reads(&proxy, &desk, "Someone").await, (1, 0));
    for _ in 0..3 {
        assert_eq!(reads(&proxy, &desk, "Someone").await, (0, 1));
    }
    // What is known is no longer so: that is seen once the statement is answered, and all is read again.
    let renamed = json!({ "userId": desk.owner, "name": "Another" });
    desk.client.done("updateUser", renamed).await;
    assert_eq!(reads(&proxy, &desk, "Another").await, (1, 1));
    assert_eq!(reads(&proxy, &desk, "Another").await, (1, 0));
    assert_eq!(reads(&proxy, &desk, "Another").await, (1, 0));
    assert_eq!(reads(&proxy, &desk, "Another").await, (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_by_turns_see_their_own() {
    let app = TestApp::start_with(one_connection()).await;
    let desks = [Desk::new(&app).await, Desk::new(&app).await];
    for round in 0..20 {
        let (mine, other) = (&desks[round % 2], &desks[(round + 1) % 2]);
        for _ in 0..=round % 3 {
            let answer = mine.client.gql(TICKET, mine.variables()).await;
            assert_eq!(answer, mine.answer("Someone"));
            let answer = mine.client.gql(TICKET, other.variables()).await;
            assert_eq!(answer, json!({ "ticket": null }));
        }
    }
}

#[tokio::test]
async fn what_a_statement_finds_in_the_session_of_another_account_is_no_answer() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let app = TestApp::on(&proxy.url(), one_connection()).await;
    let desks = [Desk::new(&app).await, Desk::new(&app).await];
    for desk in [&desks[1], &desks[0]].repeat(3) {
        desk.client.gql(TICKET, desk.variables()).await;
    }
    proxy.spoil_begins();
    let [same, other] = &desks;
    let answer = same.client.gql(TICKET, same.variables()).await;
    assert_eq!(answer, same.answer("Someone"), "its session is there");
    // Nor later, when it is not said again whose the session is to be.
    for _ in 0..3 {
        let answer = other.client.raw(TICKET, other.variables()).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "INTERNAL", "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_leaves_nobody_in_its_account() {
    const AT_MOST_MICROS: u64 = 2_000;
    let app = TestApp::start_with(one_connection()).await;
    let desks = [Desk::new(&app).await, Desk::new(&app).await];
    let store = app.app.service().store();
    for round in 0..150_u64 {
        let desk = &desks[usize::from(round % 2 == 1)];
        let account = AccountId(uuid(&desk.account.account_id));
        let source = Source::new(store, account, Arc::new(Flight::of_one()));
        let after = Duration::from_micros(round * AT_MOST_MICROS / 150);
        let read = tokio::time::timeout(after, own(&source)).await;
        if let Ok(read) = read {
            assert_eq!(read.expect("an account").id, account);
        }
        drop(source);
        let other = &desks[usize::from(round % 3 == 1)];
        let answer = other.client.gql(TICKET, other.variables()).await;
        assert_eq!(answer, other.answer("Someone"));
    }
}
