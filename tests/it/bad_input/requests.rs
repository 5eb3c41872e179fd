//! Requests that cannot be read, and tokens that are none.

use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};

use super::Desk;
use crate::support::sql::commit;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_or_no_graphql_is_a_bad_request() {
    let desk = Desk::new().await;
    let note = format!(
        "mutation {{ addNote(input: {{ conversationId: \"{}\", text: \"x\" }}) {{ result }} }}",
        desk.conversation
    );
    let cut = json!({ "query": note }).to_string();
    for (body, code) in [
        (String::new(), "BAD_REQUEST"),
        ("{".to_owned(), "BAD_REQUEST"),
        (cut[..cut.len() - 1].to_owned(), "BAD_REQUEST"),
        (format!("{cut}{cut}"), "BAD_REQUEST"),
        ("null".to_owned(), "BAD_REQUEST"),
        ("\u{0}".to_owned(), "BAD_REQUEST"),
        (json!({ "query": 7 }).to_string(), "BAD_REQUEST"),
        (json!({ "query": "" }).to_string(), "BAD_REQUEST"),
        (
            json!({ "query": note, "variables": [] }).to_string(),
            "BAD_REQUEST",
        ),
        (json!({ "query": "{" }).to_string(), "GRAPHQL_PARSE_FAILED"),
        (
            json!({ "query": "mutation { addNote( }" }).to_string(),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            json!({ "query": "{ asOf \u{0} }" }).to_string(),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            json!({ "query": format!("{note} {note}") }).to_string(),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            json!({ "query": note, "operationName": "Other\u{0}" }).to_string(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "query": "{ nothing }" }).to_string(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "query": note.replace("text:", "words:") }).to_string(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "query": note.replace("\"x\"", "null") }).to_string(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "query": note.replace("\"x\"", "7") }).to_string(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        let (status, answer) = desk.post(body.clone()).await;
        assert_eq!(status, 400, "{body}: {answer:#}");
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], code,
            "{body}: {answer:#}"
        );
        assert!(answer.get("data").is_none(), "{body}: {answer:#}");
    }
    let (status, answer) = desk.post(b"{\"query\":\"{ asOf }\xff\"}".to_vec()).await;
    assert_eq!(
        (status, &answer["errors"][0]["extensions"]["code"]),
        (400, &json!("BAD_REQUEST"))
    );
    desk.is_untouched("malformed bodies").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_of_the_wrong_type_are_refused_before_any_work() {
    let desk = Desk::new().await;
    let note = "mutation($input: AddNoteInput!) { addNote(input: $input) { result } }";
    let status = "mutation($input: UpdateConversationStatusInput!) { updateConversationStatus(input: $input) { result } }";
    let id = &desk.conversation;
    for (query, input) in [
        (note, Value::Null),
        (note, json!("text")),
        (note, json!({ "conversationId": id })),
        (note, json!({ "conversationId": id, "text": ["x"] })),
        (note, json!({ "conversationId": { "id": id }, "text": "x" })),
        (
            note,
            json!({ "conversationId": id, "text": "x", "more": 1 }),
        ),
        (status, json!({ "conversationId": id, "status": "SHUT" })),
        (
            status,
            json!({ "conversationId": id, "status": "CLOSED", "expectedVersion": 2_147_483_648_i64 }),
        ),
        (
            status,
            json!({ "conversationId": id, "status": "CLOSED", "expectedVersion": 1.5 }),
        ),
        (
            status,
            json!({ "conversationId": id, "status": "CLOSED", "expectedVersion": "1" }),
        ),
    ] {
        desk.is_refused(
            query,
            json!({ "input": input }),
            400,
            "GRAPHQL_VALIDATION_FAILED",
        )
        .await;
    }
    desk.is_refused(note, json!({}), 400, "GRAPHQL_VALIDATION_FAILED")
        .await;
    desk.is_untouched("variables of the wrong type").await;
}

/// A document that was valid once is not validated again; what stands in its variables is.
#[tokio::test(flavor = "multi_thread")]
async fn variables_are_held_against_the_schema_each_time_a_document_comes() {
    let desk = Desk::new().await;
    let filter = "query($filter: ConversationFilter, $first: Int) { conversations(filter: $filter, first: $first) { nodes { id } } }";
    let nested = "query($status: ConversationStatus!, $owner: ID) {
        conversations(filter: { status: $status, ownerId: $owner }) { nodes { id } } }";
    let preview = "mutation($id: ID!, $text: String!) {
        createTicket(input: { conversationId: $id, name: $text, dryRun: true }) { result userErrors { code } } }";
    let cases = [
        (
            filter,
            json!({ "filter": { "status": "OPEN" } }),
            [
                json!({ "filter": { "status": "NOPE" } }),
                json!({ "filter": { "nope": true } }),
                json!({ "filter": 3 }),
                json!({ "first": "x" }),
            ],
        ),
        (
            nested,
            json!({ "status": "OPEN" }),
            [
                json!({}),
                json!({ "status": null }),
                json!({ "status": "NOPE" }),
                json!({ "status": "OPEN", "owner": { "id": 1 } }),
            ],
        ),
        (
            preview,
            json!({ "id": desk.lonely, "text": "A" }),
            [
                json!({}),
                json!({ "id": desk.lonely }),
                json!({ "id": desk.lonely, "text": 5 }),
                json!({ "id": [], "text": "A" }),
            ],
        ),
    ];
    for (document, good, wrong) in cases {
        for _ in 0..2 {
            let (_, answer) = desk.ask(document, good.clone()).await;
            assert!(answer.get("errors").is_none(), "{answer:#}");
        }
        for (number, variables) in wrong.into_iter().enumerate() {
            let unknown = format!("{document} # {number}");
            let expected = desk.ask(&unknown, variables.clone()).await;
            assert_eq!(expected.0, 400, "{:#}", expected.1);
            let answer = desk.ask(document, variables.clone()).await;
            assert_eq!(answer, expected, "{document} {variables}");
        }
    }
    for _ in 0..2 {
        desk.is_refused("{ nope }", json!({}), 400, "GRAPHQL_VALIDATION_FAILED")
            .await;
    }
    desk.is_untouched("variables that are wrong").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_there_is_nothing() {
    let mut desk = Desk::new().await;
    let note = json!({ "query": format!("mutation {{ addNote(input: {{ conversationId: \"{}\", text: \"x\" }}) {{ result }} }}", desk.conversation) });
    let revoked = desk.account.user("agent").await;
    desk.kept = desk.client.gql(super::EVERYTHING, json!({})).await;
    let hash = tandem::store::token::hash_token(&revoked.token);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let revoke = format!("UPDATE tokens SET revoked_at = now() WHERE hash = '\\x{hash}'");
    assert_eq!(commit(&desk.app.database_url, &revoke).await, None);
    let token = &desk.account.token;
    let long = format!("Bearer {}", "x".repeat(5000));
    let headers = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer nonsense".to_owned()),
        Some(format!("Basic {token}")),
        Some(token.clone()),
        Some(format!("Bearer {}", &token[..token.len() - 1])),
        Some(format!("Bearer {token}x")),
        Some(format!("Bearer {}", token.to_uppercase())),
        Some(format!("Bearer {}", revoked.token)),
        Some(long),
        Some("Bearer \u{ff}\u{fe}".to_owned()),
    ];
    for header in headers {
        let mut request = reqwest::Client::new()
            .post(format!("{}/graphql", desk.app.url))
            .json(&note);
        if let Some(header) = &header {
            let value = HeaderValue::from_bytes(header.as_bytes()).expect("a header");
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 401, "{header:?}");
        assert!(
            response.headers().contains_key("www-authenticate"),
            "{header:?}"
        );
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
            "{header:?}"
        );
    }
    desk.is_untouched("bad tokens").await;
}
