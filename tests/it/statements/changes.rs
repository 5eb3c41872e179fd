//! The statements of commands on 200,000 conversations: by which index, and by plans that are kept. Left to itself, Postgres
//! plans a statement anew for each command where it prefers plans for the values, which takes it longer than to run it.

use serde_json::{Value, json};

use super::large::{Asked, Large};
use super::plans::Seen;

/// The rows of a ticket with its conversation, each found, locked and changed; and the next one of each index.
const ROWS: f64 = 20.0;

#[tokio::test(flavor = "multi_thread")]
async fn commands_go_by_their_indexes_with_plans_that_are_kept() {
    let large = Large::start().await;
    let found = "{ statuses: pipelines { statuses { id category } }
        tickets(first: 1, filter: { category: OPEN }) { nodes { id conversations(first: 1) { nodes { id } } } }
        conversations(first: 1, filter: { hasTicket: false, status: OPEN }) { nodes { id } } }";
    let found = large.client.gql(found, json!({})).await;
    let statuses = found["statuses"][0]["statuses"].as_array().expect("some");
    let status = |category: &str| {
        let of = |status: &&Value| status["category"] == category;
        statuses.iter().find(of).expect("one")["id"].clone()
    };
    let ticket = &found["tickets"]["nodes"][0];
    let linked = &ticket["conversations"]["nodes"][0];
    let alone = &found["conversations"]["nodes"][0];
    let of_ticket = |category| json!({ "ticketId": ticket["id"], "statusId": status(category) });
    let of_conversation =
        |of: &Value, status| json!({ "conversationId": of["id"], "status": status });
    let commands = [
        ("updateTicketStatus", ["CLOSED", "OPEN"].map(of_ticket)),
        (
            "updateConversationStatus",
            ["CLOSED", "OPEN"].map(|status| of_conversation(linked, status)),
        ),
        (
            "updateConversationStatus",
            ["CLOSED", "OPEN"].map(|status| of_conversation(alone, status)),
        ),
    ];
    for (mutation, inputs) in commands {
        let all = large.change(mutation, inputs.clone()).await;
        for asked in &all {
            let count = asked.statements.len();
            assert_eq!(
                asked.plans.len(),
                count,
                "a plan for each: {:#?}",
                asked.statements
            );
            for plan in &asked.plans {
                let statement = &plan["Query Text"];
                let seen = Seen::of(plan);
                assert_eq!(seen.faults, Vec::<String>::new(), "{statement}");
                assert!(
                    seen.rows_read <= ROWS,
                    "{} rows: {statement}",
                    seen.rows_read
                );
            }
        }
        // From the first one on.
        let kept = |asked: &Asked| !asked.plans.iter().any(is_for_values);
        assert!(all.iter().all(kept), "{mutation} is planned anew");
    }
}

/// Whether a plan was made for the values that were bound, which then stand in its conditions.
fn is_for_values(plan: &Value) -> bool {
    let of_node = |node: &Value| {
        let conditions = ["Index Cond", "Recheck Cond", "Filter"];
        let text = |key| node[key].as_str().unwrap_or_default();
        conditions.iter().any(|key| text(*key).contains("'::uuid"))
    };
    let parts = plan["Plans"].as_array().map(Vec::as_slice);
    let whole = plan.get("Plan");
    of_node(plan)
        || whole.is_some_and(is_for_values)
        || parts.unwrap_or_default().iter().any(is_for_values)
}
