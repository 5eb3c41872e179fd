//! Finding the database that a command works on.

use super::args::{Database, PurgeArgs};
use super::{Done, Failure, runtime};
use crate::service::{Service, Settings};
use crate::store::Store;
use crate::store::embedded::{self, Attached, Options};
use crate::store::migrate;
use crate::store::pool::PoolOptions;

/// A database for the time of a command: a given one, or the data directory's.
pub(super) enum Opened {
    /// The address was given.
    Given(String),
    /// The private Postgres, running already or started for this command.
    Private(Attached),
}

impl Opened {
    /// The address.
    pub(super) fn url(&self) -> &str {
        match self {
            Self::Given(url) => url,
            Self::Private(attached) => attached.database_url(),
        }
    }

    /// Ends what was started for this command.
    pub(super) fn close(self) -> Done {
        match self {
            Self::Given(_) => Ok(()),
            Self::Private(attached) => Ok(attached.release()?),
        }
    }
}

/// The settings of the private Postgres.
pub(super) fn options(database: &Database) -> Options {
    Options {
        fetch: !database.no_fetch,
        ..Options::new(&database.data_dir)
    }
}

/// Opens the database of a command.
pub(super) fn open(database: &Database) -> Result<Opened, Failure> {
    match &database.database_url {
        Some(url) => Ok(Opened::Given(url.clone())),
        None => Ok(Opened::Private(embedded::attach_or_start(&options(
            database,
        ))?)),
    }
}

/// Does something with a migrated database.
pub(super) fn with_store<T>(
    database: &Database,
    work: impl AsyncFnOnce(Store) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let opened = open(database)?;
    let url = opened.url().to_owned();
    let done = runtime()?.block_on(async move {
        refuse_unmigrated(&url).await?;
        work(Store::new(
            &url,
            &PoolOptions {
                size: 4,
                ..PoolOptions::default()
            },
        )?)
        .await
    });
    let closed = opened.close();
    let done = done?;
    closed?;
    Ok(done)
}

/// A database that is not up to date is not worked on.
pub(super) async fn refuse_unmigrated(url: &str) -> Done {
    let pending = migrate::pending(url).await?;
    if pending.is_empty() {
        return Ok(());
    }
    let message = format!(
        "the database is not up to date; run `tandem migrate` first ({})",
        pending.join(", ")
    );
    Err(Failure::new(3, message))
}

/// `tandem migrate`
pub(super) fn migrate(database: &Database) -> Done {
    let opened = open(database)?;
    let run = runtime()?.block_on(migrate::migrate(opened.url()));
    let closed = opened.close();
    for name in run? {
        println!("{name}");
    }
    closed
}

/// `tandem purge`
pub(super) fn purge(args: &PurgeArgs) -> Done {
    let now = args.now.unwrap_or_else(crate::service::now);
    let purged = with_store(&args.database, async |store| {
        // No server is told in memory: those that run find the cascades in the log.
        let service = Service::new(store, Settings::default(), std::sync::Arc::new(|_| {}));
        Ok(service.purge_due(now).await?)
    })?;
    if args.json {
        println!("{}", serde_json::json!({ "purged": purged }));
    } else {
        println!("purged {purged} trash groups");
    }
    Ok(())
}
