//! What the paths are given: an account's everyday things, the same in each run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use tandem::domain::access::{Principal, Scopes, Viewer};
use tandem::domain::cascade::{Command, Linked, Settings, plan};
use tandem::domain::event::{Body, Entry, Position};
use tandem::domain::id::{AccountId, TokenId, UserId};
use tandem::domain::image::{Actor, Conversation, Held, Status, Ticket, Time};
use tandem::domain::noun::{ConversationStatus, Role, StatusCategory, TicketPriority, Workspace};
use tandem::domain::property::Value;
use uuid::Uuid;

/// The id of the thing of that number; of each noun there is one.
pub fn id<Id: From<Uuid>>(number: u32) -> Id {
    // A version 7 of 2026, as Tandem makes them.
    Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0000 | u128::from(number)).into()
}

/// So many seconds after it all began.
pub fn at(second: u32) -> Time {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_790_000_000 + i64::from(second))
}

/// An agent who may see all.
pub fn agent() -> Viewer {
    Viewer {
        account: account(),
        principal: Principal::User(user(0), Role::Agent),
        token: id::<TokenId>(1),
        scopes: Scopes::ALL,
        limits: None,
    }
}

/// The account that all is in.
pub fn account() -> AccountId {
    id(1)
}

/// One of its people.
pub fn user(number: u32) -> UserId {
    id(100 + number)
}

/// A status, open or closed.
pub fn status(category: StatusCategory) -> Status {
    Status {
        id: id(10 + category as u32),
        pipeline: id(1),
        category,
    }
}

/// A conversation, one of many that wait.
pub fn conversation(number: u32) -> Conversation {
    Conversation {
        id: id(1_000 + number),
        subject: Some(format!("Order {number} has not arrived: what now?")),
        status: ConversationStatus::Open,
        workspace: Workspace::HelpDesk,
        inbox: id(1 + number % 2),
        channel: id(1 + number % 3),
        contact: id(1 + number),
        owner: (!number.is_multiple_of(3)).then(|| user(number % 5)),
        ticket: None,
        created_at: at(number),
        last_activity_at: at(10_000 + number),
        closed_at: None,
        trash: None,
        version: 3,
    }
}

/// A ticket with a few properties.
pub fn ticket(number: u32) -> Ticket {
    let values = [
        Value::String("The parcel was sent back twice".to_owned()),
        Value::Number(129.9),
        Value::Boolean(true),
        Value::Options(vec!["damaged".to_owned(), "late".to_owned()]),
    ];
    let held = |value| Held {
        value: Some(value),
        version: 2,
    };
    let properties = (1..).map(id).zip(values.map(held));
    Ticket {
        id: id(5_000 + number),
        number: 4_711,
        name: "Parcel lost on its way".to_owned(),
        name_version: 1,
        status: status(StatusCategory::Open),
        owner: Some(user(2)),
        priority: Some(TicketPriority::High),
        priority_version: 2,
        workspace: Workspace::HelpDesk,
        contact: Some(id(1)),
        properties: properties.collect::<BTreeMap<_, _>>(),
        created_at: at(0),
        last_activity_at: at(10_000),
        closed_at: None,
        trash: None,
        version: 7,
    }
}

/// An open ticket with so many open conversations.
pub fn linked(conversations: u32) -> Linked {
    let ticket = ticket(0);
    let of_it = |number| Conversation {
        ticket: Some(ticket.id),
        ..conversation(number)
    };
    Linked {
        settings: Settings {
            tickets_in_inbox: false,
            retention: TimeDelta::days(90),
        },
        conversations: (0..conversations).map(of_it).collect(),
        ticket: Some(ticket),
        inactive: BTreeSet::new(),
    }
}

/// Closes the ticket.
pub fn close() -> Command {
    Command::UpdateTicketStatus(status(StatusCategory::Closed))
}

/// What the log has of the closing of a ticket with so many conversations.
pub fn entry(conversations: u32) -> Arc<Entry> {
    let before = linked(conversations);
    let planned = plan(&before, &close(), None, at(20_000)).expect("a plan");
    assert_eq!(planned.effects.len(), conversations as usize + 1);
    Arc::new(Entry {
        position: Some(Position(815)),
        account: account(),
        id: id(1),
        occurred_at: at(20_000),
        actor: Actor::User(user(1)),
        command: close().name().to_owned(),
        undoes: None,
        body: Body::of(&before, &planned.after, planned.effects),
    })
}
