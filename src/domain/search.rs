//! What people type to find something: words, "quoted phrases" and -minus, in any language, with or without accents.

mod excerpt;
mod fold;
mod words;

pub use excerpt::{Part, excerpt};
pub use fold::{fold, spellings};
pub use words::{Found, PART_LETTERS, Words};

/// The most terms that one search has.
pub const TERMS: usize = 20;
/// The longest search, in characters.
pub const CHARS: usize = 1_000;

/// One thing to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// As it was typed, without quotes and minus.
    pub text: String,
    /// Its words in a row, each whole; otherwise words may go on.
    pub phrase: bool,
}

impl Term {
    /// The ticket number that it may be: `42` or `#42`.
    #[must_use]
    pub fn number(&self) -> Option<i32> {
        let digits = self.text.strip_prefix('#').unwrap_or(&self.text);
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse().ok())?
    }
}

/// What to look for: all of the wanted, none of the unwanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// All of these.
    pub wanted: Vec<Term>,
    /// None of these.
    pub unwanted: Vec<Term>,
}

/// Why a text is no search; each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// Longer than [`CHARS`].
    #[error("`text` has more than {CHARS} characters; search for less")]
    TooLong,
    /// More than [`TERMS`].
    #[error("`text` has more than {TERMS} words; search for fewer")]
    TooMany,
    /// Nothing but what is not wanted.
    #[error("`text` only says what is not wanted; add a word that is")]
    OnlyUnwanted,
}

const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

impl Query {
    /// Reads what was typed. A text without any letter or digit looks for nothing and finds nothing.
    ///
    /// # Errors
    /// When it is too long, or only says what is not wanted.
    pub fn parse(text: &str) -> Result<Self, SearchError> {
        if text.chars().nth(CHARS).is_some() {
            return Err(SearchError::TooLong);
        }
        let mut query = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\0');
            if rest.is_empty() {
                break;
            }
            let unwanted = rest.starts_with('-');
            rest = rest.strip_prefix('-').unwrap_or(rest);
            let (term, after) = Self::term(rest);
            rest = after;
            if !term.text.chars().any(char::is_alphanumeric) {
                continue;
            }
            if unwanted {
                query.unwanted.push(term);
            } else {
                query.wanted.push(term);
            }
        }
        match (query.wanted.len(), query.unwanted.len()) {
            (0, 1..) => Err(SearchError::OnlyUnwanted),
            (wanted, unwanted) if wanted + unwanted > TERMS => Err(SearchError::TooMany),
            _ => Ok(query),
        }
    }

    /// One term from the beginning of the text, and what comes after it. A quote that is not closed goes to the end.
    fn term(text: &str) -> (Term, &str) {
        let phrase = text.starts_with(is_quote);
        let ends = |c: char| is_quote(c) || (!phrase && (c.is_whitespace() || c == '\0'));
        let text = text.strip_prefix(is_quote).unwrap_or(text);
        let (term, rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
        let rest = if phrase {
            rest.strip_prefix(is_quote).unwrap_or(rest)
        } else {
            rest
        };
        let text = term.replace('\0', " ");
        (Term { text, phrase }, rest)
    }

    /// The ticket number that is looked for, where it is nothing but one.
    #[must_use]
    pub fn number(&self) -> Option<i32> {
        match self.wanted.as_slice() {
            [only] => only.number(),
            _ => None,
        }
    }

    /// Whether it looks for nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let query = Query::parse(text).unwrap();
        let show = |sign: &str, terms: &[Term]| {
            let terms = terms.iter().map(|term| {
                let quote = if term.phrase { "\"" } else { "" };
                format!("{sign}{quote}{}{quote}", term.text)
            });
            terms.collect::<Vec<_>>()
        };
        [show("+", &query.wanted), show("-", &query.unwanted)]
            .concat()
            .join(" ")
    }

    #[test]
    fn words_phrases_and_minus() {
        assert_eq!(shown("refund order"), "+refund +order");
        assert_eq!(
            shown("\"late parcel\" -dhl -\"on hold\" x"),
            "+\"late parcel\" +x -dhl -\"on hold\""
        );
        assert_eq!(
            shown("„späte Lieferung“ Łódź"),
            "+\"späte Lieferung\" +Łódź"
        );
        assert_eq!(shown("foo-bar@x.de #42"), "+foo-bar@x.de +#42");
        assert_eq!(shown("\"never closed"), "+\"never closed\"");
        assert_eq!(shown("a\"b c\"d"), "+a +\"b c\" +d");
        assert_eq!(shown("nul\0byte"), "+nul +byte");
    }

    #[test]
    fn what_says_nothing_finds_nothing() {
        for text in ["", "  ", "-", "\"\"", "--- !!! \u{1F600}", "\0"] {
            assert!(Query::parse(text).unwrap().is_empty(), "{text:?}");
        }
        assert_eq!(Query::parse("-spam"), Err(SearchError::OnlyUnwanted));
        assert_eq!(Query::parse(&"a".repeat(1_001)), Err(SearchError::TooLong));
        assert_eq!(Query::parse(&"a ".repeat(21)), Err(SearchError::TooMany));
    }
}
