//! The known name that was probably meant.

/// The name nearest to what was written, unless none is near: more than a third of its letters would have to change.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|name| (changes(written, name), name));
    let (changes, name) = near.min()?;
    (changes <= name.chars().count().div_ceil(3)).then_some(name)
}

/// How many letters must be added, dropped or replaced to make the one from the other (Levenshtein).
fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    // Of the letters taken so far to each beginning of `to`.
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (taken, letter) in from.chars().enumerate() {
        let mut left = taken + 1;
        let mut next = vec![left];
        for (pair, wanted) in row.windows(2).zip(&to) {
            let [diagonal, above] = *pair else { continue };
            let replaced = diagonal + usize::from(letter != *wanted);
            left = replaced.min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted() {
        for (from, to, count) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("pool_sice", "pool_size", 1),
            ("trash_dayz", "trash_days", 1),
        ] {
            assert_eq!(changes(from, to), count, "{from} {to}");
        }
    }

    #[test]
    fn what_is_far_from_everything_is_not_guessed() {
        let known = ["pool_size", "trash_days"];
        assert_eq!(nearest("poolsize", known), Some("pool_size"));
        assert_eq!(nearest("trash_day", known), Some("trash_days"));
        assert_eq!(nearest("favourite_colour", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
