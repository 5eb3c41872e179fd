//! Things to hold a filter against: plain ones, and for each of its conditions one that fulfils it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tandem::domain::filter::{ConversationLeaf, PropertyTest, TicketLeaf, TimeRange};
use tandem::domain::id::*;
use tandem::domain::image::{Conversation, Held, Status, Ticket, Time, Trash};
use tandem::domain::noun::{
    ChannelKind, ConversationStatus, PropertyType, StatusCategory, Workspace,
};
use tandem::domain::property::{PropertyDefinition, PropertyOption, Value};
use uuid::Uuid;

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn time() -> Time {
    DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(20_000)
}

fn within(range: &TimeRange) -> Time {
    match (range.from, range.before) {
        (Some(from), _) => from,
        (None, Some(before)) => before - chrono::TimeDelta::microseconds(1),
        (None, None) => time(),
    }
}

fn trash(in_trash: bool) -> Option<Trash> {
    in_trash.then(|| Trash {
        group: TrashGroupId(id(1)),
        trashed_at: time(),
        purge_at: time(),
    })
}

/// The kind of a channel: that of its number.
pub fn kind_of(channel: ChannelId) -> Option<ChannelKind> {
    let place = usize::try_from(channel.0.as_u128()).ok()?;
    ChannelKind::ALL.get(place).copied()
}

/// Conversations, in the trash or not.
pub fn conversations(leaves: &[&ConversationLeaf], in_trash: bool) -> Vec<Conversation> {
    let plain = Conversation {
        id: ConversationId(id(1)),
        subject: None,
        status: ConversationStatus::Open,
        workspace: Workspace::Inbox,
        inbox: InboxId(id(1)),
        channel: ChannelId(id(0)),
        contact: ContactId(id(1)),
        owner: Some(UserId(id(1))),
        ticket: None,
        created_at: time(),
        last_activity_at: time(),
        closed_at: None,
        trash: trash(in_trash),
        version: 1,
    };
    let mut all = plain.clone();
    let mut images = Vec::new();
    for leaf in leaves {
        let mut one = plain.clone();
        for image in [&mut one, &mut all] {
            match leaf {
                ConversationLeaf::Inbox(id) => image.inbox = *id,
                ConversationLeaf::InboxIn(ids) => {
                    image.inbox = ids.first().copied().unwrap_or(image.inbox);
                }
                ConversationLeaf::Contact(id) => image.contact = *id,
                ConversationLeaf::Ticket(id) => image.ticket = Some(*id),
                ConversationLeaf::Status(status) => image.status = *status,
                ConversationLeaf::Workspace(workspace) => image.workspace = *workspace,
                ConversationLeaf::Channel(kinds) => {
                    let place = ChannelKind::ALL
                        .iter()
                        .position(|kind| kinds.first() == Some(kind));
                    image.channel = ChannelId(id(place.unwrap_or(99) as u128));
                }
                ConversationLeaf::Owner(owner) => image.owner = *owner,
                ConversationLeaf::HasTicket(has) => image.ticket = has.then_some(TicketId(id(9))),
                ConversationLeaf::LastActivity(range) => image.last_activity_at = within(range),
            }
        }
        images.push(one);
    }
    images.extend([all, plain]);
    images
}

/// Tickets, in the trash or not.
pub fn tickets(leaves: &[&TicketLeaf], in_trash: bool) -> Vec<Ticket> {
    let plain = Ticket {
        id: TicketId(id(1)),
        number: 1,
        name: "A ticket".to_owned(),
        name_version: 1,
        status: Status {
            id: StatusId(id(1)),
            pipeline: PipelineId(id(1)),
            category: StatusCategory::Open,
        },
        owner: None,
        priority: None,
        priority_version: 1,
        workspace: Workspace::HelpDesk,
        contact: None,
        properties: BTreeMap::new(),
        created_at: time(),
        last_activity_at: time(),
        closed_at: None,
        trash: trash(in_trash),
        version: 1,
    };
    let mut all = plain.clone();
    let mut images = Vec::new();
    for leaf in leaves {
        let mut one = plain.clone();
        for image in [&mut one, &mut all] {
            match leaf {
                TicketLeaf::Status(ids) => {
                    image.status.id = ids.first().copied().unwrap_or(image.status.id)
                }
                TicketLeaf::Category(category) => image.status.category = *category,
                TicketLeaf::Priority(any) => image.priority = any.first().copied(),
                TicketLeaf::Owner(owner) => image.owner = *owner,
                TicketLeaf::Contact(id) => image.contact = Some(*id),
                TicketLeaf::Workspace(workspace) => image.workspace = *workspace,
                TicketLeaf::Created(range) => image.created_at = within(range),
                TicketLeaf::Property(property, test) => {
                    let value = match test {
                        PropertyTest::Equals(value) => Some(value.clone()),
                        PropertyTest::Contains(option) => {
                            Some(Value::Options(vec![option.clone()]))
                        }
                        PropertyTest::IsSet(set) => set.then_some(Value::Boolean(true)),
                    };
                    assert!(test.holds(value.as_ref()), "{test:?} holds for {value:?}");
                    image
                        .properties
                        .insert(*property, Held { value, version: 1 });
                }
            }
        }
        images.push(one);
    }
    images.extend([all, plain]);
    images
}

/// A property of each type: `p0`, `p1` …
pub fn definitions() -> Vec<Arc<PropertyDefinition>> {
    let option = |value: &str| PropertyOption {
        value: value.to_owned(),
        label: value.to_uppercase(),
    };
    let kinds = PropertyType::ALL.iter().enumerate();
    let define = |(place, kind): (usize, &PropertyType)| {
        Arc::new(PropertyDefinition {
            id: PropertyId(id(place as u128)),
            name: format!("p{place}"),
            label: format!("Property {place}"),
            kind: *kind,
            options: vec![option("a"), option("b"), option("c")],
            required: false,
            read_only: false,
            archived: false,
        })
    };
    kinds.map(define).collect()
}
