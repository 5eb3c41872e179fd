//! Lays text out in lines.

/// Depth from which quotes and lists are indented no further.
const MAX_DEPTH: usize = 12;

/// Collects text; line breaks are written only when text follows them.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    /// Line breaks to write before the next text: 2 leave a blank line.
    breaks: usize,
    /// Line breaks that the sender asked for one by one (`<br>`).
    explicit: usize,
    /// A blank to write before the next text of this line.
    space: bool,
    /// A table cell has ended on this line.
    tab: bool,
    quotes: usize,
    /// For each open list the number of the next item, or none for bullets.
    lists: Vec<Option<i64>>,
    /// The next text starts an item.
    marker: Option<String>,
    pre: usize,
    /// Nothing but a prefix is on the current line.
    line_empty: bool,
}

impl Writer {
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// The text written since the output had `start` bytes.
    pub(super) fn since(&self, start: usize) -> Option<&str> {
        self.out.get(start..)
    }

    pub(super) fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        self.out
    }

    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' if self.pre > 0 => self.line_break(),
                '\r' => {}
                ' ' | '\t' if self.pre > 0 => self.put(c),
                ' ' | '\t' | '\n' | '\u{c}' => self.space = true,
                // A blank that must not break, and counts where a paragraph has nothing else.
                '\u{a0}' => self.put(' '),
                // Invisible characters that fill up previews.
                '\u{200b}' | '\u{ad}' | '\u{34f}' | '\u{feff}' => {}
                c => self.put(c),
            }
        }
    }

    /// A word of its own on the current line.
    pub(super) fn word(&mut self, word: &str) {
        self.space = true;
        for c in word.chars() {
            self.put(c);
        }
        self.space = false;
    }

    fn put(&mut self, c: char) {
        // More than one blank line in a row is layout; in preformatted text two are kept.
        let most = if self.pre > 0 { 3 } else { 2 };
        let breaks = self.breaks.max(self.explicit).min(most);
        let start = self.out.is_empty();
        if start || breaks > 0 {
            self.start_line(if start { 0 } else { breaks });
        } else if self.tab && !self.line_empty {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push('\t');
        } else if self.space && !self.line_empty {
            self.out.push(' ');
        }
        (self.breaks, self.explicit, self.space, self.tab) = (0, 0, false, false);
        self.line_empty = false;
        self.out.push(c);
    }

    fn start_line(&mut self, breaks: usize) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        let quotes = self.quotes.min(MAX_DEPTH);
        for blank in (0..breaks).rev() {
            self.out.push('\n');
            if blank > 0 {
                self.out.extend(std::iter::repeat_n('>', quotes));
            }
        }
        for _ in 0..quotes {
            self.out.push('>');
        }
        if quotes > 0 {
            self.out.push(' ');
        }
        let depth = self.lists.len().min(MAX_DEPTH);
        let marker = self.marker.take();
        let indent = depth.saturating_sub(usize::from(marker.is_some()));
        self.out.push_str(&"  ".repeat(indent));
        self.out.push_str(&marker.unwrap_or_default());
        self.line_empty = true;
    }

    pub(super) fn new_line(&mut self) {
        self.breaks = self.breaks.max(1);
    }

    pub(super) fn new_paragraph(&mut self) {
        self.breaks = self.breaks.max(if self.lists.is_empty() { 2 } else { 1 });
    }

    /// Each `<br>` counts, but the one that only ends the line of its block.
    pub(super) fn line_break(&mut self) {
        self.explicit = self.explicit.max(self.breaks.min(1)) + 1;
        self.space = false;
    }

    pub(super) fn open_list(&mut self, number: Option<i64>) {
        self.new_paragraph();
        if self.lists.len() < 1_000 {
            self.lists.push(number);
        }
    }

    pub(super) fn close_list(&mut self) {
        self.lists.pop();
        self.marker = None;
        self.new_paragraph();
    }

    pub(super) fn list_item(&mut self) {
        self.new_line();
        self.marker = Some(match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "- ".to_owned(),
        });
    }

    pub(super) fn open_quote(&mut self) {
        self.new_line();
        self.quotes += 1;
    }

    pub(super) fn close_quote(&mut self) {
        self.quotes = self.quotes.saturating_sub(1);
        self.breaks = 2;
    }

    pub(super) fn open_pre(&mut self) {
        self.new_paragraph();
        self.pre += 1;
    }

    pub(super) fn close_pre(&mut self) {
        self.pre = self.pre.saturating_sub(1);
        self.new_paragraph();
    }

    pub(super) fn rule(&mut self) {
        self.new_line();
        self.word("----------");
        self.new_line();
    }

    /// Cells of a row stand on one line, divided by tabs.
    pub(super) fn cell(&mut self) {
        self.tab = self.breaks == 0 && self.explicit == 0;
    }
}
