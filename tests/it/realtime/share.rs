//! Shared execution: once a cascade, the same bytes for all, and no seam where a member joins.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use tandem::domain::access::Viewer;
use tandem::domain::event::{CascadeFilter, Position};
use tandem::realtime::replay::StreamError;
use tandem::realtime::share::{Execute, Frame, GroupKey};
use tandem::realtime::{Realtime, RealtimeOptions};
use tokio::sync::watch;

use super::world::*;
use crate::support::database;

fn key(viewer: &Viewer, access: &str) -> GroupKey {
    GroupKey {
        account: viewer.account,
        operation: "subscription { cascades { id } }".into(),
        name: None,
        variables: "{}".into(),
        access: access.into(),
        filter: CascadeFilter::default(),
    }
}

/// An operation that counts how often it is executed.
fn counting(count: &Arc<AtomicUsize>) -> Execute {
    let count = count.clone();
    Arc::new(move |entry| {
        count.fetch_add(1, Ordering::SeqCst);
        async move {
            // As an operation that loads something.
            tokio::task::yield_now().await;
            Some(Bytes::from(entry.id.to_string()))
        }
        .boxed()
    })
}

async fn frame(stream: &mut (impl Stream<Item = Result<Frame, StreamError>> + Unpin)) -> Frame {
    let next = within(DEADLINE, "a frame", stream.next()).await;
    next.expect("the stream goes on").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_subscribers_cost_one_execution() {
    let database = database().await;
    let server = server(&database, RealtimeOptions::default()).await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    let (count, admins) = (Arc::default(), Arc::default());
    let join = |access: &str, count| {
        let execute = counting(count);
        Box::pin(
            server
                .live
                .shared(&viewer, key(&viewer, access), None, execute),
        )
    };
    let mut members: Vec<_> = (0..50).map(|_| join("agent", &count)).collect();
    let mut admin = join("admin", &admins);
    for member in &mut members {
        assert!(member.next().now_or_never().is_none());
    }
    assert!(admin.next().now_or_never().is_none());
    assert_eq!(server.live.share.groups(), 2, "who may see more is apart");
    for round in 1..=20 {
        let entry = client.commit(viewer.account).await;
        server.live.tail.committed(entry.clone());
        let first = frame(&mut admin).await;
        assert_eq!(first.position, entry.position.unwrap());
        let mut of_group = None;
        for member in &mut members {
            let frame = frame(member).await;
            assert_eq!(frame, first);
            let bytes = frame.bytes.as_ptr();
            assert_eq!(*of_group.get_or_insert(bytes), bytes, "bytes were copied");
        }
        assert_eq!(count.load(Ordering::SeqCst), round);
        assert_eq!(admins.load(Ordering::SeqCst), round);
    }
    members.truncate(1);
    drop(admin);
    assert_eq!(server.live.share.groups(), 1);
    drop(members);
    assert_eq!(server.live.share.groups(), 0, "nobody is left");
}

/// Reads as a client does, until `end`.
async fn read_on(
    live: Realtime,
    viewer: Viewer,
    mut cursor: Position,
    execute: Execute,
    mut end: watch::Receiver<Option<Position>>,
) -> Vec<i64> {
    let mut got = Vec::new();
    loop {
        let key = key(&viewer, "agent");
        let mut stream = Box::pin(live.shared(&viewer, key, Some(cursor), execute.clone()));
        loop {
            let next = tokio::select! {
                next = stream.next() => next.expect("the stream goes on"),
                _ = end.wait_for(|end| end.is_some_and(|end| end <= cursor)) => return got,
            };
            match next {
                Ok(frame) => {
                    cursor = frame.position;
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
async fn who_joins_from_a_cursor_gets_the_log() {
    let database = database().await;
    let mut options = RealtimeOptions {
        queue: 16,
        ..RealtimeOptions::default()
    };
    options.replay.page = 10;
    let server = server(&database, options).await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    let (end, ended) = watch::channel(None);
    let count = Arc::default();
    let (accounts, servers) = ([viewer.account], [&server]);
    let writing = write(&database, &accounts, 8, 1_200, &servers);
    let subscribing = async {
        let (mut dice, mut members) = (Dice::fresh(), Vec::new());
        for _ in 0..60 {
            tokio::time::sleep(Duration::from_millis(dice.below(20))).await;
            let now = server.live.tail.position().0;
            let after = Position(now - dice.below(now.unsigned_abs() + 1) as i64);
            let (live, execute) = (server.live.clone(), counting(&count));
            let reading = read_on(live, viewer.clone(), after, execute, ended.clone());
            members.push((after, tokio::spawn(reading)));
        }
        members
    };
    let ((), members) = tokio::join!(writing, subscribing);
    end.send_replace(client.commit(viewer.account).await.position);
    let log = client.log(viewer.account).await;
    let mut given = 0;
    for (after, member) in members {
        let got = within(DEADLINE, "a member", member).await.unwrap();
        let expected: Vec<i64> = log.iter().copied().filter(|n| *n > after.0).collect();
        assert_eq!(got, expected, "after {after}");
        given += got.len();
    }
    let executed = count.load(Ordering::SeqCst);
    println!("{given} frames of {executed} executions");
    // How much they share depends on how often they lag; that a group costs one execution is proved above.
    assert!(executed < given, "they did not share");
    assert_eq!(server.live.share.groups(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_member_is_let_go_and_the_others_are_not() {
    let database = database().await;
    let options = RealtimeOptions {
        queue: 8,
        ..RealtimeOptions::default()
    };
    let server = server(&database, options).await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    let count = Arc::default();
    let join = |after| {
        let execute = counting(&count);
        Box::pin(
            server
                .live
                .shared(&viewer, key(&viewer, ""), after, execute),
        )
    };
    let (mut quick, mut slow) = (join(None), join(None));
    assert!(quick.next().now_or_never().is_none() && slow.next().now_or_never().is_none());
    let mut log = Vec::new();
    for number in 0..40 {
        let entry = client.commit(viewer.account).await;
        log.push(entry.position.unwrap());
        server.live.tail.committed(entry);
        assert_eq!(Some(&frame(&mut quick).await.position), log.last());
        if number < 3 {
            assert_eq!(Some(&frame(&mut slow).await.position), log.last());
        }
    }
    let end = slow.next().await.unwrap().unwrap_err();
    let StreamError::Lagged(resume_after) = end else {
        panic!("{end}");
    };
    assert_eq!(resume_after, log[2]);
    assert!(slow.next().await.is_none());
    let mut resumed = join(Some(resume_after));
    for position in &log[3..] {
        assert_eq!(frame(&mut resumed).await.position, *position);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_that_panics_ends_its_members_where_they_are() {
    let database = database().await;
    let server = server(&database, RealtimeOptions::default()).await;
    let mut client = Client::new(&database).await;
    let viewer = client.viewer().await;
    let execute: Execute = Arc::new(|_| async { panic!("a resolver's fault") }.boxed());
    let mut member = Box::pin(server.live.shared(&viewer, key(&viewer, ""), None, execute));
    assert!(member.next().now_or_never().is_none());
    let entry = client.commit(viewer.account).await;
    let position = entry.position.unwrap();
    server.live.tail.committed(entry);
    let end = within(DEADLINE, "the end", member.next()).await;
    let Some(Err(StreamError::Lagged(resume_after))) = end else {
        panic!("{end:?}");
    };
    assert!(resume_after < position);
    // The key is not lost for good.
    let mut member = Box::pin(server.live.shared(
        &viewer,
        key(&viewer, ""),
        Some(resume_after),
        counting(&Arc::default()),
    ));
    assert_eq!(frame(&mut member).await.position, position);
}
