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
    // An undone effect is caused by the undone cause or, where that was left as it is, by the nearest one before it
    // that was taken back: so the chain stays readable.
    let mut places: Vec<Option<usize>> = Vec::with_capacity(effects.len());
    for (index, effect) in effects.iter().enumerate() {
        let cause = effect
            .caused_by
            .and_then(|cause| places.get(cause).copied().flatten());
        let place = match inverse(planner, &effect.change, effect.subject, group) {
            Ok(change) => Some(planner.push(effect.subject, Rule::Undo, cause, change)),
            Err(code) => {
                planner.left.push(left(code, index, effect));
                cause
            }
        };
        places.push(place);
    }
    complete_trash(planner, group);
    Ok(())
}

/// What was linked since a restore goes to the trash with the others, all or none (rule 18): a new ticket because of
/// its conversation (rule 15), a new conversation because of its ticket (rule 16).
fn complete_trash(planner: &mut Planner, group: TrashGroupId) {
    let change = |effect: &Effect| match effect.change {
        Change::Trashed { trash } if trash.group == group => Some(trash),
        _ => None,
    };
    let Some(trash) = planner.effects.iter().find_map(change) else {
        return;
    };
    let Some(ticket) = planner.state.ticket.as_ref() else {
        return;
    };
    let (id, outside) = (ticket.id, ticket.trash.is_none());
    let subject = Subject::Ticket(id);
    if outside {
        let linked = |effect: &Effect| match effect.subject {
            Subject::Conversation(one) => {
                let mut all = planner.state.conversations.iter();
                all.any(|c| c.id == one && c.ticket == Some(id))
            }
            Subject::Ticket(_) => false,
        };
        let Some(cause) = planner.effects.iter().position(linked) else {
            return;
        };
        planner.push(subject, Rule::Undo, Some(cause), Change::Trashed { trash });
    }
    let cause = planner
        .effects
        .iter()
        .position(|effect| effect.subject == subject);
    let members = planner.state.conversations.iter();
    let outside: Vec<_> = members
        .filter(|c| c.ticket == Some(id) && c.trash.is_none())
        .map(|c| c.id)
        .collect();
    for id in outside {
        let subject = Subject::Conversation(id);
        planner.push(subject, Rule::Undo, cause, Change::Trashed { trash });
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
    let fresh = Trash {
        group,
        trashed_at: planner.now,
        purge_at: planner.now + planner.state.settings.retention,
    };
    let inverse = match subject {
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
    };
    match inverse.ok_or(ErrorCode::ChangedSince)? {
        // Only what could be taken back otherwise fails by who left.
        Change::Owner { to: Some(user), .. } if planner.state.inactive.contains(&user) => {
            Err(ErrorCode::InactiveUser)
        }
        change => Ok(change),
    }
}

fn inverse_of_ticket(ticket: &Ticket, change: &Change, fresh: Trash) -> Option<Change> {
    match change {
        Change::TicketStatus {
            from,
            to,
            closed_before,
            ..
        } if ticket.status.id == to.id => Some(Change::TicketStatus {
            from: ticket.status,
            to: *from,
            closed_before: ticket.closed_at,
            closed_after: *closed_before,
        }),
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
