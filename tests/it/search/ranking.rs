//! In what order.

use diesel_async::SimpleAsyncConnection;
use serde_json::json;

use super::support::Desk;
use crate::support::sql::connect_across;

#[tokio::test(flavor = "multi_thread")]
async fn number_name_whole_words_beginnings_then_parts() {
    let desk = Desk::start().await;
    // Written from the best to the worst, so that the most recent is the worst.
    let (ticket, conversations) = desk.account.ticket(&desk.client, 1).await;
    let name = json!({ "ticketId": ticket, "name": "Numbered" });
    desk.client.done("updateTicketProperties", name).await;
    let older = desk.says("Order 1", "Hello").await;
    let newer = desk.says("Order 1 again", "Hello").await;
    let whole = desk.says("Hello", "It is no 1.").await;
    let begun = desk.says("Hello", "It is no 1x2.").await;
    let named = [newer.clone(), older.clone()];
    let found = desk.found("1").await;
    assert_eq!(found, [ticket, newer, older, whole, begun]);
    assert_eq!(desk.found("order").await, named);
    let board = desk.says("Hello", "My board").await;
    let begins = desk.says("Hello", "My boarding pass").await;
    let part = desk.says("Hello", "A winterboard").await;
    assert_eq!(desk.found("board").await, [board, begins, part]);
    assert_eq!(desk.found("question").await, conversations);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_recently_active_first_among_equals() {
    let desk = Desk::start().await;
    let (name, email) = ("Ann", "ann@example.org");
    let mut threads = Vec::new();
    for thread in ["a", "b", "c"] {
        let began = desk.message(thread, name, email, "Bell", "The bell rings");
        threads.push(began.await);
    }
    desk.message("a", name, email, "Bell", "Anything new?")
        .await;
    let [a, b, c] = <[String; 3]>::try_from(threads).unwrap();
    assert_eq!(desk.found("bell").await, [a, c, b]);
    // Of several messages the one that was found is shown.
    let excerpts = desk.excerpts("rings").await;
    assert_eq!(excerpts, ["The bell [rings]"; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_common_the_latest_and_a_number_always() {
    let desk = Desk::start().await;
    let (ticket, _) = desk.account.ticket(&desk.client, 1).await;
    let name = json!({ "ticketId": ticket, "name": "Numbered" });
    desk.client.done("updateTicketProperties", name).await;
    let rare = desk.says("Hello", "An olden 1.").await;
    let early = desk.says("Hello", "It is no 1, either.").await;
    let late = desk.says("Hello", "It is no 1, again.").await;
    // Each later than the one before, and all later than the old ones.
    let many = "INSERT INTO messages SELECT (jsonb_populate_record(m, jsonb_build_object(\
        'id', gen_random_uuid(), 'message_key', NULL, 'created_at', m.created_at + i * interval '1 second'))).* \
        FROM messages m CROSS JOIN generate_series(1, 1500) i WHERE m.text LIKE '%1, again.'";
    let mut connection = connect_across(&desk.app.database_url).await;
    connection.batch_execute(many).await.expect("messages");
    assert_eq!(desk.found("1").await, [ticket.clone(), late]);
    // What is not wanted gives its room to others.
    assert_eq!(
        desk.found("1 -again").await,
        [ticket, early.clone(), rare.clone()]
    );
    assert_eq!(desk.found("olden 1").await, [rare]);
    assert_eq!(desk.found("either 1").await, [early]);
}
