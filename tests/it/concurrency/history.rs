//! The log, played back: what must hold after every single cascade of it, and that it ends where the tables stand.

use std::collections::BTreeMap;

use diesel_async::AsyncPgConnection;
use tandem::domain::cascade::{Change, Rule, Subject};
use tandem::domain::event::Body;
use tandem::domain::id::{ConversationId, TicketId};
use tandem::domain::image::{Conversation, Ticket};
use tandem::domain::noun::{ConversationStatus, StatusCategory};

use crate::support::sql::texts;

/// How many cascades there were, by what they were for.
pub type Counts = BTreeMap<String, usize>;

#[derive(Default)]
struct State {
    tickets: BTreeMap<TicketId, Ticket>,
    conversations: BTreeMap<ConversationId, Conversation>,
}

/// Plays the whole log in the order of its positions and checks it after each cascade.
pub async fn check(sql: &mut AsyncPgConnection) -> Counts {
    let query = "SELECT json_build_object('command', command, 'body', body)::text AS text FROM cascades ORDER BY position";
    let mut state = State::default();
    let mut counts = Counts::new();
    for (index, entry) in texts(sql, query).await.iter().enumerate() {
        let entry: serde_json::Value = serde_json::from_str(entry).expect("JSON");
        let command = entry["command"].as_str().expect("a command");
        let body: Body = serde_json::from_value(entry["body"].clone()).expect("a body");
        let place = format!("cascade {index}, {command}");
        state.play(&body, &place);
        state.rules_hold(&body, &place);
        *counts.entry(command.to_owned()).or_default() += 1;
    }
    assert_eq!(
        state.rows(),
        rows(sql).await,
        "the log ends where the tables stand"
    );
    counts
}

impl State {
    fn play(&mut self, body: &Body, place: &str) {
        let changes = |subject: Subject| {
            let of_it = body
                .effects
                .iter()
                .filter(move |effect| effect.subject == subject);
            of_it
                .filter(|effect| !matches!(effect.change, Change::MessageAdded { .. }))
                .count()
        };
        for new in &body.tickets {
            let old = self.tickets.insert(new.id, new.clone());
            let changed = changes(Subject::Ticket(new.id)) > 0;
            grows(
                old.map(|old| old.version),
                new.version,
                changed,
                &format!("{place}: {}", new.id),
            );
        }
        for new in &body.conversations {
            let old = self.conversations.insert(new.id, new.clone());
            let changed = changes(Subject::Conversation(new.id)) > 0;
            if let Some(link) = old.as_ref().and_then(|old| old.ticket) {
                assert_eq!(new.ticket, Some(link), "{place}: a link is permanent");
            }
            grows(
                old.map(|old| old.version),
                new.version,
                changed,
                &format!("{place}: {}", new.id),
            );
        }
    }

    /// What the rules say of the state after any cascade.
    fn rules_hold(&self, body: &Body, place: &str) {
        for ticket in self.tickets.values() {
            for one in self.of(ticket.id) {
                assert_eq!(
                    one.trash, ticket.trash,
                    "{place}: rule 18, {} and {}",
                    one.id, ticket.id
                );
            }
        }
        for effect in body
            .effects
            .iter()
            .filter(|effect| effect.rule != Rule::Undo)
        {
            match (effect.subject, &effect.change) {
                (Subject::Conversation(id), Change::Owner { to, .. }) => {
                    if let Some(ticket) = self.conversations[&id].ticket {
                        assert_eq!(self.tickets[&ticket].owner, *to, "{place}: rule 7");
                    }
                }
                (Subject::Ticket(id), Change::TicketStatus { from, to, .. })
                    if (from.category, to.category)
                        == (StatusCategory::Open, StatusCategory::Closed) =>
                {
                    let closed = self
                        .of(id)
                        .all(|one| one.status == ConversationStatus::Closed);
                    assert!(closed, "{place}: rule 11");
                }
                (Subject::Conversation(id), Change::Inbox { to, .. }) => {
                    if let Some(ticket) = self.conversations[&id].ticket {
                        assert!(
                            self.of(ticket).all(|one| one.inbox == *to),
                            "{place}: rule 29"
                        );
                    }
                }
                _ => {}
            }
        }
    }

    fn of(&self, ticket: TicketId) -> impl Iterator<Item = &Conversation> {
        self.conversations
            .values()
            .filter(move |one| one.ticket == Some(ticket))
    }

    fn rows(&self) -> Vec<String> {
        let tickets = self.tickets.values().map(|one| {
            let trash = one.trash.map(|trash| trash.group.0);
            format!(
                "ticket {} {} {} {} {}",
                one.id.0,
                one.version,
                one.status.id.0,
                shown(one.owner.map(|id| id.0)),
                shown(trash)
            )
        });
        let conversations = self.conversations.values().map(|one| {
            let (owner, ticket) = (one.owner.map(|id| id.0), one.ticket.map(|id| id.0));
            let closed = i16::from(one.status == ConversationStatus::Closed);
            let trash = one.trash.map(|trash| trash.group.0);
            format!(
                "conversation {} {} {closed} {} {} {} {}",
                one.id.0,
                one.version,
                shown(owner),
                shown(trash),
                shown(ticket),
                one.inbox.0
            )
        });
        let mut rows: Vec<_> = tickets.chain(conversations).collect();
        rows.sort();
        rows
    }
}

/// A version grows by one where the thing itself changed, and only there; so positions and versions rise together.
fn grows(old: Option<i32>, new: i32, changed: bool, place: &str) {
    let expected = old.map_or(1, |old| old + i32::from(changed));
    assert_eq!(new, expected, "{place}: the version after {old:?}");
}

fn shown(id: Option<uuid::Uuid>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}

async fn rows(sql: &mut AsyncPgConnection) -> Vec<String> {
    let query = "SELECT concat_ws(' ', 'ticket', id, version, status_id, coalesce(owner_id::text, '-'), \
        coalesce(trash_group_id::text, '-')) AS text FROM tickets UNION ALL \
        SELECT concat_ws(' ', 'conversation', id, version, status, coalesce(owner_id::text, '-'), \
        coalesce(trash_group_id::text, '-'), coalesce(ticket_id::text, '-'), inbox_id) FROM conversations";
    let mut rows = texts(sql, query).await;
    rows.sort();
    rows
}
