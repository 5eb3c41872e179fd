//! The columns of tickets and conversations, and of rows that change only those that differ. To name a column in an `UPDATE` costs, even where its value stays: a
//! trigger of that column has its condition read and prepared, for each statement anew (`benches/changes`).

use serde_json::Value;

/// A column and its type.
type Column = (&'static str, &'static str);

/// Of `tickets`, all that a new one has.
pub(super) const OF_TICKETS: [Column; 17] = [
    ("id", "uuid"),
    ("number", "integer"),
    ("name", "text"),
    ("name_version", "integer"),
    ("pipeline_id", "uuid"),
    ("status_id", "uuid"),
    ("category", "smallint"),
    ("owner_id", "uuid"),
    ("priority", "smallint"),
    ("priority_version", "integer"),
    ("workspace", "smallint"),
    ("contact_id", "uuid"),
    ("created_at", "timestamptz"),
    ("last_activity_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("trash_group_id", "uuid"),
    ("version", "integer"),
];
/// Of `conversations`, all that a new one has.
pub(super) const OF_CONVERSATIONS: [Column; 15] = [
    ("id", "uuid"),
    ("subject", "text"),
    ("status", "smallint"),
    ("workspace", "smallint"),
    ("inbox_id", "uuid"),
    ("channel_id", "uuid"),
    ("thread_key", "text"),
    ("contact_id", "uuid"),
    ("owner_id", "uuid"),
    ("ticket_id", "uuid"),
    ("created_at", "timestamptz"),
    ("last_activity_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("trash_group_id", "uuid"),
    ("version", "integer"),
];

/// `a, b`
pub(super) fn names(columns: &[Column]) -> String {
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

/// `(a integer, b text)`: what a JSON array of rows is read as.
pub(super) fn record(columns: &[Column]) -> String {
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, kind)| format!("{name} {kind}"))
        .collect();
    format!("({})", columns.join(", "))
}

/// Rows of one table that change together.
pub(super) struct Changed {
    columns: Vec<Column>,
    rows: Vec<Value>,
}

impl Changed {
    /// Of each row what it was and what it is, as JSON objects with its `id`. What differs in one is written in all, so
    /// that one statement does.
    pub(super) fn of(columns: &[Column], rows: &[(Value, Value)]) -> Self {
        let differs = |name| rows.iter().any(|(old, new)| old.get(name) != new.get(name));
        let written = |(name, _): &&Column| *name == "id" || differs(*name);
        let columns: Vec<Column> = columns.iter().filter(written).copied().collect();
        let row = |(_, new): &(Value, Value)| {
            let field = |(name, _): &Column| (name.to_string(), new.get(name).cloned());
            columns
                .iter()
                .map(field)
                .map(|(name, value)| (name, value.unwrap_or_default()))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        Self {
            rows: rows.iter().map(row).collect(),
            columns,
        }
    }

    /// `a = r.a, b = r.b`
    pub(super) fn assignments(&self) -> String {
        let changed = self.columns.iter().filter(|(name, _)| *name != "id");
        let assigned: Vec<_> = changed
            .map(|(name, _)| format!("{name} = r.{name}"))
            .collect();
        assigned.join(", ")
    }

    /// What the rows are read as.
    pub(super) fn record(&self) -> String {
        record(&self.columns)
    }

    /// The rows, to be read as such records.
    pub(super) fn into_rows(self) -> Vec<Value> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_in_one_row_is_written_in_all() {
        let row = |id: i32, status: i32, owner: Value| json!({ "id": id, "status": status, "owner_id": owner, "subject": "s", "version": 1 });
        let rows = [
            (row(1, 0, json!("a")), row(1, 1, json!("a"))),
            (row(2, 1, Value::Null), row(2, 1, json!("b"))),
        ];
        let changed = Changed::of(&OF_CONVERSATIONS, &rows);
        assert_eq!(
            changed.assignments(),
            "status = r.status, owner_id = r.owner_id"
        );
        assert_eq!(
            changed.record(),
            "(id uuid, status smallint, owner_id uuid)"
        );
        assert_eq!(
            changed.into_rows(),
            [
                json!({ "id": 1, "status": 1, "owner_id": "a" }),
                json!({ "id": 2, "status": 1, "owner_id": "b" }),
            ]
        );
    }
}
