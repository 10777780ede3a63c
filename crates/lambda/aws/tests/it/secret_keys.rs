//! API keys of a secret, as Secrets Manager answers.

use jiff::{SignedDuration, Timestamp};
use lambda_aws::{Aws, SecretKeys};
use lambda_testing::{Answer, Asked, Service};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use users::api_keys::{ApiKeys, KeyScope};

/// What the secret holds, by stage; nothing of it while it is out of order.
#[derive(Default)]
struct Secret {
    current: Option<Value>,
    previous: Option<Value>,
    is_broken: bool,
}

type Shared = Arc<Mutex<Secret>>;

fn answer(secret: &Shared, asked: &Asked) -> Answer {
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/"));
    assert_eq!(asked.operation(), "GetSecretValue");
    let signature = asked.headers["authorization"].to_str().unwrap();
    assert!(signature.contains("/eu-west-1/secretsmanager/aws4_request"), "{signature}");
    assert_eq!(asked.json()["SecretId"], "keys");
    let secret = secret.lock().unwrap();
    if secret.is_broken {
        return Answer::error("InternalServiceError");
    }
    let version = match asked.json()["VersionStage"].as_str().unwrap() {
        "AWSCURRENT" => &secret.current,
        _ => &secret.previous,
    };
    match version {
        Some(version) => Answer::json(&json!({
            "SecretString": version.to_string(), "CreatedDate": made_at().as_second() as f64 + 0.25,
        })),
        None => Answer::error("ResourceNotFoundException"),
    }
}

fn made_at() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> Timestamp {
    made_at() + SignedDuration::from_secs(seconds)
}

fn document(letter: char) -> Value {
    json!({ "id": "server", "name": "Server", "scope": "write", "secret": secret(letter) })
}

fn secret(letter: char) -> String {
    letter.to_string().repeat(48)
}

fn text(letter: char) -> String {
    format!("ph_server_{}", secret(letter))
}

async fn keys() -> (SecretKeys, Shared, Service) {
    let shared = Shared::default();
    let service = {
        let shared = shared.clone();
        Service::new(move |asked| answer(&shared, asked)).await
    };
    let url = service.url.clone();
    let aws = Aws::of(move |variable| match variable {
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "AWS_ENDPOINT_URL_SECRETS_MANAGER" => Some(url.clone()),
        _ => None,
    });
    (SecretKeys::new(&aws.unwrap(), "keys").unwrap(), shared, service)
}

async fn is_good(keys: &SecretKeys, letter: char, at: Timestamp) -> bool {
    keys.check(&text(letter), at).await.unwrap().is_some()
}

#[tokio::test]
async fn a_key_is_read_once_in_five_minutes() {
    let (keys, shared, service) = keys().await;
    shared.lock().unwrap().current = Some(document('a'));
    let grant = keys.check(&text('a'), after(0)).await.unwrap().unwrap();
    assert_eq!((grant.id.as_str(), grant.scope), ("server", KeyScope::Write));
    for seconds in [1, 100, 299] {
        assert!(is_good(&keys, 'a', after(seconds)).await);
    }
    // Both versions of the secret, once.
    assert_eq!(service.asked().len(), 2);
    assert!(is_good(&keys, 'a', after(300)).await);
    assert_eq!(service.asked().len(), 4);
}

#[tokio::test]
async fn a_key_that_was_made_just_now_is_found_and_made_up_ones_ask_seldom() {
    let (keys, shared, service) = keys().await;
    shared.lock().unwrap().current = Some(document('a'));
    assert!(is_good(&keys, 'a', after(0)).await);
    {
        let mut secret = shared.lock().unwrap();
        secret.previous = secret.current.replace(document('b'));
    }
    for second in 1..10 {
        assert!(!is_good(&keys, 'b', after(second)).await);
    }
    assert_eq!(service.asked().len(), 2);
    assert!(is_good(&keys, 'b', after(10)).await);
    // The old secret is good beside it, for a day.
    assert!(is_good(&keys, 'a', after(11)).await);
    assert!(!is_good(&keys, 'a', after(24 * 60 * 60)).await);
    assert!(is_good(&keys, 'b', after(24 * 60 * 60)).await);
    let count = service.asked().len();
    for bad in ["", "ph_", "nonsense", &"x".repeat(10_000)] {
        assert!(keys.check(bad, after(24 * 60 * 60 + 60)).await.unwrap().is_none());
    }
    // What has not the form of a key asks nobody.
    assert_eq!(service.asked().len(), count);
}

#[tokio::test]
async fn what_is_known_lasts_an_hour_if_the_service_does_not_answer() {
    let (keys, shared, _service) = keys().await;
    shared.lock().unwrap().is_broken = true;
    assert!(keys.check(&text('a'), after(0)).await.is_err());
    {
        let mut secret = shared.lock().unwrap();
        (secret.is_broken, secret.current) = (false, Some(document('a')));
    }
    assert!(is_good(&keys, 'a', after(20)).await);
    shared.lock().unwrap().is_broken = true;
    assert!(is_good(&keys, 'a', after(400)).await);
    assert!(is_good(&keys, 'a', after(3600)).await);
    assert!(keys.check(&text('a'), after(3700)).await.is_err());
}

#[tokio::test]
async fn a_secret_that_holds_no_keys_lets_nobody_in() {
    let (keys, shared, _service) = keys().await;
    shared.lock().unwrap().current = Some(json!("just a text"));
    assert!(keys.check(&text('a'), after(0)).await.is_err());
    shared.lock().unwrap().current = Some(json!({ "keys": [] }));
    assert!(!is_good(&keys, 'a', after(60)).await);
}
