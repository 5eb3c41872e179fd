//! A query as conditions on the words of a document, in the language of Postgres' full text (`tsquery`).

use std::collections::BTreeSet;

use super::{Query, Term};

/// The fewest letters that a part of a word has: shorter ones are in everything.
pub const PART_LETTERS: i32 = 3;
/// Another spelling of so many letters may go on like the word itself; a shorter one would find too much.
const LONG_SPELLING: usize = 4;

/// One spelling of a term, as the database reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The place of its term among the wanted and then the unwanted.
    pub term: usize,
    /// Its place among the spellings of the term; the first is the term itself.
    pub spelling: usize,
    /// Its words, folded: `anna.nowak@example.org` has four.
    pub words: Vec<String>,
    /// Words of the account that have it as a part, but do not begin so; where it has several words, those that end
    /// with the first of them.
    pub parts: Vec<String>,
}

/// The conditions, from the narrowest to the widest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// All wanted words are in what the thing is called by.
    pub head: String,
    /// All wanted words, whole.
    pub whole: String,
    /// All wanted words, whole or beginning so.
    pub begun: String,
    /// All wanted words, whole, beginning so, or as a part; none where that finds no more.
    pub parts: Option<String>,
    /// Any unwanted word, whole; none where nothing is unwanted.
    pub unwanted: Option<String>,
}

/// The words in a row. They have letters and digits only, so that nothing in them means anything to the database.
fn row<'w>(words: impl IntoIterator<Item = &'w String>, mark: &str) -> String {
    let words = words.into_iter().map(|word| format!("'{word}'{mark}"));
    words.collect::<Vec<_>>().join("<->")
}

fn any(mut all: Vec<String>) -> Option<String> {
    all.retain(|one| !one.is_empty());
    (!all.is_empty()).then(|| format!("({})", all.join("|")))
}

fn whole(spellings: &[&Found], mark: &str) -> Option<String> {
    any(spellings.iter().map(|one| row(&one.words, mark)).collect())
}

fn goes_on(spelling: &Found) -> bool {
    let letters = spelling.words.iter().map(|word| word.chars().count());
    spelling.spelling == 0 || letters.sum::<usize>() >= LONG_SPELLING
}

fn begun(spellings: &[&Found]) -> Option<String> {
    let spelled = spellings.iter().map(|one| {
        let mark = if goes_on(one) { ":*" } else { "" };
        row(&one.words, "") + if one.words.is_empty() { "" } else { mark }
    });
    any(spelled.collect())
}

/// The words that have the term as a part, each once; of several words the first ends so.
fn parts(spellings: &[&Found]) -> Option<String> {
    let rows = spellings.iter().filter(|one| goes_on(one)).map(|one| {
        let first = any(one.parts.iter().map(|word| format!("'{word}'")).collect());
        let rest = one.words.get(1..).unwrap_or_default();
        match (first, rest) {
            (None, _) => String::new(),
            (Some(first), []) => first,
            (Some(first), rest) => format!("{first}<->{}:*", row(rest, "")),
        }
    });
    any(rows.collect::<BTreeSet<_>>().into_iter().collect())
}

impl Words {
    /// Puts together what the database found of a query; none where nothing of it is a word.
    #[must_use]
    pub fn new(query: &Query, found: &[Found]) -> Option<Self> {
        let of =
            |term: usize| -> Vec<&Found> { found.iter().filter(|one| one.term == term).collect() };
        let (mut heads, mut wholes, mut begins, mut widest) = (vec![], vec![], vec![], vec![]);
        let mut has_parts = false;
        for (place, term) in query.wanted.iter().enumerate() {
            let spellings = of(place);
            let Some(exact) = whole(&spellings, "") else {
                continue;
            };
            heads.extend(whole(&spellings, ":A"));
            let begun = Self::begun_term(term, &spellings).unwrap_or_else(|| exact.clone());
            wholes.push(exact);
            let parts = if term.phrase { None } else { parts(&spellings) };
            has_parts |= parts.is_some();
            widest.push(match parts {
                Some(parts) => format!("({begun}|{parts})"),
                None => begun.clone(),
            });
            begins.push(begun);
        }
        if wholes.is_empty() {
            return None;
        }
        let unwanted = (0..query.unwanted.len()).filter_map(|place| {
            let spellings = of(query.wanted.len() + place);
            whole(&spellings, "")
        });
        Some(Self {
            head: heads.join("&"),
            whole: wholes.join("&"),
            begun: begins.join("&"),
            parts: has_parts.then(|| widest.join("&")),
            unwanted: any(unwanted.collect()),
        })
    }

    fn begun_term(term: &Term, spellings: &[&Found]) -> Option<String> {
        if term.phrase {
            return None;
        }
        begun(spellings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(term: usize, spelling: usize, words: &[&str], parts: &[&str]) -> Found {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Found {
            term,
            spelling,
            words: owned(words),
            parts: owned(parts),
        }
    }

    #[test]
    fn from_the_narrowest_to_the_widest() {
        let query = Query::parse("Mueller \"late parcel\" -dhl").unwrap();
        let found = [
            found(0, 0, &["mueller"], &["muellers", "schmueller"]),
            found(0, 1, &["muller"], &[]),
            found(1, 0, &["late", "parcel"], &[]),
            found(2, 0, &["dhl"], &[]),
        ];
        let words = Words::new(&query, &found).unwrap();
        assert_eq!(words.whole, "('mueller'|'muller')&('late'<->'parcel')");
        assert_eq!(
            words.head,
            "('mueller':A|'muller':A)&('late':A<->'parcel':A)"
        );
        assert_eq!(words.begun, "('mueller':*|'muller':*)&('late'<->'parcel')");
        let parts = "(('mueller':*|'muller':*)|(('muellers'|'schmueller')))&('late'<->'parcel')";
        assert_eq!(words.parts.as_deref(), Some(parts));
        assert_eq!(words.unwanted.as_deref(), Some("(('dhl'))"));
    }

    #[test]
    fn an_address_is_words_in_a_row() {
        let query = Query::parse("ak@example.o").unwrap();
        let found = [found(0, 0, &["ak", "example", "o"], &["nowak", "novak"])];
        let words = Words::new(&query, &found).unwrap();
        assert_eq!(words.begun, "('ak'<->'example'<->'o':*)");
        let parts = "(('ak'<->'example'<->'o':*)|(('nowak'|'novak')<->'example'<->'o':*))";
        assert_eq!(words.parts.as_deref(), Some(parts));
    }

    #[test]
    fn a_short_other_spelling_does_not_go_on() {
        let query = Query::parse("blue").unwrap();
        let found = [
            found(0, 0, &["blue"], &[]),
            found(0, 1, &["blu"], &["blush"]),
        ];
        let words = Words::new(&query, &found).unwrap();
        assert_eq!(words.begun, "('blue':*|'blu')");
        assert_eq!(words.parts, None);
    }

    #[test]
    fn what_is_no_word_for_the_database_finds_nothing() {
        let query = Query::parse("x").unwrap();
        assert_eq!(Words::new(&query, &[found(0, 0, &[], &[])]), None);
        assert_eq!(Words::new(&query, &[]), None);
    }
}
