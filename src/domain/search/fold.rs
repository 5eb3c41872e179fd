//! Letters without their accents. The database folds what it looks through (`tandem_fold`); this says the same of the
//! Latin letters that European languages use, to mark what was found.

/// What letters become; each list belongs to the letters before it.
const FOLDED: &[(&str, &str)] = &[
    ("a", "àáâãäåāăąǎ"),
    ("ae", "æ"),
    ("c", "çćĉċč"),
    ("d", "ďđð"),
    ("e", "èéêëēĕėęě"),
    ("g", "ĝğġģǧ"),
    ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįıǐ"),
    ("ij", "ĳ"),
    ("j", "ĵ"),
    ("k", "ķ"),
    ("l", "ĺļľŀł"),
    ("n", "ñńņňŋŉ"),
    ("o", "òóôõöøōŏőǒ"),
    ("oe", "œ"),
    ("r", "ŕŗř"),
    ("s", "śŝşšșſ"),
    ("ss", "ßẞ"),
    ("t", "ţťŧț"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųǔ"),
    ("w", "ŵẁẃẅ"),
    ("y", "ýÿŷỳ"),
    ("z", "źżž"),
];

/// The letters that a character is looked for as; none for what is no letter or digit.
pub fn fold(c: char) -> impl Iterator<Item = char> {
    let plain = |c: char| {
        let found = FOLDED.iter().find(|(_, letters)| letters.contains(c));
        found.map(|(plain, _)| *plain)
    };
    let lower = c.to_lowercase();
    lower.flat_map(move |c| {
        let folded = if c.is_ascii() { None } else { plain(c) };
        let itself = (folded.is_none() && c.is_alphanumeric()).then_some(c);
        folded.unwrap_or_default().chars().chain(itself)
    })
}

/// The ways in which a word may be written where a keyboard has no umlauts: itself first, `ü` as `ue`, and `ue` as
/// `u`, which is what `ü` is folded to. Not after a vowel or `q`, where it is no umlaut: `neue`, `bauen`, `queue`.
#[must_use]
pub fn spellings(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    let (mut long, mut short) = (String::new(), String::new());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let is_umlaut = matches!(c, 'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü');
        if is_umlaut {
            long.extend(fold(c));
            long.push('e');
        } else {
            long.push(c);
        }
        short.push(c);
        let could_be = matches!(c, 'a' | 'o' | 'u' | 'A' | 'O' | 'U');
        let after = matches!(
            before.to_ascii_lowercase(),
            'a' | 'e' | 'i' | 'o' | 'u' | 'q'
        );
        if could_be && !after && letters.next_if(|next| matches!(next, 'e' | 'E')).is_some() {
            long.push('e');
            before = 'e';
        } else {
            before = c;
        }
    }
    for other in [long, short] {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn umlauts_with_and_without_e() {
        assert_eq!(spellings("Müller"), ["Müller", "Mueller"]);
        assert_eq!(spellings("Mueller"), ["Mueller", "Muller"]);
        assert_eq!(spellings("Überführung"), ["Überführung", "ueberfuehrung"]);
        for plain in ["Muller", "neue", "bauen", "queue", "Łódź", ""] {
            assert_eq!(spellings(plain), [plain]);
        }
    }

    #[test]
    fn polish_and_german() {
        let folded = |text: &str| text.chars().flat_map(fold).collect::<String>();
        assert_eq!(folded("Zażółć GĘŚLĄ jaźń"), "zazolcgeslajazn");
        assert_eq!(folded("Straße ÄÖÜ"), "strasseaou");
        assert_eq!(folded("e\u{301}"), "e");
        assert_eq!(folded("Привет 42!"), "привет42");
    }
}
