//! Profiles of users who came without the help of the API.

use crate::stage::{Stage, TABLE};
use jiff::SignedDuration;
use serde_json::{Map, json};
use std::collections::BTreeMap;
use users::{EmailAddress, Newcomer};

fn newcomer(stage: &Stage, sub: &str, email: &str, is_verified: bool) -> Newcomer {
    let attributes = BTreeMap::from([
        ("email".to_owned(), email.to_owned()),
        ("email_verified".to_owned(), is_verified.to_string()),
        ("given_name".to_owned(), "Ann".to_owned()),
        ("name".to_owned(), "a\nb".to_owned()),
    ]);
    Newcomer {
        sub: sub.parse().unwrap(),
        attributes,
        data: Map::new(),
        created_at: stage.house.clock.now(),
        is_enabled: true,
    }
}

const ONE: &str = "10000000-0000-4000-8000-000000000000";
const TWO: &str = "20000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn a_newcomer_is_found_by_a_proven_address_and_listed() {
    let stage = Stage::new().await;
    let (profiles, now) = (&stage.api.profiles, stage.house.clock.now());
    profiles.welcome(newcomer(&stage, ONE, "ann@example.com", true), now).await.unwrap();
    let found = stage.get("/user/email/ann@example.com").send().await.ok();
    assert_eq!(
        (&found["id"], &found["status"], &found["firstName"]),
        (&json!(ONE), &json!("active"), &json!("Ann"))
    );
    assert!(found.get("name").is_none());
    assert_eq!(stage.get("/user").send().await.ok()["items"][0]["id"], ONE);
    // Once more changes nothing.
    stage.post(&format!("/user/{ONE}/badge/founder")).send().await.ok();
    profiles.welcome(newcomer(&stage, ONE, "other@example.com", true), now).await.unwrap();
    assert_eq!(stage.profile(ONE).await["profile"]["badges"][0]["name"], "founder");
}

#[tokio::test]
async fn an_address_that_is_held_never_fails_a_sign_up() {
    let stage = Stage::new().await;
    let (profiles, now) = (&stage.api.profiles, stage.house.clock.now());
    let id = stage.active("ann").await;
    profiles.welcome(newcomer(&stage, ONE, "ANN@example.com", true), now).await.unwrap();
    profiles.welcome(newcomer(&stage, TWO, "zoe@example.com", false), now).await.unwrap();
    assert_eq!(stage.profile(ONE).await["email"], "ANN@example.com");
    assert_eq!(stage.get("/user/email/ann@example.com").send().await.ok()["id"], id.as_str());
    assert_eq!(stage.get("/user/email/zoe@example.com").send().await.status, 404);
    // An address that nobody proved keeps nobody from it.
    stage.make("zoe", json!({})).await.ok();
}

#[tokio::test]
async fn an_address_that_was_proven_elsewhere_is_taken_over() {
    let stage = Stage::new().await;
    let (profiles, now) = (&stage.api.profiles, stage.house.clock.now());
    let (ann, bob) = (stage.active("ann").await, stage.active("bob").await);
    let heed = async |id: &str, email: &str| {
        let email = EmailAddress::parse(email).unwrap();
        profiles.heed_email(&id.parse().unwrap(), &email, now).await.unwrap()
    };
    assert!(heed(&ann, "anna@example.com").await);
    assert!(!heed(&ann, "anna@example.com").await);
    assert_eq!(stage.get("/user/email/anna@example.com").send().await.ok()["id"], ann.as_str());
    assert_eq!(stage.get("/user/email/ann@example.com").send().await.status, 404);
    // One that another profile holds is shown and not held, until it is free.
    assert!(heed(&bob, "anna@example.com").await);
    assert!(!heed(&bob, "anna@example.com").await);
    assert_eq!(stage.profile(&bob).await["email"], "anna@example.com");
    assert_eq!(stage.get("/user/email/anna@example.com").send().await.ok()["id"], ann.as_str());
    assert_eq!(stage.delete(&format!("/user/{ann}")).send().await.status, 204);
    assert!(heed(&bob, "anna@example.com").await);
    assert_eq!(stage.get("/user/email/anna@example.com").send().await.ok()["id"], bob.as_str());
}

#[tokio::test]
async fn a_sign_in_is_noted_and_an_earlier_one_is_not() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let (profiles, now) = (&stage.api.profiles, stage.house.clock.now());
    let later = now + SignedDuration::from_secs(1);
    let sub = id.parse().unwrap();
    assert!(profiles.note_sign_in(&sub, later, now).await.unwrap());
    assert!(profiles.note_sign_in(&sub, now, now).await.unwrap());
    assert_eq!(stage.profile(&id).await["lastLoginAt"], "2026-11-21T08:00:01.25Z");
    assert!(!profiles.note_sign_in(&ONE.parse().unwrap(), now, now).await.unwrap());
    assert_eq!(profiles.table(), TABLE);
}
