//! `format=flowed` (RFC 3676): joins the lines that a mail program has broken.

/// Unwraps flowed text. With `delete_space` (`delsp=yes`) the space at the end of a broken line
/// was put there only to mark it, as in languages that write without spaces.
pub(super) fn unwrap(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // Quote depth of the paragraph whose last line was flowed, if one is open.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        // The sender put a space before lines that would have looked like quotes (4.4).
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        match open {
            Some(quoted) if quoted == depth && !signature => {}
            _ => {
                if open.is_some() {
                    end_line(&mut out);
                }
                out.extend(std::iter::repeat_n('>', depth));
                if depth > 0 {
                    out.push(' ');
                }
            }
        }
        if content.ends_with(' ') && !signature {
            let kept = if delete_space {
                content.strip_suffix(' ').unwrap_or(content)
            } else {
                content
            };
            out.push_str(kept);
            open = Some(depth);
        } else {
            out.push_str(content);
            out.push('\n');
            open = None;
        }
    }
    out
}

fn end_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_lines_of_the_same_depth_only() {
        let text = "Dear all, \r\nthis is \r\none paragraph.\r\n\r\n> quoted \r\n> text\r\n>> deeper \r\nnew\r\n";
        assert_eq!(
            unwrap(text, false),
            "Dear all, this is one paragraph.\n\n> quoted text\n>> deeper\nnew\n"
        );
    }

    #[test]
    fn signature_separator_is_no_flowed_line() {
        assert_eq!(unwrap("flowed \n-- \nAnna\n", false), "flowed\n-- \nAnna\n");
    }

    #[test]
    fn stuffed_spaces_go_and_delsp_joins_without_space() {
        assert_eq!(
            unwrap(" >no quote\n From here\n", false),
            ">no quote\nFrom here\n"
        );
        assert_eq!(unwrap("日本 \n語\n", true), "日本語\n");
    }
}
