//! Reading saved views.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Source;
use crate::domain::id::UserId;
use crate::domain::image::Time;
use crate::domain::noun::SavedViewKind;
use crate::domain::saved_view::SavedView;
use crate::error::{Error, Result};
use crate::store::rows::known;
use crate::store::sql::{Bind, sql};

/// What [`SavedViewRow`] is read from.
pub(in crate::store) const COLUMNS: &str = "id, owner_id, kind, name, shared, filter::text AS filter, order_by::text AS order_by, \
     created_at, updated_at";

#[derive(QueryableByName)]
pub(in crate::store) struct SavedViewRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    owner_id: Uuid,
    #[diesel(sql_type = st::SmallInt)]
    kind: i16,
    #[diesel(sql_type = st::Text)]
    name: String,
    #[diesel(sql_type = st::Bool)]
    shared: bool,
    #[diesel(sql_type = st::Text)]
    filter: String,
    #[diesel(sql_type = st::Text)]
    order_by: String,
    #[diesel(sql_type = st::Timestamptz)]
    created_at: Time,
    #[diesel(sql_type = st::Timestamptz)]
    updated_at: Time,
}

impl TryFrom<SavedViewRow> for SavedView {
    type Error = Error;

    fn try_from(row: SavedViewRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            owner: row.owner_id.into(),
            kind: known(SavedViewKind::from_code(row.kind), "kind of view")?,
            name: row.name,
            shared: row.shared,
            filter: row.filter,
            order_by: row.order_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The views that this user sees, their own and those shared, by name; without a user, as for an integration, those
/// shared alone.
///
/// # Errors
/// When the database is away.
pub async fn seen_by(
    source: &Source,
    user: Option<UserId>,
    kind: Option<SavedViewKind>,
) -> Result<Vec<SavedView>> {
    let text = format!(
        "SELECT {COLUMNS} FROM saved_views WHERE account_id = $1 AND (shared OR owner_id = $2) \
         AND ($3::smallint IS NULL OR kind = $3) ORDER BY lower(name), id"
    );
    let binds = [
        Bind::Uuid(source.account().0),
        Bind::MaybeUuid(user.map(|id| id.0)),
        Bind::MaybeSmall(kind.map(SavedViewKind::code)),
    ];
    let rows: Vec<SavedViewRow> = source.load(sql(&text, binds)).await?;
    rows.into_iter().map(SavedView::try_from).collect()
}

/// Views by id, whoever keeps them; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn views_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<SavedView>> {
    let text = format!("SELECT {COLUMNS} FROM saved_views WHERE account_id = $1 AND id = ANY($2)");
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(ids)];
    let rows: Vec<SavedViewRow> = source.load(sql(&text, binds)).await?;
    rows.into_iter().map(SavedView::try_from).collect()
}
