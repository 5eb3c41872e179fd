//! How deep a document nests, known before the parser runs.

/// Whether brackets nest deeper than `limit`, outside of strings and comments. The parser recurses with each of
/// them, so this must be known before it starts.
pub(crate) fn nests_deeper_than(limit: usize, document: &str) -> bool {
    let mut rest = document.as_bytes();
    let mut depth = 0_usize;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => rest = after_line(rest),
            b'"' => {
                rest = match rest.strip_prefix(b"\"\"") {
                    Some(block) => after_block_string(block),
                    None => after_string(rest),
                };
            }
            _ => {}
        }
    }
    false
}

fn after_line(mut rest: &[u8]) -> &[u8] {
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if matches!(byte, b'\n' | b'\r') {
            break;
        }
    }
    rest
}

/// A string ends at its quote, or broken at the end of the line.
fn after_string(mut rest: &[u8]) -> &[u8] {
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'"' | b'\n' | b'\r' => break,
            b'\\' => rest = rest.split_first().map_or(rest, |(_, tail)| tail),
            _ => {}
        }
    }
    rest
}

fn after_block_string(mut rest: &[u8]) -> &[u8] {
    loop {
        if let Some(tail) = rest.strip_prefix(b"\\\"\"\"") {
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix(b"\"\"\"") {
            return tail;
        } else if let Some((_, tail)) = rest.split_first() {
            rest = tail;
        } else {
            return rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_strings_and_comments() {
        for (document, depth) in [
            ("{ a { b } c { d } }", 2),
            ("{ a(x: [[1]]) }", 4),
            (r#"{ a(x: "{[({[(") }"#, 2),
            (r#"{ a(x: "\"{{{") }"#, 2),
            ("{ a # {{{{\n }", 1),
            ("{ a(x: \"\"\"{{{{ \\\"\"\" {{{ \" {{ \"\"\") }", 2),
            ("}}}{", 1),
        ] {
            assert!(!nests_deeper_than(depth, document), "{document}");
            assert!(nests_deeper_than(depth - 1, document), "{document}");
        }
    }
}
