//! What nobody would look for: a sensible answer, never a fault of the server.

use super::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_finds_nothing() {
    let desk = Desk::start().await;
    desk.says("Lamp", "The lamp flickers").await;
    for query in [
        "",
        "   ",
        "\"\"",
        "-",
        "--",
        "!?&|",
        "%",
        "\0",
        "\u{1F600}",
        "\u{301}",
    ] {
        assert_eq!(desk.found(query).await, [""; 0], "{query:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_search_is_refused_with_the_reason() {
    let desk = Desk::start().await;
    let thousand = "word ".repeat(1_000);
    let cases = [
        ("-lamp", "not wanted"),
        ("-lamp -\"on hold\"", "not wanted"),
        (thousand.as_str(), "1000 characters"),
        ("a b c d e f g h i j k l m n o p q r s t u", "20 words"),
    ];
    for (query, reason) in cases {
        let message = desk.refused(query, None, None, "BAD_USER_INPUT").await;
        assert!(
            message.contains("`text`") && message.contains(reason),
            "{query:?}: {message}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_of_the_languages_beneath_mean_nothing() {
    let desk = Desk::start().await;
    let said = r"back\slash under_score 'quoted' a:b* <-> (x) & !y | $1 lamp";
    let odd = [desk.says("O'Neill 100%", said).await];
    for query in [
        "lamp\0",
        "o'neill",
        "'quoted'",
        "100%",
        r"back\slash",
        "under_score",
        "a:b*",
        "<-> lamp",
        "(x)",
        "& lamp",
        "!y",
        "lamp:*",
        "$1",
        "lamp;--",
        "\"$1 lamp\"",
        "lamp -",
        "\"\" lamp",
    ] {
        assert_eq!(desk.found(query).await, odd, "{query:?}");
    }
}

/// Hundreds of texts of pieces that are hard to read, the same each time.
#[tokio::test(flavor = "multi_thread")]
async fn any_text_is_answered() {
    const PIECES: [&str; 34] = [
        "a",
        "lamp",
        "Łódź",
        "ß",
        "ue",
        "ü",
        "\u{301}",
        "1",
        "12e5",
        "0x1f",
        "-",
        "-x",
        "\"",
        "„",
        "“",
        " ",
        "  ",
        "\n",
        "\0",
        "'",
        "''",
        "\\",
        "%",
        "_",
        ":*",
        "&",
        "!",
        "<->",
        "(",
        ")",
        "$1",
        "@",
        "\u{202e}",
        "👩‍👩‍👧",
    ];
    let desk = Desk::start().await;
    desk.says("Lamp in Łódź", "ue ü ß 12e5 0x1f x").await;
    let mut state: u64 = 42;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let (mut refused, mut found) = (0, 0);
    for _ in 0..400 {
        let text: String = (0..=next(30)).map(|_| PIECES[next(PIECES.len())]).collect();
        let answer = desk.raw(&text, Some(10), None).await;
        match answer.get("errors") {
            Some(errors) => {
                let code = &errors[0]["extensions"]["code"];
                assert_eq!(code, "BAD_USER_INPUT", "{text:?}: {answer:#}");
                refused += 1;
            }
            None => found += answer["data"]["search"]["totalCount"].as_i64().unwrap(),
        }
    }
    assert!(refused < 200, "{refused} of 400 were refused");
    assert!(found > 10, "{found} of 400 found anything");
}

/// A word without end, and very long texts: found by their beginning.
#[tokio::test(flavor = "multi_thread")]
async fn long_texts_are_found_by_their_beginning() {
    let desk = Desk::start().await;
    let endless = desk.says("Lamp", &"x".repeat(1_000_000)).await;
    let mut words: String = (0..150_000).map(|number| format!("w{number} ")).collect();
    words.truncate(990_000);
    let long = desk.says("Novel", &words).await;
    assert_eq!(desk.found("lamp").await, [endless]);
    assert_eq!(desk.found("w1234 novel").await, [long]);
}
