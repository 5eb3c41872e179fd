//! Filters of lists and of the log, as JSON variables bring them.

mod images;

use std::sync::Arc;

use async_graphql::{InputType, Value};
use serde_json::{Value as Json, json};
use tandem::domain::filter::{Condition, ConversationLeaf, TicketLeaf};
use tandem::domain::id::{AnyId, IdError, UserId};
use tandem::domain::property::PropertyDefinition;
use tandem::graphql::Limits;
use tandem::graphql::inputs::{CascadeFilter, ConversationFilter, TicketFilter};
use uuid::Uuid;

const ME: UserId = UserId(Uuid::from_u128(5));

/// Single conditions, and levels of `All`, `Any` and `Not`.
fn size<Leaf>(condition: &Condition<Leaf>) -> (usize, usize) {
    let inner: Vec<_> = match condition {
        Condition::Is(_) => return (1, 0),
        Condition::All(many) | Condition::Any(many) => many.iter().map(size).collect(),
        Condition::Not(one) => vec![size(one)],
    };
    let leaves = inner.iter().map(|(leaves, _)| leaves).sum();
    let levels = inner.iter().map(|(_, levels)| *levels).max();
    (leaves, levels.unwrap_or(0) + 1)
}

fn leaves<'a, Leaf>(condition: &'a Condition<Leaf>, found: &mut Vec<&'a Leaf>) {
    match condition {
        Condition::Is(leaf) => found.push(leaf),
        Condition::All(many) | Condition::Any(many) => {
            many.iter().for_each(|one| leaves(one, found));
        }
        Condition::Not(one) => leaves(one, found),
    }
}

/// What was read is within its limits, and its two summaries say what it says.
fn sound<Leaf>(condition: &Condition<Leaf>, limits: &Limits, holds: impl Fn(&Leaf) -> bool) {
    let (count, levels) = size(condition);
    assert!(count <= limits.filter_conditions, "{count} conditions");
    // `or` and `not` make two levels of each of theirs, with what stands beside them.
    assert!(levels <= 2 * limits.filter_depth + 1, "{levels} levels");
    assert_eq!(condition.names(&|_| true), count > 0);
    if let Some(plain) = condition.plain() {
        let all = plain.into_iter().all(&holds);
        assert_eq!(condition.holds(&holds), all, "plain is what it says");
    }
}

fn input<T: InputType>(json: Json) -> Option<T> {
    T::parse(Some(Value::from_json(json).ok()?)).ok()
}

/// The filter itself, in an `and`, in an `or`, and in a `not`: none where it is none, or may not be put into others.
fn variants<Filter>(
    json: &Json,
    read: impl Fn(Json) -> Option<Filter>,
) -> Option<(Filter, [Option<Filter>; 3])> {
    let itself = read(json.clone())?;
    let inner = [
        json!({ "and": [json] }),
        json!({ "or": [json] }),
        json!({ "not": json }),
    ];
    Some((itself, inner.map(read)))
}

/// Of one thing: alone in `and` and `or` a filter is itself, in `not` the contrary.
fn laws([and, or, not]: [Option<bool>; 3], itself: bool) {
    assert!(and.is_none_or(|and| and == itself));
    assert!(or.is_none_or(|or| or == itself));
    assert!(not.is_none_or(|not| not != itself));
}

fn conversations(json: &Json, limits: &Limits) {
    let read = |json| ConversationFilter::read(Some(input(json)?), Some(ME), limits).ok();
    let Some((filter, inner)) = variants(json, read) else {
        return;
    };
    let mut found = Vec::new();
    leaves(&filter.condition, &mut found);
    for image in images::conversations(&found, filter.in_trash) {
        let itself = filter.matches(&image, &images::kind_of);
        laws(
            inner
                .each_ref()
                .map(|inner| Some(inner.as_ref()?.matches(&image, &images::kind_of))),
            itself,
        );
        sound(&filter.condition, limits, |leaf: &ConversationLeaf| {
            let alone = tandem::domain::filter::ConversationFilter {
                in_trash: filter.in_trash,
                condition: Condition::Is(leaf.clone()),
            };
            alone.matches(&image, &images::kind_of)
        });
    }
}

fn tickets(json: &Json, limits: &Limits, definitions: &[Arc<PropertyDefinition>]) {
    let read = |json| TicketFilter::read(Some(input(json)?), Some(ME), definitions, limits).ok();
    let Some((filter, inner)) = variants(json, read) else {
        return;
    };
    let mut found = Vec::new();
    leaves(&filter.condition, &mut found);
    for image in images::tickets(&found, filter.in_trash) {
        let itself = filter.matches(&image);
        laws(
            inner
                .each_ref()
                .map(|inner| Some(inner.as_ref()?.matches(&image))),
            itself,
        );
        sound(&filter.condition, limits, |leaf: &TicketLeaf| {
            let alone = tandem::domain::filter::TicketFilter {
                in_trash: filter.in_trash,
                condition: Condition::Is(leaf.clone()),
            };
            alone.matches(&image)
        });
    }
}

/// A filter of the log finds nothing exactly where one of its ids is none of its kind.
fn cascades(json: &Json) {
    let Some(filter) = input::<CascadeFilter>(json.clone()) else {
        return;
    };
    let is = |name: &str, kind: fn(AnyId) -> bool| match &json[name] {
        Json::String(text) => AnyId::parse(text).is_ok_and(kind),
        Json::Number(number) => {
            assert!(matches!(
                AnyId::parse(&number.to_string()),
                Err(IdError::Malformed(_))
            ));
            false
        }
        _ => true,
    };
    let good = is("inboxId", |id| matches!(id, AnyId::Inbox(_)))
        && is("ticketId", |id| matches!(id, AnyId::Ticket(_)))
        && is("conversationId", |id| matches!(id, AnyId::Conversation(_)))
        && is("contactId", |id| matches!(id, AnyId::Contact(_)))
        && is("ownerId", |id| matches!(id, AnyId::User(_)))
        && is("actorId", |id| {
            matches!(
                id,
                AnyId::User(_) | AnyId::Contact(_) | AnyId::Integration(_)
            )
        });
    assert_eq!(CascadeFilter::read(Some(filter)).is_some(), good, "{json}");
}

/// The bytes as each of the three filters.
pub fn check(data: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Json>(data) else {
        return;
    };
    if !json.is_object() {
        return;
    }
    let limits = Limits::default();
    conversations(&json, &limits);
    tickets(&json, &limits, &images::definitions());
    cascades(&json);
}
