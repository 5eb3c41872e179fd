//! How long statements take, in metrics and in traces. Their texts have no values in them: those are binds.

use std::time::Instant;

use diesel::result::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tracing::Instrument;

/// One statement on its way. Where nobody waits for its answer any more, it counts as cancelled.
pub(super) struct Timing {
    kind: &'static str,
    outcome: &'static str,
    sent: Instant,
}

impl Timing {
    pub(super) fn start(text: &str) -> Self {
        Self {
            kind: kind(text),
            outcome: "cancelled",
            sent: Instant::now(),
        }
    }

    pub(super) fn end<T>(mut self, answer: QueryResult<T>) -> QueryResult<T> {
        self.outcome = if answer.is_ok() { "ok" } else { "error" };
        answer
    }
}

impl Drop for Timing {
    fn drop(&mut self) {
        let (kind, outcome) = (self.kind, self.outcome);
        metrics::histogram!("tandem_statement_seconds", "kind" => kind, "outcome" => outcome)
            .record(self.sent.elapsed());
    }
}

/// What a statement does, by its first word: a name for metrics.
fn kind(text: &str) -> &'static str {
    const KINDS: [&str; 8] = [
        "select", "insert", "update", "delete", "with", "begin", "commit", "rollback",
    ];
    let word = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| !word.is_empty());
    let word = word.unwrap_or_default();
    let known = KINDS.iter().find(|kind| kind.eq_ignore_ascii_case(word));
    known.copied().unwrap_or("other")
}

/// The span of a statement in a trace; made only where traces are collected.
pub(super) fn span(text: &str) -> tracing::Span {
    tracing::debug_span!(target: "tandem::sql", "statement", otel.kind = "client", db.system.name = "postgresql", db.query.text = text)
}

/// Sends statements without values: those that begin and end transactions.
pub(super) async fn batch(connection: &AsyncPgConnection, text: &str) -> QueryResult<()> {
    let timing = Timing::start(text);
    let mut connection = connection;
    let answer = connection.batch_execute(text).instrument(span(text));
    timing.end(answer.await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_known_by_its_first_word() {
        for (text, known) in [
            ("SELECT 1", "select"),
            ("  with a as (select 1) select", "with"),
            ("BEGIN ; SET LOCAL x", "begin"),
            ("(SELECT 1) UNION", "select"),
            ("VACUUM", "other"),
            ("", "other"),
        ] {
            assert_eq!(kind(text), known, "{text}");
        }
    }
}
