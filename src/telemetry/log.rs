//! The server's own log, on standard error, and traces beside it where they are collected.

use std::io::IsTerminal;

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use super::traces::{self, Traces};

/// Holds log and traces; what was traced last is handed over when it is dropped.
#[derive(Debug, Default)]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = self.provider.take()
            && let Err(error) = provider.shutdown()
        {
            tracing::debug!(%error, "the last traces were lost");
        }
    }
}

/// Starts the log. `TANDEM_LOG` chooses what is logged, in the usual form (`info`, `tandem=debug`). Traces have the
/// spans of requests, operations and SQL statements, whatever is logged.
///
/// # Errors
/// When the collector's address is none.
pub fn start(json: bool, traces: Option<&Traces>) -> Result<Telemetry, String> {
    let filter = EnvFilter::try_from_env("TANDEM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt::layer()
        // A file or a pipe gets plain text.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let log = if json {
        log.json().with_filter(filter).boxed()
    } else {
        log.with_target(false).with_filter(filter).boxed()
    };
    let started = traces.map(traces::start).transpose()?;
    let (tracer, provider) = started.unzip();
    let spans = tracer.map(|tracer| {
        let spans = Targets::new()
            .with_target("tandem", LevelFilter::INFO)
            .with_target("tandem::sql", LevelFilter::DEBUG);
        // Events stay in the log: a trace holds what took time, and never a text.
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_filter(spans)
    });
    // A second start, as tests do it in one process, changes nothing.
    let started = tracing_subscriber::registry()
        .with(log)
        .with(spans)
        .try_init();
    drop(started);
    Ok(Telemetry { provider })
}
