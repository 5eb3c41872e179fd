//! The log as its tail reads it: over all accounts, with what tells a number that is still in flight from one that
//! never existed; and the hints between servers. Why it is done so: [`crate::realtime::tail`].

use diesel::QueryableByName;
use diesel::sql_types as st;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::StreamExt;
use uuid::Uuid;

use super::log::{COLUMNS, EntryRow};
use super::pool::with_limits;
use super::sql::{Bind, sql};
use super::viewers::{GOOD, HOLDERS, LIMITS};
use super::{Scope, Store, Tx};
use crate::domain::access::Limits;
use crate::domain::event::{Entry, Position};
use crate::domain::id::{AccountId, TokenId};
use crate::error::{Error, Result};

/// A transaction id that was drawn only to be compared with: whoever has a lower one began to write before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

/// A row of the log.
#[derive(Debug)]
pub struct Row {
    /// Its place.
    pub position: Position,
    /// Whose it is.
    pub account: AccountId,
    /// The row, or why this server cannot read it (a newer one wrote it in a form unknown here).
    pub entry: Result<Entry>,
}

/// What one look at the log found.
#[derive(Debug)]
pub struct Look {
    /// The rows of the stretch that was asked for, in order, as many as the limit allows.
    pub rows: Vec<Row>,
    /// Where the stretch ended.
    pub before: Option<Position>,
    /// Whether, before the rows were read, every transaction below the mark that could still add a row had ended.
    pub settled: bool,
}

/// How [`read_log`] tells that nobody below a mark can add a row any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// No transaction below the mark runs. One statement, no lock; any long transaction holds it up.
    NothingRuns(Mark),
    /// Else, none that runs below the mark holds a writer's lock on the log. Looks into the lock table, so it is
    /// for when the first has not become true for a while.
    NobodyWrites(Mark),
}

#[derive(QueryableByName)]
struct TailRow {
    #[diesel(sql_type = st::BigInt)]
    tail_position: i64,
    #[diesel(sql_type = st::Uuid)]
    tail_account: Uuid,
    #[diesel(embed)]
    row: EntryRow,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = st::BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = st::Text)]
    t: String,
}

#[derive(QueryableByName)]
struct Truth {
    #[diesel(sql_type = st::Bool)]
    b: bool,
}

async fn number(tx: &Tx, text: &str) -> Result<Position> {
    let found: Number = sql(text, [])
        .get_result(&mut tx.connection())
        .await
        .map_err(Error::from)?;
    Ok(Position(found.n))
}

async fn truth(tx: &Tx, text: &str, mark: Mark) -> Result<bool> {
    let bind = Bind::Text(mark.0.to_string());
    let found: Truth = sql(text, [bind])
        .get_result(&mut tx.connection())
        .await
        .map_err(Error::from)?;
    Ok(found.b)
}

/// The highest position of a committed row, or up to where rows have been dropped if none is left.
///
/// # Errors
/// When the database is away.
pub async fn log_head(store: &Store) -> Result<Position> {
    let tx = store.begin(Scope::Across).await?;
    let text = "SELECT greatest((SELECT max(position) FROM cascades), \
                (SELECT max(position) FROM log_horizon), 0) AS n";
    let head = number(&tx, text).await?;
    tx.rollback().await?;
    Ok(head)
}

/// The last position that anybody has drawn, committed or not. After a crash of Postgres it may be lower than
/// before it, though never below a committed row.
///
/// # Errors
/// When the database is away.
pub async fn last_drawn(store: &Store) -> Result<Position> {
    let tx = store.begin(Scope::Across).await?;
    let text = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM cascades_position";
    let drawn = number(&tx, text).await?;
    tx.rollback().await?;
    Ok(drawn)
}

/// How far the log has been dropped.
///
/// # Errors
/// When the database is away.
pub async fn log_horizon(store: &Store) -> Result<Position> {
    let tx = store.begin(Scope::Across).await?;
    let horizon = number(
        &tx,
        "SELECT coalesce(max(position), 0) AS n FROM log_horizon",
    )
    .await?;
    tx.rollback().await?;
    Ok(horizon)
}

/// Whether an account's first entry after a position is older than so many seconds, by the database's clock.
///
/// # Errors
/// When the database is away.
pub async fn is_entry_after_older_than(
    store: &Store,
    account: AccountId,
    after: Position,
    seconds: f64,
) -> Result<bool> {
    let tx = store.begin(Scope::Account(account)).await?;
    let text = "SELECT coalesce((SELECT occurred_at < now() - make_interval(secs => $3) FROM cascades \
                WHERE account_id = $1 AND position > $2 ORDER BY position LIMIT 1), false) AS b";
    let binds = [
        Bind::Uuid(account.0),
        Bind::Big(after.0),
        Bind::Double(seconds),
    ];
    let found: Truth = sql(text, binds).get_result(&mut tx.connection()).await?;
    tx.rollback().await?;
    Ok(found.b)
}

/// Draws a mark: every position that was known as committed before the call, and every lower one, was drawn by a
/// transaction with an id below it. The mark's own transaction has ended when this returns; it costs no flush.
///
/// # Errors
/// When the database is away.
pub async fn draw_mark(store: &Store) -> Result<Mark> {
    let tx = store.begin(Scope::Across).await?;
    let drawn: Text = sql("SELECT pg_current_xact_id()::text AS t", [])
        .get_result(&mut tx.connection())
        .await?;
    tx.rollback().await?;
    let bad = |error: std::num::ParseIntError| Error::Internal(format!("{}: {error}", drawn.t));
    drawn.t.parse().map(Mark).map_err(bad)
}

/// Whether nothing below the mark can add a row any more: whoever reads the log after this sees all there will be.
///
/// # Errors
/// When the database is away.
pub async fn is_settled(store: &Store, finality: Finality) -> Result<bool> {
    let tx = store.begin(Scope::Across).await?;
    let settled = settled(&tx, finality).await?;
    tx.rollback().await?;
    Ok(settled)
}

async fn settled(tx: &Tx, finality: Finality) -> Result<bool> {
    let (Finality::NothingRuns(mark) | Finality::NobodyWrites(mark)) = finality;
    let quiet = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS b";
    if truth(tx, quiet, mark).await? {
        return Ok(true);
    }
    if matches!(finality, Finality::NothingRuns(_)) {
        return Ok(false);
    }
    // Who adds a row holds this lock from before it draws the position until after its commit is visible. The
    // snapshot is taken before the locks are read: whoever is in it and not in the locks has ended, or has not come
    // to draw a position yet, which it then does above every position that the mark is for. The lock table is read
    // once, for the two halves to be of one moment.
    let nobody = "WITH held AS MATERIALIZED (SELECT locktype, relation, transactionid, virtualtransaction, mode \
                    FROM pg_locks WHERE granted AND (database IS NULL OR database = 0 OR database = \
                    (SELECT oid FROM pg_database WHERE datname = current_database()))) \
                  SELECT NOT EXISTS (SELECT FROM held w JOIN held x USING (virtualtransaction) \
                    WHERE w.locktype = 'relation' AND w.mode = 'RowExclusiveLock' \
                      AND w.relation IN (SELECT relid FROM pg_partition_tree('cascades')) \
                      AND x.locktype = 'transactionid' AND x.mode = 'ExclusiveLock' \
                      AND x.transactionid IN (SELECT xip::xid FROM pg_snapshot_xip(pg_current_snapshot()) xip \
                                              WHERE xip < $1::xid8)) AS b";
    truth(tx, nobody, mark).await
}

/// The rows after one position and before another, over all accounts. With a finality to look at, that comes first and the rows are read
/// afterwards, in a snapshot of their own.
///
/// # Errors
/// When the database is away.
pub async fn read_log(
    store: &Store,
    after: Position,
    before: Option<Position>,
    limit: i64,
    finality: Option<Finality>,
) -> Result<Look> {
    let tx = store.begin(Scope::Across).await?;
    let settled = match finality {
        Some(finality) => settled(&tx, finality).await?,
        None => false,
    };
    let text = format!(
        "SELECT l.position AS tail_position, l.account_id AS tail_account, {COLUMNS} FROM cascades l \
         WHERE l.position > $1 AND l.position < $2 ORDER BY l.position LIMIT $3"
    );
    let end = before.map_or(i64::MAX, |before| before.0);
    let binds = [Bind::Big(after.0), Bind::Big(end), Bind::Big(limit)];
    let rows: Vec<TailRow> = sql(&text, binds).load(&mut tx.connection()).await?;
    tx.rollback().await?;
    let rows = rows.into_iter().map(|found| Row {
        position: Position(found.tail_position),
        account: found.tail_account.into(),
        entry: Entry::try_from(found.row),
    });
    Ok(Look {
        rows: rows.collect(),
        before,
        settled,
    })
}

/// What somebody came with who is connected: a token, and the limits that its holder had then.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Connected {
    /// The account.
    pub account: AccountId,
    /// The token.
    pub token: TokenId,
    /// What its holder was limited to; none: nothing.
    pub limits: Option<Limits>,
}

/// Who of these may no longer see what they saw: their token was revoked, is at its end or gone, its holder was
/// deactivated, or is limited to other inboxes than when they came. One statement for all.
///
/// # Errors
/// When the database is away.
pub async fn withdrawn_tokens<'c>(
    store: &Store,
    connected: &'c [Connected],
) -> Result<Vec<&'c Connected>> {
    #[derive(QueryableByName)]
    struct PlaceRow {
        #[diesel(sql_type = st::BigInt)]
        place: i64,
    }
    let tx = store.begin(Scope::Across).await?;
    let text = format!(
        "SELECT asked.place FROM unnest($1, $2, $3) WITH ORDINALITY AS asked (account_id, token_id, limits, place) \
         LEFT JOIN tokens t ON t.account_id = asked.account_id AND t.id = asked.token_id {HOLDERS} \
         WHERE t.id IS NULL OR NOT {GOOD} OR coalesce({LIMITS}::text, '') <> asked.limits"
    );
    let limits = |one: &Connected| one.limits.as_ref().map(Limits::literal).unwrap_or_default();
    let binds = [
        Bind::Uuids(connected.iter().map(|one| one.account.0).collect()),
        Bind::Uuids(connected.iter().map(|one| one.token.0).collect()),
        Bind::Texts(connected.iter().map(limits).collect()),
    ];
    let found: Vec<PlaceRow> = sql(&text, binds).load(&mut tx.connection()).await?;
    tx.rollback().await?;
    let places = found.into_iter().filter_map(|row| {
        let place = usize::try_from(row.place).ok()?.checked_sub(1)?;
        connected.get(place)
    });
    Ok(places.collect())
}

/// Tells the other servers something. Never part of a transaction that writes: Postgres lets only one transaction
/// with a notification commit at a time.
///
/// # Errors
/// When the database is away: then the hint is lost, which costs others the wait until they look by themselves.
pub async fn send_hint(store: &Store, channel: &str, payload: String) -> Result<()> {
    let loan = store.loan().await?;
    let binds = [Bind::Text(channel.to_owned()), Bind::Text(payload)];
    sql("SELECT pg_notify($1, $2)", binds)
        .execute(&mut &**loan)
        .await?;
    Ok(())
}

/// What a server told all others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hint {
    /// On which channel.
    pub channel: String,
    /// What.
    pub payload: String,
}

/// A connection of its own that hears hints.
pub struct Listener {
    connection: AsyncPgConnection,
}

impl Listener {
    /// Connects and listens. What is told before this returns is not heard: look for yourself first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn connect(url: &str, channels: &[&str]) -> Result<Self> {
        let mut connection = AsyncPgConnection::establish(&with_limits(url))
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        let mut setup = "SET application_name = 'tandem hints'".to_owned();
        for channel in channels {
            setup.push_str("; LISTEN ");
            setup.push_str(channel);
        }
        connection.batch_execute(&setup).await?;
        Ok(Self { connection })
    }

    /// The next hint.
    ///
    /// # Errors
    /// When the connection is lost: connect anew.
    pub async fn next(&mut self) -> Result<Hint> {
        let lost = || Error::Unavailable("the connection for hints has ended".to_owned());
        let mut stream = std::pin::pin!(self.connection.notifications_stream());
        let heard = stream.next().await.ok_or_else(lost)??;
        Ok(Hint {
            channel: heard.channel,
            payload: heard.payload,
        })
    }
}
