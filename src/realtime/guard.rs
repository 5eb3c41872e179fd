//! One guard a subscriber: counted while it is there, and when it goes, for how long it was and why it ended.

use std::time::Instant;

use super::replay::StreamError;

/// Counts a subscriber from its making to its drop.
#[derive(Debug)]
pub struct Guard {
    kind: &'static str,
    begun: Instant,
    ended: &'static str,
}

impl Guard {
    /// A subscriber of that kind (a name for metrics) has come.
    #[must_use]
    pub fn new(kind: &'static str) -> Self {
        metrics::gauge!("tandem_subscribers", "kind" => kind).increment(1.0);
        Self {
            kind,
            begun: Instant::now(),
            // Unless something else is noted first, it is dropped by whoever asked for it.
            ended: "client",
        }
    }

    /// Notes why it ends.
    pub fn failed(&mut self, error: &StreamError) {
        self.ended = error.code();
    }

    /// Notes that the server stops.
    pub fn stopped(&mut self) {
        self.ended = "shutdown";
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        metrics::gauge!("tandem_subscribers", "kind" => self.kind).decrement(1.0);
        metrics::counter!("tandem_subscribers_ended_total", "kind" => self.kind, "reason" => self.ended)
            .increment(1);
        metrics::histogram!("tandem_subscriber_seconds", "kind" => self.kind)
            .record(self.begun.elapsed());
    }
}
