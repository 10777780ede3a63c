//! The binary on a Runtime API.

use lambda_testing::{Start, trigger};
use serde_json::{Value, json};
use tempfile::TempDir;

fn start() -> Start {
    Start::new(env!("CARGO_BIN_EXE_custom-message")).with("BRAND_NAME", "Acme")
}

fn event(locale: &str) -> Value {
    trigger(
        "1",
        "CustomMessage_SignUp",
        json!({
            "userAttributes": { "sub": lambda_testing::SUB, "email": "ann@example.com", "locale": locale },
            "codeParameter": "{####}", "linkParameter": "{##Click Here##}", "usernameParameter": null,
        }),
        json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null }),
    )
}

#[tokio::test]
async fn a_mail_has_the_brand_the_code_and_the_users_language() {
    let messages = start().run();
    let english = messages.call(&event("en")).await.unwrap();
    let mail = english["response"]["emailMessage"].as_str().unwrap();
    assert!(mail.contains("Acme") && mail.contains("{####}"));
    let german = messages.call(&event("de-AT")).await.unwrap();
    assert_ne!(german["response"]["emailSubject"], english["response"]["emailSubject"]);
}

#[tokio::test]
async fn catalogues_of_ones_own_are_a_folder() {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../kit/data/messages/en.ftl");
    let folder = TempDir::new().unwrap();
    let text = std::fs::read_to_string(ours).unwrap();
    std::fs::write(folder.path().join("nl.ftl"), text).unwrap();
    std::fs::write(folder.path().join("README"), "no catalogue").unwrap();
    let messages = start().with("MESSAGES_DIR", folder.path().to_str().unwrap()).run();
    assert!(messages.call(&event("nl")).await.unwrap()["response"]["emailMessage"].is_string());
}

#[test]
fn bad_settings_are_one_line_and_no_start() {
    let refused = Start::new(env!("CARGO_BIN_EXE_custom-message")).refused();
    assert!(refused.contains("BRAND_NAME"), "{refused}");
    let refused = start().with("MESSAGES_DIR", "/no/such/folder").refused();
    assert!(refused.contains("MESSAGES_DIR names /no/such/folder"), "{refused}");
}
