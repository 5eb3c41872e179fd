//! One place decides: every field at a root of the schema has its line in `domain::access::decisions`, and is held to it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::support::*;
use crate::support::Client;
use tandem::domain::access::Action;
use tandem::domain::access::decisions::{Root, decide, decided};

const ROOTS: [(Root, &str); 3] = [
    (Root::Query, "queryType"),
    (Root::Mutation, "mutationType"),
    (Root::Subscription, "subscriptionType"),
];

async fn fields(client: &Client, root: &str) -> BTreeSet<String> {
    let query = format!("{{ __schema {{ {root} {{ fields {{ name }} }} }} }}");
    let data = client.gql(&query, json!({})).await;
    let all = data["__schema"][root]["fields"].as_array().expect("fields");
    let names = all
        .iter()
        .map(|field| field["name"].as_str().expect("a name"));
    names.map(str::to_owned).collect()
}

/// What the contract has and nobody has built yet may have its line already; anything else is a line about nothing.
#[tokio::test(flavor = "multi_thread")]
async fn every_field_at_a_root_is_decided() {
    let (app, account) = office().await;
    let client = app.client(&account.token);
    let contract = include_str!("../contract.graphql");
    for (root, name) in ROOTS {
        let there = fields(&client, name).await;
        assert!(there.len() > 2, "{there:?}");
        let undecided: Vec<_> = there
            .iter()
            .filter(|field| decide(root, field).is_none())
            .collect();
        assert!(
            undecided.is_empty(),
            "no decision about {undecided:?} of {name}: add a line to src/domain/access/decisions.rs"
        );
        let of_nothing = decided(root).filter(|field| {
            let planned = contract.contains(&format!("  {field}("))
                || contract.contains(&format!("  {field}:"));
            !there.contains(*field) && !planned
        });
        assert_eq!(
            of_nothing.collect::<Vec<_>>(),
            [""; 0],
            "lines about nothing"
        );
    }
}

/// The table is what is used: whoever may not by it gets nothing from any query or subscription, before anything runs.
#[tokio::test(flavor = "multi_thread")]
async fn queries_and_subscriptions_are_held_to_their_lines() {
    let (app, account) = office().await;
    let admin = app.client(&account.token);
    let person = app.client(&account.user("agent").await.token);
    let input = json!({ "input": { "integration": "Shop", "scopes": ["RECEIVE"] } });
    let made = admin
        .gql(
            "mutation($input: CreateTokenInput!) { createToken(input: $input) { secret } }",
            input,
        )
        .await;
    let blind = app.client(made["createToken"]["secret"].as_str().expect("a token"));
    for (root, word) in [(Root::Query, "query"), (Root::Subscription, "subscription")] {
        let name = if root == Root::Query {
            "queryType"
        } else {
            "subscriptionType"
        };
        for field in fields(&admin, name).await {
            let action = decide(root, &field).expect("decided");
            // Arguments and selection are wrong: who may is told so, who may not is not even told that.
            for (client, may) in [
                (&admin, true),
                (&person, !matches!(action, Action::Grant)),
                (&blind, false),
            ] {
                let body = client
                    .raw(
                        &format!("{word} {{ x: {field} {{ nonsense }} }}"),
                        json!({}),
                    )
                    .await;
                let refused = body["errors"][0]["extensions"]["code"] == "FORBIDDEN";
                // Over plain HTTP a subscription is refused as such first.
                if root == Root::Query {
                    assert_eq!(refused, !may, "{field} {body:#}");
                }
                assert!(body["errors"].is_array() && body.get("data").is_none_or(Value::is_null));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_is_held_to_its_line() {
    let (app, account) = office().await;
    let admin = app.client(&account.token);
    let viewer = app.client(&account.user("viewer").await.token);
    let program = app.client(&account.integration("Shop").await);
    for field in fields(&admin, "mutationType").await {
        // Those that take anything but what is tested here by name are called with their inputs in `settings::roles`.
        let (client, input) = match (decide(Root::Mutation, &field), field.as_str()) {
            (Some(Action::Secure), "changePassword") => (
                &program,
                json!({ "currentPassword": "x", "newPassword": "y" }),
            ),
            (Some(Action::Secure), "revokeSession") => {
                let data = admin
                    .gql(
                        "mutation { createToken(input: { scopes: [READ] }) { token { id } } }",
                        json!({}),
                    )
                    .await;
                (
                    &program,
                    json!({ "sessionId": data["createToken"]["token"]["id"] }),
                )
            }
            (Some(Action::Secure), _) => (&program, json!({})),
            (Some(Action::Grant), "inviteUser") => (&viewer, json!({ "userId": account.user_id })),
            (Some(Action::Grant), "createToken") => (&viewer, json!({ "scopes": ["READ"] })),
            (Some(Action::Grant), "revokeToken") => {
                let data = admin.gql("{ tokens { id } }", json!({})).await;
                (&viewer, json!({ "tokenId": data["tokens"][0]["id"] }))
            }
            _ => continue,
        };
        let (first, rest) = field.split_at(1);
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let body = mutation(&field, &input_type, "userErrors { code }", input);
        let data = client
            .gql(
                body["query"].as_str().expect("text"),
                body["variables"].clone(),
            )
            .await;
        assert_eq!(
            data[&field]["userErrors"],
            json!([{ "code": "FORBIDDEN" }]),
            "{field}"
        );
    }
}
