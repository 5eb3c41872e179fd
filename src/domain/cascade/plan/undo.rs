//! Undo (rule 30): takes back exactly a cascade's effects, where the value is still the one it set.

use super::super::effect::{Change, Effect, Subject};
use super::super::replay::World;
use super::super::rule::Rule;
use super::Planner;
use crate::domain::id::TrashGroupId;
use crate::domain::image::{Conversation, Ticket, Trash};
use crate::domain::refusal::{Detail, ErrorCode, Refusal};

/// Plans the undo of `effects`.
///
/// # Errors
/// `NOT_UNDOABLE` for what cannot be taken back at all, `IN_TRASH`, and, where nothing can be taken back any more,
/// the first reason why.
pub(super) fn undo(
    planner: &mut Planner,
    effects: &[Effect],
    group: TrashGroupId,
) -> Result<(), Refusal> {
    let moves_trash = effects
        .iter()
        .any(|e| matches!(e.change, Change::Trashed { .. } | Change::Restored { .. }));
    if !moves_trash {
        for effect in effects {
            Planner::not_in_trash(trash_of(planner, effect.subject), "cascadeId")?;
        }
    }
    if effects.iter().any(|effect| !effect.change.undoable()) {
        let message = "A cascade that created, linked, added a message or purged cannot be undone.";
        return Err(Refusal::at(ErrorCode::NotUndoable, "cascadeId", message));
    }
    // An undone effect is caused by the undone cause, so that the chain stays readable.
    let mut places: Vec<Option<usize>> = Vec::with_capacity(effects.len());
    for (index, effect) in effects.iter().enumerate() {
        let cause = effect
            .caused_by
            .and_then(|cause| places.get(cause).copied().flatten());
        let place = match inverse(planner, &effect.change, effect.subject, group) {
            Ok(change) => Some(planner.push(effect.subject, Rule::Undo, cause, change)),
            Err(code) => {
                planner.left.push(left(code, index, effect));
                None
            }
        };
        places.push(place);
    }
    complete_trash(planner, group);
    Ok(())
}

/// A thing linked since the restore goes to the trash with the others: all or none (rule 18).
fn complete_trash(planner: &mut Planner, group: TrashGroupId) {
    let ticket = planner.state.ticket.as_ref();
    let trash = ticket.and_then(|ticket| ticket.trash);
    let Some(trash) = trash.filter(|trash| trash.group == group) else {
        return;
    };
    let ticket = planner.state.ticket.as_ref().map(|ticket| ticket.id);
    let outside = planner
        .state
        .conversations
        .iter()
        .filter(|c| c.ticket == ticket && c.trash.is_none());
    for id in outside.map(|c| c.id).collect::<Vec<_>>() {
        let cause = planner.effects.len().checked_sub(1);
        planner.push(
            Subject::Conversation(id),
            Rule::Undo,
            cause,
            Change::Trashed { trash },
        );
    }
}

fn left(code: ErrorCode, index: usize, effect: &Effect) -> Refusal {
    let message = match code {
        ErrorCode::InactiveUser => "The owner before is no longer active; this was left as it is.",
        _ => "It has been changed since; this was left as it is.",
    };
    let detail = Detail::Effect {
        index,
        effect: Box::new(effect.clone()),
    };
    Refusal {
        detail: Some(detail),
        ..Refusal::at(code, "cascadeId", message)
    }
}

fn trash_of(planner: &mut Planner, subject: Subject) -> Option<Trash> {
    match subject {
        Subject::Ticket(id) => planner.state.ticket(id).and_then(|ticket| ticket.trash),
        Subject::Conversation(id) => planner.state.conversation(id).and_then(|c| c.trash),
    }
}

/// The change that takes another one back, or why it stays.
fn inverse(
    planner: &mut Planner,
    change: &Change,
    subject: Subject,
    group: TrashGroupId,
) -> Result<Change, ErrorCode> {
    if let Change::Owner {
        from: Some(user), ..
    } = change
        && planner.state.inactive.contains(user)
    {
        return Err(ErrorCode::InactiveUser);
    }
    let fresh = Trash {
        group,
        trashed_at: planner.now,
        purge_at: planner.now + planner.state.settings.retention,
    };
    match subject {
        Subject::Ticket(id) => {
            let ticket = planner.state.ticket(id).ok_or(ErrorCode::ChangedSince)?;
            inverse_of_ticket(ticket, change, fresh)
        }
        Subject::Conversation(id) => {
            let conversation = planner
                .state
                .conversation(id)
                .ok_or(ErrorCode::ChangedSince)?;
            inverse_of_conversation(conversation, change, fresh)
        }
    }
    .ok_or(ErrorCode::ChangedSince)
}

fn inverse_of_ticket(ticket: &Ticket, change: &Change, fresh: Trash) -> Option<Change> {
    match change {
        Change::TicketStatus {
            from,
            to,
            closed_before,
            ..
        } if ticket.status.id == to.id => {
            Some(Change::TicketStatus {
                from: ticket.status,
                // A status keeps its category while in use, so the one that was can come back.
                to: *from,
                closed_before: ticket.closed_at,
                closed_after: *closed_before,
            })
        }
        Change::Property {
            key,
            name,
            from,
            to,
        } => {
            let edit = super::super::PropertyEdit {
                definition: None,
                key: *key,
                to: None,
            };
            let set = to.as_ref().map(|shown| &shown.value);
            (edit.present(ticket).as_ref() == set).then(|| Change::Property {
                key: *key,
                name: name.clone(),
                from: to.clone(),
                to: from.clone(),
            })
        }
        Change::Owner { from, to } if ticket.owner == *to => Some(Change::Owner {
            from: *to,
            to: *from,
        }),
        Change::Workspace { from, to } if ticket.workspace == *to => Some(Change::Workspace {
            from: *to,
            to: *from,
        }),
        other => inverse_of_trash(ticket.trash, other, fresh),
    }
}

fn inverse_of_conversation(
    conversation: &Conversation,
    change: &Change,
    fresh: Trash,
) -> Option<Change> {
    match change {
        Change::ConversationStatus {
            from,
            to,
            closed_before,
            ..
        } if conversation.status == *to => Some(Change::ConversationStatus {
            from: *to,
            to: *from,
            closed_before: conversation.closed_at,
            closed_after: *closed_before,
        }),
        Change::Owner { from, to } if conversation.owner == *to => Some(Change::Owner {
            from: *to,
            to: *from,
        }),
        Change::Inbox { from, to } if conversation.inbox == *to => Some(Change::Inbox {
            from: *to,
            to: *from,
        }),
        Change::Workspace { from, to } if conversation.workspace == *to => {
            Some(Change::Workspace {
                from: *to,
                to: *from,
            })
        }
        other => inverse_of_trash(conversation.trash, other, fresh),
    }
}

fn inverse_of_trash(now: Option<Trash>, change: &Change, fresh: Trash) -> Option<Change> {
    match change {
        Change::Trashed { trash } if now == Some(*trash) => {
            Some(Change::Restored { trash: *trash })
        }
        Change::Restored { .. } if now.is_none() => Some(Change::Trashed { trash: fresh }),
        _ => None,
    }
}
