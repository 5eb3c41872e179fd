//! The planner, and what a cascade becomes in the log.

use tandem::domain::cascade::{Command, Linked, plan, replay};
use tandem::domain::event::Body;

use super::made::{at, close, entry, id, linked, user};
use super::path::{Path, Work, work};

/// All of them.
pub const PATHS: [Path; 8] = [
    Path::new("plan: close a ticket with 1 conversation", || {
        planning(1, close())
    }),
    Path::new("plan: close a ticket with 50 conversations", || {
        planning(50, close())
    }),
    Path::new("plan: another owner, 50 conversations", || {
        planning(50, Command::UpdateTicketOwner(Some(user(4))))
    }),
    Path::new("plan: trash a ticket with 50 conversations", || {
        planning(50, Command::TrashTicket(id(9)))
    }),
    Path::new("replay: a ticket with 50 conversations was closed", || {
        let (before, entry) = (linked(50), entry(50));
        work((before, entry), |(before, entry)| {
            let mut world = before.clone();
            for effect in &entry.body.effects {
                replay::apply(&mut world, effect);
            }
            replay::finish(&mut world, &entry.body.effects, entry.occurred_at);
            world
        })
    }),
    Path::new("log: the body of 50 conversations closed", || {
        let before = linked(50);
        let planned = plan(&before, &close(), None, at(20_000)).expect("a plan");
        work((before, planned), |(before, planned)| {
            Body::of(before, &planned.after, planned.effects.clone())
        })
    }),
    Path::new("log: write an entry, 1 conversation", || {
        work(entry(1), |entry| {
            serde_json::to_value(&entry.body).expect("JSON")
        })
    }),
    Path::new("log: read an entry, 1 conversation", || {
        let body = serde_json::to_value(&entry(1).body).expect("JSON");
        work(body, |body| {
            serde_json::from_value::<Body>(body.clone()).expect("a body")
        })
    }),
];

fn planning(conversations: u32, command: Command) -> Work {
    let before: Linked = linked(conversations);
    let planned = plan(&before, &command, None, at(20_000)).expect("a plan");
    assert!(!planned.effects.is_empty());
    work((before, command), |(before, command)| {
        plan(before, command, None, at(20_000))
    })
}
