//! Subscribers who ask the same share one execution, but not what is each one's own.

use serde_json::{Value, json};

use crate::stream::socket::Socket;
use crate::support::office;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_mine_is_not_shared_between_subscribers() {
    let (app, account, admin) = office().await;
    let user = account.user("agent").await;
    let (_, own) = account.ticket(&admin, 1).await;
    let owned = json!({ "conversationId": own[0], "ownerId": account.user_id });
    admin.done("updateConversationOwner", owned).await;
    let in_variables = "subscription($id: ID!, $filter: ConversationFilter) { conversationChanged(id: $id) { \
        version inbox { conversations(filter: $filter) { totalCount } } } }";
    let in_text = in_variables
        .replace("$filter: ConversationFilter", "$x: Int")
        .replace(
            "(filter: $filter)",
            "(filter: { ownedByMe: true }, first: $x)",
        );
    let cases = [
        (
            in_variables,
            json!({ "id": own[0], "filter": { "ownedByMe": true } }),
        ),
        (in_text.as_str(), json!({ "id": own[0], "x": 5 })),
    ];
    for (query, variables) in cases {
        let mut sockets = Vec::new();
        for token in [&account.token, &user.token, &account.token] {
            let mut socket = Socket::open(&app.url, token).await;
            socket.subscribe("1", query, variables.clone()).await;
            // As it is now; what follows is pushed.
            mine(&socket.receive().await);
            sockets.push(socket);
        }
        for status in ["CLOSED", "OPEN"] {
            let input = json!({ "conversationId": own[0], "status": status });
            admin.done("updateConversationStatus", input).await;
            let mut counts = Vec::new();
            for socket in &mut sockets {
                counts.push(mine(&socket.receive().await));
            }
            assert_eq!(counts, [json!(1), json!(0), json!(1)], "{query}");
        }
    }
}

/// The count of a frame.
fn mine(frame: &Value) -> Value {
    let changed = &frame["payload"]["data"]["conversationChanged"];
    assert!(changed.is_object(), "{frame:#}");
    changed["inbox"]["conversations"]["totalCount"].clone()
}
