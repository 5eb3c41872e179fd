//! What the server shows of itself, against the model's world: every ticket and conversation, the whole log, the trash.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::decode;
use super::driver::Driver;
use super::effect::{Effect, Thing};
use super::request::{CASCADE, contact_email};
use super::world::{Actor, Space, State, Tick};

impl Driver {
    /// All tickets and conversations, field by field.
    pub async fn compare_states(&self) -> Result<(), String> {
        let expected = self.expected_states();
        let ids: Vec<&Value> = expected.iter().map(|state| &state["id"]).collect();
        let data = self.clients[0].gql(STATES, json!({ "ids": ids })).await;
        for (expected, mut seen) in expected
            .iter()
            .zip(data["nodes"].as_array().cloned().unwrap_or_default())
        {
            if let Some(members) = seen
                .pointer_mut("/conversations/nodes")
                .and_then(Value::as_array_mut)
            {
                members.sort_by(|a, b| a["id"].as_str().cmp(&b["id"].as_str()));
            }
            if *expected != seen {
                return Err(difference(expected, &seen));
            }
        }
        Ok(())
    }

    fn time(&self, tick: Tick) -> &str {
        &self.times[tick]
    }

    fn user(&self, user: Option<usize>) -> Value {
        user.map_or(Value::Null, |user| json!({ "id": self.ids.users[user] }))
    }

    fn expected_states(&self) -> Vec<Value> {
        let tickets = self.world.tickets.iter().enumerate().map(|(number, ticket)| {
            let members = self.world.members(number);
            let members: Vec<Value> = members.iter().map(|&c| json!({ "id": self.ids.conversations[c] })).collect();
            let property = |name: &str| json!({ "definition": { "name": name }, "display": ticket.properties.get(name) });
            json!({
                "id": self.ids.tickets[number],
                "number": number + 1,
                "name": ticket.properties["name"],
                "priority": ticket.properties.get("priority"),
                "properties": [property("colour"), property("size")],
                "status": { "id": self.ids.statuses[ticket.status] },
                "owner": self.user(ticket.owner),
                "workspace": space(ticket.space),
                "contact": { "email": contact_email(ticket.contact) },
                "conversations": { "totalCount": members.len(), "nodes": members },
                "closedAt": ticket.closed.map(|tick| self.time(tick)),
                "trashedAt": ticket.trashed.map(|tick| self.time(tick)),
                "lastActivityAt": self.time(self.world.ticket_active(number)),
                "version": ticket.version,
            })
        });
        let conversations = self.world.conversations.iter().enumerate().map(|(number, conversation)| {
            json!({
                "id": self.ids.conversations[number],
                "subject": conversation.subject,
                "state": if conversation.status == State::Open { "OPEN" } else { "CLOSED" },
                "owner": self.user(conversation.owner),
                "workspace": space(conversation.space),
                "inbox": { "id": self.ids.inboxes[conversation.inbox] },
                "channel": { "id": self.ids.channels[conversation.channel] },
                "contact": { "email": contact_email(conversation.contact) },
                "ticket": conversation.ticket.map(|ticket| json!({ "id": self.ids.tickets[ticket] })),
                "messages": { "totalCount": conversation.messages },
                "closedAt": conversation.closed.map(|tick| self.time(tick)),
                "trashedAt": conversation.trashed.map(|tick| self.time(tick)),
                "lastActivityAt": self.time(conversation.active),
                "version": conversation.version,
            })
        });
        tickets.chain(conversations).collect()
    }

    /// The whole log, newest first, as `cascades` shows it.
    pub async fn compare_log(&self) -> Result<(), String> {
        let query =
            format!("{{ cascades(first: 100) {{ totalCount nodes {{ ...cascade }} }} }}{CASCADE}");
        let data = self.clients[0].gql(&query, json!({})).await;
        let seen = data["cascades"]["nodes"].as_array().ok_or("no log")?;
        if seen.len() != self.world.log.len() || data["cascades"]["totalCount"] != json!(seen.len())
        {
            let (have, say) = (self.world.log.len(), &data["cascades"]["totalCount"]);
            return Err(format!(
                "the model's log has {have} cascades, the server's {} (totalCount {say})",
                seen.len()
            ));
        }
        for (number, (expected, seen)) in self.world.log.iter().zip(seen.iter().rev()).enumerate() {
            let id = |index: usize| json!({ "id": self.ids.cascades[index] });
            let actor = match expected.actor {
                Actor::User(user) => json!({ "__typename": "User", "id": self.ids.users[user] }),
                Actor::Contact(contact) => {
                    json!({ "__typename": "Contact", "contactEmail": contact_email(contact) })
                }
            };
            let head = json!({
                "id": self.ids.cascades[number],
                "occurredAt": self.times[number],
                "command": expected.command,
                "actor": actor,
                "undoes": expected.undoes.map(id),
                "undoneBy": self.world.undone_by(number).map(id),
            });
            let mut shown = seen.clone();
            for field in ["effects", "tickets", "conversations"] {
                shown
                    .as_object_mut()
                    .ok_or("a cascade is no object")?
                    .remove(field);
            }
            if head != shown {
                return Err(format!(
                    "cascade {number} of the log: {}",
                    difference(&head, &shown)
                ));
            }
            let effects: Vec<Effect> = expected
                .effects
                .iter()
                .map(|recorded| recorded.effect.clone())
                .collect();
            let logged = decode::effects(seen, &mut self.ids.clone())?;
            if effects != logged {
                return Err(format!(
                    "cascade {number} of the log\nmodel:  {effects:?}\nserver: {logged:?}"
                ));
            }
            self.compare_touched(&effects, seen)
                .map_err(|error| format!("cascade {number} of the log: {error}"))?;
        }
        Ok(())
    }

    /// `tickets` and `conversations` of a cascade are the subjects of its effects.
    fn compare_touched(&self, effects: &[Effect], seen: &Value) -> Result<(), String> {
        let mut expected: Vec<String> = effects
            .iter()
            .map(|effect| {
                self.ids
                    .thing(effect.subject)
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        expected.sort();
        expected.dedup();
        let listed = |field: &str| seen[field].as_array().cloned().unwrap_or_default();
        let mut shown: Vec<String> = listed("tickets")
            .iter()
            .chain(&listed("conversations"))
            .map(|thing| thing["id"].as_str().unwrap_or_default().to_owned())
            .collect();
        shown.sort();
        if expected != shown {
            return Err(format!("touched {expected:?}, but lists {shown:?}"));
        }
        Ok(())
    }

    /// The trash, group by group.
    pub async fn compare_trash(&self) -> Result<(), String> {
        let mut expected = Vec::new();
        let mut seen_tickets = Vec::new();
        for (number, conversation) in self.world.conversations.iter().enumerate() {
            let Some(tick) = conversation.trashed else {
                continue;
            };
            if conversation
                .ticket
                .is_some_and(|ticket| seen_tickets.contains(&ticket))
            {
                continue;
            }
            seen_tickets.extend(conversation.ticket);
            let group = self.world.group(Thing::Conversation(number));
            let members: Vec<Value> = group
                .iter()
                .filter(|thing| matches!(thing, Thing::Conversation(_)))
                .map(|&thing| json!({ "id": self.ids.thing(thing) }))
                .collect();
            expected.push(json!({
                "trashedAt": self.time(tick),
                "ticket": conversation.ticket.map(|ticket| json!({ "id": self.ids.tickets[ticket] })),
                "conversations": members,
            }));
        }
        let data = self.clients[0]
            .gql(
                "{ trash(first: 100) { nodes { trashedAt ticket { id } conversations { id } } } }",
                json!({}),
            )
            .await;
        let mut seen = data["trash"]["nodes"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for group in &mut seen {
            if let Some(members) = group
                .pointer_mut("/conversations")
                .and_then(Value::as_array_mut)
            {
                members.sort_by_key(ToString::to_string);
            }
        }
        expected.sort_by_key(ToString::to_string);
        seen.sort_by_key(ToString::to_string);
        if expected != seen {
            return Err(format!("the trash\nmodel:  {expected:?}\nserver: {seen:?}"));
        }
        Ok(())
    }
}

const STATES: &str = "query($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on Ticket {
      number name priority properties(names: [\"colour\", \"size\"]) { definition { name } display }
      status { id } owner { id } workspace contact { email } conversations(first: 100) { totalCount nodes { id } }
      closedAt trashedAt lastActivityAt version
    }
    ... on Conversation {
      subject state: status owner { id } workspace inbox { id } channel { id } contact { email } ticket { id }
      messages { totalCount } closedAt trashedAt lastActivityAt version
    }
  }
}";

fn space(space: Space) -> &'static str {
    match space {
        Space::Inbox => "INBOX",
        Space::HelpDesk => "HELP_DESK",
    }
}

/// The fields in which two objects differ.
fn difference(expected: &Value, seen: &Value) -> String {
    let (Some(fields), Some(shown)) = (expected.as_object(), seen.as_object()) else {
        return format!("model {expected}, server {seen}");
    };
    let names: BTreeSet<&String> = fields.keys().chain(shown.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|name| expected[name.as_str()] != seen[name.as_str()]);
    let line = |name: &String| {
        format!(
            "  {name}: model {}, server {}",
            expected[name.as_str()],
            seen[name.as_str()]
        )
    };
    format!(
        "{}\n{}",
        expected["id"],
        differing.map(line).collect::<Vec<_>>().join("\n")
    )
}
