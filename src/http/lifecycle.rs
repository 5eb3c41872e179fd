//! Guards that count sockets and operations, time them, and say why they ended.
//!
//! Only names of ours go into metrics and the log: never a token, a document, a variable or an error's text.

use std::{sync::Arc, time::Instant};

use super::{names, operation::Kind};

/// One open socket.
#[derive(Debug)]
pub(crate) struct SocketGuard {
    opened: Instant,
    reason: &'static str,
}

impl SocketGuard {
    pub fn open() -> Self {
        metrics::gauge!("tandem_sockets_open").increment(1.0);
        tracing::debug!("socket opened");
        Self {
            opened: Instant::now(),
            reason: "aborted",
        }
    }

    /// Says why the socket ends; without it, it was aborted.
    pub fn ends(&mut self, reason: &'static str) {
        self.reason = reason;
    }
}

impl Drop for SocketGuard {
    fn drop(&mut self) {
        let seconds = self.opened.elapsed().as_secs_f64();
        metrics::gauge!("tandem_sockets_open").decrement(1.0);
        metrics::counter!("tandem_sockets_closed_total", "reason" => self.reason).increment(1);
        metrics::histogram!("tandem_socket_seconds").record(seconds);
        tracing::debug!(reason = self.reason, seconds, "socket closed");
    }
}

/// The way an operation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Http,
    Events,
    Socket,
}

impl Transport {
    fn label(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Events => "sse",
            Self::Socket => "websocket",
        }
    }
}

/// Counts a request that was turned away before it was read: nobody knows what it would have been.
pub(crate) fn turned_away(transport: Transport) {
    metrics::counter!(
        "tandem_operations_total", "transport" => transport.label(), "kind" => "unread", "outcome" => "shed",
        "operation" => names::label(None)
    )
    .increment(1);
}

/// One running operation.
#[derive(Debug)]
pub(crate) struct OperationGuard {
    began: Instant,
    transport: &'static str,
    kind: &'static str,
    /// The operation's name, as far as it goes into metrics.
    operation: Arc<str>,
    outcome: &'static str,
}

impl OperationGuard {
    pub fn begin(transport: Transport, kind: Kind, name: Option<&str>) -> Self {
        let guard = Self {
            began: Instant::now(),
            transport: transport.label(),
            kind: kind.label(),
            operation: names::label(name),
            outcome: "cancelled",
        };
        guard.gauge().increment(1.0);
        guard
    }

    /// Says how the operation ended; without it, it was cancelled.
    pub fn ends(&mut self, outcome: &'static str) {
        self.outcome = outcome;
    }

    fn gauge(&self) -> metrics::Gauge {
        metrics::gauge!("tandem_operations_open", "transport" => self.transport, "kind" => self.kind)
    }
}

impl Drop for OperationGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.outcome = "failed";
        }
        let (transport, kind, outcome) = (self.transport, self.kind, self.outcome);
        let seconds = self.began.elapsed().as_secs_f64();
        self.gauge().decrement(1.0);
        let operation = std::mem::take(&mut self.operation);
        metrics::counter!(
            "tandem_operations_total", "transport" => transport, "kind" => kind, "outcome" => outcome,
            "operation" => operation.clone()
        )
        .increment(1);
        metrics::histogram!("tandem_operation_seconds", "kind" => kind, "operation" => operation)
            .record(seconds);
        tracing::debug!(transport, kind, outcome, seconds, "operation ended");
    }
}
