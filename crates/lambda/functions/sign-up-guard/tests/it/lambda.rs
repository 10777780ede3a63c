//! The binary on a Runtime API.

use lambda_testing::{Start, trigger};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_sign-up-guard"))
}

fn event(email: &str) -> Value {
    trigger(
        "1",
        "PreSignUp_SignUp",
        json!({ "userAttributes": { "email": email }, "validationData": null }),
        json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false }),
    )
}

#[tokio::test]
async fn a_throw_away_address_is_refused_and_another_goes_through() {
    let guard = start().run();
    let event_of_ann = event("ann@example.org");
    assert_eq!(guard.call(&event_of_ann).await.unwrap(), event_of_ann);
    let thrown = guard.thrown(&event("hunter2@mailinator.com")).await;
    assert_eq!(thrown, "Refusal: Disposable e-mail addresses cannot be used to sign up");
    let lines = guard.lines();
    assert!(lines.iter().any(|line| line["message"] == "a sign-up is refused"));
    assert!(!format!("{lines:?}").contains("hunter2"), "{lines:?}");
}

#[tokio::test]
async fn a_list_of_ones_own_is_a_file() {
    let list = NamedTempFile::new().unwrap();
    std::fs::write(list.path(), "# ours\nexample.org\n").unwrap();
    let path = list.path().to_str().unwrap();
    let guard = start().with("DISPOSABLE_DOMAINS_FILE", path).run();
    assert!(guard.thrown(&event("ann@example.org")).await.contains("Disposable"));
    assert!(guard.call(&event("ann@mailinator.com")).await.is_ok());
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    let refused = start().with("DISPOSABLE_DOMAINS_FILE", "/no/such/file").refused();
    assert!(refused.contains("DISPOSABLE_DOMAINS_FILE names /no/such/file"), "{refused}");
    let refused = start().with("ALLOWED_DOMAINS", "com").refused();
    assert!(refused.contains(r#"ALLOWED_DOMAINS names "com", which is no domain"#), "{refused}");
}
