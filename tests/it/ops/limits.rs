//! Limits before work, as a server of the real schema keeps them.

use serde_json::{Value, json};

use tandem::config::{Config, PersistedAt};
use tandem::http::document_hash;

use crate::support::TestApp;

async fn asked(config: Config, query: &str, variables: Value) -> Value {
    let app = TestApp::start_with(config).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    app.client(&account.token).raw(query, variables).await
}

fn refusal(answer: &Value) -> &str {
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
        "{answer:#}"
    );
    assert_eq!(answer.get("data"), None, "nothing was executed");
    answer["errors"][0]["message"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_what_it_cost_and_what_costs_too_much_is_refused() {
    let config = Config {
        query_cost: 1_000,
        ..Config::default()
    };
    let app = TestApp::start_with(config).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    let query = "query Inbox($rows: Int!) { conversations(first: $rows) { nodes { id messages(first: 10) { nodes { id } } } } }";
    let answer = client.raw(query, json!({ "rows": 10 })).await;
    assert_eq!(answer["extensions"]["cost"], 132, "{answer:#}");
    let answer = client.raw(query, json!({ "rows": 100 })).await;
    let told = refusal(&answer);
    assert!(
        told.contains("costs 1302") && told.contains("1000 at most"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn aliases_directives_and_lists_are_bounded() {
    let config = Config {
        query_aliases: 3,
        query_directives: 3,
        list_items: 3,
        ..Config::default()
    };
    let app = TestApp::start_with(config).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    for (query, variables, why) in [
        (
            "{ viewer { a: user { b: id c: id d: id } } }",
            json!({}),
            "3 aliases",
        ),
        (
            "{ asOf @skip(if: false) ... @include(if: true) { asOf @skip(if: false) @include(if: true) } }",
            json!({}),
            "3 directives",
        ),
        (
            "{ nodes(ids: [\"a\", \"b\", \"c\", \"d\"]) { id } }",
            json!({}),
            "3 items",
        ),
        (
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": ["a", "b", "c", "d"] }),
            "3 items",
        ),
    ] {
        let answer = client.raw(query, variables).await;
        assert!(refusal(&answer).contains(why), "{query}: {answer:#}");
    }
}

/// What GraphiQL 5 and graphql-js 16 ask at the start, with everything that they can ask for.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name kind } \
    mutationType { name kind } subscriptionType { name kind } types { ...FullType } \
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } } \
    fragment FullType on __Type { kind name description specifiedByURL isOneOf fields(includeDeprecated: true) { \
    name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } \
    inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } \
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } } \
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason } \
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_can_be_asked_about_itself_unless_that_is_switched_off() {
    let answer = asked(Config::default(), INTROSPECTION, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    assert!(
        answer["data"]["__schema"]["types"]
            .as_array()
            .unwrap()
            .len()
            > 50
    );
    let config = Config {
        introspection: false,
        ..Config::default()
    };
    let app = TestApp::start_with(config).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    let client = app.client(&account.token);
    for query in [
        INTROSPECTION,
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Query\") { name } }",
    ] {
        let answer = client.raw(query, json!({})).await;
        let shown = answer["data"].as_object();
        let nothing = shown.is_none_or(|fields| fields.values().all(Value::is_null));
        assert!(nothing, "{answer:#}");
    }
    let kind = client
        .gql("{ viewer { user { __typename } } }", json!({}))
        .await;
    assert_eq!(
        kind["viewer"]["user"]["__typename"], "User",
        "clients need it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_can_take_only_the_documents_of_its_list() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let document = "query Listed { asOf }";
    let apollo = json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [
        { "id": document_hash(document), "name": "Listed", "type": "query", "body": document }
    ] });
    let relay = json!({ "0123456789abcdef": document });
    for (name, list) in [("apollo.json", apollo), ("relay.json", relay)] {
        let file = folder.join(name);
        std::fs::write(&file, list.to_string()).unwrap();
        let config = Config {
            persisted: PersistedAt::Only,
            persisted_list: file.to_str().unwrap().to_owned(),
            ..Config::default()
        };
        let app = TestApp::start_with(config).await;
        let store = app.store();
        let account = tandem::service::accounts::create_account(
            &store,
            "Test",
            "admin@example.com",
            "2025-01-01T00:00:00Z".parse().unwrap(),
        );
        let client = app.client(&account.await.unwrap().token);
        assert!(client.gql(document, json!({})).await["asOf"].is_string());
        let refused = client.raw("query Other { asOf }", json!({})).await;
        let code = &refused["errors"][0]["extensions"]["code"];
        assert_eq!(code, "PERSISTED_QUERY_NOT_IN_LIST", "{refused:#}");
    }
}
