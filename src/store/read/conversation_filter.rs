//! Conditions as SQL. `not` is pushed down to the single conditions, so that Postgres sees plain comparisons that
//! an index serves, and null never makes a condition neither true nor false.

use super::binds::Binds;
use crate::domain::filter::{Condition, ConversationFilter, ConversationLeaf, TimeRange};
use crate::store::sql::Bind;

/// Puts conditions together; `leaf` writes a single one, or its opposite.
pub(super) fn condition<Leaf>(
    condition_: &Condition<Leaf>,
    negated: bool,
    binds: &mut Binds,
    leaf: &impl Fn(&Leaf, bool, &mut Binds) -> String,
) -> String {
    let (many, all) = match condition_ {
        Condition::Is(one) => return leaf(one, negated, binds),
        Condition::Not(one) => return condition(one, !negated, binds, leaf),
        Condition::All(many) => (many, !negated),
        Condition::Any(many) => (many, negated),
    };
    if many.is_empty() {
        return all.to_string();
    }
    let parts: Vec<_> = many
        .iter()
        .map(|one| condition(one, negated, binds, leaf))
        .collect();
    format!("({})", parts.join(if all { " AND " } else { " OR " }))
}

/// `column = value`, or its opposite, of a column that is never null.
pub(super) fn equals(column: &str, negated: bool, value: &str) -> String {
    format!("{column} {} {value}", if negated { "<>" } else { "=" })
}

/// `column = 0` or `column = 1`, of a column that has these two values only. Written out rather than bound: only so can
/// Postgres see that an index on open work serves, and how many rows there are.
pub(super) fn is_one_of_two(column: &str, negated: bool, code: i16) -> String {
    let code = if negated { 1 - code } else { code };
    format!("{column} = {code}")
}

/// `column = value`, or its opposite, of a column that may be null; no value asks for null.
pub(super) fn maybe_equals(column: &str, negated: bool, value: Option<&str>) -> String {
    match (value, negated) {
        (Some(value), false) => format!("{column} = {value}"),
        (Some(value), true) => format!("{column} IS DISTINCT FROM {value}"),
        (None, false) => format!("{column} IS NULL"),
        (None, true) => format!("{column} IS NOT NULL"),
    }
}

/// Within a range of time, or outside it.
pub(super) fn in_range(
    column: &str,
    negated: bool,
    range: &TimeRange,
    binds: &mut Binds,
) -> String {
    let mut parts = Vec::new();
    if let Some(from) = range.from {
        parts.push(format!("{column} >= {}", binds.push(Bind::Time(from))));
    }
    if let Some(before) = range.before {
        parts.push(format!("{column} < {}", binds.push(Bind::Time(before))));
    }
    let inside = if parts.is_empty() {
        "true".to_owned()
    } else {
        parts.join(" AND ")
    };
    if negated {
        format!("NOT ({inside})")
    } else {
        format!("({inside})")
    }
}

/// All conditions of a list of conversations `c`; `account` is the placeholder of the account.
pub(super) fn conversations(
    filter: &ConversationFilter,
    account: &str,
    binds: &mut Binds,
) -> String {
    let trash = if filter.in_trash {
        "IS NOT NULL"
    } else {
        "IS NULL"
    };
    let condition = condition(&filter.condition, false, binds, &|one, negated, binds| {
        leaf(one, negated, account, binds)
    });
    format!("c.trash_group_id {trash} AND {condition}")
}

fn leaf(leaf: &ConversationLeaf, negated: bool, account: &str, binds: &mut Binds) -> String {
    use ConversationLeaf as L;
    match leaf {
        L::Inbox(id) => equals("c.inbox_id", negated, &binds.push(Bind::Uuid(id.0))),
        L::InboxIn(ids) => {
            let ids = binds.push(Bind::Uuids(ids.iter().map(|id| id.0).collect()));
            let not = if negated { "NOT " } else { "" };
            format!("{not}c.inbox_id = ANY({ids})")
        }
        L::Contact(id) => equals("c.contact_id", negated, &binds.push(Bind::Uuid(id.0))),
        L::Ticket(id) => {
            let id = binds.push(Bind::Uuid(id.0));
            maybe_equals("c.ticket_id", negated, Some(&id))
        }
        L::Status(status) => is_one_of_two("c.status", negated, status.code()),
        L::Workspace(workspace) => is_one_of_two("c.workspace", negated, workspace.code()),
        // None of nothing: said so that Postgres need not look.
        L::Channel(kinds) if kinds.is_empty() => negated.to_string(),
        L::Channel(kinds) => {
            // A channel keeps its kind, so its few ids are looked up once a statement, not once a row.
            let kinds = binds.push(Bind::Smalls(kinds.iter().map(|kind| kind.code()).collect()));
            let ids = format!(
                "ARRAY(SELECT id FROM channels WHERE account_id = {account} AND kind = ANY({kinds}))"
            );
            let not = if negated { "NOT " } else { "" };
            format!("{not}c.channel_id = ANY({ids})")
        }
        L::Owner(owner) => {
            let id = owner.map(|id| binds.push(Bind::Uuid(id.0)));
            maybe_equals("c.owner_id", negated, id.as_deref())
        }
        L::HasTicket(has) => maybe_equals("c.ticket_id", *has != negated, None),
        L::LastActivity(range) => in_range("c.last_activity_at", negated, range, binds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::UserId;
    use crate::domain::noun::ConversationStatus;

    fn text(condition: Condition<ConversationLeaf>) -> String {
        let filter = ConversationFilter {
            in_trash: false,
            condition,
        };
        conversations(&filter, "$1", &mut Binds::default())
    }

    #[test]
    fn not_goes_down_to_the_single_conditions() {
        let owner = Condition::Is(ConversationLeaf::Owner(Some(UserId(uuid::Uuid::nil()))));
        let closed = Condition::Is(ConversationLeaf::Status(ConversationStatus::Closed));
        let neither = Condition::Not(Box::new(Condition::Any(vec![owner, closed])));
        assert_eq!(
            text(neither),
            "c.trash_group_id IS NULL AND (c.owner_id IS DISTINCT FROM $1 AND c.status = 0)"
        );
    }

    #[test]
    fn nothing_asked_is_everything_and_any_of_nothing_is_nothing() {
        assert_eq!(
            text(Condition::default()),
            "c.trash_group_id IS NULL AND true"
        );
        assert_eq!(
            text(Condition::never()),
            "c.trash_group_id IS NULL AND false"
        );
        let not_never = Condition::Not(Box::new(Condition::never()));
        assert_eq!(text(not_never), "c.trash_group_id IS NULL AND true");
    }

    #[test]
    fn a_ticket_or_none() {
        let has = |has| Condition::Is(ConversationLeaf::HasTicket(has));
        assert!(text(has(true)).ends_with("c.ticket_id IS NOT NULL"));
        assert!(text(has(false)).ends_with("c.ticket_id IS NULL"));
        assert!(text(Condition::Not(Box::new(has(true)))).ends_with("c.ticket_id IS NULL"));
    }
}
