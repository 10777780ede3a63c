//! No token, claim, attribute or profile is in any log line, at the most verbose level.

use crate::house::{
    ARN, CountingKeys, ISSUER, KID, MemoryDirectory, MemoryMailer, MemoryMetrics, MemoryProfiles,
    MemoryPublisher, Mood, OTHER_KEY, POOL_KEY, SUB, StoppedClock, access_claims, environment,
    pool_token, token, trigger,
};
use crypto::SeededRandom;
use functions::{Functions, InProcess, Settings};
use kit::{
    authorizer::Authorizer,
    custom_message::CustomMessages,
    messages::Catalogues,
    passwordless::Passwordless,
    sign_up_guard::SignUpGuard,
    token_customizer::TokenCustomizer,
    user_events::UserEvents,
    user_migration::{Person, UserMigrations},
};
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
    let events = UserEvents::from_environment(&environment, profiles.clone(), clock.clock());
    register(kit::user_events::NAME, events.unwrap().into_function());

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
    assert!(lines.contains("a function answered") && lines.contains("to call a function failed"));
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

/// TRG-05: one function after another, with everything going well, then with everything failing.
#[tokio::test(start_paused = true)]
async fn trg_05_no_secret_of_a_trigger_is_in_any_line() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(lines.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let mut answered = 0;
    let mut secrets = Vec::new();
    for mood in [Mood::Well, Mood::Failing, Mood::Hanging] {
        let functions = Functions::new(Arc::new(|| "request-1".to_owned()));
        let register = |name: &str, function: InProcess| {
            functions.register(name, Settings::default(), Arc::new(function));
        };
        let environment = environment(&[
            ("BRAND_NAME", "Blue Whale"),
            ("PASSWORDLESS_SECRET", "hunter2-hunter2-hunter2-hunter2-hunter2"),
            ("CHALLENGE", "code-and-link"),
            ("LINK_URL", "https://app.example.com/in"),
        ]);
        let clock = StoppedClock::new();
        let mailer = Arc::new(MemoryMailer { mood, ..Default::default() });
        let person = Person {
            name: "hunter2-name".to_owned(),
            attributes: [("email".to_owned(), "hunter2@example.com".to_owned())].into(),
        };
        let directory = MemoryDirectory {
            mood,
            password: "hunter2-password".to_owned(),
            person,
            answers_anybody: true,
        };
        let profiles = Arc::new(MemoryProfiles::default());
        profiles.is_away.store(mood != Mood::Well, Ordering::SeqCst);
        let events = UserEvents::from_environment(&environment, profiles, clock.clock()).unwrap();
        let events = events
            .with_publisher(Arc::new(MemoryPublisher { mood, ..Default::default() }))
            .with_metrics(Arc::new(MemoryMetrics::default()));
        let passwordless = Passwordless::from_environment(
            &environment,
            &Catalogues::new(),
            mailer.clone(),
            Arc::new(SeededRandom::new(1)),
            clock.clock(),
        );
        let guard = SignUpGuard::from_environment(&environment, None).unwrap();
        let words = CustomMessages::from_environment(&environment, &Catalogues::new()).unwrap();
        let migrations = UserMigrations::from_environment(&environment, Arc::new(directory));
        register(kit::sign_up_guard::NAME, guard.into_function());
        register(kit::user_events::NAME, events.into_function());
        register(kit::custom_message::NAME, words.into_function());
        register(kit::passwordless::NAME, passwordless.unwrap().into_function());
        register(kit::user_migration::NAME, migrations.unwrap().into_function());

        let attributes =
            json!({"sub": SUB, "email": "hunter2@example.com", "email_verified": "true"});
        let issued = json!({"issued": "v1.1795248000.BwcHBwcHBwcHBwcHBwcHBw"});
        for (name, source, more) in [
            ("sign-up-guard", "PreSignUp_SignUp", json!({})),
            ("sign-up-guard", "PreSignUp_SignUp", json!({"userAttributes": {"email": "hunter2"}})),
            ("sign-up-guard", "PreSignUp_SignUp", json!({"userAttributes": {"email": 7}})),
            ("user-events", "PostConfirmation_ConfirmSignUp", json!({})),
            ("user-events", "PreAuthentication_Authentication", json!({})),
            ("user-events", "PreAuthentication_Authentication", json!({"userNotFound": true})),
            ("user-events", "PostAuthentication_Authentication", json!({})),
            (
                "user-events",
                "PostAuthentication_Authentication",
                json!({"userAttributes": "hunter2"}),
            ),
            ("custom-message", "CustomMessage_SignUp", json!({"codeParameter": "<hunter2>"})),
            ("custom-message", "CustomMessage_SignUp", json!({"codeParameter": ["hunter2"]})),
            ("passwordless", "DefineAuthChallenge_Authentication", json!({"session": []})),
            (
                "passwordless",
                "CreateAuthChallenge_Authentication",
                json!({"challengeName": "CUSTOM_CHALLENGE", "session": []}),
            ),
            (
                "passwordless",
                "VerifyAuthChallengeResponse_Authentication",
                json!({"challengeAnswer": "hunter2", "privateChallengeParameters": issued}),
            ),
            (
                "passwordless",
                "VerifyAuthChallengeResponse_Authentication",
                json!({"challengeAnswer": "hunter2"}),
            ),
            (
                "passwordless",
                "VerifyAuthChallengeResponse_Authentication",
                json!({"challengeAnswer": ["hunter2"]}),
            ),
            (
                "user-migration",
                "UserMigration_Authentication",
                json!({"password": "hunter2-password"}),
            ),
            (
                "user-migration",
                "UserMigration_Authentication",
                json!({"password": "hunter2-wrong"}),
            ),
            (
                "user-migration",
                "UserMigration_Authentication",
                json!({"password": "hunter2 spaced"}),
            ),
            ("user-migration", "UserMigration_ForgotPassword", json!({})),
        ] {
            let mut request = json!({"userAttributes": attributes});
            request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let event = trigger(source, "hunter2-name", request, json!({}));
            let arn = format!("arn:aws:lambda:eu-west-1:000000000000:function:{name}");
            let arn = arn.parse().unwrap();
            let answer = functions.fire(&arn, event.to_string().into(), "event-1".to_owned()).await;
            answered += usize::from(answer.is_ok());
        }
        for mail in mailer.mails.lock().unwrap().iter() {
            let (_, token) = mail.text.split_once("#token=").unwrap();
            secrets.push(token.lines().next().unwrap().to_owned());
            let code = mail.text.lines().map(str::trim).find(|line| line.parse::<u64>().is_ok());
            secrets.push(code.unwrap().to_owned());
        }
    }
    assert_eq!(secrets.len(), 2, "a code and a token were mailed");
    assert!(answered > 30, "{answered} answers");

    let lines = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for expected in [
        "a sign-up is refused",
        "could not be published",
        "could not be noted",
        "the mail of a sign-in could not be sent",
        "nobody can be brought over",
        "connection refused",
    ] {
        assert!(lines.contains(expected), "{expected} is not in the log:\n{lines}");
    }
    secrets.push("hunter2".to_owned());
    secrets.push("example.com".to_owned());
    for secret in secrets {
        assert!(!lines.contains(&secret), "{secret} is in the log:\n{lines}");
    }
}
