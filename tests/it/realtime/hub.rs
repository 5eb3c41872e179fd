//! The hub: a slow follower is let go, and costs the others nothing.

use tandem::domain::event::{CascadeFilter, Position};
use tandem::realtime::RealtimeOptions;
use tandem::realtime::follow::Feed;

use super::world::*;
use crate::support::database;

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_keep_up_is_told_where_to_resume() {
    let database = database().await;
    let options = RealtimeOptions {
        queue: 8,
        ..RealtimeOptions::default()
    };
    let server = server(&database, options).await;
    let account = account();
    let mut quick = server.live.hub.subscribe(account, CascadeFilter::default());
    let mut slow = server.live.hub.subscribe(account, CascadeFilter::default());
    let mut writer = Client::new(&database).await;
    let mut log = Vec::new();
    for _ in 0..30 {
        let entry = writer.commit(account).await;
        log.push(entry.position.unwrap());
        server.live.tail.committed(entry);
        let (position, _) = within(DEADLINE, "an entry", quick.next())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(Some(&position), log.last());
    }
    // What it had been given is still good; then it hears where that ends.
    let mut got: Vec<Position> = Vec::new();
    let lagged = loop {
        match slow.next().await.unwrap() {
            Ok((position, _)) => got.push(position),
            Err(lagged) => break lagged,
        }
    };
    assert_eq!(got, log[..8]);
    assert_eq!(lagged.resume_after, log[7]);
    assert!(slow.next().await.is_none());
    // Its seat is free, and the other's is not.
    drop(slow);
    let entry = writer.commit(account).await;
    server.live.tail.committed(entry.clone());
    let (_, last) = within(DEADLINE, "an entry", quick.next())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(*last, entry);
    server.stop().await;
    assert!(quick.next().await.is_none(), "a feed ends with the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_matches_fills_a_queue() {
    let database = database().await;
    let options = RealtimeOptions {
        queue: 1,
        ..RealtimeOptions::default()
    };
    let server = server(&database, options).await;
    let account = account();
    let nothing = CascadeFilter {
        actor: Some(uuid::Uuid::now_v7()),
        ..CascadeFilter::default()
    };
    let mut narrow = server.live.hub.subscribe(account, nothing);
    let mut other = server
        .live
        .hub
        .subscribe(super::world::account(), CascadeFilter::default());
    let mut writer = Client::new(&database).await;
    let mut last = Position(0);
    for _ in 0..10 {
        let entry = writer.commit(account).await;
        last = entry.position.unwrap();
        server.live.tail.committed(entry);
    }
    within(DEADLINE, "the position", server.live.tail.wait_for(last))
        .await
        .unwrap();
    assert!(narrow.is_empty() && other.is_empty());
    server.stop().await;
    assert!(narrow.next().await.is_none() && other.next().await.is_none());
}
