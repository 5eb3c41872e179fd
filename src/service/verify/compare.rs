//! Holding the tables against what the log made.

use std::collections::HashSet;
use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::replayed::Replayed;
use super::{PAGE, Report, made_at};
use crate::domain::id::{AccountId, MessageId};
use crate::domain::image::Time;
use crate::error::Result;
use crate::store::Snapshot;
use crate::store::verify::{self as read, StoredMessage};

/// One account on its way.
pub(super) struct Compared<'r> {
    pub account: AccountId,
    /// Where the log begins, if older parts were dropped.
    pub begins: Option<Time>,
    pub replayed: Replayed,
    pub report: &'r mut Report,
}

impl Compared<'_> {
    /// Compares everything. What is found is taken out of the replayed state: what is left then is missing.
    pub async fn run(&mut self, snapshot: &Snapshot) -> Result<()> {
        let in_trash = self.groups_in_use();
        self.tickets(snapshot).await?;
        self.conversations(snapshot).await?;
        self.messages(snapshot).await?;
        self.trash_groups(snapshot, &in_trash).await
    }

    fn differs(&mut self, difference: &str) {
        self.report.differs(self.account, difference);
    }

    /// A row that the log does not know.
    fn unknown(&mut self, id: Uuid, name: impl Display) {
        let made = made_at(id);
        if self
            .begins
            .is_some_and(|begins| made.is_some_and(|made| made < begins))
        {
            self.report.unverifiable += 1;
        } else {
            self.differs(&format!(
                "{name} is in its table but the log does not know it"
            ));
        }
    }

    async fn tickets(&mut self, snapshot: &Snapshot) -> Result<()> {
        let mut after = Uuid::nil();
        loop {
            let rows = read::tickets_after(snapshot, self.account, after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = last.id.0;
            self.report.tickets += rows.len() as u64;
            for row in rows {
                match self.replayed.tickets.remove(&row.id) {
                    None => self.unknown(row.id.0, row.id),
                    Some(logged) if logged != row => {
                        let what = difference(&row, &logged);
                        self.differs(&format!("{} differs from the log: {what}", row.id));
                    }
                    Some(_) => {}
                }
            }
        }
        for id in std::mem::take(&mut self.replayed.tickets).into_keys() {
            self.differs(&format!("{id} is in the log but not in its table"));
        }
        Ok(())
    }

    async fn conversations(&mut self, snapshot: &Snapshot) -> Result<()> {
        let mut after = Uuid::nil();
        loop {
            let rows = read::conversations_after(snapshot, self.account, after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = last.id.0;
            self.report.conversations += rows.len() as u64;
            for row in rows {
                match self.replayed.conversations.remove(&row.id) {
                    None => self.unknown(row.id.0, row.id),
                    Some(logged) if logged != row => {
                        let what = difference(&row, &logged);
                        self.differs(&format!("{} differs from the log: {what}", row.id));
                    }
                    Some(_) => {}
                }
            }
        }
        for id in std::mem::take(&mut self.replayed.conversations).into_keys() {
            self.differs(&format!("{id} is in the log but not in its table"));
        }
        Ok(())
    }

    /// What the messages are was compared page by page; here is whether there are others.
    async fn messages(&mut self, snapshot: &Snapshot) -> Result<()> {
        let mut after = Uuid::nil();
        loop {
            // An id is small: many at once.
            let rows = read::message_ids_after(snapshot, self.account, after, PAGE * 20).await?;
            let Some(last) = rows.last() else { break };
            after = *last;
            self.report.messages += rows.len() as u64;
            for id in rows {
                if !self.replayed.messages.contains(&MessageId(id)) {
                    self.unknown(id, MessageId(id));
                }
            }
        }
        Ok(())
    }

    /// The groups that something is in.
    fn groups_in_use(&self) -> HashSet<Uuid> {
        let tickets = self.replayed.tickets.values().map(|ticket| ticket.trash);
        let conversations = self.replayed.conversations.values();
        tickets
            .chain(conversations.map(|conversation| conversation.trash))
            .flatten()
            .map(|trash| trash.group.0)
            .collect()
    }

    async fn trash_groups(&mut self, snapshot: &Snapshot, in_use: &HashSet<Uuid>) -> Result<()> {
        let rows = read::trash_groups(snapshot, self.account).await?;
        let logged = std::mem::take(&mut self.replayed.groups);
        for (id, row) in &rows {
            match logged.get(id) {
                None => self.unknown(id.0, id),
                Some(group) if group != row => {
                    let what = format!("{row:?} in its table, {group:?} by the log");
                    self.differs(&format!("{id} differs from the log: {what}"));
                }
                Some(_) if !in_use.contains(&id.0) => {
                    if self.begins.is_some() {
                        // Its members may be older than the log.
                        self.report.unverifiable += 1;
                    } else {
                        self.differs(&format!("{id} is in its table, but nothing is in it"));
                    }
                }
                Some(_) => {}
            }
        }
        for id in logged.keys().filter(|id| in_use.contains(&id.0)) {
            if !rows.contains_key(id) {
                self.differs(&format!("{id} is in the log but not in its table"));
            }
        }
        Ok(())
    }
}

/// The fields that differ, with both values.
fn difference<T: Serialize>(row: &T, logged: &T) -> String {
    let (Ok(Value::Object(row)), Ok(Value::Object(logged))) =
        (serde_json::to_value(row), serde_json::to_value(logged))
    else {
        return "they cannot be compared".to_owned();
    };
    let fields = row.iter().filter_map(|(field, value)| {
        let by_log = logged.get(field).unwrap_or(&Value::Null);
        (by_log != value).then(|| format!("{field} is {value} in its table, {by_log} by the log"))
    });
    fields.collect::<Vec<_>>().join("; ")
}

/// What of a message differs.
pub(super) fn message_difference(row: &StoredMessage, logged: &StoredMessage) -> String {
    let mut fields = Vec::new();
    if row.0 != logged.0 {
        fields.push(format!(
            "it is of {} in its table, of {} by the log",
            row.0, logged.0
        ));
    }
    if row.1 != logged.1 {
        fields.push(difference(&row.1, &logged.1));
    }
    if row.2 != logged.2 {
        fields.push("its text has another SHA-256".to_owned());
    }
    fields.join("; ")
}
