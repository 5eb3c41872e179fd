//! Conditions on tickets as SQL.

use super::binds::Binds;
use super::conversation_filter::{condition, in_range, is_one_of_two, maybe_equals};
use crate::domain::filter::{PropertyTest, TicketFilter, TicketLeaf};
use crate::domain::id::PropertyId;
use crate::domain::property::Value;
use crate::store::sql::Bind;

/// All conditions of a list of tickets `t`; `account` is the placeholder of the account.
pub(super) fn tickets(filter: &TicketFilter, account: &str, binds: &mut Binds) -> String {
    let trash = if filter.in_trash {
        "IS NOT NULL"
    } else {
        "IS NULL"
    };
    let condition = condition(&filter.condition, false, binds, &|one, negated, binds| {
        leaf(one, negated, account, binds)
    });
    format!("t.trash_group_id {trash} AND {condition}")
}

fn leaf(leaf: &TicketLeaf, negated: bool, account: &str, binds: &mut Binds) -> String {
    use TicketLeaf as L;
    let not = if negated { "NOT " } else { "" };
    match leaf {
        // None of nothing: said so that Postgres need not look.
        L::Status(ids) if ids.is_empty() => negated.to_string(),
        L::Priority(any) if any.is_empty() => negated.to_string(),
        L::Status(ids) => {
            let ids = binds.push(Bind::Uuids(ids.iter().map(|id| id.0).collect()));
            format!("{not}t.status_id = ANY({ids})")
        }
        L::Category(category) => is_one_of_two("t.category", negated, category.code()),
        L::Priority(any) => {
            let codes = binds.push(Bind::Smalls(any.iter().map(|one| one.code()).collect()));
            // Without a priority it is none of them.
            let null = if negated { "true" } else { "false" };
            format!("coalesce({not}t.priority = ANY({codes}), {null})")
        }
        L::Owner(owner) => {
            let id = owner.map(|id| binds.push(Bind::Uuid(id.0)));
            maybe_equals("t.owner_id", negated, id.as_deref())
        }
        L::Contact(id) => {
            let id = binds.push(Bind::Uuid(id.0));
            maybe_equals("t.contact_id", negated, Some(&id))
        }
        L::Workspace(workspace) => is_one_of_two("t.workspace", negated, workspace.code()),
        L::Property(id, test) => property(*id, test, negated, account, binds),
        L::Created(range) => in_range("t.created_at", negated, range, binds),
    }
}

fn property(
    id: PropertyId,
    test: &PropertyTest,
    negated: bool,
    account: &str,
    binds: &mut Binds,
) -> String {
    let id = binds.push(Bind::Uuid(id.0));
    let (holds, wanted) = match test {
        PropertyTest::Equals(value) => {
            // Written as the log and the table write it, so equal values are equal jsonb.
            let json = serde_json::to_value(value).unwrap_or_default();
            let json = binds.push(Bind::Json(json));
            let equal = match value {
                // A set, whose order was that of the definition when it was written.
                Value::Options(_) => format!("p.value @> {json} AND p.value <@ {json}"),
                _ => format!("p.value = {json}"),
            };
            // The index has the hash; what only looks equal by it is told apart by the value. Wrapped, because the
            // planner would take the two for independent, and expect next to no rows.
            let same =
                format!("p.value_hash = tandem_value_hash({json}) AND coalesce({equal}, false)");
            (true, same)
        }
        PropertyTest::Contains(option) => {
            let value = serde_json::json!({ "options": [option] });
            (
                true,
                format!("p.value @> {}", binds.push(Bind::Json(value))),
            )
        }
        PropertyTest::IsSet(set) => (*set, "p.value IS NOT NULL".to_owned()),
    };
    let not = if holds == negated { "NOT " } else { "" };
    format!(
        "{not}EXISTS (SELECT FROM ticket_properties p WHERE p.account_id = {account} AND p.ticket_id = t.id \
         AND p.definition_id = {id} AND {wanted})"
    )
}
