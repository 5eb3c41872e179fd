//! What a server does by itself: purging, making room in the log for the next month, and dropping its oldest.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use crate::config::Config;
use crate::error::Result;
use crate::http::Shutdown;
use crate::service::{Service, now};
use crate::store::{Store, credentials, migrate};

/// How often the log's months are looked after.
const MONTHS_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Days for which a session that has ended is kept: so long somebody who signed in from a place is known there.
const ENDED_DAYS: i32 = 30;

/// When they are first looked after, which also helps where servers are replaced every day; and when again where the
/// log was too busy.
const MONTHS_SOON: Duration = Duration::from_secs(5 * 60);

/// What is dropped is older than any replay reaches by so many days: none that is under way loses entries.
const BEYOND_REPLAY_DAYS: u32 = 31;

/// How long the log is kept.
fn kept(config: &Config) -> TimeDelta {
    let replayed = config.replay_days.saturating_add(BEYOND_REPLAY_DAYS);
    TimeDelta::days(config.log_days.max(replayed).into())
}

/// Makes the log's partitions of this month and the next.
pub(super) async fn add_log_months(store: &Store) -> Result<()> {
    migrate::add_log_months_in(store).await
}

/// Starts the server's own work; it ends with `shutdown`.
pub(super) fn start(service: Service, config: &Config, shutdown: &Shutdown) -> JoinHandle<()> {
    let stop = shutdown.begun();
    let kept = kept(config);
    let mut purge =
        tokio::time::interval(Duration::from_secs(config.purge_interval_seconds.max(1)));
    purge.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::spawn(async move {
        let work = async {
            let mut months = Instant::now() + MONTHS_SOON;
            loop {
                purge.tick().await;
                match service.purge_due(now()).await {
                    Ok(0) => {}
                    Ok(purged) => tracing::info!(purged, "purged trash groups"),
                    Err(error) => tracing::warn!(%error, "the purge failed and is tried again"),
                }
                if Instant::now() >= months {
                    months = Instant::now() + MONTHS_EVERY;
                    if let Err(error) = credentials::delete_ended(service.store(), ENDED_DAYS).await
                    {
                        tracing::warn!(%error, "sessions that have ended could not be deleted");
                    }
                    if let Err(error) = add_log_months(service.store()).await {
                        tracing::error!(%error, "the log has no partition for the next month");
                    }
                    match service.drop_old_log(now(), kept).await {
                        Ok(dropped) if dropped.is_empty() => {}
                        Ok(dropped) => tracing::info!(?dropped, "dropped months of the log"),
                        Err(error) => {
                            months = Instant::now() + MONTHS_SOON;
                            tracing::warn!(%error, "old months of the log stay for now");
                        }
                    }
                }
            }
        };
        tokio::select! {
            () = stop => {}
            () = work => {}
        }
    })
}
