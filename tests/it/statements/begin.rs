//! A transaction that does not begin: the statements that are sent behind its `BEGIN` find nothing, because no account is
//! set outside of it, and that must not be taken for an answer.

use serde_json::json;
use tandem::config::Config;

use super::proxy::Proxy;
use crate::support::{TestApp, database};

#[tokio::test]
async fn what_a_statement_finds_outside_of_its_transaction_is_no_answer() {
    let database = database().await;
    let proxy = Proxy::start(&database.url).await;
    let app = TestApp::on(&proxy.url(), Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let (ticket, _) = account.ticket(&client, 1).await;
    let read = "query($id: ID!) { ticket(id: $id) { id } tickets { nodes { id } } }";
    let write = "mutation($id: ID!, $status: ID!) {
        updateTicketStatus(input: { ticketId: $id, statusId: $status }) { result userErrors { code } }
    }";
    let id = json!({ "id": ticket });
    let change = json!({ "id": ticket, "status": account.statuses["Closed"] });
    let before = client.gql(read, id.clone()).await;
    assert_eq!(before["ticket"]["id"], ticket);

    proxy.spoil_begins();
    for (document, variables) in [(read, id), (write, change)] {
        let answer = client.raw(document, variables).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "INTERNAL", "{answer}");
    }
}
