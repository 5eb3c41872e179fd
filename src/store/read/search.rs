//! Full-text search, by the documents and words that triggers keep (see the migration `search`).

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::binds::Binds;
use super::page::{Key, KeyType, Keyset, Page, Rows};
use super::{CountRow, Source};
use crate::domain::cascade::Subject;
use crate::domain::id::MessageId;
use crate::domain::search::{Found, PART_LETTERS, Query, Words, spellings};
use crate::error::Result;
use crate::store::sql::{Bind, Sql, dynamic_sql, sql};

/// Of what more messages and tickets match, so many of the latest are ranked, and the others not found: a word that is
/// in everything must not cost more than one that is in a few, and nobody reads on so far.
pub const RANKED: i64 = 1_000;
/// So many of the latest documents tell whether a search is for something common, which takes about a millisecond.
const SAMPLE: i64 = 1_000;
/// Common is what matches so many of the sample. The index of words would give all there ever was of it, to be sorted;
/// so the latest documents are read one by one instead, until enough match.
const COMMON: i64 = 20;
/// Of what is common so many of the latest documents are read at most: at the least density that is common, twice what
/// [`RANKED`] asks for.
const READ: i64 = 100_000;
/// So many words are looked for that have a part, the shortest first: they are most of it.
const WORDS_WITH_PART: i64 = 50;
/// Of the words that have a part, so many are looked at: three letters may be in most of a large account's.
const WORDS_LOOKED_AT: i64 = 5_000;
/// Ranks stand above the microseconds of the time: 58 bits reach beyond the year 9999.
const RANK_BITS: u8 = 58;

/// By rank, then most recent first: one number that holds both.
const ORDER: Keyset = Keyset {
    value: "h.rank",
    id: Some("h.id"),
    key_type: KeyType::Big,
    descending: true,
};

/// A thing that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// What.
    pub subject: Subject,
    /// Of a conversation the message in which it was found: the latest of those that have most of it.
    pub message: Option<MessageId>,
    /// Its key in the list of hits.
    pub key: Key,
}

#[derive(QueryableByName)]
struct HitRow {
    #[diesel(sql_type = st::SmallInt)]
    kind: i16,
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    part_id: Uuid,
    #[diesel(sql_type = st::BigInt)]
    rank: i64,
}

impl From<HitRow> for Hit {
    fn from(row: HitRow) -> Self {
        let (subject, message) = match row.kind {
            2 => (Subject::Ticket(row.id.into()), None),
            _ => (
                Subject::Conversation(row.id.into()),
                Some(row.part_id.into()),
            ),
        };
        let key = Key {
            value: row.rank,
            id: row.id,
        };
        Self {
            subject,
            message,
            key,
        }
    }
}

#[derive(QueryableByName)]
struct WordsRow {
    #[diesel(sql_type = st::BigInt)]
    place: i64,
    #[diesel(sql_type = st::Array<st::Text>)]
    words: Vec<String>,
    #[diesel(sql_type = st::Array<st::Text>)]
    parts: Vec<String>,
}

/// What the words of a query are to the database, and which words of the account have them as parts, but not at their
/// beginning: that is found without.
///
/// # Errors
/// When the database is away.
pub async fn words(source: &Source, query: &Query) -> Result<Option<Words>> {
    let (mut texts, mut whole, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (term, one) in query.wanted.iter().chain(&query.unwanted).enumerate() {
        for (spelling, text) in spellings(&one.text).into_iter().enumerate() {
            texts.push(text);
            whole.push(i16::from(one.phrase || term >= query.wanted.len()));
            places.push((term, spelling));
        }
    }
    // These words have no wall of their own: the account of the session is asked for too.
    // The words as the parser of full text sees them, which the documents went through too.
    let text = "SELECT t.place, t.words, ARRAY(SELECT w.word FROM (\
             SELECT DISTINCT l.word FROM (\
             SELECT s.word FROM search_words s WHERE s.account_id = $1 \
             AND s.account_id = (SELECT tandem_account()) AND t.whole = 0 AND length(t.words[1]) >= $5 \
             AND s.word LIKE '%' || t.words[1] || t.more LIMIT $6) l \
             WHERE l.word NOT LIKE t.words[1] || t.more) w \
             ORDER BY length(w.word), w.word LIMIT $4) AS parts \
         FROM (SELECT *, CASE cardinality(o.words) WHEN 1 THEN '%' ELSE '' END AS more \
         FROM (SELECT q.place, q.whole, ARRAY(\
             SELECT p.token FROM ts_parse('default', btrim(tandem_fold(q.text))) WITH ORDINALITY p (tokid, token, n) \
             WHERE p.tokid <> 12 ORDER BY p.n) AS words \
             FROM unnest($2, $3) WITH ORDINALITY q (text, whole, place)) o) t ORDER BY t.place";
    let binds = vec![
        Bind::Uuid(source.account().0),
        Bind::Texts(texts),
        Bind::Smalls(whole),
        Bind::Big(WORDS_WITH_PART),
        Bind::Int(PART_LETTERS),
        Bind::Big(WORDS_LOOKED_AT),
    ];
    let rows: Vec<WordsRow> = source.load(sql(text, binds)).await?;
    let found = rows.into_iter().filter_map(|row| {
        let place = usize::try_from(row.place).ok()?.checked_sub(1)?;
        let (term, spelling) = *places.get(place)?;
        Some(Found {
            term,
            spelling,
            words: row.words,
            parts: row.parts,
        })
    });
    Ok(Words::new(query, &found.collect::<Vec<_>>()))
}

/// The texts that a search's statement is put together from.
struct Terms<'a> {
    account: &'a str,
    /// The condition that keeps what is not wanted out; begins with `AND`, or empty.
    unwanted: &'a str,
}

impl Terms<'_> {
    /// The latest documents of the account, none of them looked at yet.
    fn latest(&self, limit: i64) -> String {
        format!(
            "(SELECT l.* FROM search_documents l WHERE l.account_id = {} \
             ORDER BY l.at DESC, l.part_id DESC LIMIT {limit})",
            self.account
        )
    }

    /// The latest [`RANKED`] documents with these words. How they are got is decided here and not by Postgres, which
    /// knows how common a word is in all accounts, and of words that begin so or stand in a row not even that: one of
    /// both ways runs, by that count of the sample, and `OFFSET 0` keeps each to its index.
    fn documents(&self, sampled: &str, words: &str, rank: &str) -> String {
        let (account, unwanted) = (self.account, self.unwanted);
        let common = format!("(SELECT s.{sampled} >= {COMMON} FROM s)");
        let row = format!("d.kind, d.thing_id, d.part_id, d.at, {rank} AS rank");
        let order = format!("ORDER BY d.at DESC, d.part_id DESC LIMIT {RANKED}");
        let read = self.latest(READ);
        format!(
            "(SELECT {row} FROM {read} d WHERE {common} AND d.words @@ {words}{unwanted} {order}) \
             UNION ALL (SELECT {row} FROM (SELECT i.* FROM search_documents i WHERE i.account_id = {account} \
             AND i.words @@ {words} AND NOT {common} OFFSET 0) d WHERE true{unwanted} {order})"
        )
    }
}

/// Everything that was found, each thing once: `h` with kind, id, message and rank. The rank says where it was found:
/// 4 a ticket by its number, 3 in what the thing is called by, 2 whole words, 1 words that begin so, 0 parts of words.
///
/// The documents have no wall, so nothing of them is shown but ids that the tables of the things, which have theirs,
/// know too.
fn hits(query: &Query, words: &Words, account: &str, binds: &mut Binds) -> String {
    let mut text = |text: &str| format!("{}::tsquery", binds.push(Bind::Text(text.to_owned())));
    let (head, whole, begun) = (text(&words.head), text(&words.whole), text(&words.begun));
    let parts = words.parts.as_deref().map(&mut text);
    let unwanted = words.unwanted.as_deref().map(&mut text);
    // A thing's other messages are asked for last: it costs the most.
    let unwanted = unwanted.map_or(String::new(), |unwanted| {
        format!(
            " AND NOT d.words @@ {unwanted} AND NOT EXISTS (SELECT FROM search_documents u \
             WHERE u.account_id = d.account_id AND u.kind = d.kind AND u.thing_id = d.thing_id \
             AND u.words @@ {unwanted} OFFSET 0)"
        )
    });
    let terms = Terms {
        account,
        unwanted: &unwanted,
    };
    let rank =
        format!("CASE WHEN d.words @@ {head} THEN 3 WHEN d.words @@ {whole} THEN 2 ELSE 1 END");
    let mut found = terms.documents("begun", &begun, &rank);
    let mut sample = format!("count(*) FILTER (WHERE l.words @@ {begun}) AS begun");
    if let Some(parts) = parts {
        sample += &format!(", count(*) FILTER (WHERE l.words @@ {parts}) AS parts");
        found = format!(
            "{found} UNION ALL {}",
            terms.documents("parts", &parts, "0")
        );
    }
    let latest = terms.latest(SAMPLE);
    if let Some(number) = query.number() {
        // However many later things have that number in their texts.
        let number = binds.push(Bind::Int(number));
        found = format!(
            "{found} UNION ALL (SELECT d.kind, d.thing_id, d.part_id, d.at, 4 FROM tickets t \
             JOIN search_documents d ON d.account_id = t.account_id AND d.kind = 2 AND d.thing_id = t.id \
             WHERE t.account_id = {account} AND t.number = {number}{unwanted})"
        );
    }
    let key = |alias: &str| {
        format!(
            "((f.rank)::bigint << {RANK_BITS}) + \
             greatest((extract(epoch FROM {alias}.last_activity_at) * 1000000)::bigint, 0) AS rank"
        )
    };
    format!(
        "WITH s AS MATERIALIZED (SELECT {sample} FROM {latest} l), f AS MATERIALIZED (SELECT DISTINCT ON (f.kind, f.thing_id) f.* FROM ({found}) f \
         ORDER BY f.kind, f.thing_id, f.rank DESC, f.at DESC, f.part_id), \
         h AS (SELECT f.kind, f.thing_id AS id, f.part_id, {} FROM f \
         JOIN conversations c ON c.account_id = {account} AND c.id = f.thing_id \
         WHERE f.kind = 1 AND c.trash_group_id IS NULL \
         UNION ALL SELECT f.kind, f.thing_id, f.part_id, {} FROM f \
         JOIN tickets t ON t.account_id = {account} AND t.id = f.thing_id \
         WHERE f.kind = 2 AND t.trash_group_id IS NULL)",
        key("c"),
        key("t")
    )
}

/// A statement for just these words: how common they are decides how it is run, so its plan is not kept.
fn statement(text: String, binds: Binds) -> Sql {
    dynamic_sql(text, binds.into_vec())
}

/// A page of what was found: best first, most recent first among equals, the trash left out.
///
/// # Errors
/// When the database is away.
pub async fn page(source: &Source, query: &Query, words: &Words, page: Page) -> Result<Rows<Hit>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let hits = hits(query, words, &account, &mut binds);
    let bounds = page.bounds(ORDER, &mut binds);
    let limit = page.order(ORDER);
    let text =
        format!("{hits} SELECT h.kind, h.id, h.part_id, h.rank FROM h WHERE true{bounds}{limit}");
    let rows: Vec<HitRow> = source.load(statement(text, binds)).await?;
    Ok(page.cut(rows).map(Hit::from))
}

/// How much is found in all.
///
/// # Errors
/// When the database is away.
pub async fn count(source: &Source, query: &Query, words: &Words) -> Result<i64> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let hits = hits(query, words, &account, &mut binds);
    let text = format!("{hits} SELECT count(*) AS count FROM h");
    let rows: Vec<CountRow> = source.load(statement(text, binds)).await?;
    Ok(rows.first().map_or(0, |row| row.count))
}
