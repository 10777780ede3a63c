//! Requests that are sent again.

use crate::stage::Stage;
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use testkit::PASSWORD;

#[tokio::test]
async fn a_request_that_is_sent_again_is_answered_as_before() {
    let stage = Stage::new().await;
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    let send = |key: &str| stage.post("/user").header("idempotency-key", key).json(&body).send();
    let (first, again) = (send("one").await, send("one").await);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((&first.text, first.header("etag")), (&again.text, again.header("etag")));
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        ("", "true")
    );
    assert_eq!(stage.letters.all().len(), 1);
    assert_eq!(send("two").await.line(), "409 taken");
    let other = json!({ "email": "bob@example.com", "password": PASSWORD });
    let reused = stage.post("/user").header("idempotency-key", "one").json(&other).send().await;
    assert_eq!(reused.line(), "422 idempotency-key-reused");
    // A key is its caller's, its route's, and a day old at most.
    let elsewhere = stage.ask("POST", "/user").key("writes-too").header("idempotency-key", "one");
    assert_eq!(elsewhere.json(&other).send().await.status, 201);
    stage.advance(SignedDuration::from_hours(24));
    assert_eq!(send("one").await.line(), "409 taken");
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let stage = Stage::new().await;
    let send = |body| stage.post("/user").header("idempotency-key", "one").json(&body).send();
    let weak = json!({ "email": "ann@example.com", "password": "weak" });
    assert_eq!(send(weak).await.status, 400);
    assert_eq!(send(json!({ "email": "ann@example.com", "password": PASSWORD })).await.status, 201);
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    let stage = Stage::new().await;
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    let all = join_all(
        (0..20).map(|_| stage.post("/user").header("idempotency-key", "one").json(&body).send()),
    );
    for answer in all.await {
        let line = answer.line();
        assert!(line == "201" || line == "409 request-under-way", "{line}");
    }
    assert_eq!(stage.letters.all().len(), 1);
}

#[tokio::test]
async fn a_key_has_a_form() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = format!("/user/{id}/badge/founder");
    for bad in ["", "a b", &"x".repeat(256)] {
        let answer = stage.post(&path).header("idempotency-key", bad).send().await;
        assert_eq!(
            (answer.line().as_str(), answer.pointers()),
            ("400 invalid-request", vec!["Idempotency-Key".to_owned()])
        );
    }
    let twice = stage.post(&path).header("idempotency-key", "a").header("idempotency-key", "b");
    assert_eq!(twice.send().await.status, 400);
}
