use super::to_text;

fn render(html: &str) -> String {
    to_text(html, 1_000_000)
}

#[test]
fn paragraphs_and_lines() {
    assert_eq!(
        render(
            "<html><head><title>T</title><style>p{}</style></head><body>\n<p>Hello <b>Anna</b>,<br>\nhow\n are   you?</p>\n<p>Bye</p></body></html>"
        ),
        "Hello Anna,\nhow are you?\n\nBye"
    );
    assert_eq!(
        render("<div>one</div><div>two</div><div><br></div><div>three<br></div><div>four</div>"),
        "one\ntwo\n\nthree\nfour"
    );
    assert_eq!(
        render(
            "<p class=MsoNormal>one</p><p class=\"MsoNormal\">&nbsp;</p><p class=MsoNormal>two</p>"
        ),
        "one\n\ntwo"
    );
}

#[test]
fn links_show_where_they_lead() {
    assert_eq!(
        render("See <a href=\"https://example.com/?a=1&amp;b=2\">our <i>page</i></a>."),
        "See our page <https://example.com/?a=1&b=2>."
    );
    assert_eq!(
        render(
            "<a href='https://example.com/'>example.com</a> <a href=mailto:a@b.example>A@b.example</a>"
        ),
        "example.com A@b.example"
    );
    assert_eq!(
        render("<a href='https://example.com'><img src=x></a><a href='#top'>top</a>"),
        "top"
    );
}

#[test]
fn lists_are_numbered_and_nested() {
    assert_eq!(
        render(
            "Buy:<ul><li>milk<li>bread<ol start=3><li>rye</li><li>oat</li></ol></li></ul>Thanks"
        ),
        "Buy:\n\n- milk\n- bread\n  3. rye\n  4. oat\n\nThanks"
    );
}

#[test]
fn quotes_are_marked_at_each_line() {
    assert_eq!(
        render(
            "<p>Yes.</p>On Monday Anna wrote:<blockquote type=cite>Really?<blockquote>No<br>way</blockquote><p>Sure</p></blockquote>Jan"
        ),
        "Yes.\n\nOn Monday Anna wrote:\n> Really?\n>> No\n>> way\n>\n> Sure\n\nJan"
    );
}

#[test]
fn tables_keep_their_rows() {
    assert_eq!(
        render(
            "<table><tr><th>Name</th><th>Price</th></tr><tr><td>Tea</td>\n<td>3</td></tr></table>"
        ),
        "Name\tPrice\nTea\t3"
    );
}

#[test]
fn preformatted_text_keeps_its_blanks() {
    assert_eq!(
        render("<p>Code:</p><pre>if x:\n    y  = 1\n\nend</pre>"),
        "Code:\n\nif x:\n    y  = 1\n\nend"
    );
}

#[test]
fn what_is_not_shown_is_left_out() {
    assert_eq!(
        render(
            "<script>if (a < b) alert('</p>')</script><!-- x --><div style=\"Display: none\">pre<div>view</div>text</div>Hi<img src=logo.png alt=' Our\n logo '><img src=pixel.gif>"
        ),
        "Hi[Our logo]"
    );
    assert_eq!(render("<!--[if mso]><p>Outlook</p><![endif]-->x"), "x");
    assert_eq!(render("a&zwnj;b\u{200b}c&shy;d"), "a\u{200c}bcd");
}

#[test]
fn entities() {
    assert_eq!(
        render("&lt;tag&gt; AT&T &amp; &eacute;&#233;&#xE9; a & b &amp; c &#150; &nope; &#0;"),
        "<tag> AT&T & ééé a & b & c – &nope; \0"
    );
}

#[test]
fn broken_markup_loses_no_text() {
    assert_eq!(
        render("1 < 2 <b>bold</i> <a href=\"x>y</a> end"),
        "1 < 2 bold y end"
    );
    assert_eq!(render("text <"), "text <");
    assert_eq!(render("text <b"), "text");
}

#[test]
fn deep_nesting_costs_no_more_than_its_length() {
    for tag in [
        "<div>",
        "<blockquote>",
        "<ul><li>",
        "<table><tr><td>",
        "<a href=x>",
        "<b><p>",
    ] {
        let html = tag.repeat(100_000) + "end";
        assert!(render(&html).ends_with("end"), "{tag}");
    }
}

#[test]
fn stops_behind_the_limit() {
    assert!(to_text(&"<p>abc</p>".repeat(100_000), 100).len() < 1_000);
}
