//! Paging while rows come, go and move: what did not move is there exactly once, and cursors stay right.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::chance::{Chance, seed};
use super::ids;
use super::walk::List;
use super::world::World;
use crate::support::desk::{text, uuid};
use crate::support::sql::commit;

/// Something happens to a row or two that the walk has not to care about; the ids that it touched.
async fn something_happens(world: &World, chance: &mut Chance, n: usize) -> Vec<String> {
    let conversation = chance.pick(&world.conversations);
    let ticket = chance.pick(&world.tickets);
    match chance.below(5) {
        // A new one, with a ticket of its own.
        0 => {
            let new = world
                .account
                .message(&world.client, &format!("new {n}"), "new@example.org")
                .await;
            let input = json!({ "conversationId": new });
            let made = world.client.done("createTicket", input).await;
            vec![new, text(&made["ticket"]["id"])]
        }
        // One becomes the latest, and its ticket with it.
        1 => {
            let input = json!({ "conversationId": conversation, "text": "Now" });
            let payload = world.client.payload("sendReply", input).await;
            touched(&payload, &[&conversation])
        }
        // One goes to the trash, with all that belongs to it.
        2 => {
            let input = json!({ "conversationId": conversation });
            let payload = world.client.payload("trashConversation", input).await;
            touched(&payload, &[&conversation])
        }
        // Everything in the trash is deleted for good.
        3 => {
            let later = chrono::Utc::now() + chrono::TimeDelta::days(400);
            world
                .app
                .app
                .service()
                .purge_due(later)
                .await
                .expect("a purge");
            Vec::new()
        }
        // The sort keys of one jump anywhere, into ties.
        _ => {
            let day = chance.pick(&super::world::DAYS);
            let priority = chance.below(5);
            let statements = format!(
                "UPDATE tickets SET last_activity_at = '{day}', created_at = '{day}', priority = nullif({priority}, 0) \
                 WHERE id = '{}'; UPDATE conversations SET last_activity_at = '{day}', created_at = '{day}' WHERE id = '{}'",
                uuid(&ticket),
                uuid(&conversation)
            );
            assert_eq!(commit(&world.app.database_url, &statements).await, None);
            vec![ticket, conversation]
        }
    }
}

fn touched(payload: &Value, also: &[&String]) -> Vec<String> {
    let effects = payload["cascade"]["effects"].as_array();
    let effects = effects.into_iter().flatten();
    let named = effects.map(|effect| text(&effect["subjectId"]));
    let ticket = payload["conversation"]["ticket"]["id"].as_str();
    let also = also.iter().map(|id| (*id).clone());
    named.chain(also).chain(ticket.map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_is_seen_exactly_once_while_everything_else_moves() {
    let seed = seed();
    println!("TANDEM_SEED={seed}");
    let mut chance = Chance::new(seed);
    let world = World::new(60).await;
    let mut happened = 0;
    for (round, list) in List::all().into_iter().enumerate() {
        for backward in [false, true] {
            let before: BTreeSet<_> = ids(&list.page(&world.client, "first: 100").await)
                .into_iter()
                .collect();
            let size = [3, 4, 7][round % 3];
            let mut moved = BTreeSet::new();
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            let mut arguments = format!("{}: {size}", if backward { "last" } else { "first" });
            loop {
                let page = list.page(&world.client, &arguments).await;
                for id in ids(&page) {
                    *seen.entry(id).or_default() += 1;
                }
                let info = &page["pageInfo"];
                let (more, cursor) = if backward {
                    (&info["hasPreviousPage"], &info["startCursor"])
                } else {
                    (&info["hasNextPage"], &info["endCursor"])
                };
                if *more == false {
                    break;
                }
                arguments = if backward {
                    format!("last: {size}, before: {cursor}")
                } else {
                    format!("first: {size}, after: {cursor}")
                };
                happened += 1;
                moved.extend(something_happens(&world, &mut chance, happened).await);
            }
            let name = format!(
                "seed {seed}: {} by {}, descending {}, backward {backward}",
                list.field, list.by, list.descending
            );
            for id in before.difference(&moved) {
                assert_eq!(seen.get(id), Some(&1), "{name}: {id}");
            }
            for (id, times) in &seen {
                assert!(
                    *times == 1 || moved.contains(id),
                    "{name}: {id} {times} times"
                );
                assert!(
                    before.contains(id) || moved.contains(id),
                    "{name}: {id} from nowhere"
                );
            }
        }
    }
    assert!(happened > 50, "only {happened} things happened");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_stays_where_its_row_was() {
    let world = World::new(24).await;
    let client = &world.client;
    for list in List::all() {
        let whole = list.page(client, "first: 100").await;
        let (all, edges) = (ids(&whole), whole["edges"].as_array().expect("edges"));
        let place = all.len() / 2;
        let (row, cursor) = (&all[place], &edges[place]["cursor"]);
        let name = format!("{} by {} {}", list.field, list.by, list.descending);
        let around = async |what: &str, gone: &[String]| {
            let after = list
                .page(client, &format!("first: 100, after: {cursor}"))
                .await;
            let kept = |part: &[String]| -> Vec<String> {
                part.iter()
                    .filter(|id| !gone.contains(id))
                    .cloned()
                    .collect()
            };
            assert_eq!(ids(&after), kept(&all[place + 1..]), "{name} {what}");
            let before = list
                .page(client, &format!("last: 100, before: {cursor}"))
                .await;
            assert_eq!(ids(&before), kept(&all[..place]), "{name} {what}");
        };
        around("as it was", &[]).await;
        let table = list.field;
        // Beyond the end of the list, at the side where it is out of the way of what comes before the cursor.
        let far = if list.descending {
            ("2020-01-01", 0)
        } else {
            ("2040-01-01", 4)
        };
        let (priority, number) = (far.1, if list.descending { -1 } else { 1_000_000 });
        let column = match list.by {
            "LAST_ACTIVITY_AT" => format!("last_activity_at = '{}'", far.0),
            "CREATED_AT" => format!("created_at = '{}'", far.0),
            "NUMBER" => format!("number = {number}"),
            _ => format!("priority = nullif({priority}, 0)"),
        };
        let column_name = column.split(' ').next().expect("a name");
        let id = uuid(row);
        let keep = format!(
            "CREATE TABLE kept AS SELECT {column_name} AS kept FROM {table} WHERE id = '{id}'"
        );
        let change = format!("{keep}; UPDATE {table} SET {column} WHERE id = '{id}'");
        assert_eq!(commit(&world.app.database_url, &change).await, None);
        let moved = list.page(client, "first: 100").await;
        let after = list
            .page(client, &format!("first: 100, after: {cursor}"))
            .await;
        // It went on from the same place: all that was after it, and the row itself where it is now.
        let now: Vec<_> = ids(&after).into_iter().filter(|id| id != row).collect();
        assert_eq!(now, all[place + 1..], "{name} changed");
        assert_eq!(ids(&moved).len(), all.len());
        let back = format!(
            "UPDATE {table} SET {column_name} = (SELECT kept FROM kept) WHERE id = '{id}'; DROP TABLE kept"
        );
        assert_eq!(commit(&world.app.database_url, &back).await, None);
        around("changed back", &[]).await;
        // Gone for now, with its whole group.
        let field = if table == "tickets" {
            "ticketId"
        } else {
            "conversationId"
        };
        let mutation = if table == "tickets" {
            "trashTicket"
        } else {
            "trashConversation"
        };
        let trashed = client.done(mutation, json!({ field: row })).await;
        let gone = touched(&trashed, &[row]);
        around("in the trash", &gone).await;
        client.done("restoreFromTrash", json!({ "id": row })).await;
        // A ticket's restoring is a change of its own, which makes it active: back with the times that it had.
        world.vary().await;
        around("restored", &[]).await;
    }
    // Gone for good.
    let list = &List::all()[1];
    let whole = list.page(client, "first: 100").await;
    let (all, edges) = (ids(&whole), whole["edges"].as_array().expect("edges"));
    let trashed = client
        .done("trashConversation", json!({ "conversationId": all[5] }))
        .await;
    let gone = touched(&trashed, &[&all[5]]);
    let later = chrono::Utc::now() + chrono::TimeDelta::days(400);
    world
        .app
        .app
        .service()
        .purge_due(later)
        .await
        .expect("a purge");
    let after = list
        .page(
            client,
            &format!("first: 100, after: {}", edges[5]["cursor"]),
        )
        .await;
    let kept: Vec<_> = all[6..]
        .iter()
        .filter(|id| !gone.contains(id))
        .cloned()
        .collect();
    assert_eq!(ids(&after), kept);
}
