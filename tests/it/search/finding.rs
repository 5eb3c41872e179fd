//! What a search finds among conversations.

use serde_json::json;

use super::support::Desk;
use crate::support::desk::text;

#[tokio::test(flavor = "multi_thread")]
async fn words_of_any_language_with_and_without_accents() {
    let desk = Desk::start().await;
    let polish = desk
        .says(
            "Zażółć gęślą jaźń",
            "Proszę o zwrot pieniędzy za żółtą łódkę, paczka nie dotarła.",
        )
        .await;
    let german = desk
        .says(
            "Straßenbahn in Köln",
            "Die Größe paßt nicht, bitte um Rückgabe. Grüße, Jürgen Groß",
        )
        .await;
    let spelled = desk
        .says(
            "Rueckgabe",
            "Viele Gruesse aus Duesseldorf, Juergen Mueller",
        )
        .await;
    let others = desk
        .says(
            "Ærø og Çeşme",
            "Smørrebrød à la carte, naïve façade, Привет мир, 東京",
        )
        .await;
    let decomposed = desk
        .says("Cafe\u{301}", "Cre\u{300}me bru\u{302}le\u{301}e")
        .await;
    let cases: &[(&str, &[&String])] = &[
        ("zazolc", &[&polish]),
        ("ZAŻÓŁĆ GĘŚLĄ", &[&polish]),
        ("lodke zolta", &[&polish]),
        ("łódkę", &[&polish]),
        ("pieniedzy", &[&polish]),
        ("strassenbahn", &[&german]),
        ("Straßenbahn koln", &[&german]),
        ("koeln", &[&german]),
        ("groesse", &[&german]),
        ("jurgen", &[&german]),
        ("jürgen", &[&spelled, &german]),
        ("Juergen", &[&spelled, &german]),
        ("rückgabe", &[&spelled, &german]),
        ("düsseldorf", &[&spelled]),
        ("aero cesme", &[&others]),
        ("smorrebrod", &[&others]),
        ("smoerrebroed", &[&others]),
        ("NAIVE facade", &[&others]),
        ("привет", &[&others]),
        ("東京", &[&others]),
        ("café", &[&decomposed]),
        ("creme BRÛLÉE", &[&decomposed]),
        ("nothing", &[]),
        ("zazolc koln", &[]),
    ];
    for (query, expected) in cases {
        let mut found = desk.found(query).await;
        let mut expected: Vec<_> = expected.iter().map(|id| (*id).clone()).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn phrases_and_words_that_are_not_wanted() {
    let desk = Desk::start().await;
    let late = desk.says("A late parcel", "It comes with DHL.").await;
    let other = desk.says("A parcel", "It was late, says UPS.").await;
    let both = [late.clone(), other.clone()];
    let (late, other, nothing) = ([late], [other], [""; 0]);
    assert_eq!(desk.found("late parcel").await, both);
    assert_eq!(desk.found("\"late parcel\"").await, late);
    assert_eq!(desk.found("„LATE Parcel“").await, late);
    assert_eq!(desk.found("\"parcel late\"").await, nothing);
    assert_eq!(desk.found("\"late par\"").await, nothing, "as it is");
    assert_eq!(desk.found("late -dhl").await, other);
    let without = desk.found("parcel -\"late parcel\" -fedex").await;
    assert_eq!(without, other);
    assert_eq!(desk.found("parcel -late").await, nothing);
    // A minus within a word is none; nor does the beginning of a word leave anything out.
    assert_eq!(desk.found("late-parcel").await, late);
    assert_eq!(desk.found("parcel -lat").await.len(), 2);
    assert_eq!(desk.found("\"late parcel").await, late, "never closed");
}

/// The whole conversation is left out, also where another message of it has the wanted words.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_wanted_leaves_out_the_whole_conversation() {
    let desk = Desk::start().await;
    let (name, email) = ("Ann", "ann@example.net");
    let both = desk
        .message("thread", name, email, "Bicycle", "The saddle is loose.")
        .await;
    desk.message("thread", name, email, "Bicycle", "Solved, thanks.")
        .await;
    let other = desk.says("Bicycle", "The saddle squeaks.").await;
    assert_eq!(desk.found("saddle").await, [other.clone(), both.clone()]);
    assert_eq!(desk.found("saddle -solved").await, [other]);
    // Wanted words stand together in a message, or in it and its conversation's subject and contact.
    assert_eq!(desk.found("bicycle ann solved").await, [both]);
    assert!(desk.found("loose solved").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_by_name_address_and_number_and_by_parts_of_them() {
    let desk = Desk::start().await;
    let input = json!({
        "channelId": desk.account.channel_id, "threadKey": "1", "text": "Nachlieferung bitte",
        "from": { "name": "Małgorzata Wiśniewska", "email": "m.wisniewska@poczta.example.org",
                  "phone": "+48 600 123-456" },
    });
    let payload = desk.client.done("receiveMessage", input).await;
    let id = [text(&payload["conversation"]["id"])];
    let other = desk
        .letter("Someone Else", "else@example.com", "Hello", "Nothing")
        .await;
    for query in [
        "malgorzata",
        "Wiśniewska",
        "wisniew",
        "gorzata",
        "m.wisniewska@poczta.example.org",
        "wisniewska@poczta",
        "niewska@poczta.exam",
        "poczta.example",
        "oczta",
        "48600123456",
        "600123",
        "+48 600 123-456",
        "\"600 123 456\"",
        "lieferung",
        "Nachliefer",
        "chlief",
    ] {
        assert_eq!(desk.found(query).await, id, "{query}");
    }
    // Two letters are the beginning of a word, never its middle.
    assert_eq!(desk.found("el").await, [other]);
}

#[tokio::test(flavor = "multi_thread")]
async fn excerpts_mark_what_was_found_in_plain_text() {
    let desk = Desk::start().await;
    let (before, after) = ("Vorher. ".repeat(60), "Nachher. ".repeat(60));
    let long = format!("{before} <b>Müller & Söhne</b> {after}");
    desk.letter("Zoë Quist", "zoe@example.org", "Rechnung", &long)
        .await;
    let excerpts = desk.excerpts("mueller sohne").await;
    let [excerpt] = excerpts.as_slice() else {
        panic!("{excerpts:?}")
    };
    assert!(
        excerpt.contains("<b>[Müller] & [Söhne]</b>"),
        "markup is text: {excerpt}"
    );
    assert!(
        excerpt.starts_with('…') && excerpt.ends_with('…'),
        "{excerpt}"
    );
    assert_eq!(desk.excerpts("rechn").await, ["[Rechn]ung"]);
    assert_eq!(desk.excerpts("quist").await, ["Zoë [Quist]"]);
    assert_eq!(desk.excerpts("zoe@example").await, ["[zoe@example].org"]);
}
