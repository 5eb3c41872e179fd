//! Migrations: embedded in the binary, run by one server at a time.

use diesel::QueryableByName;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::sql_types as st;
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::pool::with_limits;
use super::sql::{Bind, sql};
use crate::error::{Error, Result};

/// The migrations that this version knows.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// The advisory lock under which migrations run; any fixed number does.
const LOCK: i64 = 0x7461_6e64_656d;

async fn connect(url: &str) -> Result<AsyncPgConnection> {
    AsyncPgConnection::establish(&with_limits(url))
        .await
        .map_err(|error| Error::Unavailable(error.to_string()))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("migration: {error}"))
}

/// Brings the database up to date and returns the names of what was run. Servers that do it at once wait for each
/// other. Needs a multi-thread runtime.
///
/// # Errors
/// When the database is away or a migration fails; each is one transaction.
pub async fn migrate(url: &str) -> Result<Vec<String>> {
    let mut connection = connect(url).await?;
    diesel::sql_query(format!("SELECT pg_advisory_lock({LOCK})"))
        .execute(&mut connection)
        .await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let run = harness.run_pending_migrations(MIGRATIONS).map_err(failed)?;
    let run = run.iter().map(ToString::to_string).collect();
    let mut connection = harness.into_inner();
    add_log_months(&mut connection).await?;
    // The lock ends with the connection.
    Ok(run)
}

/// Which migrations are still to be run: a server that serves refuses to start while there are any.
///
/// # Errors
/// When the database is away.
pub async fn pending(url: &str) -> Result<Vec<String>> {
    let mut connection = connect(url).await?;
    if is_empty(&mut connection).await? {
        return Ok(vec!["all of them: the database is empty".to_owned()]);
    }
    let mut harness = AsyncMigrationHarness::new(connection);
    let pending = harness.pending_migrations(MIGRATIONS).map_err(failed)?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_string())
        .collect())
}

/// Asking diesel would create its table; a look must not write.
async fn is_empty(connection: &mut AsyncPgConnection) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = st::Bool)]
        empty: bool,
    }
    let statement =
        diesel::sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NULL AS empty");
    let row: Row = statement.get_result(connection).await?;
    Ok(row.empty)
}

/// How many migrations that this version knows have not been run. Those of a newer version are no matter: old servers
/// live with them.
///
/// # Errors
/// When the database is away, or was never migrated.
pub async fn unapplied(store: &super::Store) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = st::BigInt)]
        count: i64,
    }
    let versions: Vec<String> = {
        let known = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(failed)?;
        let versions = known.iter().map(|one| one.name().version().to_string());
        versions.collect()
    };
    let statement = sql(
        "SELECT count(*) FROM unnest($1) AS known (version) \
         WHERE version NOT IN (SELECT version FROM __diesel_schema_migrations)",
        [Bind::Texts(versions)],
    );
    let loan = store.loan().await?;
    let row: Row = statement.get_result(&mut &**loan).await?;
    Ok(row.count)
}

/// Takes every migration back, the last first.
///
/// # Errors
/// When the database is away or a migration fails.
pub async fn revert_all(url: &str) -> Result<()> {
    let mut harness = AsyncMigrationHarness::new(connect(url).await?);
    harness.revert_all_migrations(MIGRATIONS).map_err(failed)?;
    Ok(())
}

/// Whether row-level security does not bind the role that the store connects as: then the second wall between
/// accounts is off.
///
/// # Errors
/// When the database is away.
pub async fn bypasses_row_security(store: &super::Store) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = st::Bool)]
        bypasses: bool,
    }
    let statement = diesel::sql_query(
        "SELECT rolsuper OR rolbypassrls AS bypasses FROM pg_roles WHERE rolname = current_user",
    );
    let row: Row = statement.get_result(&mut **store.loan().await?).await?;
    Ok(row.bypasses)
}

/// As [`add_log_months`], on a connection of the store.
///
/// # Errors
/// When the database is away.
pub async fn add_log_months_in(store: &super::Store) -> Result<()> {
    add_log_months(&mut **store.loan().await?).await
}

/// Makes the log's partitions of this month and the next. Done at migration, at each start and once a day.
///
/// # Errors
/// When the database is away.
pub async fn add_log_months(connection: &mut AsyncPgConnection) -> Result<()> {
    connection
        .batch_execute(
            "SELECT tandem_add_log_month(now()); SELECT tandem_add_log_month(now() + interval '1 month')",
        )
        .await?;
    Ok(())
}
