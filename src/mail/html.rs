//! HTML of mail to readable text, in one pass over the markup.
//!
//! Paragraphs, line breaks, lists, quotes (`> `), table rows (cells divided by tabs) and
//! preformatted text keep their shape; a link shows its address behind its text where that is
//! another one (`our page <https://…>`), an image its alternative text; styles, scripts and what
//! is hidden are left out. No tree is built, so no nesting can cost more than its length.

mod markup;
mod writer;

use markup::{Markup, next};
use writer::Writer;

/// Renders `html`; stops soon after `limit` characters.
pub(super) fn to_text(html: &str, limit: usize) -> String {
    let mut page = Page {
        out: Writer::default(),
        hidden: None,
        links: Vec::new(),
        spaced: true,
    };
    let mut rest = html;
    // A character has at most four bytes: beyond that many, the limit is reached for certain.
    while page.out.len() <= limit.saturating_mul(4) {
        let Some((before, markup, after)) = next(rest) else {
            page.text(rest);
            break;
        };
        page.text(before);
        rest = after;
        match markup {
            Markup::Open(tag) => rest = page.open(&tag, after),
            Markup::Close(name) => page.close(&name),
            Markup::Literal(text) => page.text(text),
            Markup::Nothing => {}
        }
    }
    page.out.finish()
}

struct Page {
    out: Writer,
    /// The hidden element within which we are: its name and how many of that name are open.
    hidden: Option<(String, usize)>,
    /// Open links: where their text starts in the output, and their address.
    links: Vec<(usize, String)>,
    /// The open paragraph has space around it.
    spaced: bool,
}

/// Open links beyond this many are not real.
const MAX_LINKS: usize = 16;

impl Page {
    fn text(&mut self, raw: &str) {
        if self.hidden.is_none() && !raw.is_empty() {
            self.out.text(&markup::unescape(raw));
        }
    }

    /// Handles a start tag; returns where to read on.
    fn open<'a>(&mut self, tag: &markup::Tag<'_>, after: &'a str) -> &'a str {
        let name = tag.name.as_str();
        if matches!(name, "script" | "style" | "title" | "template" | "svg") {
            return markup::skip_element(after, name);
        }
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name {
                *depth += 1;
            }
            return after;
        }
        if markup::can_nest(name) && tag.is_hidden() {
            self.hidden = Some((name.to_owned(), 1));
            return after;
        }
        let out = &mut self.out;
        match name {
            "br" => out.line_break(),
            // Outlook writes each line as a paragraph of this class, without space between them.
            "p" if tag
                .attribute("class")
                .is_some_and(|c| c.contains("MsoNormal")) =>
            {
                self.spaced = false;
                out.new_line();
            }
            "p" => {
                self.spaced = true;
                out.new_paragraph();
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" => out.new_paragraph(),
            "ul" => out.open_list(None),
            "ol" => {
                let start = tag.attribute("start").and_then(|n| n.trim().parse().ok());
                out.open_list(Some(start.unwrap_or(1)));
            }
            "li" => out.list_item(),
            "blockquote" => out.open_quote(),
            "pre" => out.open_pre(),
            "hr" => out.rule(),
            "td" | "th" => out.cell(),
            "a" => {
                let address = tag.attribute("href").unwrap_or_default();
                if self.links.len() < MAX_LINKS {
                    self.links.push((out.len(), address));
                }
            }
            "img" => {
                let text = tag.attribute("alt").unwrap_or_default();
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if !text.is_empty() {
                    out.text(&format!("[{text}]"));
                }
            }
            name if is_block(name) => out.new_line(),
            _ => {}
        }
        after
    }

    fn close(&mut self, name: &str) {
        if let Some((hidden, depth)) = &mut self.hidden {
            if hidden == name {
                *depth -= 1;
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        let out = &mut self.out;
        match name {
            "p" if !self.spaced => out.new_line(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" => out.new_paragraph(),
            "ul" | "ol" => out.close_list(),
            "blockquote" => out.close_quote(),
            "pre" => out.close_pre(),
            "a" => {
                if let Some((start, address)) = self.links.pop()
                    && out.since(start).is_some_and(|text| adds(&address, text))
                {
                    out.word(&format!("<{}>", address.trim()));
                }
            }
            name if is_block(name) => out.new_line(),
            _ => {}
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "tr"
            | "table"
            | "tbody"
            | "li"
            | "dt"
            | "dd"
            | "address"
            | "article"
            | "section"
            | "header"
            | "footer"
            | "center"
            | "figure"
            | "figcaption"
            | "fieldset"
            | "form"
            | "body"
            | "caption"
            | "main"
            | "nav"
            | "aside"
            | "details"
            | "summary"
            | "option"
            | "legend"
    )
}

/// The address says more than the link's text.
fn adds(address: &str, text: &str) -> bool {
    let address = address.trim();
    let scheme = address.split(':').next().unwrap_or_default();
    let outward = ["http", "https", "mailto", "tel", "ftp", "sip"];
    let bare = |text: &str| {
        let text = text.trim().to_lowercase();
        let text = text
            .trim_start_matches("mailto:")
            .trim_start_matches("tel:");
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let text = text.trim_start_matches("www.").trim_end_matches('/');
        text.split_whitespace().collect::<String>()
    };
    let shown = bare(text);
    outward
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        && !shown.is_empty()
        && shown != bare(address)
}

#[cfg(test)]
mod tests;
