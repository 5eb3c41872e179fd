//! Rows that change: only the columns that differ. To name a column in an `UPDATE` costs, even where its value stays: a
//! trigger of that column has its condition read and prepared, for each statement anew (`benches/changes`).

use serde_json::Value;

/// A column and its type.
type Column = (&'static str, &'static str);

/// What cascades change of tickets.
pub(super) const OF_TICKETS: [Column; 13] = [
    ("name", "text"),
    ("name_version", "integer"),
    ("pipeline_id", "uuid"),
    ("status_id", "uuid"),
    ("category", "smallint"),
    ("owner_id", "uuid"),
    ("priority", "smallint"),
    ("priority_version", "integer"),
    ("workspace", "smallint"),
    ("last_activity_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("trash_group_id", "uuid"),
    ("version", "integer"),
];
/// What cascades change of conversations.
pub(super) const OF_CONVERSATIONS: [Column; 9] = [
    ("status", "smallint"),
    ("workspace", "smallint"),
    ("inbox_id", "uuid"),
    ("owner_id", "uuid"),
    ("ticket_id", "uuid"),
    ("last_activity_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("trash_group_id", "uuid"),
    ("version", "integer"),
];

/// Rows of one table that change together.
pub(super) struct Changed {
    columns: Vec<Column>,
    rows: Vec<Value>,
}

impl Changed {
    /// Of each row what it was and what it is, as JSON objects with its `id`. What differs in one is written in all, so
    /// that one statement does.
    pub(super) fn of(columns: &[Column], rows: &[(Value, Value)]) -> Self {
        let differs =
            |(name, _): &&Column| rows.iter().any(|(old, new)| old.get(name) != new.get(name));
        let columns: Vec<Column> = columns.iter().filter(differs).copied().collect();
        let written = |(_, new): &(Value, Value)| {
            let names = columns.iter().map(|(name, _)| *name).chain(["id"]);
            let fields = names.map(|name| (name.to_owned(), new.get(name).cloned()));
            fields
                .map(|(name, value)| (name, value.unwrap_or_default()))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        Self {
            rows: rows.iter().map(written).collect(),
            columns,
        }
    }

    /// `a = r.a, b = r.b`
    pub(super) fn assignments(&self) -> String {
        let assign = |(name, _): &Column| format!("{name} = r.{name}");
        self.columns
            .iter()
            .map(assign)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// `(id uuid, a integer, b text)`
    pub(super) fn record(&self) -> String {
        let column = |(name, kind): &Column| format!(", {name} {kind}");
        let columns: String = self.columns.iter().map(column).collect();
        format!("(id uuid{columns})")
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
