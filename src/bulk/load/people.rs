//! The contacts of the large account.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::bulk::ids::Ids;
use crate::demo::{skew, vocabulary};
use crate::domain::id::{AccountId, ContactId};
use crate::domain::image::Time;
use crate::error::Result;
use crate::store::Store;
use crate::store::bulk::{self, NewContact};

/// Rows of one transaction.
const AT_ONCE: usize = 5_000;

/// Contacts by number; none for those who have never written.
pub type Contacts = Arc<[Option<ContactId>]>;

/// Writes everybody who has written, known since their first conversation began.
///
/// # Errors
/// When the database is away.
pub async fn write(
    store: &Store,
    account: AccountId,
    conversations: u64,
    now: Time,
    ids: &mut Ids,
) -> Result<Contacts> {
    let contacts = skew::contacts_for(conversations);
    let mut first: Vec<Option<u64>> = vec![None; usize::try_from(contacts).unwrap_or(0)];
    for conversation in 0..conversations {
        let contact = skew::contact_of(conversation, contacts);
        if let Some(first) = first.get_mut(usize::try_from(contact).unwrap_or(0)) {
            first.get_or_insert(conversation);
        }
    }
    let mut known = vec![None; first.len()];
    // In the order in which they wrote first, as they would have come.
    let mut writers: Vec<(u64, usize)> = Vec::new();
    for (contact, first) in first.iter().enumerate() {
        writers.extend(first.map(|first| (first, contact)));
    }
    writers.sort_unstable();
    for batch in writers.chunks(AT_ONCE) {
        let mut rows = Vec::with_capacity(batch.len());
        for (first, contact) in batch {
            let age = skew::began_seconds_ago(*first, conversations);
            let created_at = now - TimeDelta::seconds(i64::try_from(age).unwrap_or(0));
            let person = vocabulary::contact(*contact as u64);
            let id: ContactId = ids.at(created_at)?;
            rows.push(NewContact {
                id,
                name: person.name,
                email: Some(person.email),
                phone: person.phone,
                created_at,
            });
            if let Some(known) = known.get_mut(*contact) {
                *known = Some(id);
            }
        }
        let tx = bulk::begin(store, account, false).await?;
        bulk::insert_contacts(&tx, account, &rows).await?;
        tx.commit().await?;
    }
    Ok(known.into())
}
