//! `POST` and `DELETE /user/{id}/badge/{name}`.

use crate::stage::Stage;
use serde_json::json;

#[tokio::test]
async fn a_badge_is_given_once_and_taken_again() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = format!("/user/{id}/badge/early-bird");
    let badges = json!([{ "name": "early-bird", "iconUrl": "/assets/badges/early-bird.svg" }]);
    let first = stage.post(&path).send().await;
    let second = stage.post(&path).send().await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.header("etag"), second.header("etag"));
    assert_eq!(first.json()["profile"]["badges"], badges);
    stage.post(&format!("/user/{id}/badge/founder")).send().await.ok();
    let left = stage.delete(&path).send().await.ok();
    assert_eq!(left["profile"]["badges"][0]["name"], "founder");
    assert_eq!(stage.delete(&path).send().await.line(), "404 not-found");
}

/// USR-12: names that are none.
#[tokio::test]
async fn usr_12_a_badge_that_there_is_not_is_not_found() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let long = "x".repeat(1024);
    for name in ["..%2Fx", "unknown", "%00", "%ff", "early-bird%20", "EARLY-BIRD", &long] {
        for method in ["POST", "DELETE"] {
            let path = format!("/user/{id}/badge/{name}");
            let answer = stage.ask(method, &path).key("writes").send().await;
            assert_eq!(answer.line(), "404 not-found", "{method} {name}");
        }
    }
    assert_eq!(stage.profile(&id).await["profile"]["badges"], json!([]));
}
