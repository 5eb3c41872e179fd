//! What a page is and says about itself, for every way of asking, held against a slice of the whole list.

use serde_json::json;

use super::ids;
use super::walk::List;
use super::world::World;
use crate::support::desk::text;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_the_slice_that_its_arguments_say() {
    let world = World::new(12).await;
    let list = List {
        field: "tickets",
        by: "PRIORITY",
        descending: true,
    };
    let client = &world.client;
    let whole = list.page(client, "first: 100").await;
    let all = ids(&whole);
    let cursors = whole["edges"].as_array().expect("edges").iter();
    let cursors: Vec<_> = cursors.map(|edge| text(&edge["cursor"])).collect();
    let count = all.len();
    assert!((4..8).contains(&count), "{count}");
    let places: Vec<Option<usize>> = std::iter::once(None).chain((0..count).map(Some)).collect();
    let sizes = [("first", 0), ("first", 1), ("first", 3), ("first", 100)];
    let sizes = sizes
        .into_iter()
        .chain([("last", 0), ("last", 1), ("last", 3), ("last", 100)]);
    for (which, size) in sizes {
        for (after, before) in places
            .iter()
            .flat_map(|a| places.iter().map(move |b| (*a, *b)))
        {
            let mut arguments = format!("{which}: {size}");
            if let Some(after) = after {
                arguments += &format!(", after: \"{}\"", cursors[after]);
            }
            if let Some(before) = before {
                arguments += &format!(", before: \"{}\"", cursors[before]);
            }
            let page = list.page(client, &arguments).await;
            let (from, to) = (after.map_or(0, |place| place + 1), before.unwrap_or(count));
            if from > to {
                assert!(ids(&page).is_empty(), "nothing is between: {arguments}");
                continue;
            }
            let (from, to) = match which {
                "first" => (from, to.min(from + size)),
                _ => (from.max(to.saturating_sub(size)), to),
            };
            assert_eq!(ids(&page), all[from..to], "{arguments}");
            let info = &page["pageInfo"];
            assert_eq!(info["hasPreviousPage"], from > 0, "{arguments}");
            assert_eq!(info["hasNextPage"], to < count, "{arguments}");
            let cursor = |place: Option<usize>| json!(place.map(|place| &cursors[place]));
            let (start, end) = if from < to {
                (Some(from), Some(to - 1))
            } else {
                (None, None)
            };
            assert_eq!(info["startCursor"], cursor(start), "{arguments}");
            assert_eq!(info["endCursor"], cursor(end), "{arguments}");
            assert_eq!(page["totalCount"], json!(count));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_names_the_argument_that_is_wrong() {
    let world = World::new(2).await;
    let (conversation, ticket) = (&world.conversations[0], &world.tickets[0]);
    let one =
        |thing: &str, id: &str, list: &str| (format!("{thing}(id: \"{id}\")"), list.to_owned());
    let saved = json!({ "name": "Saved", "list": { "tickets": {} } });
    let saved = world.client.done("createSavedView", saved).await;
    let both_ways = [
        (String::new(), "conversations".to_owned()),
        (String::new(), "tickets".to_owned()),
        one("inbox", &world.inboxes[0], "conversations"),
        one("conversation", conversation, "messages"),
        (
            format!("node(id: {}) {{ ... on SavedView", saved["savedView"]["id"]),
            "tickets".to_owned(),
        ),
    ];
    let forward = [
        (String::new(), "trash".to_owned()),
        (String::new(), "cascades".to_owned()),
        one("contact", &world.contacts[0], "conversations"),
        one("contact", &world.contacts[0], "tickets"),
        one("conversation", conversation, "previousConversations"),
        one("conversation", conversation, "timeline"),
        one("ticket", ticket, "conversations"),
        one("ticket", ticket, "timeline"),
    ];
    let wrong = [
        ("first: 101", "`first`"),
        ("first: -1", "`first`"),
        ("first: -2147483648", "`first`"),
        ("after: \"\"", "`after`"),
        ("after: \"nonsense\"", "`after`"),
    ];
    let wrong_back = [
        ("last: 101", "`last`"),
        ("last: -1", "`last`"),
        ("first: 1, last: 1", "`first` and `last`"),
        ("before: \"nonsense\"", "`before`"),
    ];
    let try_one = async |(outer, list): &(String, String), arguments: &str, names: &str| {
        let inner = format!("{list}({arguments}) {{ nodes {{ __typename }} }}");
        let query = match outer.as_str() {
            "" => format!("{{ {inner} }}"),
            on if on.contains("...") => format!("{{ {on} {{ {inner} }} }} }}"),
            outer => format!("{{ {outer} {{ {inner} }} }}"),
        };
        let answer = world.client.raw(&query, json!({})).await;
        let error = &answer["errors"][0];
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains(names), "{query}: {answer:#}");
        let code = if names.contains("after") || names.contains("before") {
            "BAD_CURSOR"
        } else {
            "BAD_USER_INPUT"
        };
        assert_eq!(error["extensions"]["code"], code, "{query}: {answer:#}");
        let place = error["path"].as_array().expect("a path").last();
        assert_eq!(place, Some(&json!(list)), "{answer:#}");
    };
    for list in both_ways.iter().chain(&forward) {
        for (arguments, names) in wrong {
            try_one(list, arguments, names).await;
        }
    }
    for list in &both_ways {
        for (arguments, names) in wrong_back {
            try_one(list, arguments, names).await;
        }
    }
}
