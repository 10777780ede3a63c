//! `…/public/user/me` and `GET /public/user/{id}`.

use crate::stage::Stage;
use serde_json::json;

#[tokio::test]
async fn people_see_their_own_profile_whole() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let profile = stage.profile(&id).await;
    for path in ["/public/user/me".to_owned(), format!("/public/user/{id}")] {
        let mine = stage.ask("GET", &path).person(&id).send().await;
        assert_eq!((mine.status, mine.json()), (200, profile.clone()));
        assert_eq!(mine.header("cache-control"), "no-store");
    }
    let export = stage.ask("GET", "/public/user/me/export").person(&id).send().await;
    assert!(export.header("content-disposition").starts_with("attachment"));
    assert_eq!(
        export.json(),
        json!({
            "exportedAt": "2026-11-21T08:00:00.25Z", "profile": profile,
            "account": { "maySignIn": true, "email": "ann@example.com", "isEmailVerified": true },
        })
    );
    for path in ["/public/user/me", "/public/user/me/export"] {
        assert_eq!(stage.ask("GET", path).send().await.line(), "401 unauthorized");
        let machine = json!({ "sub": "abc", "client_id": "abc", "scope": "users/read" });
        assert_eq!(stage.ask("GET", path).caller(machine).send().await.line(), "403 forbidden");
    }
}

/// USR-01: somebody's token on somebody else's record.
#[tokio::test]
async fn usr_01_nobody_sees_others_without_the_right() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.active("ann").await, stage.active("bob").await);
    let path = format!("/public/user/{bob}");
    for claims in [
        json!({ "sub": ann }),
        json!({ "sub": ann, "scope": "users/read" }),
        json!({ "sub": ann, "cognito:groups": "readers" }),
        json!({ "sub": ann, "scope": "users/reader", "cognito:groups": "readers" }),
    ] {
        let answer = stage.ask("GET", &path).caller(claims).send().await;
        assert_eq!(answer.line(), "403 forbidden");
        assert!(!answer.text.contains("bob"));
    }
    // A bearer token opens none of the routes between servers.
    for path in [
        format!("/user/{bob}"),
        "/user/name/bob".into(),
        "/user/email/bob@example.com".into(),
        "/user/handle/bob".into(),
    ] {
        let answer = stage.ask("GET", &path).person(&ann).send().await;
        assert_eq!(answer.line(), "401 unauthorized");
        assert!(!answer.text.contains("bob"));
    }
    let reader = json!({ "sub": ann, "scope": "users/read", "cognito:groups": "readers" });
    let seen = stage.ask("GET", &path).caller(reader).send().await.ok();
    assert_eq!(seen["id"], bob.as_str());
}

#[tokio::test]
async fn people_delete_themselves_and_nobody_else() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.active("ann").await, stage.active("bob").await);
    assert_eq!(stage.ask("DELETE", "/public/user/me").send().await.line(), "401 unauthorized");
    assert_eq!(stage.ask("DELETE", "/public/user/me").person(&ann).send().await.status, 204);
    assert_eq!(stage.get(&format!("/user/{ann}")).send().await.status, 404);
    assert!(stage.sign_in("ann").await.starts_with("400"));
    assert_eq!(stage.status(&bob).await, "active");
    let by_path = stage.ask("DELETE", &format!("/public/user/{bob}")).person(&ann).send().await;
    assert_eq!(by_path.line(), "405 method-not-allowed");
}

fn change<'a>(stage: &'a Stage, id: &str, body: &serde_json::Value) -> crate::stage::Asking<'a> {
    let patch = "application/merge-patch+json";
    stage.ask("PATCH", "/public/user/me").person(id).body(patch, body.to_string())
}

#[tokio::test]
async fn people_change_what_they_say_of_themselves() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.active("ann").await, stage.active("bob").await);
    let held =
        json!({ "tenant": "a", "own": { "pets": ["cat"], "tour": { "step": 1, "seen": true } } });
    stage.put(&format!("/user/{ann}/data/update")).json(&held).send().await.ok();
    let (before, others) = (stage.profile(&ann).await, stage.profile(&bob).await);
    let patch = json!({
        "name": "Ann Miller", "firstName": "Ann", "lastName": null,
        "profile": {
            "profileData": { "lang": "de-CH", "currency": "CHF", "avatarUrl": "/assets/avatars/heron.svg" },
            "data": { "own": { "tour": { "step": null }, "pets": ["dog"] } },
        },
    });
    let changed = change(&stage, &ann, &patch).send().await;
    let etag = changed.header("etag").to_owned();
    let mut expected = before;
    expected["name"] = json!("Ann Miller");
    expected["firstName"] = json!("Ann");
    expected["profile"]["profileData"] =
        json!({ "lang": "de-CH", "currency": "CHF", "avatarUrl": "/assets/avatars/heron.svg" });
    expected["profile"]["data"]["own"] = json!({ "tour": { "seen": true }, "pets": ["dog"] });
    assert_eq!(changed.ok(), expected);
    assert_eq!(stage.profile(&ann).await, expected);
    assert_eq!(stage.profile(&bob).await, others);
    let listed = stage.get("/user/name/ann%20miller").send().await.ok();
    assert_eq!(listed["items"][0]["id"], ann.as_str());

    // Of the version that was seen, and of no other.
    let rename = json!({ "name": "Anna" });
    let stale = change(&stage, &ann, &rename).header("if-match", "\"stale\"").send().await;
    assert_eq!(stale.line(), "412 stale-version");
    change(&stage, &ann, &rename).header("if-match", &etag).send().await.ok();
    let gone =
        change(&stage, &ann, &json!({ "profile": { "data": { "own": null } } })).send().await;
    assert_eq!(gone.ok()["profile"]["data"], json!({ "tenant": "a" }));
    // What changes nothing makes no new version.
    let (one, two) =
        (change(&stage, &ann, &json!({})).send().await, change(&stage, &ann, &rename).send().await);
    assert_eq!((one.status, one.header("etag")), (200, two.header("etag")));
}

#[tokio::test]
async fn nobody_changes_a_profile_without_being_its_user_and_let_in() {
    let stage = Stage::new().await;
    let ann = stage.active("ann").await;
    let before = stage.profile(&ann).await;
    let rename = json!({ "name": "Anna" });
    let nobody = stage.ask("PATCH", "/public/user/me").json(&rename).send().await;
    assert_eq!(nobody.line(), "401 unauthorized");
    let with_key = stage.patch("/public/user/me").json(&rename).send().await;
    assert_eq!(with_key.line(), "401 unauthorized");
    for claims in [
        // A machine, and a token that was granted for something else.
        json!({ "sub": "abc", "client_id": "abc", "scope": "users/write" }),
        json!({ "sub": ann, "client_id": "web", "scope": "openid users/write" }),
    ] {
        let asking = stage.ask("PATCH", "/public/user/me").caller(claims).json(&rename);
        assert_eq!(asking.send().await.line(), "403 forbidden");
    }
    for (body, line) in [
        (json!({ "name": 1 }), "400 invalid-request"),
        (json!({ "profile": { "profileData": { "lang": "x_y" } } }), "400 invalid-request"),
        (
            json!({ "profile": { "profileData": { "avatarUrl": "http://169.254.169.254/" } } }),
            "400 invalid-request",
        ),
        (json!({ "profile": { "data": { "own": [] } } }), "400 invalid-request"),
        (json!({ "profile": { "data": { "own": { "a": "x".repeat(33_000) } } } }), "413 too-large"),
        (json!([]), "400 invalid-request"),
    ] {
        assert_eq!(change(&stage, &ann, &body).send().await.line(), line);
    }
    assert_eq!(stage.profile(&ann).await, before);
    stage.patch(&format!("/user/{ann}/status/suspended")).send().await.ok();
    assert_eq!(change(&stage, &ann, &rename).send().await.line(), "403 forbidden");
    assert_eq!(stage.profile(&ann).await["name"], before["name"]);
}
