//! Who keeps, shares, changes and deletes views.

use serde_json::{Value, json};

use super::{conversations, names, save, tickets};
use crate::support::desk::{text, uuid};
use crate::support::sql::{commit, log_length};
use crate::support::{NEWER, office};

const NODE: &str = "query($id: ID!) { node(id: $id) { ... on SavedView { name } } }";

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_and_what_is_shared_by_name() {
    let (app, account, admin) = office().await;
    let ann = app.client(&account.user("agent").await.token);
    let user = account.user("agent").await;
    let bob = app.client(&user.token);
    let robot = app.client(&account.integration("Shop").await);
    let stranger = app.client(&app.account(NEWER).await.token);
    let log = log_length(&app.database_url).await;

    let given = json!({ "name": "beta", "shared": false, "clientMutationId": "7",
        "list": { "conversations": { "filter": { "status": "OPEN" }, "orderBy": { "direction": "ASC" } } } });
    let made = ann.done("createSavedView", given).await;
    assert_eq!(made["clientMutationId"], "7");
    let view = &made["savedView"];
    assert_eq!(view["kind"], "CONVERSATIONS");
    assert_eq!(
        view["orderBy"],
        json!({ "field": "LAST_ACTIVITY_AT", "direction": "ASC" })
    );
    assert_eq!(view["createdAt"], view["updatedAt"]);
    let own = text(&view["id"]);
    assert!(own.starts_with("view_"), "{own}");
    let shared = save(&bob, tickets("Alpha", true, json!({}))).await;
    save(&bob, conversations("Zed", false, Value::Null)).await;
    assert_eq!(names(&ann).await, ["Alpha", "beta"]);
    assert_eq!(names(&bob).await, ["Alpha", "Zed"]);
    assert_eq!(names(&admin).await, ["Alpha"]);
    assert_eq!(names(&robot).await, ["Alpha"]);
    assert!(names(&stranger).await.is_empty());
    let of_kind = |kind: &str| json!({ "kind": kind });
    let query = "query($kind: SavedViewKind) { savedViews(kind: $kind) { name owner { id } } }";
    let data = bob.gql(query, of_kind("TICKETS")).await;
    assert_eq!(
        data["savedViews"],
        json!([{ "name": "Alpha", "owner": { "id": user.id } }])
    );
    let data = bob.gql(query, of_kind("CONVERSATIONS")).await;
    assert_eq!(data["savedViews"][0]["name"], "Zed");

    for (client, id, found) in [
        (&ann, &own, true),
        (&bob, &own, false),
        (&admin, &own, false),
        (&ann, &shared, true),
        (&robot, &shared, true),
        (&stranger, &shared, false),
    ] {
        let data = client.gql(NODE, json!({ "id": id })).await;
        assert_eq!(data["node"].is_object(), found, "{data}");
    }
    // What is set up is no cascade.
    assert_eq!(log_length(&app.database_url).await, log);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_share_change_and_delete() {
    let (app, account, admin) = office().await;
    let ann = app.client(&account.user("agent").await.token);
    let bob = app.client(&account.user("agent").await.token);
    let looker = app.client(&account.user("viewer").await.token);
    let robot = app.client(&account.integration("Shop").await);
    let id = |id: &str| json!({ "savedViewId": id });
    let change = |id: &str, field: &str, value: Value| json!({ "savedViewId": id, field: value });
    let at = ["input", "savedViewId"];

    // Who only looks keeps their own, and shares nothing.
    let own = save(&looker, conversations("Mine", false, json!({}))).await;
    looker
        .done("updateSavedView", change(&own, "name", json!("Still mine")))
        .await;
    let shared = ["input", "shared"];
    let input = conversations("Ours", true, json!({}));
    looker
        .refused("createSavedView", input.clone(), "FORBIDDEN", &shared)
        .await;
    let sharing = change(&own, "shared", json!(true));
    looker
        .refused("updateSavedView", sharing, "FORBIDDEN", &shared)
        .await;
    looker.done("deleteSavedView", id(&own)).await;
    robot
        .refused("createSavedView", input, "FORBIDDEN", &[])
        .await;

    // What one keeps to oneself is not there for others, administrators included.
    let hers = save(&ann, conversations("Hers", false, json!({}))).await;
    for other in [&bob, &admin, &robot] {
        let named = change(&hers, "name", json!("His"));
        other
            .refused("updateSavedView", named, "NOT_FOUND", &at)
            .await;
        other
            .refused("deleteSavedView", id(&hers), "NOT_FOUND", &at)
            .await;
    }
    // What is shared is its owner's and the administrators' to change, and its owner's to take back.
    ann.done("updateSavedView", change(&hers, "shared", json!(true)))
        .await;
    for other in [&bob, &looker, &robot] {
        let named = change(&hers, "name", json!("His"));
        other
            .refused("updateSavedView", named, "FORBIDDEN", &[])
            .await;
        other
            .refused("deleteSavedView", id(&hers), "FORBIDDEN", &[])
            .await;
    }
    let changed = admin
        .done(
            "updateSavedView",
            change(&hers, "name", json!("Everyone's")),
        )
        .await;
    assert_eq!(changed["savedView"]["name"], "Everyone's");
    let back = change(&hers, "shared", json!(false));
    admin
        .refused("updateSavedView", back.clone(), "FORBIDDEN", &shared)
        .await;
    ann.done("updateSavedView", back).await;
    assert!(names(&admin).await.is_empty());
    ann.done("updateSavedView", change(&hers, "shared", json!(true)))
        .await;
    let gone = admin.done("deleteSavedView", id(&hers)).await;
    assert_eq!(gone["deletedSavedViewId"], json!(hers));
    assert_eq!(gone["savedView"], Value::Null);
    ann.refused("deleteSavedView", id(&hers), "NOT_FOUND", &at)
        .await;
    ann.refused("deleteSavedView", id(&account.inbox_id), "NOT_FOUND", &at)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_unique_where_they_stand_side_by_side() {
    let (app, account, admin) = office().await;
    let ann = app.client(&account.user("agent").await.token);
    let at = ["input", "name"];
    let own = |name: &str| conversations(name, false, json!({}));
    let shared = |name: &str| conversations(name, true, json!({}));
    let first = save(&ann, own("Straße")).await;
    ann.refused("createSavedView", own("STRAße"), "ALREADY_EXISTS", &at)
        .await;
    // Others keep what they like; what is shared stands apart, and so do tickets.
    save(&admin, own("Straße")).await;
    save(&ann, tickets("Straße", false, json!({}))).await;
    let common = save(&admin, shared("straße")).await;
    ann.refused("createSavedView", shared("Straße"), "ALREADY_EXISTS", &at)
        .await;
    let sharing = json!({ "savedViewId": first, "shared": true });
    ann.refused("updateSavedView", sharing.clone(), "ALREADY_EXISTS", &at)
        .await;
    let renamed = json!({ "savedViewId": common, "name": "STRAßE" });
    admin.done("updateSavedView", renamed).await;
    admin
        .done("deleteSavedView", json!({ "savedViewId": common }))
        .await;
    ann.done("updateSavedView", sharing).await;
    let long = "x".repeat(1_001);
    for name in ["", " \t", "a\0b", &long] {
        ann.refused("createSavedView", own(name), "INVALID_VALUE", &at)
            .await;
        let renamed = json!({ "savedViewId": first, "name": name });
        ann.refused("updateSavedView", renamed, "INVALID_VALUE", &at)
            .await;
    }
    save(&ann, own(&long[1..])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_an_end_to_them() {
    let (app, account, admin) = office().await;
    let fill = |count: usize, shared: bool| {
        format!(
            "INSERT INTO saved_views (account_id, id, owner_id, kind, name, shared, filter, order_by)
             SELECT '{}', gen_random_uuid(), '{}', 0, 'view ' || n, {shared}, '{{}}', '{{}}'
             FROM generate_series(1, {count}) n",
            uuid(&account.account_id),
            uuid(&account.user_id)
        )
    };
    assert_eq!(commit(&app.database_url, &fill(99, false)).await, None);
    assert_eq!(commit(&app.database_url, &fill(199, true)).await, None);
    let at = ["input", "shared"];
    let last = save(&admin, conversations("Last", false, json!({}))).await;
    let own = conversations("Beyond", false, json!({}));
    admin
        .refused("createSavedView", own.clone(), "INVALID_VALUE", &at)
        .await;
    // Another user has room of their own; what is shared is one room for all.
    let ann = app.client(&account.user("agent").await.token);
    save(&ann, own).await;
    let shared = save(&ann, conversations("Shared", true, json!({}))).await;
    let sharing = json!({ "savedViewId": last, "shared": true });
    admin
        .refused("updateSavedView", sharing, "INVALID_VALUE", &at)
        .await;
    ann.refused(
        "createSavedView",
        tickets("Beyond", true, json!({})),
        "INVALID_VALUE",
        &at,
    )
    .await;
    assert_eq!(names(&admin).await.len(), 300);
    // What is full can still be changed, and emptied.
    admin
        .done(
            "updateSavedView",
            json!({ "savedViewId": shared, "name": "Full" }),
        )
        .await;
    admin
        .done("deleteSavedView", json!({ "savedViewId": shared }))
        .await;
    save(&ann, tickets("Beyond", true, json!({}))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_shared_stays_when_they_leave() {
    let (app, account, admin) = office().await;
    let user = account.user("agent").await;
    let ann = app.client(&user.token);
    let shared = save(&ann, conversations("Shared", true, json!({}))).await;
    save(&ann, conversations("Own", false, json!({}))).await;
    admin
        .done("updateUser", json!({ "userId": user.id, "active": false }))
        .await;
    let data = admin
        .gql(
            "{ savedViews { id totalCount owner { id active } } }",
            json!({}),
        )
        .await;
    let owner = json!({ "id": user.id, "active": false });
    assert_eq!(
        data["savedViews"],
        json!([{ "id": shared, "totalCount": 0, "owner": owner }])
    );
    admin
        .done(
            "updateSavedView",
            json!({ "savedViewId": shared, "name": "Kept" }),
        )
        .await;
    // Back again, they find what was theirs.
    admin
        .done("updateUser", json!({ "userId": user.id, "active": true }))
        .await;
    assert_eq!(names(&ann).await, ["Kept", "Own"]);
    // Whoever only looks from now on keeps what they shared out of reach: taking it back is sharing's business too.
    admin
        .done("updateUser", json!({ "userId": user.id, "role": "VIEWER" }))
        .await;
    let input = json!({ "savedViewId": shared, "name": "Mine" });
    ann.refused("updateSavedView", input, "FORBIDDEN", &["input", "shared"])
        .await;
}
