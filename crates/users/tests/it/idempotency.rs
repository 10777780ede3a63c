//! Requests that are sent again.

use crate::stage::{Answer, Asking, Stage};
use async_trait::async_trait;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::{Broken, CommitError, Item, Key, MemoryStore, Page, Range, Store, Write};
use testkit::PASSWORD;
use tokio::sync::Notify;

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

/// A store whose user dies once, after a commit that changes a profile was made and before it is told so.
#[derive(Default)]
struct Mortal {
    inner: MemoryStore,
    dies: AtomicBool,
    is_dead: Notify,
}

#[async_trait]
impl Store for Mortal {
    async fn get(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Item>>, Broken> {
        self.inner.get(keys, now).await
    }

    async fn list(&self, range: &Range, now: Timestamp) -> Result<Page, Broken> {
        self.inner.list(range, now).await
    }

    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), CommitError> {
        let is_of_profile = writes.iter().any(|write| write.key.sort == "profile");
        self.inner.commit(writes, now).await?;
        if is_of_profile && self.dies.swap(false, Ordering::Relaxed) {
            self.is_dead.notify_one();
            pending::<()>().await;
        }
        Ok(())
    }
}

impl Mortal {
    /// Sends a request, during which the process ends.
    async fn dies_of(&self, asking: Asking<'_>) {
        self.dies.store(true, Ordering::Relaxed);
        tokio::select! {
            answer = asking.send() => panic!("it was answered: {}", answer.text),
            () = self.is_dead.notified() => {}
        }
    }
}

fn assert_is_told_again(answer: &Answer, status: u16) {
    let header = |name| answer.header(name).to_owned();
    assert_eq!(
        (answer.status, header("idempotency-replayed").as_str()),
        (status, "true"),
        "{}",
        answer.text
    );
    assert!(header("content-type").starts_with("application/json") && header("etag").len() > 2);
}

#[tokio::test]
async fn whoever_dies_after_the_commit_has_answered() {
    let store = Arc::new(Mortal::default());
    let stage = Stage::over(store.clone()).await;
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    let make = || stage.post("/user").header("idempotency-key", "one").json(&body);
    store.dies_of(make()).await;
    // Nobody has to wait until it is known that the first is dead.
    let made = make().send().await;
    assert_is_told_again(&made, 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/user/{id}"));
    let there = stage.get(&format!("/user/{id}")).send().await;
    assert_eq!((&there.text, there.header("etag")), (&made.text, made.header("etag")));

    let path = format!("/user/{id}/badge/founder");
    let give = || stage.post(&path).header("idempotency-key", "one");
    store.dies_of(give()).await;
    let given = give().send().await;
    assert_is_told_again(&given, 200);
    assert_eq!(given.json()["profile"]["badges"][0]["name"], "founder");
    let there = stage.get(&format!("/user/{id}")).send().await;
    assert_eq!((&there.text, there.header("etag")), (&given.text, given.header("etag")));
}

#[tokio::test]
async fn whoever_is_overtaken_does_nothing() {
    let store = Arc::new(testkit::Interleaved::default());
    let stage = Stage::over(store).await;
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    let make = || stage.post("/user").header("idempotency-key", "one").json(&body);
    // The second finds a note that is too old, and takes over while the first is still at it.
    let past = stage.house.clock.now() - SignedDuration::from_mins(2);
    let (first, second) = tokio::join!(make().at(past).send(), make().send());
    let mut lines = [first.line(), second.line()];
    lines.sort();
    let is_one = lines[0] == "201" && (lines[1] == "201" || lines[1].starts_with("409 "));
    assert!(is_one, "{lines:?}");
    assert_eq!(stage.letters.all().len(), 1);
}
