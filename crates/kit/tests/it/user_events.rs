//! What happens when a user is confirmed.

use crate::house::{MemoryProfiles, SUB, StoppedClock};
use events::cognito::PostConfirmation;
use kit::user_events::UserEvents;
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};

fn event(source: &str, attributes: Value) -> PostConfirmation {
    serde_json::from_value(json!({
        "version": "1",
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab1Cd2Ef3",
        "userName": "ann",
        "callerContext": {"awsSdkVersion": "x", "clientId": "web"},
        "request": {"userAttributes": attributes},
        "response": {},
    }))
    .unwrap()
}

fn attributes() -> Value {
    json!({
        "sub": SUB,
        "cognito:user_status": "CONFIRMED",
        "email": "ann@example.com",
        "custom:tenant": "t1",
    })
}

async fn confirm(profiles: &Arc<MemoryProfiles>, event: PostConfirmation) {
    let clock = StoppedClock::new();
    let function =
        UserEvents::from_environment(&Default::default(), profiles.clone(), clock.clock()).unwrap();
    assert_eq!(function.confirmed(event.clone()).await, event, "the event comes back as it was");
}

#[tokio::test]
async fn a_confirmed_user_gets_a_profile() {
    for source in ["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"] {
        let profiles = Arc::new(MemoryProfiles::default());
        confirm(&profiles, event(source, attributes())).await;
        let created = profiles.created.lock().unwrap();
        let [new] = &created[..] else { panic!("one profile") };
        assert_eq!(new.sub.as_str(), SUB);
        assert_eq!(new.username.as_str(), "ann");
        assert_eq!(new.email.as_deref(), Some("ann@example.com"));
        assert_eq!(new.attributes.keys().collect::<Vec<_>>(), ["custom:tenant", "email"]);
        assert_eq!(new.created_at, StoppedClock::new().now());
    }
}

#[tokio::test]
async fn profiles_that_cannot_be_written_do_not_fail_the_confirmation() {
    let profiles = Arc::new(MemoryProfiles::default());
    profiles.is_away.store(true, Ordering::SeqCst);
    confirm(&profiles, event("PostConfirmation_ConfirmSignUp", attributes())).await;
}

#[tokio::test]
async fn a_user_without_a_sub_does_not_fail_it_either() {
    let profiles = Arc::new(MemoryProfiles::default());
    confirm(&profiles, event("PostConfirmation_ConfirmSignUp", json!({}))).await;
    confirm(&profiles, event("PostConfirmation_ConfirmSignUp", json!({"sub": "no"}))).await;
    assert!(profiles.created.lock().unwrap().is_empty());
}
