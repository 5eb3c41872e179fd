//! What a filter means, said once more: evaluated on what the API shows of each row, and on nothing else of Tandem.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::support::Client;
use crate::support::desk::text;

const CONVERSATIONS: &str = "query($trash: Boolean) { conversations(first: 100, filter: { inTrash: $trash }) { nodes { \
    id status workspace lastActivityAt trashedAt inbox { id } channel { kind } contact { id } owner { id } ticket { id } } } }";
const TICKETS: &str = "query($trash: Boolean) { tickets(first: 100, filter: { inTrash: $trash }) { nodes { \
    id priority workspace createdAt trashedAt status { id category } contact { id } owner { id } \
    properties { definition { name } ... on StringValue { string } ... on NumberValue { number } \
    ... on BooleanValue { boolean } ... on DateValue { date } ... on DateTimeValue { dateTime } \
    ... on OptionsValue { options { value } } } } } }";

/// All rows of the account, those in the trash included.
pub async fn rows(client: &Client, field: &str) -> Vec<Value> {
    let query = if field == "tickets" {
        TICKETS
    } else {
        CONVERSATIONS
    };
    let mut all = Vec::new();
    for trash in [false, true] {
        let data = client
            .gql(query, serde_json::json!({ "trash": trash }))
            .await;
        all.extend(data[field]["nodes"].as_array().expect("rows").clone());
    }
    all
}

/// Whether a list with this filter has the row; `me` asks.
pub fn lists(filter: &Value, row: &Value, me: &str) -> bool {
    let in_trash = filter["inTrash"].as_bool().unwrap_or(false);
    row["trashedAt"].is_string() == in_trash && holds(filter, row, me)
}

/// Whether all fields of a filter hold. Null asks for nothing, but for an owner, where it asks for none.
fn holds(filter: &Value, row: &Value, me: &str) -> bool {
    let fields = filter.as_object().expect("a filter").iter();
    let mut fields = fields.filter(|(name, value)| !value.is_null() || *name == "ownerId");
    fields.all(|(name, value)| match name.as_str() {
        "inTrash" => true,
        "inboxId" => row["inbox"]["id"] == *value,
        "contactId" => row["contact"]["id"] == *value,
        "ticketId" => row["ticket"]["id"] == *value,
        "ownerId" if value.is_null() => row["owner"].is_null(),
        "ownerId" => row["owner"]["id"] == *value,
        "ownedByMe" => (row["owner"]["id"] == me) == *value,
        "hasTicket" => row["ticket"].is_object() == *value,
        "status" | "workspace" => row[name] == *value,
        "category" => row["status"]["category"] == *value,
        "channel" => contains(value, &row["channel"]["kind"]),
        "priority" => contains(value, &row["priority"]),
        "statusId" => contains(value, &row["status"]["id"]),
        "createdAt" | "lastActivityAt" => within(value, moment(&row[name])),
        "property" => list(value).iter().all(|one| property(one, row)),
        "and" => list(value).iter().all(|one| holds(one, row, me)),
        "or" => list(value).iter().any(|one| holds(one, row, me)),
        "not" => !holds(value, row, me),
        other => panic!("a filter has no {other}"),
    })
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn contains(all: &Value, one: &Value) -> bool {
    list(all).contains(one)
}

fn moment(value: &Value) -> DateTime<Utc> {
    text(value).parse().expect("a moment")
}

fn within(range: &Value, at: DateTime<Utc>) -> bool {
    let bound = |name: &str| range[name].is_string().then(|| moment(&range[name]));
    bound("from").is_none_or(|from| from <= at) && bound("before").is_none_or(|before| at < before)
}

/// Whether a condition on a property holds: of a value that is there, whatever its type.
fn property(condition: &Value, row: &Value) -> bool {
    let all = list(&row["properties"]).iter();
    let mut named = all.filter(|one| one["definition"]["name"] == condition["name"]);
    let shown = named
        .next()
        .expect("a property without a value is listed too");
    let fields = shown.as_object().expect("a value");
    let value = fields.iter().find(|(name, _)| *name != "definition");
    let value = value.expect("a value of its type").1;
    let options: Vec<_> = match value {
        Value::Array(options) => options
            .iter()
            .map(|option| text(&option["value"]))
            .collect(),
        _ => Vec::new(),
    };
    let is_set = match value {
        Value::Array(options) => !options.is_empty(),
        other => !other.is_null(),
    };
    let equal = |wanted: &Value| {
        let (field, wanted) = wanted
            .as_object()
            .expect("an input")
            .iter()
            .next()
            .expect("one");
        is_set
            && match field.as_str() {
                "number" => value.as_f64() == wanted.as_f64(),
                "dateTime" => moment(value) == moment(wanted),
                "option" => options.contains(&text(wanted)),
                "options" => {
                    let mut wanted: Vec<_> = list(wanted).iter().map(text).collect();
                    let mut options = options.clone();
                    wanted.sort();
                    wanted.dedup();
                    options.sort();
                    wanted == options
                }
                _ => value == wanted,
            }
    };
    let eq = &condition["eq"];
    let set = &condition["isSet"];
    (eq.is_null() || equal(eq)) && (set.is_null() || *set == is_set)
}
