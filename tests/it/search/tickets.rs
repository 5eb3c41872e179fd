//! What a search finds among tickets, and what of the trash.

use serde_json::json;

use super::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn tickets_by_number_name_and_text_properties() {
    let desk = Desk::start().await;
    let (ticket, conversations) = desk.account.ticket(&desk.client, 1).await;
    for (kind, name) in [
        ("STRING", "serial"),
        ("TEXT", "remarks"),
        ("NUMBER", "weight"),
    ] {
        let input = json!({ "name": name, "label": name, "type": kind });
        desk.client.done("createPropertyDefinition", input).await;
    }
    let first = json!({
        "ticketId": ticket, "name": "Brzęcząca klamka",
        "properties": [
            { "name": "serial", "value": { "string": "QF-19600946" } },
            { "name": "remarks", "value": { "string": "Überprüfen, dann Schlüsseldienst" } },
            { "name": "weight", "value": { "number": 77701 } },
        ],
    });
    desk.client.done("updateTicketProperties", first).await;
    let (found, nothing) = ([ticket.clone()], [""; 0]);
    for query in [
        "brzeczaca",
        "klamk",
        "QF-19600946",
        "600946",
        "ueberpruefen",
        "dienst",
        "klamka schlüssel",
    ] {
        assert_eq!(desk.found(query).await, found, "{query}");
    }
    for number in ["1", "#1"] {
        assert_eq!(desk.found(number).await.first(), Some(&ticket), "{number}");
    }
    assert_eq!(desk.excerpts("#1").await.first().unwrap(), "[1]");
    assert_eq!(desk.found("77701").await, nothing, "a number is no text");
    assert_eq!(
        desk.found("question").await,
        conversations,
        "the ticket has another name by now"
    );
    assert_eq!(
        desk.excerpts("dienst").await,
        ["Überprüfen, dann Schlüssel[dienst]"]
    );
    let cleared = json!({
        "ticketId": ticket, "name": "Klamka", "properties": [{ "name": "serial", "value": null }],
    });
    desk.client.done("updateTicketProperties", cleared).await;
    for query in ["QF-19600946", "600946", "brzeczaca"] {
        assert_eq!(desk.found(query).await, nothing, "{query}");
    }
    assert_eq!(desk.found("klamka").await, found);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_is_left_out_and_comes_back() {
    let desk = Desk::start().await;
    let (ticket, mut expected) = desk.account.ticket(&desk.client, 2).await;
    expected.push(ticket.clone());
    expected.sort();
    let mut before = desk.found("question").await;
    before.sort();
    assert_eq!(before, expected);
    let trash = json!({ "ticketId": ticket });
    desk.client.done("trashTicket", trash).await;
    assert_eq!(desk.found("question").await, [""; 0]);
    let restore = json!({ "id": ticket });
    desk.client.done("restoreFromTrash", restore).await;
    assert_eq!(desk.found("question").await.len(), 3);
}
