//! Properties: rule 6.

use super::super::command::PropertyEdit;
use super::super::effect::{Change, Subject};
use super::super::rule::Rule;
use super::{Planned, Planner};

impl Planner {
    /// Rule 6.
    pub(super) fn update_properties(&mut self, edits: &[PropertyEdit]) -> Planned {
        let ticket = self.ticket()?.clone();
        let changed: Vec<_> = edits
            .iter()
            .filter(|edit| edit.present(&ticket) != edit.to)
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        Self::not_in_trash(ticket.trash, "ticketId")?;
        // Edits of different properties do not conflict: only the latest of those edited here counts.
        let changed_at = changed
            .iter()
            .map(|edit| edit.changed_at(&ticket))
            .max()
            .unwrap_or(0);
        self.expect_version(ticket.version, changed_at)?;
        for edit in &changed {
            edit.allowed()?;
        }
        for edit in changed {
            self.edit_property(Subject::Ticket(ticket.id), edit, Rule::Direct, None);
        }
        Ok(())
    }

    pub(super) fn edit_property(
        &mut self,
        subject: Subject,
        edit: &PropertyEdit,
        rule: Rule,
        cause: Option<usize>,
    ) {
        let from = self
            .state
            .ticket
            .as_ref()
            .and_then(|ticket| edit.present(ticket));
        if from == edit.to {
            return;
        }
        let change = Change::Property {
            key: edit.key,
            name: edit.name(),
            from: from.map(|value| edit.show(value)),
            to: edit.to.clone().map(|value| edit.show(value)),
        };
        self.push(subject, rule, cause, change);
    }
}
