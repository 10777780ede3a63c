//! The binary on a Runtime API, with somebody who takes mails.

use lambda_testing::{Answer, Asked, SUB, Service, Start, trigger};
use serde_json::{Value, json};

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_passwordless"))
        .with("PASSWORDLESS_SECRET", "0123456789abcdef0123456789abcdef")
        .with("BRAND_NAME", "Acme")
        .with("MAIL_FROM", "Acme <no-reply@example.com>")
        .with("ANSWER_AFTER_MS", "1000")
}

fn attributes() -> Value {
    json!({ "sub": SUB, "email": "ann@example.com", "email_verified": "true" })
}

fn create() -> Value {
    let request = json!({
        "userAttributes": attributes(), "challengeName": "CUSTOM_CHALLENGE", "session": [],
        "userNotFound": false,
    });
    let response = json!({
        "publicChallengeParameters": null, "privateChallengeParameters": null,
        "challengeMetadata": null,
    });
    trigger("1", "CreateAuthChallenge_Authentication", request, response)
}

fn verify(issued: &Value, answer: &str) -> Value {
    let request = json!({
        "userAttributes": attributes(), "privateChallengeParameters": issued,
        "challengeAnswer": answer, "userNotFound": false,
    });
    let response = json!({ "answerCorrect": null });
    trigger("1", "VerifyAuthChallengeResponse_Authentication", request, response)
}

/// The first run of as many digits as a code has.
fn code(text: &str) -> String {
    let mut runs = text.split(|letter: char| !letter.is_ascii_digit());
    runs.find(|run| run.len() == 8).unwrap().to_owned()
}

#[tokio::test]
async fn the_code_of_the_mail_lets_in_and_another_one_does_not() {
    let ses = Service::new(|_: &Asked| Answer::json(&json!({ "MessageId": "1" }))).await;
    let passwordless = start().given("AWS_ENDPOINT_URL_SESV2", &ses.url).run();
    let created = passwordless.call(&create()).await.unwrap();
    assert_eq!(
        created["response"]["publicChallengeParameters"],
        json!({ "challenge": "EMAIL_CODE" })
    );

    let asked = ses.asked();
    assert_eq!((asked.len(), asked[0].path.as_str()), (1, "/v2/email/outbound-emails"));
    let mail = asked[0].json();
    assert_eq!(mail["FromEmailAddress"], "Acme <no-reply@example.com>");
    assert_eq!(mail["Destination"]["ToAddresses"], json!(["ann@example.com"]));
    let body = &mail["Content"]["Simple"]["Body"];
    let code = code(body["Text"]["Data"].as_str().unwrap());
    assert!(body["Html"]["Data"].as_str().unwrap().contains(&code));

    let issued = &created["response"]["privateChallengeParameters"];
    for (answer, is_right) in [(code.as_str(), true), ("00000000", false)] {
        let verified = passwordless.call(&verify(issued, answer)).await.unwrap();
        assert_eq!(verified["response"]["answerCorrect"], is_right);
    }
    let lines = format!("{:?}", passwordless.lines());
    assert!(!lines.contains(&code) && !lines.contains("ann@"), "{lines}");
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_shows_only_in_the_log() {
    let ses = Service::new(|_: &Asked| Answer::error("MessageRejected")).await;
    let passwordless = start().given("AWS_ENDPOINT_URL_SESV2", &ses.url).run();
    let created = passwordless.call(&create()).await.unwrap();
    assert!(created["response"]["challengeMetadata"].is_string());
    let lines = format!("{:?}", passwordless.lines());
    assert!(lines.contains("MessageRejected") && !lines.contains("hunter2"), "{lines}");
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    let refused = Start::new(env!("CARGO_BIN_EXE_passwordless")).refused();
    assert!(refused.contains("MAIL_FROM is missing"), "{refused}");
    let refused = start().with("PASSWORDLESS_SECRET", "hunter2").refused();
    assert!(refused.contains("PASSWORDLESS_SECRET") && !refused.contains("hunter2"), "{refused}");
    let refused = start().with("CHALLENGE", "link").refused();
    assert!(refused.contains("LINK_URL"), "{refused}");
}
