//! Reading the log as an audit trail: by what a cascade touched, newest first.

use std::collections::HashMap;

use diesel::QueryableByName;
use diesel::sql_types as st;
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::binds::Binds;
use super::page::{Key, KeyType, Keyset, Page, Rows};
use super::{CountOfRow, CountRow, Source, seen};
use crate::domain::event::{CascadeFilter, Entry};
use crate::domain::id::CascadeId;
use crate::error::Result;
use crate::store::log::{COLUMNS, TouchKind};
use crate::store::sql::{Bind, sql};

const fn newest(value: &'static str) -> Keyset {
    Keyset {
        value,
        id: None,
        key_type: KeyType::Big,
        descending: true,
    }
}

/// The key of a cascade in a list; a preview is in none.
#[must_use]
pub fn key(entry: &Entry) -> Key {
    Key {
        value: entry.position.map_or(0, |position| position.0),
        id: Uuid::nil(),
    }
}

/// The id by which the log's index knows a rule.
fn rule_id(rule: crate::domain::cascade::Rule) -> Uuid {
    Uuid::from_u128(u128::from(rule.code().unsigned_abs()))
}

fn touch(filter: &CascadeFilter) -> Vec<(TouchKind, Uuid)> {
    // Rarest first: the first one drives the statement.
    [
        (TouchKind::Conversation, filter.conversation.map(|id| id.0)),
        (TouchKind::Ticket, filter.ticket.map(|id| id.0)),
        (TouchKind::Contact, filter.contact.map(|id| id.0)),
        (TouchKind::Actor, filter.actor),
        (TouchKind::Owner, filter.owner.map(|id| id.0)),
        (TouchKind::Inbox, filter.inbox.map(|id| id.0)),
    ]
    .into_iter()
    .filter_map(|(kind, id)| id.map(|id| (kind, id)))
    .collect()
}

/// `SELECT` of the position and id of every cascade that passes; with a page, of no more than the page needs.
fn passing(
    filter: &CascadeFilter,
    page: Option<&Page>,
    account: &str,
    binds: &mut Binds,
) -> String {
    let touches = touch(filter);
    let rules = filter
        .rules
        .as_ref()
        .map(|rules| binds.push(Bind::Uuids(rules.iter().copied().map(rule_id).collect())));
    let kind_of_rules = TouchKind::Rule as i16;
    let cut = |column: &'static str, binds: &mut Binds| {
        page.map_or(String::new(), |page| {
            let keyset = newest(column);
            page.bounds(keyset, binds) + &page.order(keyset)
        })
    };
    let Some(((kind, id), others)) = touches.split_first() else {
        return match rules {
            None => {
                let cut = cut("l.position", binds);
                format!(
                    "SELECT l.position, l.id AS cascade_id FROM cascades l WHERE l.account_id = {account}{cut}"
                )
            }
            // Of each rule as many as the page has, by the index; then the first of all these.
            Some(rules) => {
                let inner = cut("r.position", binds);
                let outer = page.map_or(String::new(), |page| page.order(newest("r.position")));
                format!(
                    "SELECT DISTINCT r.position, r.cascade_id FROM unnest({rules}) AS rule (id) CROSS JOIN LATERAL \
                     (SELECT r.position, r.cascade_id FROM cascade_touches r WHERE r.account_id = {account} \
                     AND r.kind = {kind_of_rules} AND r.thing_id = rule.id{inner}) r{outer}"
                )
            }
        };
    };
    let (kind, id) = (*kind as i16, binds.push(Bind::Uuid(*id)));
    let mut text = format!(
        "SELECT t.position, t.cascade_id FROM cascade_touches t WHERE t.account_id = {account} \
                            AND t.kind = {kind} AND t.thing_id = {id}"
    );
    let mut also = |kind: i16, things: String| {
        text += &format!(
            " AND EXISTS (SELECT FROM cascade_touches o WHERE o.account_id = {account} AND o.kind = {kind} \
             AND o.thing_id = {things} AND o.position = t.position AND o.cascade_id = t.cascade_id)"
        );
    };
    for (kind, id) in others {
        also(*kind as i16, binds.push(Bind::Uuid(*id)));
    }
    if let Some(rules) = rules {
        also(kind_of_rules, format!("ANY({rules})"));
    }
    text + &cut("t.position", binds)
}

/// How many entries at once are looked through for those that somebody limited sees.
const LOOKED_THROUGH: u16 = 200;

/// A page of the account's log, newest first.
///
/// # Errors
/// When the database is away.
pub async fn page(source: &Source, filter: &CascadeFilter, page: Page) -> Result<Rows<Entry>> {
    if source.limits().is_none() {
        return whole_page(source, filter, page).await;
    }
    let mut rows = Vec::new();
    let take = |entry| {
        rows.push(entry);
        rows.len() <= usize::from(page.size)
    };
    look_through(source, filter, page.after, take).await?;
    Ok(page.cut(rows))
}

/// Hands over what of the log is seen, newest first, from a key on, for as long as more is wanted. What a limited viewer
/// sees is told by where each conversation is now, which the log's index does not know. Only forward: the log has no
/// other pages.
async fn look_through(
    source: &Source,
    filter: &CascadeFilter,
    mut after: Option<Key>,
    mut take: impl FnMut(Entry) -> bool,
) -> Result<()> {
    loop {
        let next = Page {
            after,
            ..Page::first(LOOKED_THROUGH)
        };
        let whole = whole_page(source, filter, next).await?;
        after = whole.rows.last().map(key);
        let shown = seen::shown(source, whole.rows).await?;
        // Held against what is left of it: nothing is found by what is not seen.
        let mut shown = shown.into_iter().filter(|entry| filter.matches(entry));
        let goes_on = shown.all(&mut take);
        if !goes_on || !whole.more_after {
            return Ok(());
        }
    }
}

/// What happened to one thing.
fn touching(kind: TouchKind, thing: Uuid) -> CascadeFilter {
    let mut filter = CascadeFilter::default();
    match kind {
        TouchKind::Ticket => filter.ticket = Some(thing.into()),
        TouchKind::Conversation => filter.conversation = Some(thing.into()),
        TouchKind::Contact => filter.contact = Some(thing.into()),
        TouchKind::Inbox => filter.inbox = Some(thing.into()),
        TouchKind::Owner => filter.owner = Some(thing.into()),
        TouchKind::Actor | TouchKind::Rule => filter.actor = Some(thing),
    }
    filter
}

/// A page of the log with what of it is not seen.
async fn whole_page(source: &Source, filter: &CascadeFilter, page: Page) -> Result<Rows<Entry>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let passing = passing(filter, Some(&page), &account, &mut binds);
    let text = format!(
        "SELECT {COLUMNS} FROM ({passing}) t JOIN cascades l ON l.account_id = {account} AND l.id = t.cascade_id{}",
        page.sorted(newest("l.position"))
    );
    // Few shapes: each criterion is there or not.
    let rows = source
        .load_whole_entries(sql(&text, binds.into_vec()))
        .await?;
    Ok(page.cut(rows))
}

/// How many cascades of the log pass the filter.
///
/// # Errors
/// When the database is away.
pub async fn count(source: &Source, filter: &CascadeFilter) -> Result<i64> {
    if source.limits().is_some() {
        let mut count = 0;
        let take = |_| {
            count += 1;
            true
        };
        look_through(source, filter, None, take).await?;
        return Ok(count);
    }
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let passing = passing(filter, None, &account, &mut binds);
    let text = format!("SELECT count(*) AS count FROM ({passing}) t");
    let rows: Vec<CountRow> = source.load(sql(&text, binds.into_vec())).await?;
    Ok(rows.first().map_or(0, |row| row.count))
}

#[derive(QueryableByName)]
struct TouchRow {
    #[diesel(sql_type = st::Uuid)]
    thing_id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    cascade_id: Uuid,
}

/// The same page, newest first, of what happened to each of these things, which are all of one kind.
///
/// # Errors
/// When the database is away.
pub async fn pages_touching(
    source: &Source,
    kind: TouchKind,
    things: Vec<Uuid>,
    page: Page,
) -> Result<Vec<(Uuid, Rows<Entry>)>> {
    if source.limits().is_some() {
        let pages = things.into_iter().map(async |thing| {
            let rows = self::page(source, &touching(kind, thing), page).await?;
            Ok((thing, rows))
        });
        return try_join_all(pages).await;
    }
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let from = binds.each(&things);
    let kind = binds.push(Bind::Small(kind as i16));
    let keyset = newest("t.position");
    let bounds = page.bounds(keyset, &mut binds);
    let limit = page.order(keyset);
    let text = format!(
        "SELECT p.id AS thing_id, t.cascade_id FROM {from} CROSS JOIN LATERAL \
         (SELECT t.position, t.cascade_id FROM cascade_touches t WHERE t.account_id = {account} AND t.kind = {kind} \
         AND t.thing_id = p.id{bounds}{limit}) t{}",
        page.sorted(keyset)
    );
    let rows: Vec<TouchRow> = source.load(sql(&text, binds.into_vec())).await?;
    let lists = super::page::by_parent(page, things, rows, |row| row.thing_id);
    // One cascade may be in the timelines of several things: it is read once.
    let mut ids: Vec<_> = lists
        .iter()
        .flat_map(|(_, list)| list.rows.iter().map(|row| CascadeId(row.cascade_id)))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let entries = entries_by_id(source, &ids).await?;
    let entries: HashMap<_, _> = entries
        .into_iter()
        .map(|entry| (entry.id.0, entry))
        .collect();
    let fill = |(thing, list): (Uuid, Rows<TouchRow>)| {
        let rows = list
            .rows
            .iter()
            .filter_map(|row| entries.get(&row.cascade_id).cloned())
            .collect();
        let filled = Rows {
            rows,
            more_before: list.more_before,
            more_after: list.more_after,
        };
        (thing, filled)
    };
    Ok(lists.into_iter().map(fill).collect())
}

/// How many cascades happened to each of these things; none: left out.
///
/// # Errors
/// When the database is away.
pub async fn counts_touching(
    source: &Source,
    kind: TouchKind,
    things: Vec<Uuid>,
) -> Result<Vec<(Uuid, i64)>> {
    if source.limits().is_some() {
        let counts = things.into_iter().map(async |thing| {
            let count = count(source, &touching(kind, thing)).await?;
            Ok((thing, count))
        });
        return try_join_all(counts).await;
    }
    let text = "SELECT t.thing_id AS of, count(*) AS count FROM cascade_touches t WHERE t.account_id = $1 \
                AND t.kind = $2 AND t.thing_id = ANY($3) GROUP BY t.thing_id";
    let binds = [
        Bind::Uuid(source.account().0),
        Bind::Small(kind as i16),
        Bind::Uuids(things),
    ];
    let rows: Vec<CountOfRow> = source.load(sql(text, binds)).await?;
    Ok(rows.into_iter().map(|row| (row.of, row.count)).collect())
}

/// Cascades by id; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn entries_by_id(source: &Source, ids: &[CascadeId]) -> Result<Vec<Entry>> {
    let text =
        format!("SELECT {COLUMNS} FROM cascades l WHERE l.account_id = $1 AND l.id = ANY($2)");
    let ids = ids.iter().map(|id| id.0).collect();
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(ids)];
    source.load_entries(sql(&text, binds)).await
}

/// All that took these cascades back, and what took that back, and so on; oldest first.
///
/// # Errors
/// When the database is away.
pub async fn undos_of(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Entry>> {
    let text = format!(
        "WITH RECURSIVE undo AS (SELECT l.id FROM cascades l WHERE l.account_id = $1 AND l.undoes = ANY($2) \
         UNION SELECT l.id FROM undo JOIN cascades l ON l.account_id = $1 AND l.undoes = undo.id) \
         SELECT {COLUMNS} FROM undo JOIN cascades l ON l.account_id = $1 AND l.id = undo.id ORDER BY l.position"
    );
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(ids)];
    source.load_entries(sql(&text, binds)).await
}
