//! An excerpt of a text around what was found, with the found marked: parts of plain text, so that nobody has to trust
//! markup.

use super::{Query, fold, spellings};

/// A part of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it says.
    pub text: String,
    /// Whether it is what was looked for.
    pub found: bool,
}

/// How many characters stand before the first mark.
const BEFORE: usize = 40;
/// How many characters an excerpt has, about.
const WIDTH: usize = 200;
/// How much of a text is looked through, in bytes.
const DEPTH: usize = 400_000;

/// A text as it is looked through: letters and digits folded, everything else a single space; with the place in the
/// text that each folded character stands for.
struct Folded {
    text: Vec<char>,
    places: Vec<(usize, usize)>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded = Self {
            text: vec![' '],
            places: vec![(0, 0)],
        };
        for (start, c) in text.char_indices() {
            let place = (start, start + c.len_utf8());
            let before = folded.text.len();
            for letter in fold(c) {
                folded.text.push(letter);
                folded.places.push(place);
            }
            // A combining accent belongs to the letter before it.
            let accent = ('\u{300}'..='\u{36f}').contains(&c);
            if accent {
                if let Some(last) = folded.places.last_mut().filter(|last| last.1 == start) {
                    last.1 = place.1;
                }
            } else if folded.text.len() == before && folded.text.last() != Some(&' ') {
                folded.text.push(' ');
                folded.places.push(place);
            }
        }
        folded.text.push(' ');
        folded.places.push((text.len(), text.len()));
        folded
    }

    /// What a text that is looked for looks like in a folded one. A short word is found at the beginning of words only.
    fn pattern(text: &str, phrase: bool) -> Vec<char> {
        let folded = Self::of(text).text;
        let words: String = folded.iter().collect();
        let words = words.trim();
        match (phrase, words.chars().count()) {
            (_, 0) => Vec::new(),
            (true, _) => format!(" {words} ").chars().collect(),
            (false, 1 | 2) => format!(" {words}").chars().collect(),
            (false, _) => words.chars().collect(),
        }
    }

    /// The places in the text, first and last byte, where a pattern is.
    fn find(&self, pattern: &[char], marks: &mut Vec<(usize, usize)>) {
        if pattern.is_empty() {
            return;
        }
        for (at, window) in self.text.windows(pattern.len()).enumerate() {
            if window != pattern {
                continue;
            }
            let letters = |index: &usize| self.text.get(*index).is_some_and(|c| *c != ' ');
            let mut range = (at..at + pattern.len()).filter(letters);
            let first = range.next();
            let last = range.next_back().or(first);
            let place = |index: Option<usize>| index.and_then(|index| self.places.get(index));
            if let (Some(first), Some(last)) = (place(first), place(last)) {
                marks.push((first.0, last.1));
            }
        }
    }
}

/// The part of a text around what was found first, or its beginning; none when nothing of it was found there.
#[must_use]
pub fn excerpt(text: &str, query: &Query) -> Option<Vec<Part>> {
    let text = text.get(..floor(text, DEPTH)).unwrap_or_default();
    let folded = Folded::of(text);
    let mut marks = Vec::new();
    for term in &query.wanted {
        for text in spellings(&term.text) {
            folded.find(&Folded::pattern(&text, term.phrase), &mut marks);
        }
    }
    marks.sort_unstable();
    let first = marks.first()?.0;
    let start = back(text, first, BEFORE);
    let end = forth(text, start, WIDTH);
    let mut parts = Vec::new();
    let mut push = |from: usize, to: usize, found: bool| {
        let text = text.get(from..to).unwrap_or_default();
        if !text.is_empty() {
            let text = text.replace(char::is_control, " ");
            parts.push(Part { text, found });
        }
    };
    let mut at = start;
    for (from, to) in marks {
        let (from, to) = (from.max(at), to.min(end));
        if from < to {
            push(at, from, false);
            push(from, to, true);
            at = to;
        }
    }
    push(at, end, false);
    if let Some(part) = parts.first_mut().filter(|_| start > 0) {
        part.text.insert(0, '…');
    }
    if let Some(part) = parts.last_mut().filter(|_| end < text.len()) {
        part.text.push('…');
    }
    Some(parts)
}

/// The greatest boundary of a character that is not beyond.
fn floor(text: &str, mut at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// So many characters back, and on to the beginning of a word where one begins soon.
fn back(text: &str, from: usize, chars: usize) -> usize {
    let before = text.get(..from).unwrap_or_default();
    let Some((at, _)) = before.char_indices().nth_back(chars) else {
        return 0;
    };
    let within = before.get(at..).unwrap_or_default();
    // A space may be several bytes long.
    let word = within.char_indices().find(|(_, c)| c.is_whitespace());
    word.map_or(at, |(space, c)| at + space + c.len_utf8())
}

/// So many characters on.
fn forth(text: &str, from: usize, chars: usize) -> usize {
    let after = text.get(from..).unwrap_or_default();
    let end = after.char_indices().nth(chars);
    end.map_or(text.len(), |(at, _)| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, query: &str) -> String {
        let parts = excerpt(text, &Query::parse(query).unwrap()).unwrap_or_default();
        let show = |part: Part| match part.found {
            true => format!("[{}]", part.text),
            false => part.text,
        };
        parts.into_iter().map(show).collect()
    }

    #[test]
    fn marks_what_was_found_as_it_was_written() {
        assert_eq!(
            shown("Die Straße in Łódź", "strasse lodz"),
            "Die [Straße] in [Łódź]"
        );
        assert_eq!(shown("Cafe\u{301} am See", "café"), "[Cafe\u{301}] am See");
        assert_eq!(
            shown("A late, late parcel", "\"late parcel\""),
            "A late, [late parcel]"
        );
        assert_eq!(shown("an island", "an"), "[an] island");
        assert_eq!(shown("order-12.5", "12.5"), "order-[12.5]");
        assert_eq!(
            shown("Frau Müller und Herr Mueller", "müller"),
            "Frau [Müller] und Herr [Mueller]"
        );
        assert_eq!(shown("Herr Müller", "mueller"), "Herr [Müller]");
        assert_eq!(shown("nothing", "else"), "");
    }

    #[test]
    fn is_short_and_shows_that_it_is_cut() {
        let text = format!("{} needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let shown = shown(&text, "needle");
        assert!(shown.starts_with("…hay") && shown.ends_with('…'), "{shown}");
        assert!(
            shown.contains("[needle]") && shown.chars().count() < 210,
            "{shown}"
        );
    }

    #[test]
    fn begins_at_a_word_after_any_kind_of_space() {
        for space in [' ', '\u{a0}', '\u{3000}'] {
            let text = format!("{}{space}{} needle", "x".repeat(30), "y".repeat(30));
            let expected = format!("…{} [needle]", "y".repeat(30));
            assert_eq!(shown(&text, "needle"), expected, "{space:?}");
        }
    }

    #[test]
    fn stands_any_text() {
        for text in ["", "\u{301}", "ß", "\0\0", "👩‍👩‍👧 ß", &"ẞ".repeat(300)] {
            for query in ["s", "ss", "\"ss\"", "👩"] {
                shown(text, query);
            }
        }
    }
}
