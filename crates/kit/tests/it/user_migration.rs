//! Who is brought over, and with what.

use crate::house::{MemoryDirectory, Mood, environment, trigger};
use async_trait::async_trait;
use functions::{Call, Failure, Function};
use kit::{
    Unavailable,
    user_migration::{
        Directory, Http, HttpAnswer, HttpDirectory, Person, Question, UserMigrations,
    },
};
use names::{Password, Username};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use zeroize::Zeroizing;

const SIGN_IN: &str = "UserMigration_Authentication";
const FORGOT: &str = "UserMigration_ForgotPassword";
const PASSWORD: &str = "Correct-Horse7!";

fn directory(mood: Mood) -> MemoryDirectory {
    let attributes = [("email", "ann@example.com"), ("email_verified", "true"), ("sub", "x")];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
    MemoryDirectory {
        mood,
        password: PASSWORD.to_owned(),
        person: Person { name: "ann".to_owned(), attributes: attributes.into() },
        answers_anybody: false,
    }
}

async fn call(
    directory: impl Directory + 'static,
    source: &str,
    name: &str,
    password: Option<&str>,
) -> Result<Value, Failure> {
    let migrations = UserMigrations::from_environment(&environment(&[]), Arc::new(directory));
    let mut request = json!({"validationData": null, "clientMetadata": null});
    if let Some(password) = password {
        request["password"] = password.into();
    }
    let payload = trigger(source, name, request, json!({})).to_string().into();
    let call = Call { request_id: "1".to_owned(), payload, timeout: Duration::from_secs(5) };
    let answer = migrations.unwrap().into_function().invoke(call).await?;
    assert!(!String::from_utf8(answer.to_vec()).unwrap().contains(PASSWORD), "it goes no further");
    Ok(serde_json::from_slice::<Value>(&answer).unwrap()["response"].clone())
}

fn message(failed: Result<Value, Failure>) -> String {
    match failed.unwrap_err() {
        Failure::Thrown { message, .. } => message,
        failed => panic!("{failed:?}"),
    }
}

#[tokio::test]
async fn who_shows_the_right_password_is_brought_over_and_keeps_it() {
    let answer = call(directory(Mood::Well), SIGN_IN, "ann", Some(PASSWORD)).await.unwrap();
    let expected = json!({
        "userAttributes": {"email": "ann@example.com", "email_verified": "true"},
        "finalUserStatus": "CONFIRMED",
        "messageAction": "SUPPRESS",
        "desiredDeliveryMediums": null,
        "forceAliasCreation": false,
        "enableSMSMFA": null,
    });
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn who_forgot_the_password_is_brought_over_and_sets_a_new_one() {
    let answer = call(directory(Mood::Well), FORGOT, "ann", None).await.unwrap();
    assert_eq!(answer["finalUserStatus"], "RESET_REQUIRED");
    assert_eq!(answer["userAttributes"]["email"], "ann@example.com");
    assert_eq!(answer["forceAliasCreation"], false);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_read_the_same() {
    let wrong = message(call(directory(Mood::Well), SIGN_IN, "ann", Some("Wrong-Horse7!")).await);
    let unknown = message(call(directory(Mood::Well), SIGN_IN, "bob", Some(PASSWORD)).await);
    let without = message(call(directory(Mood::Well), SIGN_IN, "ann", None).await);
    let forgot = message(call(directory(Mood::Well), FORGOT, "bob", None).await);
    let no_name = message(call(directory(Mood::Well), FORGOT, "", None).await);
    for same in [&wrong, &unknown, &without, &forgot, &no_name] {
        assert_eq!(same, "Bad user name or password");
    }
}

#[tokio::test]
async fn trg_04_a_directory_that_answers_somebody_else_brings_nobody_over() {
    for (source, password) in [(SIGN_IN, Some(PASSWORD)), (FORGOT, None)] {
        let anybody = MemoryDirectory { answers_anybody: true, ..directory(Mood::Well) };
        let refused = message(call(anybody, source, "mallory", password).await);
        assert_eq!(refused, "The user cannot be brought over now");
    }
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_fails_or_hangs_says_nothing_of_itself() {
    for mood in [Mood::Failing, Mood::Hanging] {
        let begun = tokio::time::Instant::now();
        let failed = message(call(directory(mood), SIGN_IN, "ann", Some(PASSWORD)).await);
        assert_eq!(failed, "The user cannot be brought over now");
        assert!(begun.elapsed() < Duration::from_secs(5), "before the pool gives up");
    }
}

/// A server that answers one thing and remembers what it was asked.
struct Server {
    answer: HttpAnswer,
    asked: Mutex<Vec<(Question, Value)>>,
}

#[async_trait]
impl Http for Server {
    async fn post(
        &self,
        question: Question,
        json: Zeroizing<Vec<u8>>,
    ) -> Result<HttpAnswer, Unavailable> {
        self.asked.lock().unwrap().push((question, serde_json::from_slice(&json).unwrap()));
        Ok(self.answer.clone())
    }
}

fn server(status: u16, body: impl Into<Vec<u8>>) -> Arc<Server> {
    Arc::new(Server { answer: HttpAnswer { status, body: body.into() }, asked: Mutex::default() })
}

#[tokio::test]
async fn an_http_directory_is_asked_two_questions() {
    let body = json!({"username": "ann", "attributes": {"email": "ann@example.com"}, "more": 1});
    let server = server(200, body.to_string());
    let directory = HttpDirectory::new(server.clone());
    let name = Username::parse("ann").unwrap();
    let person = directory.authenticate(&name, &Password::parse(PASSWORD).unwrap()).await.unwrap();
    assert!(person.is_some_and(|person| person.name == "ann" && person.attributes.len() == 1));
    assert!(directory.find(&name).await.unwrap().is_some());
    let expected = [
        (Question::Authenticate, json!({"username": "ann", "password": PASSWORD})),
        (Question::Find, json!({"username": "ann"})),
    ];
    assert_eq!(*server.asked.lock().unwrap(), expected);
}

#[tokio::test]
async fn an_http_directory_that_does_not_know_says_404_and_nothing_else_counts_as_that() {
    let name = Username::parse("ann").unwrap();
    let unknown = HttpDirectory::new(server(404, "whatever")).find(&name).await;
    assert!(unknown.unwrap().is_none());
    let long = vec![b' '; HttpAnswer::MAX_BODY + 1];
    for (status, body) in [
        (401, b"{}".to_vec()),
        (403, b"{}".to_vec()),
        (302, b"{}".to_vec()),
        (204, Vec::new()),
        (500, b"hunter2".to_vec()),
        (200, b"hunter2".to_vec()),
        (200, br#"{"username": "ann"}"#.to_vec()),
        (200, br#"{"username": "ann", "attributes": {"email": {"hunter2": 1}}}"#.to_vec()),
        (200, br#"{"username": "ann", "attributes": "hunter2"}"#.to_vec()),
        (200, long),
    ] {
        let failed = HttpDirectory::new(server(status, body)).find(&name).await.unwrap_err();
        let told = format!("{failed} {failed:?} {}", failed.cause);
        assert!(!told.contains("hunter2"), "{told}");
    }
}
