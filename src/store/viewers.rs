//! Who a token belongs to.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::rows::known;
use super::sql::{Bind, sql};
use super::{Scope, Store, Tx};
use crate::domain::access::{Limits, Principal, Scopes, Viewer};
use crate::domain::id::{AccountId, TokenId};
use crate::domain::noun::Role;
use crate::error::{Error, Result};

#[derive(QueryableByName)]
struct ViewerRow {
    #[diesel(sql_type = st::Uuid)]
    account_id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    user_id: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    integration_id: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::SmallInt>)]
    role: Option<i16>,
    #[diesel(sql_type = st::Nullable<st::SmallInt>)]
    scopes: Option<i16>,
    #[diesel(sql_type = st::Nullable<st::Array<st::Uuid>>)]
    inboxes: Option<Vec<Uuid>>,
}

/// The inboxes that a user `u` is limited to, each once and by rising id; null for no limit, which an administrator never
/// has. As a text it is what [`Limits::literal`] writes.
pub(super) const LIMITS: &str = "(CASE WHEN u.limited AND u.role <> 0 THEN ARRAY(SELECT x.inbox_id FROM user_inboxes x \
     WHERE x.account_id = u.account_id AND x.user_id = u.id ORDER BY x.inbox_id) END)";

/// What is asked of a token `t`, with its holder `u` or `i`.
fn columns() -> String {
    format!(
        "t.account_id, t.id, t.user_id, t.integration_id, u.role, t.scopes, {LIMITS} AS inboxes"
    )
}

/// Where a token's holder is.
pub(super) const HOLDERS: &str = "LEFT JOIN users u ON u.account_id = t.account_id AND u.id = t.user_id \
     LEFT JOIN integrations i ON i.account_id = t.account_id AND i.id = t.integration_id";

/// Whether a token `t` is good: the one place that says so for requests, commands and what is connected.
pub(super) const GOOD: &str = "(t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) \
     AND (t.idle_seconds IS NULL OR t.last_used_at > now() - make_interval(secs => t.idle_seconds)) \
     AND coalesce(u.active, i.active, false))";

/// The viewer whose token has this hash; none where it is unknown, at its end or revoked, or its holder is no longer
/// active.
///
/// # Errors
/// When the database is away.
pub async fn viewer_by_token(store: &Store, hash: Vec<u8>) -> Result<Option<Viewer>> {
    let snapshot = store.snapshot(Scope::Across);
    let columns = columns();
    let text = format!("SELECT {columns} FROM tokens t {HOLDERS} WHERE t.hash = $1 AND {GOOD}");
    let statement = sql(&text, [Bind::Bytes(hash)]);
    let rows: Vec<ViewerRow> = statement.load(&mut snapshot.connection().await?).await?;
    rows.into_iter().next().map(decode).transpose()
}

/// The viewer as they are now: a socket stays open for days, and a role that was taken away meanwhile must not count.
/// None where the token is no longer good or its holder was deactivated.
///
/// # Errors
/// When the database is away.
pub async fn present_viewer(tx: &Tx, viewer: &Viewer) -> Result<Option<Viewer>> {
    match viewer.principal {
        Principal::System => return Ok(Some(viewer.clone())),
        Principal::Stranger => return Ok(None),
        Principal::User(..) | Principal::Integration(_) => {}
    }
    let columns = columns();
    let text = format!(
        "SELECT {columns} FROM tokens t {HOLDERS} WHERE t.account_id = $1 AND t.id = $2 AND {GOOD}"
    );
    let binds = [Bind::Uuid(viewer.account.0), Bind::Uuid(viewer.token.0)];
    let rows: Vec<ViewerRow> = sql(&text, binds).load(&mut tx.connection()).await?;
    rows.into_iter().next().map(decode).transpose()
}

/// Notes that these tokens are in use, to the minute.
///
/// # Errors
/// When the database is away.
pub async fn touch_tokens(store: &Store, tokens: &[(AccountId, TokenId)]) -> Result<()> {
    let tx = store.begin(Scope::Across).await?;
    let text = "UPDATE tokens t SET last_used_at = now() \
                FROM unnest($1, $2) AS used (account_id, token_id) \
                WHERE t.account_id = used.account_id AND t.id = used.token_id \
                  AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute')";
    let binds = [
        Bind::Uuids(tokens.iter().map(|(account, _)| account.0).collect()),
        Bind::Uuids(tokens.iter().map(|(_, token)| token.0).collect()),
    ];
    sql(text, binds).execute(&mut tx.connection()).await?;
    tx.commit().await
}

fn decode(row: ViewerRow) -> Result<Viewer> {
    let principal = match (row.user_id, row.role, row.integration_id) {
        (Some(user), Some(role), None) => {
            Principal::User(user.into(), known(Role::from_code(role), "role")?)
        }
        (None, _, Some(integration)) => Principal::Integration(integration.into()),
        _ => return Err(Error::Internal(format!("token {} of nobody", row.id))),
    };
    let scopes = match (row.scopes, principal) {
        (Some(code), _) => known(Scopes::from_code(code), "scopes")?,
        (None, Principal::Integration(_)) => Scopes::OF_PROGRAMS,
        (None, _) => Scopes::ALL,
    };
    Ok(Viewer {
        account: row.account_id.into(),
        principal,
        token: row.id.into(),
        scopes,
        limits: row
            .inboxes
            .map(|ids| Limits::to(ids.into_iter().map(Into::into))),
    })
}
