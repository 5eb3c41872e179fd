//! Undo takes back what was done, and restore what was trashed: nothing else is different afterwards.

use proptest::prelude::*;

use super::command::{Act, Command, Expect};
use super::driver::Driver;
use super::effect::{Change, Outcome, Thing};
use super::random::play;
use super::script::{Script, act, script};
use super::world::World;
use crate::support::TestApp;

/// How many scripts each test plays.
const COUNT: u32 = 80;

/// The world but for what grows with every change: versions and `lastActivityAt`.
fn apart_from_versions(
    world: &World,
) -> (Vec<super::world::Ticket>, Vec<super::world::Conversation>) {
    let (mut tickets, mut conversations) = (world.tickets.clone(), world.conversations.clone());
    for ticket in &mut tickets {
        (ticket.version, ticket.active) = (0, 0);
        ticket.edited.clear();
    }
    for conversation in &mut conversations {
        (conversation.version, conversation.active) = (0, 0);
    }
    (tickets, conversations)
}

fn undo() -> Act {
    Act {
        user: 0,
        command: Command::UndoCascade {
            back: 0,
            dry: false,
        },
    }
}

/// Plays the script, then its last act and the undo of that; both sides must be where they were before.
async fn undo_is_inverse(app: &TestApp, script: &Script) -> Result<(), String> {
    let mut driver = Driver::start(app, script).await?;
    let Some((last, before)) = script.acts.split_last() else {
        return Ok(());
    };
    for act in before {
        driver.act(act).await?;
    }
    let was = driver.world.clone();
    let Outcome::Applied { effects, .. } = driver.act(last).await? else {
        return Ok(());
    };
    let lasting = |change: &Change| {
        matches!(
            change,
            Change::Created | Change::Linked { .. } | Change::MessageAdded { .. }
        )
    };
    if effects.iter().any(|effect| lasting(&effect.change)) {
        return Ok(());
    }
    match driver.act(&undo()).await? {
        Outcome::Applied { left, .. } if left.is_empty() => {}
        // Who has left in between cannot be given anything back.
        Outcome::Applied { .. } | Outcome::NothingTakenBack(_)
            if former_owner_left(&was, &effects) =>
        {
            return Ok(());
        }
        other => return Err(format!("{last:?} could not be taken back: {other:?}")),
    }
    driver.compare_states().await?;
    let trash_is_new = effects
        .iter()
        .any(|effect| effect.change == Change::Restored);
    let (mut now, mut then) = (
        apart_from_versions(&driver.world),
        apart_from_versions(&was),
    );
    if trash_is_new {
        // Undoing a restore trashes anew, with new times.
        for side in [&mut now, &mut then] {
            side.0
                .iter_mut()
                .for_each(|ticket| ticket.trashed = ticket.trashed.map(|_| 0));
            side.1
                .iter_mut()
                .for_each(|conversation| conversation.trashed = conversation.trashed.map(|_| 0));
        }
    }
    if now != then {
        return Err(format!(
            "after the undo of {last:?}\nwas {then:?}\nis  {now:?}"
        ));
    }
    // And the undo of the undo is what was done.
    driver.act(&undo()).await?;
    driver.compare_states().await
}

fn former_owner_left(was: &World, effects: &[super::effect::Effect]) -> bool {
    effects.iter().any(|effect| match effect.change {
        Change::Owner {
            from: Some(user), ..
        } => !was.users[user].active,
        _ => false,
    })
}

fn trash(thing: Thing) -> Act {
    let (expect, dry) = (Expect::Any, false);
    let command = match thing {
        Thing::Ticket(ticket) => Command::TrashTicket {
            ticket,
            expect,
            dry,
        },
        Thing::Conversation(conversation) => Command::TrashConversation {
            conversation,
            expect,
            dry,
        },
    };
    Act { user: 0, command }
}

/// Plays the script, whose last act trashes something, and restores that by each member of its group in turn.
async fn restore_is_inverse(app: &TestApp, script: &Script) -> Result<(), String> {
    let mut driver = Driver::start(app, script).await?;
    let Some((last, before)) = script.acts.split_last() else {
        return Ok(());
    };
    for act in before {
        driver.act(act).await?;
    }
    let was = apart_from_versions(&driver.world);
    let Some((thing, _)) = last.command.expects() else {
        return Ok(());
    };
    if !driver.world.exists(thing) {
        return Ok(());
    }
    for by in driver.world.group(thing) {
        if !matches!(driver.act(last).await?, Outcome::Applied { .. }) {
            return Ok(());
        }
        driver.compare_states().await?;
        let restore = Command::RestoreFromTrash {
            thing: by,
            dry: false,
        };
        driver
            .act(&Act {
                user: 0,
                command: restore,
            })
            .await?;
        driver.compare_states().await?;
        let now = apart_from_versions(&driver.world);
        if now != was {
            return Err(format!(
                "after restoring {thing:?} by {by:?}\nwas {was:?}\nis  {now:?}"
            ));
        }
    }
    Ok(())
}

/// Scripts of up to 12 commands and one that really happens.
fn scripts() -> impl Strategy<Value = Script> {
    (script(12), act()).prop_map(|(mut script, last)| {
        script.acts.push(Act { user: 0, ..last });
        script
    })
}

#[test]
fn undo_is_the_inverse_of_what_it_undoes() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::start());
    play(COUNT, scripts, |script| {
        runtime.block_on(undo_is_inverse(&app, script))
    });
}

#[test]
fn restore_is_the_inverse_of_trash() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::start());
    let scripts = || {
        let thing = prop_oneof![
            (0usize..4).prop_map(Thing::Conversation),
            (0usize..2).prop_map(Thing::Ticket)
        ];
        (script(12), thing).prop_map(|(mut script, thing)| {
            script.acts.push(trash(thing));
            script
        })
    };
    play(COUNT, scripts, |script| {
        runtime.block_on(restore_is_inverse(&app, script))
    });
}
