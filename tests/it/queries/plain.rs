//! Rows that are answered at once say what async-graphql says of them, field for field and in the same order.

use serde_json::{Value, json};

use super::chance::{Chance, seed};
use super::world::World;

/// Leaves a list to async-graphql: a field with arguments is not answered at once.
const SLOW: &str = "slow: timeline(first: 0) { totalCount }";

/// What can be selected of a type: plain fields, and fields that are objects or may be several.
struct Shape {
    name: &'static str,
    wholes: &'static [&'static str],
    plain: &'static [&'static str],
    objects: &'static [(&'static str, &'static [Shape])],
}

const USER: Shape = Shape {
    name: "User",
    wholes: &["Node", "Actor"],
    plain: &["id", "name", "email", "active", "role", "externalId"],
    objects: &[],
};
const CONTACT: Shape = Shape {
    name: "Contact",
    wholes: &["Node", "Actor"],
    plain: &["id", "name", "email", "phone", "createdAt"],
    objects: &[],
};
const STATUS: Shape = Shape {
    name: "TicketStatus",
    wholes: &["Node"],
    plain: &["id", "name", "category", "position"],
    objects: &[],
};
const PIPELINE: Shape = Shape {
    name: "Pipeline",
    wholes: &["Node"],
    plain: &["id", "name"],
    objects: &[("statuses", &[STATUS])],
};
const CARD: Shape = Shape {
    name: "TicketCard",
    wholes: &[],
    plain: &["number", "name", "priority", "createdAt", "lastActivityAt"],
    objects: &[("status", &[STATUS]), ("owner", &[USER])],
};
const MESSAGE: Shape = Shape {
    name: "Message",
    wholes: &["Node"],
    plain: &["id", "kind", "text", "createdAt"],
    objects: &[("author", &[USER, CONTACT])],
};
const CHANNEL: Shape = Shape {
    name: "Channel",
    wholes: &["Node"],
    plain: &["id", "kind", "name"],
    objects: &[],
};
const INBOX: Shape = Shape {
    name: "Inbox",
    wholes: &["Node"],
    plain: &["id", "name", "createsTickets"],
    objects: &[("channels", &[CHANNEL])],
};
const TICKET: Shape = Shape {
    name: "Ticket",
    wholes: &["Node", "Subject"],
    plain: &[
        "id",
        "number",
        "name",
        "priority",
        "workspace",
        "createdAt",
        "lastActivityAt",
        "closedAt",
        "trashedAt",
        "version",
    ],
    objects: &[
        ("status", &[STATUS]),
        ("pipeline", &[PIPELINE]),
        ("owner", &[USER]),
        ("contact", &[CONTACT]),
        ("card", &[CARD]),
    ],
};
const CONVERSATION: Shape = Shape {
    name: "Conversation",
    wholes: &["Node", "Subject"],
    plain: &[
        "id",
        "subject",
        "status",
        "workspace",
        "createdAt",
        "lastActivityAt",
        "closedAt",
        "trashedAt",
        "version",
    ],
    objects: &[
        ("inbox", &[INBOX]),
        ("channel", &[CHANNEL]),
        ("contact", &[CONTACT]),
        ("owner", &[USER]),
        ("ticket", &[TICKET]),
        ("lastMessage", &[MESSAGE]),
    ],
};

/// A selection of a type, of any depth, with aliases, fragments and fields that are asked for twice.
fn selection(shape: &Shape, chance: &mut Chance) -> String {
    let mut items = Vec::new();
    for _ in 0..=chance.below(5) {
        let item = match chance.below(8) {
            0 => "__typename".to_owned(),
            1 => {
                let field = chance.pick(shape.plain);
                format!("as_{field}: {field}")
            }
            2 => format!("... on {} {{ {} }}", shape.name, selection(shape, chance)),
            3 if shape.wholes.contains(&"Node") => "... on Node { id __typename }".to_owned(),
            4 | 5 if !shape.objects.is_empty() => {
                let (field, shapes) = &shape.objects[chance.below(shape.objects.len())];
                let below = match shapes {
                    [one] => selection(one, chance),
                    several => several
                        .iter()
                        .map(|one| format!("... on {} {{ {} }} ", one.name, selection(one, chance)))
                        .collect(),
                };
                format!("{field} {{ {below} }}")
            }
            _ => chance.pick(shape.plain).to_owned(),
        };
        items.push(item);
    }
    items.join(" ")
}

/// The text of an answer without what was asked for to make it slow.
fn without_slow(mut text: String) -> String {
    while let Some(start) = text.find(",\"slow\":{") {
        let end = text[start..].find('}').expect("its end");
        text.replace_range(start..=start + end, "");
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_answered_at_once_are_the_same() {
    let world = World::new(12).await;
    let mut chance = Chance::new(seed());
    let ask = async |query: &str| {
        let text = world.client.text(&json!({ "query": query })).await;
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        assert!(answer.get("errors").is_none(), "{query}: {text}");
        let data = text.split("\"extensions\"").next().expect("data");
        data.to_owned()
    };
    for round in 0..150 {
        let (list, shape) = match round % 2 {
            0 => ("conversations", &CONVERSATION),
            _ => ("tickets", &TICKET),
        };
        let selected = selection(shape, &mut chance);
        for rows in ["nodes { # }", "edges { cursor node { # } }"] {
            let query = |of: &str| format!("{{ {list} {{ {} }} }}", rows.replace('#', of));
            let at_once = ask(&query(&selected)).await;
            let slow = ask(&query(&format!("{selected} {SLOW}"))).await;
            assert_eq!(at_once, without_slow(slow), "{}", query(&selected));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_asked_for_in_several_places_are_merged() {
    let world = World::new(6).await;
    let ask = async |query: &str| {
        let answer = world.client.gql(query, json!({})).await;
        answer["conversations"].clone()
    };
    let whole = ask("{ conversations { nodes { id contact { id name } subject } } }").await;
    assert!(!whole["nodes"].as_array().expect("rows").is_empty());
    for several in [
        "{ conversations { nodes { id contact { id } } nodes { contact { name } subject } } }",
        "{ conversations { nodes { id contact { id } } } conversations { nodes { contact { name } subject } } }",
        "{ conversations { ...A ...B } } \
         fragment A on ConversationConnection { nodes { id contact { id } } } \
         fragment B on ConversationConnection { nodes { ...C subject } } fragment C on Conversation { contact { name } }",
        "{ conversations { nodes { ...A ...B } } } fragment A on Conversation { id contact { id } } \
         fragment B on Conversation { contact { name } subject }",
    ] {
        assert_eq!(ask(several).await, whole, "{several}");
    }
}
