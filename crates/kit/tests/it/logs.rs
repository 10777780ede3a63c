//! No token, claim, attribute or profile is in any log line, at the most verbose level.

use crate::house::{
    ARN, CountingKeys, ISSUER, KID, MemoryProfiles, OTHER_KEY, POOL_KEY, SUB, StoppedClock,
    access_claims, pool_token, token,
};
use functions::{Functions, InProcess, Settings};
use kit::{authorizer::Authorizer, token_customizer::TokenCustomizer, user_events::UserEvents};
use serde_json::{Value, json};
use std::{
    io::Write,
    sync::{Arc, Mutex, atomic::Ordering},
};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn log_01_no_secret_is_in_any_line() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(lines.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let clock = StoppedClock::new();
    let keys = CountingKeys::new(&[(KID, &POOL_KEY)]);
    let profiles = MemoryProfiles::with(json!({"firstName": "Aurelia"}));
    let functions = Functions::new(Arc::new(|| "request-1".to_owned()));
    let register = |name: &str, function: InProcess| {
        functions.register(name, Settings::default(), Arc::new(function));
    };
    let environment = [
        ("ISSUER".to_owned(), ISSUER.to_owned()),
        ("CLAIM_MAP".to_owned(), r#"{"id": {"first_name": "firstName"}}"#.to_owned()),
    ]
    .into();
    let authorizer = Authorizer::from_environment(&environment, keys, clock.clock()).unwrap();
    register(kit::authorizer::NAME, authorizer.into_function());
    let customizer = TokenCustomizer::from_environment(&environment, profiles.clone()).unwrap();
    register(kit::token_customizer::NAME, customizer.into_function());
    register(
        kit::user_events::NAME,
        UserEvents::new(profiles.clone(), serde_json::Map::new(), clock.clock()).into_function(),
    );

    let call = async |name: &str, event: Value| {
        let arn = format!("arn:aws:lambda:eu-west-1:000000000000:function:{name}");
        let arn = arn.parse().unwrap();
        functions.fire(&arn, event.to_string().into(), "event-1".to_owned()).await.is_ok()
    };
    let good = pool_token(&access_claims(clock.now()));
    let bad = token(&json!({"kid": KID, "alg": "RS256"}), &access_claims(clock.now()), &OTHER_KEY);
    let asks = |token: &str| json!({"type": "TOKEN", "authorizationToken": format!("Bearer {token}"), "methodArn": ARN});
    assert!(call("authorizer", asks(&good)).await);
    assert!(!call("authorizer", asks(&bad)).await);
    assert!(!call("authorizer", asks("hunter2")).await);
    assert!(!call("authorizer", json!({"type": "hunter2"})).await);

    let event = |source: &str, request: Value, response: Value| {
        json!({
            "version": "1", "triggerSource": source, "region": "eu-west-1",
            "userPoolId": "eu-west-1_Ab1Cd2Ef3", "userName": "hunter2-name",
            "callerContext": {"awsSdkVersion": "x", "clientId": "web"},
            "request": request, "response": response,
        })
    };
    let request = json!({"userAttributes": {"sub": SUB, "email": "hunter2@example.com"}});
    for is_away in [false, true] {
        profiles.is_away.store(is_away, Ordering::SeqCst);
        let source = "TokenGeneration_Authentication";
        let signs_in = call("token-customizer", event(source, request.clone(), json!({}))).await;
        assert_eq!(signs_in, !is_away);
        let source = "PostConfirmation_ConfirmSignUp";
        assert!(call("user-events", event(source, request.clone(), json!({}))).await);
    }

    let lines = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(lines.contains("a function answered") && lines.contains("a function failed"));
    assert!(lines.contains("the table is throttled"), "the cause of a breakage is there");
    let signature = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    let payload = |token: &str| token.split('.').nth(1).unwrap().to_owned();
    for secret in [
        "hunter2".to_owned(),
        "Aurelia".to_owned(),
        "blue-7-whale".to_owned(),
        "ann".to_owned() + "@",
        "users/read".to_owned(),
        signature(&good),
        signature(&bad),
        payload(&good),
    ] {
        assert!(!lines.contains(&secret), "{secret} is in the log:\n{lines}");
    }
}
