//! The server's own log, on standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts the log. `TANDEM_LOG` chooses what is logged, in the usual form (`info`, `tandem=debug`).
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_env("TANDEM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // A file or a pipe gets plain text.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start, as tests do it in one process, changes nothing.
    let started = if json {
        log.json().try_init()
    } else {
        log.with_target(false).try_init()
    };
    drop(started);
}
