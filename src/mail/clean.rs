//! Makes decoded text fit to be stored and shown.

/// Text of several lines: line ends become `\n`, NUL becomes U+FFFD (Postgres stores no NUL in
/// text), other control characters go, but for tabs; no blank lines around it.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\u{c}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\0' => out.push('\u{fffd}'),
            '\u{feff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    trim_blank_lines(&out).to_owned()
}

/// `text` without blank lines before and after; the first line keeps its indentation.
pub(super) fn trim_blank_lines(text: &str) -> &str {
    let text = text.trim_end();
    let mut start = text;
    while let Some((line, rest)) = start.split_once('\n') {
        if !line.trim().is_empty() {
            break;
        }
        start = rest;
    }
    start
}

/// Text of one line: any run of white space becomes one space, control characters go, and what
/// is beyond `limit` characters is cut and marked with `…`. `None` if nothing is left.
pub(super) fn line(raw: &str, limit: usize) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    for word in raw.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter_map(|c| match c {
            '\0' => Some('\u{fffd}'),
            '\u{feff}' => None,
            c if c.is_control() => None,
            c => Some(c),
        }));
    }
    let out = out.trim();
    if out.is_empty() {
        return None;
    }
    match out.char_indices().nth(limit) {
        None => Some(out.to_owned()),
        Some(_) => {
            let kept: String = out.chars().take(limit.saturating_sub(1)).collect();
            Some(kept.trim_end().to_owned() + "…")
        }
    }
}

/// Cuts `text` to `limit` characters, the note about the cut included.
pub(super) fn cut(mut text: String, limit: usize) -> String {
    // A string has no more characters than bytes: most texts need no count.
    if text.len() <= limit || text.char_indices().nth(limit).is_none() {
        return text;
    }
    let note = format!(
        "\n\n[Cut: this message has {} characters, {limit} are kept.]",
        text.chars().count()
    );
    let kept = limit.saturating_sub(note.chars().count());
    if let Some((at, _)) = text.char_indices().nth(kept) {
        text.truncate(at);
    }
    text.truncate(text.trim_end().len());
    text.push_str(&note);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_lines_and_drops_control_characters() {
        assert_eq!(
            text("\r\n \r\n  a\tb\r\nc\rd\0\u{7}\u{85}e\n\n"),
            "  a\tb\nc\nd\u{fffd}e"
        );
    }

    #[test]
    fn line_is_one_line() {
        assert_eq!(
            line(" Re:\r\n\t a\0b \u{1} ", 100).as_deref(),
            Some("Re: a\u{fffd}b")
        );
        assert_eq!(line(" \t\u{7}", 100), None);
        assert_eq!(line("äöüß", 4).as_deref(), Some("äöüß"));
        assert_eq!(line("äöüßx", 4).as_deref(), Some("äöü…"));
    }

    #[test]
    fn cut_says_so_and_stays_within_the_limit() {
        let long = "ж".repeat(500);
        let short = cut(long.clone(), 200);
        assert_eq!(short.chars().count(), 200);
        assert!(
            short.ends_with("[Cut: this message has 500 characters, 200 are kept.]"),
            "{short}"
        );
        assert_eq!(cut(long.clone(), 500), long);
    }
}
