//! Replay, then live: from any cursor, the log.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tandem::domain::access::Viewer;
use tandem::domain::event::{CascadeFilter, Entry, Position};
use tandem::realtime::hints::Hints;
use tandem::realtime::replay::StreamError;
use tandem::realtime::{Realtime, RealtimeOptions};
use tokio::sync::watch;

use super::world::*;
use crate::support::database;

type Next = Result<Arc<Entry>, StreamError>;

async fn next(stream: &mut (impl Stream<Item = Next> + Unpin)) -> Entry {
    let next = within(DEADLINE, "an entry", stream.next()).await;
    Entry::clone(&next.expect("the stream goes on").unwrap())
}

/// The error that a stream begins and ends with.
async fn refusal(stream: impl Stream<Item = Next>) -> StreamError {
    let mut stream = pin!(stream);
    let next = within(DEADLINE, "an end", stream.next()).await;
    let error = next.unwrap().unwrap_err();
    assert!(stream.next().await.is_none(), "an error is the end");
    error
}

/// Reads as a client does: told that it was too slow, it resumes. Ends when it has read up to `end`.
async fn read_on(
    live: Realtime,
    viewer: Viewer,
    mut cursor: Position,
    mut end: watch::Receiver<Option<Position>>,
) -> Vec<i64> {
    let mut got = Vec::new();
    loop {
        let filter = CascadeFilter::default();
        let mut stream = Box::pin(live.cascades(&viewer, filter, Some(cursor)));
        loop {
            let next = tokio::select! {
                next = stream.next() => next.expect("the stream goes on"),
                _ = end.wait_for(|end| end.is_some_and(|end| end <= cursor)) => return got,
            };
            match next {
                Ok(entry) => {
                    cursor = entry.position.unwrap();
                    got.push(cursor.0);
                }
                Err(StreamError::Lagged(resume_after)) => {
                    cursor = resume_after;
                    break;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_any_cursor_at_any_time_it_is_the_log() {
    let database = database().await;
    let mut options = RealtimeOptions {
        // So small that replays overflow their feeds and need several pages.
        queue: 16,
        ..RealtimeOptions::default()
    };
    options.replay.page = 10;
    let servers = [
        server(&database, options.clone()).await,
        server(&database, options).await,
    ];
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    let (end, ended) = watch::channel(None);
    let accounts = [viewer.account, account()];
    let both = [&servers[0], &servers[1]];
    let writing = write(&database, &accounts, 8, 1_600, &both);
    let subscribing = async {
        let mut dice = Dice::fresh();
        let mut subscribers = Vec::new();
        for number in 0..60 {
            tokio::time::sleep(Duration::from_millis(dice.below(20))).await;
            // As a client comes by one: an `asOf` of one server, used at another.
            let (here, there) = (&servers[number % 2], &servers[number / 2 % 2]);
            let now = there.live.tail.position().0;
            let after = Position(now - dice.below(now.unsigned_abs() + 1) as i64);
            let reading = read_on(here.live.clone(), viewer.clone(), after, ended.clone());
            subscribers.push((after, tokio::spawn(reading)));
        }
        subscribers
    };
    let ((), subscribers) = tokio::join!(writing, subscribing);
    end.send_replace(client.commit(viewer.account).await.position);
    let log = client.log(viewer.account).await;
    assert!(log.len() > 500);
    for (after, subscriber) in subscribers {
        let got = within(DEADLINE, "a subscriber", subscriber).await.unwrap();
        let expected: Vec<i64> = log.iter().copied().filter(|n| *n > after.0).collect();
        assert_eq!(got, expected, "after {after}");
    }
    for server in servers {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cursor_it_begins_now() {
    let database = database().await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    client.commit(viewer.account).await;
    let server = server(&database, RealtimeOptions::default()).await;
    let filter = CascadeFilter::default();
    let mut stream = Box::pin(server.live.cascades(&viewer, filter, None));
    // Not yet polled; "now" is when it was asked for.
    let entry = client.commit(viewer.account).await;
    let position = entry.position.unwrap();
    server.live.tail.committed(entry.clone());
    server.live.tail.wait_for(position).await.unwrap();
    assert_eq!(next(&mut stream).await, entry);
    server.stop().await;
    assert!(stream.next().await.is_none(), "it ends with the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_that_cannot_be_resumed_are_refused() {
    let database = database().await;
    let server = server(&database, RealtimeOptions::default()).await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    let from = |after| {
        let filter = CascadeFilter::default();
        server.live.cascades(&viewer, filter, Some(after))
    };
    let first = client.commit(viewer.account).await.position.unwrap();
    let second = client.commit(viewer.account).await.position.unwrap();
    let beyond = refusal(from(Position(second.0 + 1))).await;
    assert!(matches!(beyond, StreamError::BadCursor), "{beyond}");

    // The first entry after it is too old; that the cursor's own is, is no harm.
    let age = |days: i64, position: Position| {
        format!(
            "UPDATE cascades SET occurred_at = now() - interval '{days} days' WHERE position = {}",
            position.0
        )
    };
    client.run(&age(8, first)).await;
    let old = refusal(from(Position(first.0 - 1))).await;
    assert!(matches!(old, StreamError::CursorExpired), "{old}");
    let resumed = next(&mut Box::pin(from(first))).await;
    assert_eq!(resumed.position, Some(second));
    client.run(&age(6, first)).await;
    let resumed = next(&mut Box::pin(from(Position(first.0 - 1)))).await;
    assert_eq!(resumed.position, Some(first));

    // What was dropped cannot be replayed, however young what is left.
    let horizon = first.0;
    client
        .run(&format!("UPDATE log_horizon SET position = {horizon}"))
        .await;
    let dropped = refusal(from(Position(first.0 - 1))).await;
    assert!(matches!(dropped, StreamError::CursorExpired), "{dropped}");
    let resumed = next(&mut Box::pin(from(first))).await;
    assert_eq!(resumed.position, Some(second));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_a_server_that_is_ahead_waits() {
    let database = database().await;
    let mut options = RealtimeOptions {
        hints: Hints::Off,
        ..RealtimeOptions::default()
    };
    options.tail.poll = Duration::from_secs(3_600);
    let behind = server(&database, options.clone()).await;
    let ahead = server(&database, options).await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    // Both looks have been made by then; now one server knows more than the other.
    let (known, entry) = (
        client.commit(viewer.account).await,
        client.commit(viewer.account).await,
    );
    for entry in [&known, &entry] {
        ahead.live.tail.committed(entry.clone());
    }
    let cursor = known.position.unwrap();
    within(
        DEADLINE,
        "ahead",
        ahead.live.tail.wait_for(entry.position.unwrap()),
    )
    .await
    .unwrap();
    let filter = CascadeFilter::default();
    let mut stream = Box::pin(behind.live.cascades(&viewer, filter, Some(cursor)));
    let early = tokio::time::timeout(Duration::from_millis(200), stream.next()).await;
    assert!(early.is_err(), "{early:?}");
    behind.live.tail.committed(entry.clone());
    behind.live.tail.committed(known);
    assert_eq!(next(&mut stream).await, entry);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_survives_lost_connections() {
    let database = database().await;
    let mut options = RealtimeOptions::default();
    options.replay.page = 3;
    let server = server(&database, options).await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    for _ in 0..100 {
        client.commit(viewer.account).await;
    }
    let log = client.log(viewer.account).await;
    let last = Position(*log.last().unwrap());
    within(DEADLINE, "the tail", server.live.tail.wait_for(last))
        .await
        .unwrap();
    let filter = CascadeFilter::default();
    let mut stream = Box::pin(server.live.cascades(&viewer, filter, Some(Position(0))));
    let mut got = vec![next(&mut stream).await.position.unwrap().0];
    let mut cut = 0;
    while got.len() < log.len() {
        if got.len() % 10 == 0 {
            cut += client.cut_connections().await;
        }
        got.push(next(&mut stream).await.position.unwrap().0);
    }
    assert_eq!(got, log);
    assert!(cut > 0);
}
