//! Hints and presence over a real nats-server, while it is there and while it is not.

use std::time::Duration;

use serde_json::{Value, json};
use tandem::domain::event::CascadeFilter;
use tandem::domain::id::{AccountId, ConversationId, UserId};
use tandem::realtime::RealtimeOptions;
use tandem::realtime::follow::Feed;
use tandem::realtime::hints::Hints;
use tandem::realtime::hub::LiveFeed;
use tandem::realtime::presence::{Place, Who};
use tokio::time::Instant;
use uuid::Uuid;

use super::world::*;
use crate::crash::process::{self, run};
use crate::stream::socket::Socket;
use crate::support::{Nats, TestApp, database};

fn over(nats: &Nats) -> RealtimeOptions {
    RealtimeOptions {
        hints: Hints::Nats(nats.url().parse().expect("an address")),
        ..RealtimeOptions::default()
    }
}

fn feed(server: &Server, account: AccountId) -> LiveFeed {
    server.live.hub.subscribe(account, CascadeFilter::default())
}

/// Commits, and waits until it has come; how long that took.
async fn comes(
    writer: &mut Client,
    account: AccountId,
    from: &Server,
    feed: &mut LiveFeed,
) -> Duration {
    let entry = writer.commit(account).await;
    let committed = Instant::now();
    from.live.tail.committed(entry.clone());
    let (_, came) = within(DEADLINE, "an entry", feed.next())
        .await
        .expect("a feed")
        .expect("no lag");
    assert_eq!(*came, entry);
    committed.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nats_nobody_polls_and_the_database_carries_no_hint() {
    let Some(nats) = Nats::start().await else {
        return;
    };
    let database = database().await;
    let mut options = over(&nats);
    options.tail.poll = Duration::from_secs(3_600);
    let (a, b) = (
        server(&database, options.clone()).await,
        server(&database, options).await,
    );
    let account = AccountId(Uuid::now_v7());
    let mut at_b = feed(&b, account);
    let mut writer = Client::new(&database).await;
    // The first may come before the second server listens, which then looks by itself.
    let mut took = Vec::new();
    for _ in 0..20 {
        took.push(comes(&mut writer, account, &a, &mut at_b).await);
    }
    took.sort();
    println!("over NATS: median {:?}, longest {:?}", took[10], took[19]);
    // Whatever the machine is busy with, half of them are not that late.
    assert!(took[10] < Duration::from_millis(100), "{took:?}");
    let listening = writer
        .numbers("SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'tandem hints' AND datname = current_database()")
        .await;
    assert_eq!(listening, [0]);
    a.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_nats_polling_carries_on_and_it_comes_back_by_itself() {
    let Some(mut nats) = Nats::start().await else {
        return;
    };
    let database = database().await;
    let options = over(&nats);
    nats.kill().await;
    // It is away from the start.
    let (a, b) = (
        server(&database, options.clone()).await,
        server(&database, options).await,
    );
    let account = AccountId(Uuid::now_v7());
    let mut at_b = feed(&b, account);
    let mut writer = Client::new(&database).await;
    let place = Place {
        account,
        conversation: ConversationId(Uuid::now_v7()),
    };
    let who = Who {
        place,
        user: UserId(Uuid::now_v7()),
    };
    let _here = a.live.presence.look(who, tandem::service::now());
    // Presence has no other way than the bus: by it one sees whether that stands.
    for round in 0..2 {
        let took = comes(&mut writer, account, &a, &mut at_b).await;
        println!("by polling: {took:?}");
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert_eq!(b.live.presence.known(), 0, "round {round}");
        nats.begin().await;
        until("presence over NATS", async || b.live.presence.known() == 1).await;
        comes(&mut writer, account, &a, &mut at_b).await;
        nats.kill().await;
        until("nothing is known", async || b.live.presence.known() == 0).await;
    }
    a.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn installations_with_prefixes_of_their_own_do_not_hear_each_other() {
    let Some(nats) = Nats::start().await else {
        return;
    };
    let database = database().await;
    let of = |path: &str| RealtimeOptions {
        hints: Hints::Nats(format!("{}{path}", nats.url()).parse().expect("an address")),
        ..RealtimeOptions::default()
    };
    let servers = [
        server(&database, of("")).await,
        server(&database, of("/tandem")).await,
        server(&database, of("/staging")).await,
    ];
    let place = Place {
        account: AccountId(Uuid::now_v7()),
        conversation: ConversationId(Uuid::now_v7()),
    };
    let who = |n| Who {
        place,
        user: UserId(Uuid::from_u128(n)),
    };
    let at = tandem::service::now();
    let _others = [
        servers[2].live.presence.look(who(1), at),
        servers[2].live.presence.look(who(2), at),
    ];
    let _here = servers[0].live.presence.look(who(3), at);
    until("its own", async || servers[1].live.presence.known() == 1).await;
    assert_eq!(servers[0].live.presence.known(), 1);
    assert_eq!(servers[2].live.presence.known(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_says_where_it_is_and_the_log_that_it_is_away() {
    let Some(mut nats) = Nats::start().await else {
        return;
    };
    let database = database().await;
    let app = TestApp::on(&database.url, tandem::config::Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let hints = nats.url();
    let further = ["--hints", &hints];
    let (one, two) = tokio::join!(
        process::Server::serve_with(&database.url, &further),
        process::Server::serve_with(&database.url, &further)
    );
    let client = crate::support::Client::new(&one.url, &account.token);
    let mut there = Socket::cascades(&two.url, &account.token, Value::Null, Value::Null).await;
    account.conversation(&client).await;
    assert_eq!(there.cascade().await["command"], "receiveMessage");
    nats.kill().await;
    account.conversation(&client).await;
    assert_eq!(there.cascade().await["command"], "receiveMessage");
    let (code, log) = two.terminate().await;
    assert_eq!(code, Some(0));
    let warnings = log.lines().filter(|line| line.contains("NATS is away"));
    let warnings: Vec<_> = warnings.collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(
        warnings[0].contains("\"WARN\"") && warnings[0].contains(&hints),
        "{log}"
    );

    for bad in ["localhost", "tls://localhost:4222", "nats://host/a b"] {
        let listen = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            &database.url,
        ];
        let said = run(&[&listen[..], &["--hints", bad]].concat()).await;
        assert!(said.refusal(1).contains("nats://host:4222"), "{said:?}");
    }
    let data = client.gql("{ asOf }", json!({})).await;
    assert!(data["asOf"].is_string());
}
