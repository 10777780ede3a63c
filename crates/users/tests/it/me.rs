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
