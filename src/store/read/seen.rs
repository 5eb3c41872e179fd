//! What of the log somebody limited sees. Where things are is read here, of the same moment as all else in the response;
//! [`crate::domain::access::Seen`] decides.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Source;
use crate::domain::access::{Place, Seen, TicketPlace};
use crate::domain::cascade::Subject;
use crate::domain::event::Entry;
use crate::error::Result;
use crate::store::sql::{Bind, sql};

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    inbox_id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    contact_id: Uuid,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    owner_id: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    ticket_id: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    ticket_contact: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    ticket_owner: Option<Uuid>,
}

impl From<PlaceRow> for Place {
    fn from(row: PlaceRow) -> Self {
        Self {
            conversation: row.id.into(),
            inbox: row.inbox_id.into(),
            contact: row.contact_id.into(),
            owner: row.owner_id.map(Into::into),
            ticket: row.ticket_id.map(|ticket| TicketPlace {
                ticket: ticket.into(),
                contact: row.ticket_contact.map(Into::into),
                owner: row.ticket_owner.map(Into::into),
            }),
        }
    }
}

/// What of these entries the source's viewer sees, in their order; those of which nothing is left are left out.
///
/// # Errors
/// When the database is away.
pub async fn shown(source: &Source, entries: Vec<Entry>) -> Result<Vec<Entry>> {
    let Some(limits) = source.limits() else {
        return Ok(entries);
    };
    let (mut conversations, mut tickets) = (Vec::new(), Vec::new());
    for effect in entries.iter().flat_map(|entry| &entry.body.effects) {
        match effect.subject {
            Subject::Conversation(id) => conversations.push(id.0),
            Subject::Ticket(id) => tickets.push(id.0),
        }
    }
    for ids in [&mut conversations, &mut tickets] {
        ids.sort_unstable();
        ids.dedup();
    }
    let text = "SELECT c.id, c.inbox_id, c.contact_id, c.owner_id, c.ticket_id, t.contact_id AS ticket_contact, \
                t.owner_id AS ticket_owner FROM conversations c \
                LEFT JOIN tickets t ON t.account_id = c.account_id AND t.id = c.ticket_id \
                WHERE c.account_id = $1 AND (c.id = ANY($2) OR c.ticket_id = ANY($3))";
    let binds = [
        Bind::Uuid(source.account().0),
        Bind::Uuids(conversations),
        Bind::Uuids(tickets),
    ];
    let rows: Vec<PlaceRow> = source.load(sql(text, binds)).await?;
    let seen = Seen::of(limits, rows.into_iter().map(Place::from));
    Ok(entries
        .iter()
        .filter_map(|entry| seen.shown(entry))
        .collect())
}
