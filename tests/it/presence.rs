//! Who looks and who writes, as clients on several servers see it.

mod ends;
mod watch;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use tandem::config::Config;

use crate::support::sql::{connect_across, log_length, texts};
use crate::support::{Client, NEWER, TestAccount, TestApp, TestUser, database};
use watch::Watch;

/// Two servers on one database, an account with a conversation, and two agents.
struct Stage {
    one: TestApp,
    two: TestApp,
    account: TestAccount,
    conversation: String,
    ann: TestUser,
    bob: TestUser,
    _database: crate::support::TestDatabase,
}

impl Stage {
    async fn new() -> Self {
        let database = database().await;
        let one = TestApp::on(&database.url, Config::default()).await;
        let two = TestApp::on(&database.url, Config::default()).await;
        let account = one.account(NEWER).await;
        let conversation = account.conversation(&one.client(&account.token)).await;
        Self {
            ann: account.user("agent").await,
            bob: account.user("viewer").await,
            one,
            two,
            account,
            conversation,
            _database: database,
        }
    }

    async fn watch(&self, app: &TestApp, token: &str) -> Watch {
        Watch::open(&app.url, token, &self.conversation).await
    }
}

/// Says whether the client's user writes.
async fn types(client: &Client, conversation: &str, typing: bool) {
    let payload = update(client, conversation, typing).await;
    let expected = json!({ "userErrors": [], "clientMutationId": "7" });
    assert_eq!(payload, expected);
}

async fn update(client: &Client, conversation: &str, typing: bool) -> Value {
    let mutation = "mutation($input: UpdatePresenceInput!) { updatePresence(input: $input) { \
        userErrors { code message path } clientMutationId } }";
    let input =
        json!({ "conversationId": conversation, "typing": typing, "clientMutationId": "7" });
    let mut data = client.gql(mutation, json!({ "input": input })).await;
    data["updatePresence"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_on_several_servers_see_each_other_look_and_write() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.ann.id.as_str(), stage.bob.id.as_str());
    let mut anns = stage.watch(&stage.one, &stage.ann.token).await;
    anns.next_is(&[]).await;
    let mut bobs = stage.watch(&stage.two, &stage.bob.token).await;
    bobs.until(&[(ann, false)]).await;
    anns.next_is(&[(bob, false)]).await;

    // By another server than the one that she looks through.
    types(
        &stage.two.client(&stage.ann.token),
        &stage.conversation,
        true,
    )
    .await;
    bobs.next_is(&[(ann, true)]).await;
    types(
        &stage.one.client(&stage.ann.token),
        &stage.conversation,
        false,
    )
    .await;
    bobs.next_is(&[(ann, false)]).await;

    // An integration sees all and is nobody. So does whoever comes to a server that has just started.
    let shop = stage.account.integration("Shop").await;
    let three = TestApp::on(&stage.one.database_url, Config::default()).await;
    let mut shops = stage.watch(&three, &shop).await;
    shops.until(&[(ann, false), (bob, false)]).await;
    let refused = update(&three.client(&shop), &stage.conversation, true).await;
    assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN");

    // The first frames brought no news for these two: what comes next is Ann's leaving.
    anns.hang_up();
    bobs.next_is(&[]).await;
    shops.next_is(&[(bob, false)]).await;
    bobs.complete().await;
    shops.next_is(&[]).await;
    three.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_windows_are_one_person_who_writes_in_any_of_them() {
    let stage = Stage::new().await;
    let ann = stage.ann.id.as_str();
    let mut bobs = stage.watch(&stage.one, &stage.bob.token).await;
    bobs.next_is(&[]).await;
    // Two windows here and one there; the last has a token of its own.
    let mut first = stage.watch(&stage.one, &stage.ann.token).await;
    first.until(&[(&stage.bob.id, false)]).await;
    bobs.next_is(&[(ann, false)]).await;
    let since = bobs.since.clone();
    let mut second = stage.watch(&stage.one, &stage.ann.token).await;
    let mut third = stage.watch(&stage.two, &stage.ann.token).await;
    for window in [&mut second, &mut third] {
        window.until(&[(&stage.bob.id, false)]).await;
    }
    let client = stage.two.client(&stage.ann.token);
    types(&client, &stage.conversation, true).await;
    bobs.next_is(&[(ann, true)]).await;
    assert_eq!(bobs.since, since, "the earliest window's");
    // The others' windows close: she is there as before, now since the one that is left.
    first.hang_up();
    second.complete().await;
    bobs.until_since(&[(ann, true)], |now| *now > since).await;
    types(&client, &stage.conversation, false).await;
    bobs.until(&[(ann, false)]).await;
    third.hang_up();
    bobs.until(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_ends_by_itself_and_is_shown_without_looking() {
    let stage = Stage::new().await;
    let ann = stage.ann.id.as_str();
    let mut bobs = stage.watch(&stage.one, &stage.bob.token).await;
    bobs.next_is(&[]).await;
    let client = stage.two.client(&stage.ann.token);
    let begun = Instant::now();
    types(&client, &stage.conversation, true).await;
    bobs.next_is(&[(ann, true)]).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    // Said again, it goes on, and that is no news.
    let renewed = Instant::now();
    types(&client, &stage.conversation, true).await;
    bobs.next_is(&[]).await;
    let (whole, since) = (begun.elapsed(), renewed.elapsed());
    assert!(whole > Duration::from_secs(8), "{whole:?}");
    assert!(since < Duration::from_secs(9), "{since:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_come_when_something_changed_and_not_more_often_than_can_be_read() {
    let stage = Stage::new().await;
    let ann = stage.ann.id.as_str();
    let mut bobs = stage.watch(&stage.two, &stage.bob.token).await;
    bobs.next_is(&[]).await;
    let client = stage.one.client(&stage.ann.token);
    let begun = Instant::now();
    for turn in 0..101 {
        types(&client, &stage.conversation, turn % 2 == 0).await;
    }
    // Ends with writing; the last that is shown is true.
    let cat = stage.account.user("agent").await;
    let mut cats = stage.watch(&stage.one, &cat.token).await;
    cats.next_is(&[(&stage.bob.id, false), (ann, true)]).await;
    bobs.until(&[(ann, true), (&cat.id, false)]).await;
    let most = begun.elapsed().as_millis() / 100 + 2;
    assert!(u128::from(bobs.frames) <= most, "{} of {most}", bobs.frames);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_it_is_written_down() {
    let stage = Stage::new().await;
    let before = rows(&stage.one.database_url).await;
    let length = log_length(&stage.one.database_url).await;
    let mut anns = stage.watch(&stage.one, &stage.ann.token).await;
    let mut bobs = stage.watch(&stage.two, &stage.bob.token).await;
    bobs.until(&[(&stage.ann.id, false)]).await;
    types(
        &stage.two.client(&stage.ann.token),
        &stage.conversation,
        true,
    )
    .await;
    bobs.next_is(&[(&stage.ann.id, true)]).await;
    anns.until(&[(&stage.bob.id, false)]).await;
    anns.hang_up();
    bobs.until(&[(&stage.ann.id, true)]).await;
    assert_eq!(log_length(&stage.one.database_url).await, length);
    assert_eq!(rows(&stage.one.database_url).await, before);
    assert!(before.len() > 10, "{before:?}");
}

/// What every table holds, in one line each: how many rows, and the last transaction that wrote one. Of tokens it is
/// noted that they are used, whatever they are used for.
async fn rows(database_url: &str) -> Vec<String> {
    let mut sql = connect_across(database_url).await;
    let query = "SELECT relname || ' ' || (xpath('/row/t/text()', query_to_xml(format( \
        'SELECT count(*) || ''/'' || coalesce(max(xmin::text::bigint), 0) AS t FROM %I', relname), true, true, '')))[1]::text \
        AS text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'tokens' ORDER BY 1";
    texts(&mut sql, query).await
}
