//! Pages and their cursors.

use std::collections::BTreeSet;

use serde_json::json;

use super::support::Desk;
use crate::support::desk::text;

#[tokio::test(flavor = "multi_thread")]
async fn pages_neither_repeat_nor_leave_out_while_others_write() {
    let desk = Desk::start().await;
    let mut all = BTreeSet::new();
    for number in 0..7 {
        let subject = if number % 2 == 0 { "Lamp" } else { "Hello" };
        all.insert(desk.says(subject, "The lamp flickers").await);
    }
    let whole = desk.found("lamp").await;
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = desk.search("lamp", Some(2), after.as_deref()).await;
        assert_eq!(page["pageInfo"]["hasPreviousPage"], after.is_some());
        let edges = page["edges"].as_array().unwrap();
        seen.extend(edges.iter().map(|edge| text(&edge["node"]["id"])));
        pages += 1;
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        assert_eq!(page["pageInfo"]["endCursor"], edges[1]["cursor"]);
        after = Some(text(&page["pageInfo"]["endCursor"]));
        // Better than all that was seen: it pushes nothing onto the next page.
        desk.says("Lamp", "A new lamp").await;
    }
    assert_eq!((seen.as_slice(), pages), (whole.as_slice(), 4));
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_belongs_to_its_search() {
    let desk = Desk::start().await;
    for _ in 0..3 {
        desk.says("Lamp", "The lamp flickers").await;
    }
    let page = desk.search("lamp", Some(1), None).await;
    let cursor = text(&page["pageInfo"]["endCursor"]);
    let rest = desk.search("  lamp  ", Some(5), Some(&cursor)).await;
    assert_eq!(
        rest["edges"].as_array().unwrap().len(),
        2,
        "the same search"
    );
    for other in ["lamps", "lamp flickers", "\"lamp\"", "lamp -x", ""] {
        let message = desk.refused(other, None, Some(&cursor), "BAD_CURSOR").await;
        assert!(
            message.contains("`after`") && message.contains("another search"),
            "{message}"
        );
    }
    let query = "{ conversations(first: 1) { pageInfo { endCursor } } }";
    let list = desk.client.gql(query, json!({})).await;
    let foreign = text(&list["conversations"]["pageInfo"]["endCursor"]);
    for cursor in [foreign.as_str(), "nonsense"] {
        desk.refused("lamp", None, Some(cursor), "BAD_CURSOR").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_as_are_asked_for() {
    let desk = Desk::start().await;
    for _ in 0..2 {
        desk.says("Lamp", "The lamp flickers").await;
    }
    for first in [101, -1, i32::MAX] {
        let message = desk
            .refused("lamp", Some(first), None, "BAD_USER_INPUT")
            .await;
        assert!(message.contains("`first`"), "{message}");
    }
    let none = desk.search("lamp", Some(0), None).await;
    assert_eq!(none["edges"], json!([]));
    assert_eq!(none["pageInfo"]["hasNextPage"], true);
    assert_eq!(none["totalCount"], 2);
}
