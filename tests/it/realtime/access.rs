//! Access that ends: streams end with it, on every server.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tandem::domain::event::{CascadeFilter, Position};
use tandem::realtime::RealtimeOptions;
use tandem::realtime::hints::Hints;
use tandem::realtime::replay::StreamError;
use tokio::time::Instant;

use super::world::*;
use crate::support::database;

async fn ends_within_a_second(hints: bool, statement: &str) {
    let database = database().await;
    let options = RealtimeOptions {
        hints: if hints { Hints::Postgres } else { Hints::Off },
        ..RealtimeOptions::default()
    };
    let (a, b) = (
        server(&database, options.clone()).await,
        server(&database, options).await,
    );
    let mut client = Client::new(&database).await;
    let (viewer, other) = (client.viewer().await, client.viewer().await);
    let filter = CascadeFilter::default;
    let mut streams =
        [&a, &b].map(|server| Box::pin(server.live.cascades(&viewer, filter(), None)));
    let mut others = Box::pin(b.live.cascades(&other, filter(), Some(Position(0))));
    for stream in &mut streams {
        assert!(stream.next().now_or_never().is_none());
    }
    assert_eq!(b.live.access.connected(), 2);

    let statement = format!("{statement} WHERE account_id = '{}'", viewer.account.0);
    client.run(&statement).await;
    let since = Instant::now();
    if hints {
        a.live.access.changed().await;
    }
    for stream in &mut streams {
        let end = within(DEADLINE, "the end", stream.next()).await;
        assert!(matches!(end, Some(Err(StreamError::Forbidden))), "{end:?}");
        assert!(stream.next().await.is_none());
    }
    println!("ended after {:?}", since.elapsed());
    assert!(since.elapsed() < Duration::from_secs(1));

    // Who comes with the same token a moment later is not let in for good either.
    let again = Box::pin(a.live.cascades(&viewer, filter(), None))
        .next()
        .await;
    assert!(matches!(again, Some(Err(StreamError::Forbidden))));
    // The other one goes on.
    let entry = client.commit(other.account).await;
    let next = within(DEADLINE, "an entry", others.next()).await;
    assert_eq!(*next.unwrap().unwrap(), entry);
    drop(streams);
    assert_eq!(b.live.access.connected(), 1, "what ended is forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_ends_streams_by_a_hint() {
    ends_within_a_second(true, "UPDATE tokens SET revoked_at = now()").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_ends_streams_without_hints() {
    ends_within_a_second(false, "UPDATE tokens SET revoked_at = now()").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_user_loses_streams() {
    ends_within_a_second(false, "UPDATE users SET active = false").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_sends_nobody_away() {
    let database = database().await;
    let server = server(&database, RealtimeOptions::default()).await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    let watch = server.live.access.watch(&viewer);
    for _ in 0..50 {
        client.cut_connections().await;
        server.live.access.changed().await;
    }
    assert!(watch.now_or_never().is_none());
    assert_eq!(server.live.access.connected(), 0);
}
