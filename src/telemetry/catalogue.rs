//! Every metric: its name, its labels, what it says. `docs/metrics.md` is this list for people, and the dashboard in
//! `deploy/grafana` asks for nothing else; tests compare all three with the places that count.

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Durations of parts of a request, in seconds.
    Seconds,
    /// Durations of what may stand for hours, in seconds.
    Long,
}

impl Kind {
    /// As Prometheus calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Seconds | Self::Long => "histogram",
        }
    }

    /// Upper bounds of a histogram's buckets.
    pub(super) const fn buckets(self) -> &'static [f64] {
        match self {
            Self::Seconds => &[
                0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
                10.0, 30.0,
            ],
            Self::Long => &[1.0, 10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0],
            Self::Counter | Self::Gauge => &[],
        }
    }
}

/// One metric.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Its labels, separated by commas.
    pub labels: &'static str,
    /// What it says.
    pub about: &'static str,
}

macro_rules! catalogue {
    ($($kind:ident $name:literal [$labels:literal] $about:literal;)+) => {
        /// All of them, in the order of `docs/metrics.md`.
        pub const CATALOGUE: &[Metric] = &[$(Metric {
            name: $name,
            kind: Kind::$kind,
            labels: $labels,
            about: $about,
        }),+];
    };
}

catalogue! {
    Gauge "tandem_build_info" ["version"] "Always 1; which version runs.";
    Gauge "tandem_ready" [""] "1 while `/health/ready` says yes, else 0; looked up at each scrape.";
    Gauge "process_resident_memory_bytes" [""] "Memory of the process.";
    Gauge "process_open_fds" [""] "Open files and connections of the process.";
    Gauge "process_cpu_seconds_total" [""] "Processor time of the process, system calls included.";
    Counter "tandem_http_responses_total" ["status"] "HTTP answers, those of refused requests, pages and probes included.";
    Counter "tandem_operations_total" ["transport, kind, outcome, operation"] "GraphQL operations that ended: `ok`, `refused` before anything ran, `error` in the answer, `timeout`, `cancelled` by the client, `failed` by a fault, `shed` where all places were taken (of kind `unread` where that was told at the door). Of the operations' names the first 200 are kept apart, the rest is `other`.";
    Seconds "tandem_operation_seconds" ["kind, operation"] "How long operations took, from the transport to their answer; of subscriptions, how long they stood.";
    Gauge "tandem_operations_open" ["transport, kind"] "Operations that run, subscriptions included.";
    Seconds "tandem_stage_seconds" ["stage"] "Where the time of queries and mutations goes: `parse`, `check` (limits and variables), `execute` (all of the execution) and, as part of that, `statements` (at least one read was on its way to the database).";
    Counter "tandem_queries_read_twice_total" [""] "Queries that were read twice: one statement was expected to be enough, so no transaction was begun, and more were needed.";
    Counter "tandem_cascades_total" ["command"] "Cascades that this server committed.";
    Counter "tandem_effects_total" ["rule"] "Effects of these cascades, by the rule that caused them.";
    Counter "tandem_command_retries_total" [""] "Commands tried again because they lost against another transaction.";
    Gauge "tandem_sockets_open" [""] "WebSockets.";
    Counter "tandem_sockets_closed_total" ["reason"] "WebSockets that ended, and why.";
    Long "tandem_socket_seconds" [""] "How long WebSockets stood.";
    Counter "tandem_socket_messages_total" [""] "Messages written to WebSockets.";
    Gauge "tandem_subscribers" ["kind"] "Subscribers to the log.";
    Counter "tandem_subscribers_ended_total" ["kind, reason"] "Subscribers that went, and why: `client` when they hung up, `LAGGED` when they read too slowly.";
    Long "tandem_subscriber_seconds" ["kind"] "How long subscribers stayed.";
    Gauge "tandem_groups" [""] "Groups of equal subscribers, each executed once a cascade.";
    Counter "tandem_group_executions_total" [""] "Executions of groups: one a cascade and group.";
    Counter "tandem_frames_total" [""] "Frames given to subscribers of groups.";
    Counter "tandem_replayed_entries_total" [""] "Entries of the log read for subscribers that resumed.";
    Gauge "tandem_views" [""] "Different live lists that somebody looks at; equal ones are one.";
    Gauge "tandem_count_groups" [""] "Different live numbers that somebody looks at; equal ones are one.";
    Counter "tandem_list_executions_total" [""] "Executions for live lists and numbers: one a change and document.";
    Counter "tandem_list_readings_total" [""] "Times that a live list or number had to be read from the database.";
    Gauge "tandem_presence_rooms" [""] "Conversations at which somebody on this server looks who is there.";
    Gauge "tandem_presence_known" [""] "Who is at which conversation, on all servers, as far as this one knows.";
    Gauge "tandem_hub_feeds" [""] "Followers of the log in this server; a group is one.";
    Counter "tandem_hub_lagged_total" [""] "Followers that were let go because they were too slow.";
    Counter "tandem_sign_ins_total" ["outcome"] "Times that somebody signed in by a password: `ok`, `wrong`, or `slowed` down after too many failures.";
    Counter "tandem_access_withdrawn_total" [""] "Streams ended because access was withdrawn.";
    Gauge "tandem_tail_position" [""] "Up to where this server's tail has given out the log.";
    Gauge "tandem_tail_lag_positions" [""] "How many positions the tail is behind the highest that it knows to be committed.";
    Gauge "tandem_tail_lag_seconds" [""] "For how long the tail has waited for a missing position, or has not reached the database.";
    Gauge "tandem_tail_waiting" [""] "Entries that wait for one before them.";
    Counter "tandem_tail_entries_total" ["source"] "Entries that the tail gave out: from its own server's `memory`, or from the `database`.";
    Seconds "tandem_tail_gap_seconds" [""] "How long missing positions were waited for.";
    Counter "tandem_tail_positions_never_used_total" [""] "Positions whose transactions were rolled back.";
    Counter "tandem_tail_handed_over_dropped_total" [""] "Entries that the tail had no room to take and reads later.";
    Counter "tandem_tail_unreadable_total" [""] "Entries that this version cannot read.";
    Counter "tandem_tail_failures_total" [""] "Looks at the log that failed.";
    Counter "tandem_hints_total" ["channel, outcome"] "Hints to other servers.";
    Counter "tandem_hints_connection_lost_total" [""] "Times that the connection for hints was lost.";
    Gauge "tandem_pool_size" ["pool"] "The most connections of a pool: `requests`, `tokens` to look them up, or `live` for the log.";
    Gauge "tandem_pool_connections" ["pool, state"] "Connections that are open: `idle` or `in_use`.";
    Gauge "tandem_pool_waiting" ["pool"] "Who waits for a connection.";
    Seconds "tandem_pool_wait_seconds" ["pool"] "How long a connection was waited for.";
    Counter "tandem_pool_refused_total" ["pool, reason"] "Who got no connection: the pool was `exhausted`, connecting took too long (`timeout`), or the `database` refused.";
    Seconds "tandem_statement_seconds" ["kind, outcome"] "SQL statements, by their first word, to their last row.";
}
