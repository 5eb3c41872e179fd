//! The demo story as rows: both accounts with everything that happened in them.
//!
//! [`timeline`] turns what the story says about the end into what people did, in the order of time; [`play`] lets it
//! happen. What the story leaves open, such as when an owner took a conversation over, is placed between what it tells.

pub mod play;
pub mod timeline;

use std::collections::HashMap;

use self::play::{Known, Played};
use super::ids::Ids;
use super::profile::{self, Account};
use crate::demo::story::{self, Story};
use crate::domain::id::{AccountId, UserId};
use crate::domain::image::Time;
use crate::error::Result;
use crate::store::bulk::{self, NewContact};
use crate::store::{Store, Tx};

/// An account of the demo, as it was created.
#[derive(Debug, Clone)]
pub struct SeededAccount {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// The user whom the token is for: its first, an administrator.
    pub user: UserId,
    /// That user's address.
    pub email: String,
    /// The token. It is shown this once: only its hash is kept.
    pub token: String,
}

/// Creates the accounts of a story, each with everything in one transaction. `now` is what its times count back from.
///
/// # Errors
/// When the database is away, or the story contradicts itself or the rules.
pub async fn seed(store: &Store, story: &Story, now: Time) -> Result<Vec<SeededAccount>> {
    let mut seeded = Vec::with_capacity(story.accounts.len());
    for account in &story.accounts {
        seeded.push(seed_account(store, account, now).await?);
    }
    Ok(seeded)
}

async fn seed_account(store: &Store, story: &story::Account, now: Time) -> Result<SeededAccount> {
    let mut ids = Ids::default();
    let id = profile::new_account(&mut ids, &story.profile)?;
    let events = timeline::of(story, now);
    bulk::add_log_months(store, events.iter().map(|event| event.at)).await?;

    let tx = bulk::begin(store, id, true).await?;
    let account = profile::create(&tx, &mut ids, id, &story.profile).await?;
    let contacts = contacts(story, &mut ids, now)?;
    let known: HashMap<&str, Known> = contacts.iter().map(known).collect();
    let played = play::play(&account, &known, events, now, &mut ids)?;
    let rows: Vec<_> = contacts.into_iter().map(|(_, contact)| contact).collect();
    bulk::insert_contacts(&tx, id, &rows).await?;
    write(&tx, &account, played).await?;
    tx.commit().await?;
    Ok(SeededAccount {
        account: id,
        name: account.name,
        user: account.admin,
        email: story
            .profile
            .users
            .first()
            .map(|user| user.email.clone())
            .unwrap_or_default(),
        token: account.token,
    })
}

fn known<'s>((key, contact): &(&'s str, NewContact)) -> (&'s str, Known) {
    let names = [&contact.name, &contact.email, &contact.phone];
    let name = names.into_iter().flatten().next();
    let id = contact.id;
    let name = name.cloned().unwrap_or_default();
    (key, Known { id, name })
}

async fn write(tx: &Tx, account: &Account, played: Played) -> Result<()> {
    let Played {
        conversations,
        mut outcome,
        messages,
    } = played;
    bulk::insert_groups(tx, account.id, &outcome.groups).await?;
    bulk::insert_tickets(tx, account.id, &outcome.tickets).await?;
    bulk::insert_conversations(tx, account.id, &conversations).await?;
    bulk::insert_messages(tx, account.id, messages).await?;
    let last = outcome.tickets.last().map_or(0, |ticket| ticket.number);
    bulk::set_ticket_number(tx, account.id, last).await?;
    bulk::append(tx, account.id, &mut outcome.entries).await
}

/// Everybody who has written, known since their first message.
fn contacts<'s>(
    story: &'s story::Account,
    ids: &mut Ids,
    now: Time,
) -> Result<Vec<(&'s str, NewContact)>> {
    let mut contacts = Vec::with_capacity(story.contacts.len());
    for contact in &story.contacts {
        let written = story
            .conversations
            .iter()
            .filter(|c| c.contact == contact.key);
        let first = written.map(story::Conversation::created_minutes_ago).max();
        let created_at = timeline::ago(now, first.unwrap_or(0));
        let row = NewContact {
            id: ids.at(created_at)?,
            name: contact.name.clone(),
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            created_at,
        };
        contacts.push((contact.key.as_str(), row));
    }
    Ok(contacts)
}
