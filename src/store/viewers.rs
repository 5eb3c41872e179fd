//! Who a token belongs to.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::rows::known;
use super::sql::{Bind, sql};
use super::{Scope, Store, Tx};
use crate::domain::access::{Principal, Viewer};
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
}

/// The viewer whose token has this hash; none where it is unknown, revoked, or its holder is no longer active.
///
/// # Errors
/// When the database is away.
pub async fn viewer_by_token(store: &Store, hash: Vec<u8>) -> Result<Option<Viewer>> {
    let snapshot = store.snapshot(Scope::Across);
    let statement = sql(
        "SELECT t.account_id, t.id, t.user_id, t.integration_id, u.role FROM tokens t \
         LEFT JOIN users u ON u.account_id = t.account_id AND u.id = t.user_id \
         LEFT JOIN integrations i ON i.account_id = t.account_id AND i.id = t.integration_id \
         WHERE t.hash = $1 AND t.revoked_at IS NULL AND coalesce(u.active, i.active)",
        [Bind::Bytes(hash)],
    );
    let rows: Vec<ViewerRow> = statement.load(&mut snapshot.connection().await?).await?;
    rows.into_iter().next().map(decode).transpose()
}

/// The viewer as they are now: a socket stays open for days, and a role that was taken away meanwhile must not count.
/// None where the token was revoked or its holder deactivated.
///
/// # Errors
/// When the database is away.
pub async fn present_viewer(tx: &Tx, viewer: Viewer) -> Result<Option<Viewer>> {
    if viewer.principal == Principal::System {
        return Ok(Some(viewer));
    }
    let statement = sql(
        "SELECT t.account_id, t.id, t.user_id, t.integration_id, u.role FROM tokens t \
         LEFT JOIN users u ON u.account_id = t.account_id AND u.id = t.user_id \
         LEFT JOIN integrations i ON i.account_id = t.account_id AND i.id = t.integration_id \
         WHERE t.account_id = $1 AND t.id = $2 AND t.revoked_at IS NULL AND coalesce(u.active, i.active)",
        [Bind::Uuid(viewer.account.0), Bind::Uuid(viewer.token.0)],
    );
    let rows: Vec<ViewerRow> = statement.load(&mut tx.connection()?).await?;
    rows.into_iter().next().map(decode).transpose()
}

fn decode(row: ViewerRow) -> Result<Viewer> {
    let principal = match (row.user_id, row.role, row.integration_id) {
        (Some(user), Some(role), None) => {
            Principal::User(user.into(), known(Role::from_code(role), "role")?)
        }
        (None, _, Some(integration)) => Principal::Integration(integration.into()),
        _ => return Err(Error::Internal(format!("token {} of nobody", row.id))),
    };
    Ok(Viewer {
        account: row.account_id.into(),
        principal,
        token: row.id.into(),
    })
}
