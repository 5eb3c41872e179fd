//! Collecting metrics, in the form that Prometheus reads.

use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::catalogue::{CATALOGUE, Kind};
use super::process;

/// How often what was recorded is summed up where nobody asks for it: until then each record is kept by itself.
const UPKEEP: Duration = Duration::from_secs(5);

/// What was counted so far. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Begins to count, for the whole process. Needs a runtime, in which it sums up from time to time.
    ///
    /// # Errors
    /// When the process counts already.
    pub fn start() -> Result<Self, String> {
        let mut builder = PrometheusBuilder::new();
        for metric in CATALOGUE {
            let buckets = metric.kind.buckets();
            if !buckets.is_empty() {
                builder = builder
                    .set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), buckets)
                    .map_err(|error| error.to_string())?;
            }
        }
        let handle = builder
            .install_recorder()
            .map_err(|error| error.to_string())?;
        for metric in CATALOGUE {
            let (name, about) = (metric.name, metric.about);
            match metric.kind {
                Kind::Counter => metrics::describe_counter!(name, about),
                Kind::Gauge => metrics::describe_gauge!(name, about),
                Kind::Seconds | Kind::Long => metrics::describe_histogram!(name, about),
            }
        }
        metrics::gauge!("tandem_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        let upkeep = handle.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(UPKEEP);
            loop {
                tick.tick().await;
                upkeep.run_upkeep();
            }
        });
        Ok(Self { handle })
    }

    /// All of it as text (Prometheus' exposition format, version 0.0.4).
    #[must_use]
    pub fn render(&self) -> String {
        process::observe();
        self.handle.render()
    }
}
