//! Presence over a database whose connections are cut all the time.

use std::collections::BTreeSet;
use std::time::Duration;

use tandem::domain::id::{AccountId, ConversationId, UserId};
use tandem::realtime::RealtimeOptions;
use tandem::realtime::presence::{Here, Place, Seen, Who};
use tandem::store::Store;
use tandem::store::pool::PoolOptions;
use uuid::Uuid;

use super::world::*;
use crate::chaos::stage::{socket, through};
use crate::support::chaos_proxy::{ChaosProxy, Weather};
use crate::support::database;

/// Each hint is about three chunks.
const STORM: Weather = Weather {
    cut: 25,
    half: 50,
    delay: 10,
    split: 4,
};

/// Who a server shows.
fn shown(server: &Server, place: Place) -> Vec<UserId> {
    match &*server.live.presence.room(place).watch().borrow() {
        Seen::People(people) => people.iter().map(|present| present.user).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_storm_all_servers_show_the_same_and_what_is_so() {
    let database = database().await;
    let mut dice = Dice::fresh();
    let (mut proxies, mut servers) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let proxy = ChaosProxy::start(socket(&database.url), STORM, dice.below(u64::MAX)).await;
        let store = Store::new(&through(&proxy, &database.url), &PoolOptions::default()).unwrap();
        servers.push(starting_on(&store, RealtimeOptions::default()));
        proxies.push(proxy);
    }
    let places = [1, 2].map(|n| Place {
        account: AccountId(Uuid::from_u128(7)),
        conversation: ConversationId(Uuid::from_u128(n)),
    });
    for proxy in &proxies {
        proxy.calm(false);
    }
    let mut here: Vec<(Who, Here)> = Vec::new();
    for _ in 0..300 {
        if dice.below(2) == 0 || here.is_empty() {
            let who = Who {
                place: places[dice.below(2) as usize],
                user: UserId(Uuid::from_u128(u128::from(dice.below(12)))),
            };
            let server = &servers[dice.below(3) as usize].live;
            here.push((who, server.presence.look(who, tandem::service::now())));
        } else {
            here.swap_remove(dice.below(here.len() as u64) as usize);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for proxy in &proxies {
        proxy.calm(true);
    }
    let damage = proxies.iter().map(ChaosProxy::done);
    let damage = damage.fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    println!("{} cut and {} halved", damage.0, damage.1);
    assert!(damage.0 > 0 && damage.1 > 0);
    for place in places {
        let expected: BTreeSet<_> = here
            .iter()
            .filter(|(who, _)| who.place == place)
            .map(|(who, _)| who.user)
            .collect();
        until("all show what is so", async || {
            let lists: Vec<_> = servers.iter().map(|server| shown(server, place)).collect();
            let right = lists[0].iter().copied().collect::<BTreeSet<_>>() == expected;
            // In the same order as well: since when is known alike.
            right && lists[0].len() == expected.len() && lists.iter().all(|list| *list == lists[0])
        })
        .await;
    }
    // And when all have left, nobody is.
    here.clear();
    until("nobody is left", async || {
        servers
            .iter()
            .all(|server| server.live.presence.known() == 0)
    })
    .await;
}
