//! Many at once, one winner: in memory and on disk.

use crate::stage::{Answer, Stage};
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use store::{Range, Store};
use store_embedded::EmbeddedStore;
use testkit::PASSWORD;

async fn fifty(stage: &Stage, body: impl Fn(usize) -> Value) -> BTreeMap<String, usize> {
    let asking = (0..50).map(|number| {
        let (stage, body) = (stage.clone(), body(number));
        tokio::spawn(async move { stage.post("/user").json(&body).send().await })
    });
    let mut lines = BTreeMap::new();
    for answer in join_all(asking).await {
        let answer: Answer = answer.unwrap();
        *lines.entry(answer.line()).or_default() += 1;
    }
    lines
}

/// Who is in the pool, and who has a profile.
async fn check_nobody_is_half_there(stage: &Stage, expected: usize) {
    let users = stage.house.call("ListUsers", json!({ "UserPoolId": stage.house.pool })).await.ok();
    let mut users: Vec<String> = users["Users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["Attributes"].as_array().unwrap())
        .map(|list| list.iter().find(|attribute| attribute["Name"] == "sub").unwrap())
        .map(|sub| sub["Value"].as_str().unwrap().to_owned())
        .collect();
    let profiles = stage.get("/user?limit=100").send().await.ok();
    let mut profiles: Vec<String> = profiles["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| profile["id"].as_str().unwrap().to_owned())
        .collect();
    users.sort();
    profiles.sort();
    assert_eq!(users, profiles);
    assert_eq!(users.len(), expected);
    assert_eq!(stage.letters.all().len(), expected);
}

/// Whether anything is kept under a claim, without going through the records.
async fn is_claimed(store: &dyn Store, partition: &str) -> bool {
    let range =
        Range { partition: partition.to_owned(), prefix: String::new(), after: None, limit: 10 };
    !store.list(&range, Timestamp::UNIX_EPOCH).await.unwrap().items.is_empty()
}

async fn race(store: Arc<dyn Store>) {
    let stage = Stage::over(store.clone()).await;
    let one_address = |number: usize| json!({ "email": "ann@example.com", "password": PASSWORD, "handle": format!("ann{number}x") });
    let lines = fifty(&stage, one_address).await;
    assert_eq!(lines, BTreeMap::from([("201".to_owned(), 1), ("409 taken".to_owned(), 49)]));
    check_nobody_is_half_there(&stage, 1).await;
    let mut claimed = 0;
    for number in 0..50 {
        claimed +=
            usize::from(is_claimed(&*store, &format!("table/people/handle/ann{number}x")).await);
    }
    // The looks of some numbers are other letters; of the winner's handle at most one claim is left.
    assert!(claimed <= 1, "{claimed} handles are claimed by nobody");

    let one_handle = |number: usize| json!({ "email": format!("bob{number}@example.com"), "password": PASSWORD, "handle": "bob" });
    let lines = fifty(&stage, one_handle).await;
    assert_eq!(lines, BTreeMap::from([("201".to_owned(), 1), ("409 taken".to_owned(), 49)]));
    check_nobody_is_half_there(&stage, 2).await;
    let mut claimed = 0;
    for number in 0..50 {
        let claim = format!("table/people/email/bob{number}@example.com");
        claimed += usize::from(is_claimed(&*store, &claim).await);
    }
    assert_eq!(claimed, 1);
}

/// USR-10.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn usr_10_of_fifty_at_once_one_is_made_in_memory() {
    race(Arc::new(testkit::Interleaved::default())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn usr_10_of_fifty_at_once_one_is_made_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    race(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_at_once_are_all_kept() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let asking = (0..10).map(|number| {
        let (stage, path) = (stage.clone(), format!("/user/{id}/data/update"));
        tokio::spawn(async move {
            stage.patch(&path).json(&json!({ format!("k{number}"): number })).send().await.status
        })
    });
    for status in join_all(asking).await {
        assert_eq!(status.unwrap(), 200);
    }
    let data = stage.profile(&id).await["profile"]["data"].clone();
    assert_eq!(data.as_object().unwrap().len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_sent_often_at_once_works_once() {
    let stage = Stage::new().await;
    stage.pending("ann").await;
    let path = format!("/user/activate/{}", stage.letters.code("ann@example.com"));
    let asking = (0..10).map(|_| {
        let (stage, path) = (stage.clone(), path.clone());
        tokio::spawn(async move { stage.ask("POST", &path).send().await.status })
    });
    let statuses: Vec<u16> =
        join_all(asking).await.into_iter().map(|status| status.unwrap()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}
