//! What people type to find something, and the excerpts that mark what was found.

use tandem::domain::search::{CHARS, Part, Query, TERMS, Term, excerpt};

/// A search as it could have been typed.
fn typed(query: &Query) -> String {
    let one = |sign: &str, term: &Term| {
        let quote = if term.phrase { "\"" } else { "" };
        format!("{sign}{quote}{}{quote}", term.text)
    };
    let wanted = query.wanted.iter().map(|term| one("", term));
    let unwanted = query.unwanted.iter().map(|term| one("-", term));
    wanted.chain(unwanted).collect::<Vec<_>>().join(" ")
}

fn sound(query: &Query) {
    assert!(query.wanted.len() + query.unwanted.len() <= TERMS);
    assert!(!query.wanted.is_empty() || query.unwanted.is_empty());
    for term in query.wanted.iter().chain(&query.unwanted) {
        assert!(term.text.chars().any(char::is_alphanumeric), "{term:?}");
        assert!(!term.text.contains(['\0', '"', '„', '“']), "{term:?}");
        assert!(
            term.phrase || !term.text.contains(char::is_whitespace),
            "{term:?}"
        );
    }
    let again = typed(query);
    if again.chars().count() <= CHARS {
        assert_eq!(Query::parse(&again).as_ref(), Ok(query), "{again}");
    }
}

/// Parts that take turns, with something found, and which together are a piece of the text, cut where it says so.
fn shown(text: &str, parts: &[Part]) {
    assert!(parts.iter().any(|part| part.found), "{parts:?} of {text:?}");
    assert!(
        parts.iter().all(|part| !part.text.is_empty()),
        "{parts:?} of {text:?}"
    );
    let unmarked = parts
        .windows(2)
        .filter(|two| two.iter().all(|part| !part.found));
    assert_eq!(unmarked.count(), 0, "{parts:?}");
    let whole: String = parts.iter().map(|part| part.text.as_str()).collect();
    assert!(whole.chars().count() <= 210, "{whole}");
    let text = text.replace(char::is_control, " ");
    let mut pieces = vec![whole.as_str()];
    pieces.extend(whole.strip_prefix('…'));
    pieces.extend(whole.strip_suffix('…'));
    pieces.extend(
        whole
            .strip_prefix('…')
            .and_then(|rest| rest.strip_suffix('…')),
    );
    assert!(
        pieces.iter().any(|piece| text.contains(piece)),
        "{whole:?} is no piece of {text:?}"
    );
}

/// The first line is what is looked for, the rest a text.
pub fn check(data: &[u8]) {
    let Ok(input) = std::str::from_utf8(data) else {
        return;
    };
    let (typed, text) = input.split_once('\n').unwrap_or((input, input));
    let Ok(query) = Query::parse(typed) else {
        return;
    };
    sound(&query);
    if let Some(parts) = excerpt(text, &query) {
        shown(text, &parts);
    }
}
