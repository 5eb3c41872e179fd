//! Rust sources as words: enough of the grammar to tell paths from comments and strings.

/// A name, a `::`, or a single other character.
pub struct Word {
    pub text: String,
    /// How many `mod name { … }` of its file it stands in.
    pub inner_modules: usize,
}

/// The words of a file, without comments, strings and characters.
pub fn words(source: &str) -> Vec<Word> {
    let mut texts: Vec<String> = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = literal(rest) {
            length
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|one: char| !one.is_alphanumeric() && one != '_');
            let end = end.unwrap_or(rest.len());
            texts.push(rest[..end].to_owned());
            end
        } else if rest.starts_with("::") {
            texts.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                texts.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    with_modules(texts)
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            match rest[at..].chars().next() {
                Some(one) => at += one.len_utf8(),
                None => return at,
            }
        }
    }
}

/// The length of the string or character that begins here, if one does.
fn literal(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        rest.strip_prefix(prefix)
            .is_some_and(|after| after.starts_with(['"', '#', '\'']))
    })?;
    let after = &rest[prefix.len()..];
    if prefix.ends_with('r') && after.starts_with(['"', '#']) {
        let hashes = after.find(|one| one != '#')?;
        // `r#type` is a name.
        let body = after[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = body.find(&end).unwrap_or(body.len()) + end.len();
        return Some(prefix.len() + hashes + 1 + length);
    }
    if let Some(body) = after.strip_prefix('"') {
        return Some(prefix.len() + 1 + closing(body, '"')?);
    }
    if let Some(body) = after.strip_prefix('\'') {
        let mut inside = body.chars();
        let (first, second) = (inside.next()?, inside.next()?);
        // Else it is a lifetime.
        if first == '\\' || second == '\'' {
            return Some(prefix.len() + 1 + closing(body, '\'')?);
        }
    }
    None
}

/// The bytes up to and with the closing quote.
fn closing(body: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, one) in body.char_indices() {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if one == quote => return Some(at + one.len_utf8()),
            _ => {}
        }
    }
    None
}

fn with_modules(texts: Vec<String>) -> Vec<Word> {
    let (mut depth, mut modules) = (0, Vec::new());
    let mut found: Vec<Word> = Vec::with_capacity(texts.len());
    for text in texts {
        match text.as_str() {
            "{" => {
                let before = found.len().checked_sub(2).map(|at| found[at].text.as_str());
                if before == Some("mod") {
                    modules.push(depth);
                }
                depth += 1;
            }
            "}" => {
                depth -= 1;
                modules.pop_if(|opened| *opened == depth);
            }
            _ => {}
        }
        found.push(Word {
            text,
            inner_modules: modules.len(),
        });
    }
    found
}

#[test]
fn words_are_neither_comments_nor_strings() {
    let source = r##"
        // crate::a
        /* crate::b /* crate::c */ crate::d */
        use crate::e;
        const TEXT: &str = "crate::f \" crate::g";
        const RAW: &[u8] = br#"crate::h "quoted" crate::i"#;
        const QUOTE: char = '"'; const BRACE: char = '{'; const TICK: char = '\'';
        fn lifetime<'a>(r#type: &'a str) {}
        mod tests { use super::j; }
        use self::k;
    "##;
    let found = words(source);
    let names: Vec<_> = found
        .iter()
        .map(|word| word.text.as_str())
        .filter(|text| text.len() == 1 && text.chars().all(char::is_alphabetic))
        .collect();
    assert_eq!(names, ["e", "a", "r", "a", "j", "k"]);
    let inner = |name: &str| {
        found
            .iter()
            .find(|word| word.text == name)
            .unwrap()
            .inner_modules
    };
    assert_eq!((inner("e"), inner("j"), inner("k")), (0, 1, 0));
}
