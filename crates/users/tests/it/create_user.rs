//! `POST /user`, and what is found of the user afterwards.

use crate::stage::Stage;
use serde_json::json;
use testkit::PASSWORD;

#[tokio::test]
async fn a_new_user_is_pending_found_everywhere_and_cannot_sign_in() {
    let stage = Stage::new().await;
    let answer = stage
        .make("ann", json!({
            "name": "Ann Á", "firstName": "Ann", "lastName": "Á", "handle": "Ann_1", "role": "editor",
            "sourceSystem": "crm", "profile": {
                "profileData": { "lang": "de-CH", "currency": "CHF", "avatarUrl": "https://images.example.com/a.png" },
                "data": { "plan": { "tier": 2 } },
            },
        }))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let profile = answer.json();
    let id = profile["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/user/{id}"));
    assert_eq!(
        profile,
        json!({
            "id": id, "name": "Ann Á", "firstName": "Ann", "lastName": "Á", "handle": "Ann_1",
            "email": "ann@example.com", "createdAt": "2026-11-21T08:00:00.25Z", "role": "editor",
            "status": "pending", "sourceSystem": "crm",
            "profile": {
                "profileData": { "lang": "de-CH", "currency": "CHF", "avatarUrl": "https://images.example.com/a.png" },
                "badges": [], "data": { "plan": { "tier": 2 } },
            },
        })
    );
    for path in [
        format!("/user/{id}"),
        "/user/email/ANN@example.com".to_owned(),
        "/user/handle/ann_1".to_owned(),
    ] {
        let found = stage.get(&path).send().await;
        assert_eq!(found.header("etag"), answer.header("etag"), "{path}");
        assert_eq!(found.json(), profile, "{path}");
    }
    let by_name = stage.get("/user/name/ann%20%C3%A1").send().await.ok();
    assert_eq!(by_name, json!({ "items": [profile] }));
    assert!(stage.sign_in("ann").await.starts_with("400"), "a pending user does not sign in");
    let user = stage.house.look_at(id).await;
    assert_eq!((&user["Enabled"], &user["UserStatus"]), (&json!(false), &json!("CONFIRMED")));
    assert_eq!(stage.house.attribute(id, "email_verified").await.as_deref(), Some("false"));
}

#[tokio::test]
async fn what_is_wrong_is_told_member_by_member_and_nothing_is_made() {
    let stage = Stage::new().await;
    let answer = stage
        .post("/user")
        .json(&json!({
            "email": "nobody", "name": "a\nb", "handle": "x", "status": "active", "id": "1",
            "profile": { "profileData": { "lang": "?", "avatarUrl": "javascript:alert(1)" }, "badges": [] },
        }))
        .send()
        .await;
    assert_eq!(answer.line(), "400 invalid-request");
    let mut pointers = answer.pointers();
    pointers.sort();
    assert_eq!(
        pointers,
        [
            "/email",
            "/handle",
            "/id",
            "/name",
            "/password",
            "/profile/badges",
            "/profile/profileData/avatarUrl",
            "/profile/profileData/lang",
            "/status",
        ]
    );
    let weak = stage.make("ann", json!({ "password": "weak" })).await;
    assert_eq!(
        (weak.line().as_str(), weak.pointers()),
        ("400 invalid-request", vec!["/password".to_owned()])
    );
    let large =
        stage.make("ann", json!({ "profile": { "data": { "a": "x".repeat(33 * 1024) } } })).await;
    assert_eq!(large.line(), "413 too-large");
    assert_eq!(stage.get("/user/email/ann@example.com").send().await.line(), "404 not-found");
    assert!(stage.letters.all().is_empty());
}

#[tokio::test]
async fn an_address_or_handle_of_somebody_is_taken() {
    let stage = Stage::new().await;
    stage.make("ann", json!({ "handle": "paypal" })).await.ok();
    for (name, handle, pointer) in [
        ("ann", "other", "/email"),
        ("ANN", "other", "/email"),
        ("bob", "PayPal", "/handle"),
        ("bob", "раураӏ", "/handle"),
        ("bob", "support", "/handle"),
    ] {
        let answer = stage.make(name, json!({ "handle": handle })).await;
        assert_eq!(answer.line(), "409 taken", "{name} {handle}");
        assert_eq!(answer.pointers(), [pointer], "{name} {handle}");
    }
    // What was refused left nothing behind.
    stage.make("bob", json!({ "handle": "other" })).await.ok();
    // A look-alike of a handle finds nobody.
    assert_eq!(
        stage.get("/user/handle/%D1%80%D0%B0%D1%83%D1%80%D0%B0%D3%8F").send().await.status,
        404
    );
}

#[tokio::test]
async fn an_address_of_a_pool_user_is_taken_too() {
    let stage = Stage::new().await;
    stage.house.user_with("ann@example.com", json!({ "email": "ann@example.com" })).await;
    assert_eq!(stage.make("ann", json!({})).await.line(), "409 taken");
}

#[tokio::test]
async fn in_a_pool_of_user_names_the_handle_is_the_name() {
    let stage = Stage::in_pool(json!({})).await;
    let id = stage.active("ann").await;
    assert_eq!(stage.house.look_at("ann").await["Username"], "ann");
    assert_eq!(stage.house.sign_in("ann", PASSWORD).await.status, 200);
    assert_eq!(stage.status(&id).await, "active");
    stage.make("bob", json!({})).await.ok();
}

#[tokio::test]
async fn a_letter_that_is_lost_does_not_undo_the_user() {
    let stage = Stage::new().await;
    *stage.letters.is_broken.lock().unwrap() = true;
    let id = stage.pending("ann").await;
    let again = format!("/user/{id}/activation");
    assert_eq!(stage.post(&again).send().await.line(), "503 unavailable");
    *stage.letters.is_broken.lock().unwrap() = false;
    assert_eq!(stage.post(&again).send().await.status, 202);
    assert_eq!(stage.letters.all().len(), 1);
}

#[tokio::test]
async fn members_change_by_a_patch_and_a_handle_goes_back() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = format!("/user/{id}");
    let patch = json!({ "handle": "anna", "lastName": "Á", "name": null, "profile": { "profileData": { "lang": "de" } } });
    let changed = stage.patch(&path).json(&patch).send().await.ok();
    assert_eq!((&changed["handle"], &changed["lastName"]), (&json!("anna"), &json!("Á")));
    assert!(changed.get("name").is_none());
    assert_eq!(stage.get("/user/handle/ann").send().await.status, 404);
    assert_eq!(stage.get("/user/name/ann").send().await.ok(), json!({ "items": [] }));
    stage.make("bob", json!({ "handle": "ann" })).await.ok();
    let taken = stage.patch(&path).json(&json!({ "handle": "ANN" })).send().await;
    assert_eq!(taken.line(), "409 taken");
    for (member, value) in
        [("email", "x@y.zz"), ("status", "active"), ("id", "1"), ("createdAt", "1")]
    {
        let refused = stage.patch(&path).json(&json!({ member: value })).send().await;
        assert_eq!(refused.line(), "400 invalid-request", "{member}");
    }
    let only_case = stage.patch(&path).json(&json!({ "handle": "ANNA" })).send().await.ok();
    assert_eq!(only_case["handle"], "ANNA");
}

#[tokio::test]
async fn a_deleted_user_leaves_nothing_and_the_names_are_free() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let path = format!("/user/{id}");
    assert_eq!(stage.delete(&path).send().await.status, 204);
    assert_eq!(stage.delete(&path).send().await.line(), "404 not-found");
    for path in [path.as_str(), "/user/email/ann@example.com", "/user/handle/ann"] {
        assert_eq!(stage.get(path).send().await.status, 404, "{path}");
    }
    assert_eq!(stage.get("/user").send().await.ok(), json!({ "items": [] }));
    assert!(stage.sign_in("ann").await.starts_with("400"));
    assert_ne!(stage.active("ann").await, id);
}
