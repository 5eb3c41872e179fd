//! Entries of the log, and which of them were undone.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::event::Entry;
use crate::domain::id::CascadeId;
use crate::error::Result;
use crate::graphql::loader::Batch;
use crate::store::read::{Source, cascade};

/// Cascades by id.
pub struct Entries;

impl Batch for Entries {
    type Key = CascadeId;
    type Value = Arc<Entry>;

    async fn load(source: Source, keys: Vec<CascadeId>) -> Result<Vec<(CascadeId, Arc<Entry>)>> {
        let rows = cascade::entries_by_id(&source, &keys).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.id, Arc::new(row)))
            .collect())
    }
}

/// The undo of a cascade that stands.
pub struct Undos;

impl Batch for Undos {
    type Key = CascadeId;
    type Value = Arc<Entry>;

    async fn load(source: Source, keys: Vec<CascadeId>) -> Result<Vec<(CascadeId, Arc<Entry>)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let undos = cascade::undos_of(&source, ids).await?;
        let standing = standing(undos.into_iter().map(Arc::new).collect());
        let of = |id| standing.get(&id).map(|undo| (id, Arc::clone(undo)));
        Ok(keys.into_iter().filter_map(of).collect())
    }
}

/// The latest undo that stands of each cascade that has one, from all undos, oldest first. An undo that has itself
/// been undone does not stand.
fn standing(undos: Vec<Arc<Entry>>) -> HashMap<CascadeId, Arc<Entry>> {
    let mut standing: HashMap<CascadeId, Arc<Entry>> = HashMap::new();
    // Newest first: whatever takes an undo back is later than the undo, so it is already known.
    for undo in undos.into_iter().rev() {
        if standing.contains_key(&undo.id) {
            continue;
        }
        if let Some(undone) = undo.undoes {
            standing.entry(undone).or_insert(undo);
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::cascade::Touches;
    use crate::domain::event::{Body, Position};
    use crate::domain::image::Actor;

    fn undo(id: u128, undoes: u128) -> Arc<Entry> {
        Arc::new(Entry {
            position: Some(Position(id as i64)),
            account: Uuid::nil().into(),
            id: Uuid::from_u128(id).into(),
            occurred_at: chrono::DateTime::UNIX_EPOCH,
            actor: Actor::System,
            command: "undoCascade".into(),
            undoes: Some(Uuid::from_u128(undoes).into()),
            body: Body {
                v: 1,
                effects: vec![],
                touches: Touches::default(),
                tickets: vec![],
                conversations: vec![],
            },
        })
    }

    fn standing_of(undos: &[(u128, u128)], id: u128) -> Option<u128> {
        let undos = undos
            .iter()
            .map(|(id, undoes)| undo(*id, *undoes))
            .collect();
        standing(undos)
            .get(&CascadeId(Uuid::from_u128(id)))
            .map(|undo| undo.id.0.as_u128())
    }

    #[test]
    fn an_undo_that_was_undone_does_not_stand() {
        assert_eq!(standing_of(&[(2, 1)], 1), Some(2));
        assert_eq!(standing_of(&[(2, 1), (3, 2)], 1), None);
        assert_eq!(standing_of(&[(2, 1), (3, 2)], 2), Some(3));
        // Undone, taken back, undone again; and the taking back taken back.
        assert_eq!(standing_of(&[(2, 1), (3, 2), (4, 1)], 1), Some(4));
        assert_eq!(standing_of(&[(2, 1), (3, 2), (4, 3)], 1), Some(2));
    }
}
