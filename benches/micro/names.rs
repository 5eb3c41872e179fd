//! Ids and cursors, which every row has.

use tandem::domain::event::Position;
use tandem::domain::id::{AnyId, TicketId};
use tandem::graphql::cursor::{ListId, ListKind};
use tandem::store::read::page::Key;

use super::made::{at, id};
use super::path::{Path, work};

/// So many, as on a page.
const PAGE: u32 = 50;
const LIST: ListId = ListId::by_time(ListKind::Conversations, 1);

/// All of them.
pub const PATHS: [Path; 6] = [
    Path::new("ids: write 50", || {
        work(ids(), |ids| {
            ids.iter().map(ToString::to_string).collect::<Vec<_>>()
        })
    }),
    Path::new("ids: read 50", || {
        work(texts(), |texts| {
            let read = texts.iter().map(|text| TicketId::parse(text));
            read.collect::<Result<Vec<_>, _>>().expect("ids")
        })
    }),
    Path::new("ids: read 50 of any kind", || {
        work(texts(), |texts| {
            let read = texts.iter().map(|text| AnyId::parse(text));
            read.collect::<Result<Vec<_>, _>>().expect("ids")
        })
    }),
    Path::new("cursors: write 50", || {
        work(keys(), |keys| {
            keys.iter().map(|key| LIST.encode(*key)).collect::<Vec<_>>()
        })
    }),
    Path::new("cursors: read 50", || {
        let texts: Vec<_> = keys().into_iter().map(|key| LIST.encode(key)).collect();
        work(texts, |texts| {
            let read = texts.iter().map(|text| LIST.decode(text, "after"));
            read.collect::<Result<Vec<_>, _>>().expect("cursors")
        })
    }),
    Path::new("cursors: write and read 50 places in the log", || {
        work((0..i64::from(PAGE)).collect::<Vec<_>>(), |places| {
            let texts = places.iter().map(|place| Position(*place).to_string());
            let read = texts.map(|text| Position::parse(&text));
            read.collect::<Option<Vec<_>>>().expect("places")
        })
    }),
];

fn ids() -> Vec<TicketId> {
    (0..PAGE).map(id).collect()
}

fn texts() -> Vec<String> {
    ids().iter().map(ToString::to_string).collect()
}

fn keys() -> Vec<Key> {
    let key = |number| Key {
        value: at(number).timestamp_micros(),
        id: id(number),
    };
    (0..PAGE).map(key).collect()
}
