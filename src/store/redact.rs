//! Taking what was purged out of the log (rule 20): texts, names, values and images go, ids and rules stay.

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types as st;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Tx;
use super::log::TouchKind;
use super::sql::{Bind, sql};
use crate::domain::cascade::Subject;
use crate::domain::event::Body;
use crate::domain::id::AccountId;
use crate::error::{Error, Result};

/// How many entries are rewritten by one statement: a thing with a long life has many.
const PAGE: i64 = 500;

#[derive(QueryableByName)]
struct BodyRow {
    #[diesel(sql_type = st::BigInt)]
    position: i64,
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Jsonb)]
    body: Value,
}

/// Redacts every entry with an effect on one of these.
///
/// # Errors
/// When the database is away.
pub(super) async fn redact(tx: &Tx, account: AccountId, purged: &BTreeSet<Subject>) -> Result<()> {
    let things: Vec<Uuid> = purged
        .iter()
        .map(|subject| match subject {
            Subject::Ticket(id) => id.0,
            Subject::Conversation(id) => id.0,
        })
        .collect();
    let mut after = 0;
    loop {
        let rows = page(tx, account, &things, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.position;
        let mut redacted = Vec::with_capacity(rows.len());
        for row in rows {
            let unreadable = |error| Error::Internal(format!("cascade {}: {error}", row.id));
            let mut body: Body = serde_json::from_value(row.body).map_err(unreadable)?;
            body.redact(purged);
            redacted.push(json!({"id": row.id, "body": body}));
        }
        let update = sql(
            "UPDATE cascades l SET body = r.body FROM jsonb_to_recordset($2) AS r(id uuid, body jsonb) \
             WHERE l.account_id = $1 AND l.id = r.id",
            [Bind::Uuid(account.0), Bind::Json(Value::Array(redacted))],
        );
        update.execute(&mut tx.connection()).await?;
    }
}

async fn page(tx: &Tx, account: AccountId, things: &[Uuid], after: i64) -> Result<Vec<BodyRow>> {
    let statement = sql(
        "SELECT l.position, l.id, l.body FROM cascades l WHERE l.account_id = $1 AND l.id IN \
         (SELECT cascade_id FROM cascade_touches WHERE account_id = $1 AND kind = ANY($2) AND thing_id = ANY($3) \
          AND position > $4 ORDER BY position LIMIT $5) ORDER BY l.position",
        [
            Bind::Uuid(account.0),
            Bind::Smalls(vec![
                TouchKind::Ticket as i16,
                TouchKind::Conversation as i16,
            ]),
            Bind::Uuids(things.to_vec()),
            Bind::Big(after),
            Bind::Big(PAGE),
        ],
    );
    Ok(statement.load(&mut tx.connection()).await?)
}
