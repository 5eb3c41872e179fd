//! Random filters over a varied account: what the API finds is what its rows, as it shows them, say; and what live
//! lists decide in memory is the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::InputType;
use serde_json::{Map, Value, json};
use tandem::domain::id::{AccountId, ChannelId, UserId};
use tandem::domain::image::{Conversation, Ticket};
use tandem::domain::noun::ChannelKind;
use tandem::domain::property::PropertyDefinition;
use tandem::graphql::Limits;
use tandem::graphql::inputs::{ConversationFilter, TicketFilter};
use tandem::store::read::joins::{ConversationJoins, TicketJoins};
use tandem::store::read::{Source, conversation, desk, property, ticket};

use super::chance::{Chance, seed};
use super::world::{CHANNELS, DAYS, PROPERTIES, World, values};
use super::{evaluation, ids};
use crate::support::desk::{text, uuid};

/// How many random filters of each list a run tries.
const FILTERS: usize = 200;

/// What filters are made from.
struct Maker<'a> {
    world: &'a World,
    chance: Chance,
    /// How many conditions are left; the API takes 50.
    left: usize,
}

impl Maker<'_> {
    fn filter(&mut self, field: &str) -> Value {
        self.left = 40;
        let mut filter = self.level(field, 1);
        if self.chance.percent(25) {
            filter["inTrash"] = self.maybe_null(|chance| json!(chance.percent(70)));
        }
        filter
    }

    fn level(&mut self, field: &str, level: usize) -> Value {
        let mut filter = Map::new();
        let names: &[&str] = if field == "tickets" {
            &[
                "statusId",
                "category",
                "priority",
                "ownerId",
                "ownedByMe",
                "contactId",
                "workspace",
                "property",
                "createdAt",
            ]
        } else {
            &[
                "inboxId",
                "contactId",
                "ticketId",
                "status",
                "workspace",
                "channel",
                "ownerId",
                "ownedByMe",
                "hasTicket",
                "lastActivityAt",
            ]
        };
        for name in names {
            // Few at once, or nothing would pass.
            if self.left > 0 && self.chance.percent(12) {
                self.left -= 1;
                let value = self.condition(name);
                filter.insert((*name).to_owned(), value);
            }
        }
        for operator in ["and", "or", "not"] {
            if level < 5 && self.left > 6 && self.chance.percent(if level == 1 { 45 } else { 25 }) {
                let count = if operator == "not" {
                    1
                } else {
                    self.chance.below(4)
                };
                self.left -= count;
                let mut inner: Vec<_> = (0..count).map(|_| self.level(field, level + 1)).collect();
                let value = match operator {
                    "not" => inner.pop().expect("one"),
                    _ => json!(inner),
                };
                filter.insert(operator.to_owned(), value);
            }
        }
        Value::Object(filter)
    }

    fn maybe_null(&mut self, value: impl Fn(&mut Chance) -> Value) -> Value {
        if self.chance.percent(8) {
            Value::Null
        } else {
            value(&mut self.chance)
        }
    }

    fn some_of(&mut self, all: &[Value]) -> Value {
        let count = self.chance.below(4);
        json!(
            (0..count)
                .map(|_| self.chance.pick(all))
                .collect::<Vec<_>>()
        )
    }

    fn condition(&mut self, name: &str) -> Value {
        let world = self.world;
        // An id that is none, and one of something else.
        let with_strangers = |ids: &[String]| -> Vec<Value> {
            let strange = ["nonsense".to_owned(), world.account.pipeline_id.clone()];
            ids.iter().chain(&strange).map(|id| json!(id)).collect()
        };
        let words = |words: &[&str]| words.iter().map(|word| json!(word)).collect::<Vec<_>>();
        let statuses: Vec<_> = world.account.statuses.values().cloned().collect();
        match name {
            "inboxId" => self.one_of(&with_strangers(&world.inboxes)),
            "contactId" => self.one_of(&with_strangers(&world.contacts)),
            "ticketId" => self.one_of(&with_strangers(&world.tickets[..3])),
            "ownerId" => {
                let mut owners = vec![world.account.user_id.clone()];
                owners.extend(world.users.iter().map(|user| user.id.clone()));
                let mut owners = with_strangers(&owners);
                owners.extend([Value::Null, Value::Null]);
                self.chance.pick(&owners)
            }
            "status" | "category" => self.one_of(&words(&["OPEN", "CLOSED"])),
            "workspace" => self.one_of(&words(&["INBOX", "HELP_DESK"])),
            "ownedByMe" | "hasTicket" => self.one_of(&[json!(true), json!(false)]),
            "channel" => self.some_of(&words(&CHANNELS)),
            "priority" => self.some_of(&words(&["LOW", "MEDIUM", "HIGH", "URGENT"])),
            "statusId" => self.some_of(&with_strangers(&statuses)),
            "createdAt" | "lastActivityAt" => self.range(),
            "property" => {
                let count = self.chance.below(3);
                json!((0..count).map(|_| self.property()).collect::<Vec<_>>())
            }
            other => panic!("no condition {other}"),
        }
    }

    fn one_of(&mut self, all: &[Value]) -> Value {
        self.maybe_null(|chance| chance.pick(all))
    }

    fn range(&mut self) -> Value {
        let mut range = Map::new();
        for bound in ["from", "before"] {
            if self.chance.percent(70) {
                let day = self.maybe_null(|chance| json!(chance.pick(&DAYS)));
                range.insert(bound.to_owned(), day);
            }
        }
        Value::Object(range)
    }

    fn property(&mut self) -> Value {
        let (name, _) = self.chance.pick(&PROPERTIES);
        let mut condition = json!({ "name": name });
        if self.chance.percent(70) {
            let mut all = values(name);
            if name == "colours" {
                // Contains it; and sets in any order, with an option twice.
                all.extend([json!({ "option": "blue" }), json!({ "option": "green" })]);
                all.extend([
                    json!({ "options": ["blue", "red", "blue"] }),
                    json!({ "options": ["green"] }),
                ]);
            }
            condition["eq"] = self.one_of(&all);
        }
        if self.chance.percent(40) {
            condition["isSet"] = self.one_of(&[json!(true), json!(false)]);
        }
        condition
    }
}

/// The account's rows as live lists have them.
struct Images {
    conversations: Vec<Conversation>,
    tickets: Vec<Ticket>,
    kinds: HashMap<ChannelId, ChannelKind>,
    definitions: Vec<Arc<PropertyDefinition>>,
}

impl Images {
    async fn read(world: &World, conversations: &[Value], tickets: &[Value]) -> Self {
        let account = AccountId::parse(&world.account.account_id).expect("an id");
        let source = Source::new(&world.app.store(), account, Arc::default());
        let ids = |rows: &[Value]| rows.iter().map(|row| uuid(&text(&row["id"]))).collect();
        let (none, wanted) = (ConversationJoins::NONE, ids(conversations));
        let conversations = conversation::conversations_by_id(&source, wanted, none).await;
        let conversations: Vec<Conversation> = conversations
            .expect("conversations")
            .into_iter()
            .map(|row| (*row.conversation).clone())
            .collect();
        let channels = conversations.iter().map(|one| one.channel.0).collect();
        let channels = desk::channels_by_id(&source, channels)
            .await
            .expect("channels");
        let held = property::held_by_tickets(&source, ids(tickets))
            .await
            .expect("properties");
        let mut tickets: Vec<Ticket> =
            ticket::tickets_by_id(&source, ids(tickets), TicketJoins::NONE)
                .await
                .expect("tickets")
                .into_iter()
                .map(|row| (*row.ticket).clone())
                .collect();
        for (of, definition, held) in held {
            let ticket = tickets.iter_mut().find(|ticket| ticket.id == of);
            ticket
                .expect("a ticket")
                .properties
                .insert(definition, held);
        }
        let definitions = property::all_definitions(&source)
            .await
            .expect("definitions");
        Self {
            conversations,
            tickets,
            kinds: channels.into_iter().map(|one| (one.id, one.kind)).collect(),
            definitions: definitions.into_iter().map(Arc::new).collect(),
        }
    }

    /// The ids of what matches in memory.
    fn matching(&self, field: &str, filter: &Value, me: Option<UserId>) -> BTreeSet<String> {
        let value = async_graphql::Value::from_json(filter.clone()).expect("a value");
        let limits = Limits::default();
        if field == "tickets" {
            let input = TicketFilter::parse(Some(value)).expect("a filter");
            let filter = TicketFilter::read(Some(input), me, &self.definitions, &limits);
            let filter = filter.expect("a filter");
            let found = self.tickets.iter().filter(|one| filter.matches(one));
            found.map(|one| one.id.to_string()).collect()
        } else {
            let input = ConversationFilter::parse(Some(value));
            let filter = ConversationFilter::read(Some(input.expect("a filter")), me, &limits);
            let filter = filter.expect("a filter");
            let kind_of = |id: ChannelId| self.kinds.get(&id).copied();
            let found = self
                .conversations
                .iter()
                .filter(|one| filter.matches(one, &kind_of));
            found.map(|one| one.id.to_string()).collect()
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_filters_find_what_the_rows_say() {
    let seed = seed();
    println!("TANDEM_SEED={seed}");
    let world = World::new(80).await;
    world.properties().await;
    world.trash().await;
    let conversations = evaluation::rows(&world.client, "conversations").await;
    let tickets = evaluation::rows(&world.client, "tickets").await;
    assert_eq!(conversations.len(), world.conversations.len());
    assert_eq!(tickets.len(), world.tickets.len());
    let images = Images::read(&world, &conversations, &tickets).await;
    let me = &world.users[0];
    let client = world.app.client(&me.token);
    let my_id = UserId::parse(&me.id).ok();
    let mut maker = Maker {
        world: &world,
        chance: Chance::new(seed),
        left: 0,
    };
    let mut sizes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for n in 0..FILTERS {
        for (field, type_name, rows) in [
            ("conversations", "ConversationFilter", &conversations),
            ("tickets", "TicketFilter", &tickets),
        ] {
            let filter = maker.filter(field);
            let query = format!(
                "query($filter: {type_name}) {{ {field}(filter: $filter, first: 100) {{ nodes {{ id }} totalCount }} }}"
            );
            let data = client.gql(&query, json!({ "filter": filter })).await;
            let found: BTreeSet<_> = ids(&data[field]).into_iter().collect();
            let expected = rows
                .iter()
                .filter(|row| evaluation::lists(&filter, row, &me.id));
            let expected: BTreeSet<_> = expected.map(|row| text(&row["id"])).collect();
            let which = format!("seed {seed}, filter {n} of {field}: {filter}");
            assert_eq!(found, expected, "{which}");
            assert_eq!(data[field]["totalCount"], json!(found.len()), "{which}");
            assert_eq!(
                images.matching(field, &filter, my_id),
                found,
                "in memory: {which}"
            );
            sizes.entry(field).or_default().push(found.len());
        }
    }
    for (field, sizes) in sizes {
        let telling = sizes.iter().filter(|size| (1..50).contains(*size)).count();
        let different: BTreeSet<_> = sizes.iter().collect();
        assert!(
            telling > FILTERS / 5 && different.len() > 12,
            "{telling} filters of {field} tell rows apart, with {} sizes",
            different.len()
        );
    }
}

/// Each field by itself, so that none is left out by chance: as it is and negated, which finds all the others.
#[tokio::test(flavor = "multi_thread")]
async fn each_field_finds_some_and_its_opposite_the_rest() {
    let world = World::new(48).await;
    world.properties().await;
    let me = &world.account.user_id;
    let day = DAYS[2];
    let mut cases = vec![
        ("conversations", json!({ "inboxId": world.inboxes[1] })),
        ("conversations", json!({ "contactId": world.contacts[1] })),
        ("conversations", json!({ "ticketId": world.tickets[0] })),
        ("conversations", json!({ "status": "CLOSED" })),
        ("conversations", json!({ "workspace": "HELP_DESK" })),
        ("conversations", json!({ "channel": ["CHAT", "API"] })),
        ("conversations", json!({ "ownerId": null })),
        ("conversations", json!({ "ownerId": world.users[1].id })),
        ("conversations", json!({ "ownedByMe": true })),
        ("conversations", json!({ "hasTicket": false })),
        (
            "conversations",
            json!({ "lastActivityAt": { "from": day } }),
        ),
        (
            "conversations",
            json!({ "lastActivityAt": { "from": DAYS[1], "before": day } }),
        ),
        (
            "tickets",
            json!({ "statusId": [world.account.statuses["Closed"]] }),
        ),
        ("tickets", json!({ "category": "OPEN" })),
        ("tickets", json!({ "priority": ["LOW", "URGENT"] })),
        ("tickets", json!({ "ownerId": null })),
        ("tickets", json!({ "ownedByMe": true })),
        ("tickets", json!({ "contactId": world.contacts[0] })),
        ("tickets", json!({ "workspace": "INBOX" })),
        ("tickets", json!({ "createdAt": { "before": day } })),
    ];
    for (name, _) in PROPERTIES {
        let set = json!({ "property": [{ "name": name, "isSet": true }] });
        cases.push(("tickets", set));
        let given = values(name).into_iter();
        cases.extend(given.map(|eq| {
            (
                "tickets",
                json!({ "property": [{ "name": name, "eq": eq }] }),
            )
        }));
    }
    let contains = json!({ "property": [{ "name": "colours", "eq": { "option": "blue" } }] });
    cases.push(("tickets", contains));
    let conversations = evaluation::rows(&world.client, "conversations").await;
    let tickets = evaluation::rows(&world.client, "tickets").await;
    for (field, filter) in cases {
        let rows = if field == "tickets" {
            &tickets
        } else {
            &conversations
        };
        let ask = async |filter: &Value| -> BTreeSet<String> {
            let type_name = if field == "tickets" {
                "TicketFilter"
            } else {
                "ConversationFilter"
            };
            let query = format!(
                "query($filter: {type_name}) {{ {field}(filter: $filter, first: 100) {{ nodes {{ id }} }} }}"
            );
            let data = world.client.gql(&query, json!({ "filter": filter })).await;
            ids(&data[field]).into_iter().collect()
        };
        let all: BTreeSet<_> = rows.iter().map(|row| text(&row["id"])).collect();
        let found = ask(&filter).await;
        let expected = rows
            .iter()
            .filter(|row| evaluation::lists(&filter, row, me));
        assert_eq!(
            found,
            expected.map(|row| text(&row["id"])).collect(),
            "{filter}"
        );
        assert!(
            !found.is_empty() && found.len() < all.len(),
            "{filter}: {} of {}",
            found.len(),
            all.len()
        );
        let others = ask(&json!({ "not": filter })).await;
        assert_eq!(others, &all - &found, "not {filter}");
        assert_eq!(
            ask(&json!({ "and": [filter, { "not": filter }] }))
                .await
                .len(),
            0
        );
        assert_eq!(
            ask(&json!({ "or": [filter, { "not": filter }] })).await,
            all
        );
    }
}
