//! The reference model by itself: what must hold of any world, over many scripts, without a server.
//!
//! It is what the server is measured by, so it is measured first.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::command::Act;
use super::effect::{Change, Outcome, Rule, Thing};
use super::random::{config, report};
use super::script::{Script, script};
use super::world::{Kind, Space, State, World};

fn check(script: &Script) -> Result<(), String> {
    let mut world = script.world();
    for act in Script::opening().iter().chain(&script.acts) {
        let before = world.clone();
        let outcome = world.step(act);
        holds(&before, &world, &outcome).map_err(|broken| format!("{act:?}: {broken}"))?;
    }
    Ok(())
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn holds(before: &World, after: &World, outcome: &Outcome) -> Result<(), String> {
    let written = matches!(outcome, Outcome::Applied { .. });
    ensure(
        written == (after.log.len() > before.log.len()),
        "a cascade is written exactly where something is applied",
    )?;
    if let Outcome::Applied { effects, .. } | Outcome::Previewed { effects, .. } = outcome {
        ensure(!effects.is_empty(), "a cascade has effects")?;
        for (index, effect) in effects.iter().enumerate() {
            ensure(
                effect.by.is_none_or(|by| by < index),
                "a cause comes before its effect",
            )?;
            ensure(
                !changes_nothing(&effect.change),
                "an effect changes something",
            )?;
        }
    }
    for ticket in 0..after.tickets.len() {
        let members = after.members(ticket);
        ensure(!members.is_empty(), "a ticket has a conversation")?;
        let trashed = after.tickets[ticket].trashed;
        let together = members
            .iter()
            .all(|&c| after.conversations[c].trashed == trashed);
        ensure(
            together,
            "a ticket and its conversations are in the trash together (18)",
        )?;
        let closed = after.statuses[after.tickets[ticket].status] == State::Closed;
        ensure(
            closed == after.tickets[ticket].closed.is_some(),
            "closed tickets, and only they, have closedAt",
        )?;
        let in_inbox = after.tickets[ticket].space == Space::Inbox;
        ensure(
            in_inbox == (after.kind == Kind::Old),
            "where tickets are kept (5)",
        )?;
    }
    for (number, conversation) in after.conversations.iter().enumerate() {
        let closed = conversation.status == State::Closed;
        ensure(
            closed == conversation.closed.is_some(),
            "closed conversations, and only they, have closedAt",
        )?;
        if let Some(was) = before.conversations.get(number) {
            ensure(
                was.ticket.is_none() || was.ticket == conversation.ticket,
                "a link is permanent (3)",
            )?;
            let grown = conversation.version - was.version;
            ensure((0..=1).contains(&grown), "a version grows by one")?;
            let thing = Thing::Conversation(number);
            let frozen = was.trashed.is_some() && after.trashed(thing) == was.trashed;
            let same = (conversation.status, conversation.owner, conversation.inbox)
                == (was.status, was.owner, was.inbox);
            ensure(!frozen || same, "nothing in the trash changes (21)")?;
        }
    }
    Ok(())
}

fn changes_nothing(change: &Change) -> bool {
    match change {
        Change::Status { from, to } => from == to,
        Change::TicketStatus { from, to } | Change::Inbox { from, to } => from == to,
        Change::Owner { from, to } => from == to,
        Change::Workspace { from, to } => from == to,
        Change::Property { from, to, .. } => from == to,
        _ => false,
    }
}

#[test]
fn the_reference_model_keeps_its_own_rules() {
    let scripts = script(40);
    let result = TestRunner::new(config(1_500)).run(&scripts, |script: Script| {
        check(&script).map_err(TestCaseError::fail)
    });
    report(result);
}

/// Random scripts would prove little of a rule that they never set off.
#[test]
fn scripts_meet_every_rule_every_effect_and_every_refusal() {
    let met = RefCell::new(BTreeSet::new());
    // Always the same scripts: what is rare is met each time or never.
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config(4_000), seed).run(&script(40), |script| {
        let mut world = script.world();
        for act in Script::opening().iter().chain(&script.acts) {
            met.borrow_mut().extend(names(act, &world.step(act)));
        }
        Ok(())
    });
    report(result);
    let met = met.into_inner();
    let missed: Vec<&str> = EVERYTHING
        .split_whitespace()
        .filter(|name| !met.contains(*name))
        .collect();
    assert!(missed.is_empty(), "never met: {missed:?}");
}

/// What a command can come to, each rule that it can set off, and each kind of effect.
const EVERYTHING: &str = "
    Applied Previewed Unchanged Rejected NothingTakenBack Unauthenticated Done TakenBackInPart
    NotFound Forbidden AlreadyLinked AlreadyOwned InTrash NotInTrash RequiredProperty InactiveUser
    VersionConflict NotUndoable LeftChangedSince LeftInactiveUser
    Direct TicketCreatedMovesToHelpDesk ConversationOwnerSetsTicketOwner
    TicketClosedClosesConversations TicketReopenedReopensOnlyConversation
    ConversationTrashedTrashesTicket TicketTrashedTrashesConversations RestoreReturnsWholeGroup
    IncomingMessageReopensConversation ReplyAssignsSender NewConversationCreatesTicket
    MoveCarriesTicket Undo
    Created Linked Status TicketStatus Owner Workspace Inbox Property Trashed Restored MessageAdded
    UndoStatus UndoTicketStatus UndoOwner UndoInbox UndoProperty UndoTrashed UndoRestored";

fn names(act: &Act, outcome: &Outcome) -> Vec<String> {
    let mut names = vec![word(outcome), act.command.name().to_owned()];
    match outcome {
        Outcome::Applied { effects, left } | Outcome::Previewed { effects, left } => {
            for effect in effects {
                names.push(word(&effect.rule));
                names.push(word(&effect.change));
                if effect.rule == Rule::Undo {
                    names.push(format!("Undo{}", word(&effect.change)));
                }
            }
            if !left.is_empty() {
                names.push("TakenBackInPart".to_owned());
            }
            names.extend(left.iter().map(|(_, code)| format!("Left{code:?}")));
        }
        Outcome::Rejected(codes) => names.extend(codes.iter().map(|code| word(code))),
        Outcome::NothingTakenBack(left) => {
            names.extend(left.iter().map(|(_, code)| format!("Left{code:?}")));
        }
        Outcome::Unchanged | Outcome::Unauthenticated | Outcome::Done => {}
    }
    names
}

/// The first word of what `Debug` writes: a variant's name.
fn word(value: &dyn std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_owned()
}
