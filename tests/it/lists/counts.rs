//! Live numbers.

use std::time::Duration;

use serde_json::{Value, json};

use super::watcher::{COUNTS, Watcher};
use crate::support::office;

#[tokio::test(flavor = "multi_thread")]
async fn numbers_come_five_times_a_second_at_most_and_end_at_the_truth() {
    let (app, account, client) = office().await;
    let filters = json!([{}, { "status": "OPEN" }, { "status": "CLOSED" }, { "inTrash": true }]);
    let variables = json!({ "filters": filters });
    let operations = vec![("counts".to_owned(), COUNTS.to_owned(), variables)];
    let watcher = Watcher::open(&app.url, &account.token, operations.clone()).await;
    let first = watcher
        .until("counts", |seen| !seen.counts.is_empty())
        .await;
    assert_eq!(first.counts[0].1, json!([0, 0, 0, 0]));
    // Several at once, for longer than a second.
    let writers = (0..3).map(|writer| {
        let (client, account) = (&client, &account);
        async move {
            for round in 0..40 {
                let conversation = account.conversation(client).await;
                let at = json!({ "conversationId": conversation });
                match (writer + round) % 3 {
                    0 => client.done("trashConversation", at).await,
                    1 => {
                        let close = json!({ "conversationId": conversation, "status": "CLOSED" });
                        client.done("updateConversationStatus", close).await
                    }
                    _ => Value::Null,
                };
            }
        }
    });
    let late = async {
        // Who comes in between is no burden to those who are there, and is told no more often.
        watcher.until("counts", |seen| seen.counts.len() > 3).await;
        Watcher::open(&app.url, &account.token, operations).await
    };
    let (_, late) = tokio::join!(futures_util::future::join_all(writers), late);
    let truth = json!([80, 40, 40, 40]);
    for watcher in [&watcher, &late] {
        let told = |seen: &super::watcher::Seen| {
            seen.counts.last().is_some_and(|(_, last)| *last == truth)
        };
        let seen = watcher.until("counts", told).await;
        for frames in seen.counts.windows(6) {
            let took = frames[5].0 - frames[0].0;
            assert!(took > Duration::from_secs(1), "six frames in {took:?}");
        }
        for pair in seen.counts.windows(2) {
            assert_ne!(pair[0].1, pair[1].1, "the same numbers again");
        }
        for (_, numbers) in &seen.counts {
            let number = |index: usize| numbers[index].as_i64().unwrap();
            assert_eq!(number(0), number(1) + number(2), "numbers of one moment");
        }
    }
    let frames = watcher.seen("counts").unwrap().counts.len();
    assert!(
        (4..100).contains(&frames),
        "{frames} frames for 200 cascades"
    );
}
