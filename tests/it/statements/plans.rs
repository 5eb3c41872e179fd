//! What a plan read, as Postgres counted it.

use serde_json::Value;

/// Tables so large that none of them may be read whole.
const LARGE: [&str; 8] = [
    "conversations",
    "tickets",
    "messages",
    "contacts",
    "ticket_properties",
    "cascade",
    "search_documents",
    "search_words",
];

/// The last month of the log that large.sql fills. Later ones have only what tests wrote: how Postgres reads a few rows
/// tells nothing.
const LAST_MONTH: &str = "202610";

/// Whether a table has so many rows that it matters how they are found.
fn is_large(table: &str) -> bool {
    let month = table.strip_prefix("cascades_");
    let month = month.or_else(|| table.strip_prefix("cascade_touches_"));
    LARGE.iter().any(|large| table.starts_with(large)) && month.is_none_or(|is| is <= LAST_MONTH)
}

/// The plan of one statement, seen as a whole.
#[derive(Debug, Default)]
pub struct Seen {
    /// The indexes that were used.
    pub indexes: Vec<String>,
    /// How many rows of large tables were looked at, those that a condition threw away included.
    pub rows_read: f64,
    /// How many rows were sorted.
    pub rows_sorted: f64,
    /// What should not be: a large table read whole, or too much sorted.
    pub faults: Vec<String>,
}

/// More rows than a page has in all its parts: a sort of more is not of a page.
const SORTED_AT_MOST: f64 = 1_100.0;

impl Seen {
    /// Looks at all nodes of a plan.
    pub fn of(plan: &Value) -> Self {
        let mut seen = Self::default();
        seen.node(&plan["Plan"]);
        seen
    }

    fn node(&mut self, node: &Value) {
        let text = |key: &str| node[key].as_str().unwrap_or_default().to_owned();
        let number = |key: &str| node[key].as_f64().unwrap_or_default();
        let (kind, table, loops) = (
            text("Node Type"),
            text("Relation Name"),
            number("Actual Loops"),
        );
        self.indexes
            .extend(node["Index Name"].as_str().map(str::to_owned));
        if is_large(&table) {
            let away = number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
            self.rows_read += (number("Actual Rows") + away) * loops;
            // A month of the log that has next to nothing is read whole, and rightly.
            if kind.ends_with("Seq Scan") && number("Actual Rows") + away > 100.0 {
                self.faults.push(format!("{table} is read whole"));
            }
        }
        let parts = node["Plans"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if kind == "Sort" {
            let rows: f64 = parts
                .iter()
                .map(|part| part["Actual Rows"].as_f64().unwrap_or_default() * loops)
                .sum();
            self.rows_sorted += rows;
            if rows > SORTED_AT_MOST {
                self.faults.push(format!("{rows} rows are sorted"));
            }
        }
        for part in parts {
            self.node(part);
        }
    }
}
