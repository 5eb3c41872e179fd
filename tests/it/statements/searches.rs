//! Searches on 90,000 messages and tickets: what is in few and what is in all cost alike.

use serde_json::json;

use super::large::Large;
use super::screens::check;

const SEARCH: &str = "query($text: String!) { search(text: $text, first: 50) {
    totalCount edges { excerpt { text found } node { __typename ... on Conversation { id subject contact { name } }
        ... on Ticket { id number name } } } } }";

/// What tells whether a search is for something common: the latest 1,000 documents, for the page and for the count.
const SAMPLES: f64 = 2_000.0;
/// A few documents, what they belong to, and its messages for the excerpts.
const FEW: f64 = SAMPLES + 300.0;
/// Of the words that have a part 5,000 are looked at.
const WORDS: f64 = FEW + 5_000.0;
/// The latest 1,000 that have it are ranked: they, and what they belong to; once for the page, once for the count.
const MANY: f64 = SAMPLES + 5_500.0;

/// What is wrong with the plans of searches.
pub async fn searches(large: &Large) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, text, index, rows) in [
        ("a rare word", "12345", "search_documents_words", FEW),
        ("a hot word", "says", "search_documents_latest", MANY),
        ("a part of a hot word", "essag", "search_words_parts", MANY),
        (
            "a part of a rare word",
            "ontact1234",
            "search_words_parts",
            FEW,
        ),
        ("a name", "Contact 31337", "search_documents_words", WORDS),
        (
            "a phrase",
            "\"message 23456 says\"",
            "search_documents_words",
            FEW,
        ),
        (
            "nothing there",
            "nowhere",
            "search_documents_words",
            SAMPLES,
        ),
    ] {
        let variables = json!({ "text": text });
        faults.extend(check(large, name, SEARCH, variables, index, rows).await);
    }
    faults
}
