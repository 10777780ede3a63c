//! What happens when a user is confirmed, tries to sign in, and does.

use crate::house::{
    MemoryMetrics, MemoryProfiles, MemoryPublisher, Mood, SUB, StoppedClock, environment, trigger,
};
use events::UserEventKind as Kind;
use functions::{Call, Function};
use jiff::SignedDuration;
use kit::user_events::{Settings, UserEvents};
use serde_json::{Value, json};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

const CONFIRMED: &str = "PostConfirmation_ConfirmSignUp";
const RESET: &str = "PostConfirmation_ConfirmForgotPassword";
const ATTEMPTED: &str = "PreAuthentication_Authentication";
const SIGNED_IN: &str = "PostAuthentication_Authentication";
const ALL: [&str; 4] = [CONFIRMED, RESET, ATTEMPTED, SIGNED_IN];

struct House {
    profiles: Arc<MemoryProfiles>,
    publisher: Arc<MemoryPublisher>,
    metrics: Arc<MemoryMetrics>,
    clock: StoppedClock,
}

fn house(mood: Mood) -> House {
    House {
        profiles: Arc::default(),
        publisher: Arc::new(MemoryPublisher { mood, ..Default::default() }),
        metrics: Arc::default(),
        clock: StoppedClock::new(),
    }
}

impl House {
    /// Calls the function as a pool does, which gives up after five seconds.
    async fn call(&self, event: &Value) -> Value {
        let environment = environment(&[
            ("PROFILE_DATA", r#"{"plan": "free"}"#),
            ("USER_EVENTS_TOPIC", "arn:aws:sns:eu-west-1:123456789012:events"),
        ]);
        let clock = self.clock.clock();
        let events =
            UserEvents::from_environment(&environment, self.profiles.clone(), clock).unwrap();
        let events =
            events.with_publisher(self.publisher.clone()).with_metrics(self.metrics.clone());
        let call = Call {
            request_id: "1".to_owned(),
            payload: event.to_string().into(),
            timeout: Duration::from_secs(5),
        };
        let answer = events.into_function().invoke(call).await.expect("it never fails");
        serde_json::from_slice(&answer).unwrap()
    }

    async fn fire(&self, source: &str, attributes: Value) {
        let request = json!({"userAttributes": attributes, "newDeviceUsed": true, "newMember": 1});
        let event = trigger(source, "ann", request, json!({}));
        assert_eq!(self.call(&event).await, event, "the event comes back as it was");
    }

    fn kinds(&self) -> Vec<Kind> {
        self.publisher.told.lock().unwrap().iter().map(|event| event.kind).collect()
    }

    /// What the last line counts.
    fn counted(&self) -> Vec<String> {
        let lines = self.metrics.0.lock().unwrap();
        let line = lines.last().expect("a line of metrics");
        let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
        let names: Vec<String> =
            metrics.iter().map(|metric| metric["Name"].as_str().unwrap().to_owned()).collect();
        assert!(names.iter().all(|name| line[name] == 1), "{line}");
        names
    }
}

fn attributes() -> Value {
    json!({
        "sub": SUB,
        "cognito:user_status": "CONFIRMED",
        "email": "ann@example.com",
        "custom:tenant": "t1",
    })
}

#[tokio::test]
async fn a_confirmed_user_gets_a_profile() {
    for source in [CONFIRMED, RESET] {
        let house = house(Mood::Well);
        house.fire(source, attributes()).await;
        let created = house.profiles.created.lock().unwrap();
        let [new] = &created[..] else { panic!("one profile") };
        assert_eq!(new.sub.as_str(), SUB);
        assert_eq!(new.username.as_str(), "ann");
        assert_eq!(new.email.as_deref(), Some("ann@example.com"));
        assert_eq!(new.attributes.keys().collect::<Vec<_>>(), ["custom:tenant", "email"]);
        assert_eq!(Value::Object(new.data.clone()), json!({"plan": "free"}));
        assert_eq!(new.created_at, house.clock.now());
    }
}

#[tokio::test]
async fn each_event_is_told_and_counted_under_its_name() {
    for (source, kind, count) in [
        (CONFIRMED, Kind::Created, "SignUps"),
        (RESET, Kind::PasswordReset, "PasswordResets"),
        (ATTEMPTED, Kind::SignInAttempted, "SignInAttempts"),
        (SIGNED_IN, Kind::SignedIn, "SignIns"),
    ] {
        let house = house(Mood::Well);
        house.fire(source, attributes()).await;
        assert_eq!(house.kinds(), [kind]);
        assert_eq!(house.counted(), [count]);
    }
}

#[tokio::test]
async fn an_event_names_the_user_and_carries_nothing_else_about_them() {
    let house = house(Mood::Well);
    house.fire(SIGNED_IN, attributes()).await;
    let told = serde_json::to_value(&house.publisher.told.lock().unwrap()[0]).unwrap();
    assert!(told["id"].as_str().is_some_and(|id| id.len() == 43));
    let mut told = told;
    told["id"] = Value::Null;
    let expected = json!({
        "specversion": "1.0",
        "id": null,
        "source": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1Cd2Ef3",
        "type": "user.signed_in",
        "subject": SUB,
        "time": "2026-11-21T08:00:00Z",
        "datacontenttype": "application/json",
        "data": { "clientId": "web", "newDeviceUsed": true },
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_repeated_sign_up_is_the_same_event_and_a_second_sign_in_another() {
    let house = house(Mood::Well);
    for source in [CONFIRMED, SIGNED_IN] {
        house.fire(source, attributes()).await;
        house.clock.advance(SignedDuration::from_secs(5));
        house.fire(source, attributes()).await;
    }
    let told = house.publisher.told.lock().unwrap();
    let [first, again, sign_in, next] = &told[..] else { panic!("four events") };
    assert_eq!(first.id, again.id);
    assert_ne!(sign_in.id, next.id);
    assert_ne!(first.id, sign_in.id);
}

#[tokio::test]
async fn profiles_that_tell_by_themselves_leave_the_rest_to_be_told() {
    for (source, kinds) in [
        (CONFIRMED, vec![]),
        (RESET, vec![Kind::PasswordReset]),
        (ATTEMPTED, vec![Kind::SignInAttempted]),
        (SIGNED_IN, vec![]),
    ] {
        let house = house(Mood::Well);
        house.profiles.tells.store(true, Ordering::SeqCst);
        house.fire(source, attributes()).await;
        assert_eq!(house.kinds(), kinds);
    }
}

#[tokio::test]
async fn a_sign_in_is_noted_on_the_profile_and_makes_one_if_there_is_none() {
    let house = house(Mood::Well);
    house.fire(SIGNED_IN, attributes()).await;
    assert_eq!(house.profiles.created.lock().unwrap().len(), 1);
    house.clock.advance(SignedDuration::from_secs(60));
    house.fire(SIGNED_IN, attributes()).await;
    assert_eq!(house.profiles.created.lock().unwrap().len(), 1);
    let signed_in = house.profiles.signed_in.lock().unwrap();
    assert_eq!(signed_in.len(), 2);
    assert_eq!(signed_in[1].1, house.clock.now());
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_fails_hangs_or_panics_fails_nothing() {
    for mood in [Mood::Failing, Mood::Hanging, Mood::Panicking] {
        for source in ALL {
            let house = house(mood);
            let begun = tokio::time::Instant::now();
            house.fire(source, attributes()).await;
            assert!(begun.elapsed() < Duration::from_secs(2), "{mood:?} {source}");
            let counted = house.counted();
            assert!(counted.contains(&"PublishFailures".to_owned()), "{mood:?} {counted:?}");
            let created = house.profiles.created.lock().unwrap().len();
            assert_eq!(created, usize::from(source != ATTEMPTED), "the rest is done all the same");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn profiles_that_cannot_be_written_fail_nothing() {
    for is_silent in [false, true] {
        for source in [CONFIRMED, RESET, SIGNED_IN] {
            let house = house(Mood::Well);
            house.profiles.is_away.store(true, Ordering::SeqCst);
            house.profiles.is_silent.store(is_silent, Ordering::SeqCst);
            let begun = tokio::time::Instant::now();
            house.fire(source, attributes()).await;
            assert!(begun.elapsed() < Duration::from_secs(2));
            assert!(house.counted().contains(&"ProfileFailures".to_owned()));
            assert_eq!(house.kinds().len(), 1, "the event is told all the same");
        }
    }
}

#[tokio::test]
async fn an_event_without_a_usable_user_fails_nothing() {
    for source in ALL {
        for attributes in [json!({}), json!({"sub": "no"}), json!(null)] {
            let house = house(Mood::Well);
            house.fire(source, attributes).await;
            assert!(house.profiles.created.lock().unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn what_is_no_event_of_a_pool_comes_back_as_it_was() {
    let house = house(Mood::Well);
    let mut events = vec![json!(null), json!([1]), json!("text"), json!({"triggerSource": 7})];
    events.push(json!({"triggerSource": SIGNED_IN, "request": "of a form of the future"}));
    events.push(trigger("PreSignUp_SignUp", "ann", json!({}), json!({})));
    for event in events {
        assert_eq!(house.call(&event).await, event);
    }
    assert!(house.kinds().is_empty());
}

#[tokio::test]
async fn a_sink_of_metrics_that_panics_fails_nothing() {
    struct Broken;
    impl kit::user_events::MetricSink for Broken {
        fn write(&self, _: &str) {
            panic!("a sink with a bug");
        }
    }
    let house = house(Mood::Well);
    let settings = Settings::parse(&environment(&[])).unwrap();
    let events = UserEvents::new(settings, house.profiles.clone(), house.clock.clock());
    let function = events.with_metrics(Arc::new(Broken)).into_function();
    let request = json!({"userAttributes": attributes()});
    let payload = trigger(SIGNED_IN, "ann", request, json!({})).to_string().into();
    let call = Call { request_id: "1".to_owned(), payload, timeout: Duration::from_secs(5) };
    assert!(function.invoke(call).await.is_ok());
}

#[tokio::test]
async fn a_name_that_nobody_has_is_counted_and_not_told() {
    let house = house(Mood::Well);
    let request = json!({"userAttributes": {}, "userNotFound": true});
    house.call(&trigger(ATTEMPTED, "Correct-Horse7!", request, json!({}))).await;
    assert!(house.kinds().is_empty());
    assert_eq!(house.counted(), ["SignInAttempts", "UnknownUsers"]);
}

#[test]
fn bad_settings_are_told() {
    for (variable, value) in [
        ("PROFILE_DATA", "[]"),
        ("PROFILE_DATA", "{"),
        ("GIVE_UP_AFTER_MS", "0"),
        ("GIVE_UP_AFTER_MS", "5000"),
        ("METRICS_NAMESPACE", "AWS/Cognito"),
        ("METRICS_NAMESPACE", "a b"),
    ] {
        let bad = Settings::parse(&environment(&[(variable, value)])).unwrap_err();
        assert_eq!(bad.variable, variable, "{value}");
    }
}
