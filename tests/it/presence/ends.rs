//! How it ends: a dead server, a cut connection, access that is withdrawn, a conversation that is purged.

use std::time::{Duration, Instant};

use serde_json::json;

use super::watch::Watch;
use super::{Stage, types, update};
use crate::crash::process::Server;
use crate::support::TestApp;
use tandem::config::Config;

#[tokio::test(flavor = "multi_thread")]
async fn those_of_a_server_that_was_killed_are_gone_within_seconds() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.ann.id.as_str(), stage.bob.id.as_str());
    let server = Server::serve(&stage.one.database_url).await;
    let mut bobs = stage.watch(&stage.one, &stage.bob.token).await;
    bobs.next_is(&[]).await;
    let mut anns = Watch::open(&server.url, &stage.ann.token, &stage.conversation).await;
    anns.until(&[(bob, false)]).await;
    bobs.until(&[(ann, false)]).await;
    server.kill().await;
    let killed = Instant::now();
    bobs.next_is(&[]).await;
    let took = killed.elapsed();
    println!("gone after {took:?}");
    assert!(took < Duration::from_secs(8), "{took:?}");
    // One that stops in order says so.
    let server = TestApp::on(&stage.one.database_url, Config::default()).await;
    let mut anns = stage.watch(&server, &stage.ann.token).await;
    anns.until(&[(bob, false)]).await;
    bobs.next_is(&[(ann, false)]).await;
    let stopped = Instant::now();
    server.stop().await;
    bobs.next_is(&[]).await;
    println!("stopped and gone after {:?}", stopped.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_access_is_withdrawn_neither_sees_nor_is_seen() {
    let stage = Stage::new().await;
    let ann = stage.ann.id.as_str();
    let mut bobs = stage.watch(&stage.one, &stage.bob.token).await;
    bobs.next_is(&[]).await;
    let mut anns = stage.watch(&stage.two, &stage.ann.token).await;
    bobs.until(&[(ann, false)]).await;
    let admin = stage.one.client(&stage.account.token);
    admin
        .done("updateUser", json!({ "userId": ann, "active": false }))
        .await;
    bobs.next_is(&[]).await;
    assert_eq!(anns.error().await, "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_not_theirs_to_see_nobody_sees_or_announces_anything() {
    let stage = Stage::new().await;
    let stranger = stage.one.account("2025-02-02T00:00:00Z").await;
    let mut bobs = stage.watch(&stage.one, &stage.bob.token).await;
    bobs.next_is(&[]).await;
    let client = stage.one.client(&stranger.token);
    for id in [stage.conversation.as_str(), "nonsense", &stage.ann.id] {
        let mut watch = Watch::open(&stage.two.url, &stranger.token, id).await;
        assert_eq!(watch.error().await, "NOT_FOUND", "{id}");
        let refused = update(&client, id, true).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_FOUND", "{refused:#}");
        let path = json!(["input", "conversationId"]);
        assert_eq!(refused["userErrors"][0]["path"], path);
    }
    // Had any of it been announced, it would have come before this.
    types(
        &stage.one.client(&stage.ann.token),
        &stage.conversation,
        true,
    )
    .await;
    bobs.next_is(&[(&stage.ann.id, true)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_the_conversation() {
    let stage = Stage::new().await;
    let mut bobs = stage.watch(&stage.two, &stage.bob.token).await;
    bobs.next_is(&[]).await;
    let admin = stage.one.client(&stage.account.token);
    let input = json!({ "conversationId": stage.conversation });
    admin.done("trashConversation", input).await;
    // What is in the trash can be read, so colleagues can meet there.
    let mut anns = stage.watch(&stage.one, &stage.ann.token).await;
    bobs.next_is(&[(&stage.ann.id, false)]).await;
    let later = tandem::service::now() + chrono::TimeDelta::days(40);
    let purged = stage.one.app.service().purge_due(later).await;
    assert_eq!(purged.expect("a purge"), 1);
    assert_eq!(bobs.error().await, "NOT_FOUND");
    assert_eq!(anns.error().await, "NOT_FOUND");
    let refused = update(&admin, &stage.conversation, true).await;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_FOUND");
}
